"""How much each system allows; None anywhere is without limit."""

import json
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", strict=True)
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class CrmLimits:
    """CRM counts credits in any 24 hours, calls at the same time, and heavy calls at the same time."""

    credits: Count | None = None
    concurrency: Count | None = None
    heavy_concurrency: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class BooksLimits:
    """Books counts calls in any minute, on a day (of the organisation), and at the same time.

    With `block_seconds` the first call too many in a minute closes the organisation for so long (code 43 with
    Retry-After); without, each call too many is refused with code 44.
    """

    per_minute: Count | None = None
    per_day: Count | None = None
    concurrency: Count | None = None
    block_seconds: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class OAuthLimits:
    """Zoho Accounts counts access tokens per refresh token in ten minutes and alive, and refresh tokens per user."""

    issued: Count | None = None
    live: Count | None = None
    refresh_tokens: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Limits:
    """All limits that are in force."""

    crm: CrmLimits | None = None
    books: BooksLimits | None = None
    oauth: OAuthLimits | None = None


DOCUMENTED = Limits(
    # Standard edition with three active users.
    crm=CrmLimits(credits=50_750, concurrency=10, heavy_concurrency=10),
    # A paid plan; the block is what one live organisation met, not what is documented.
    books=BooksLimits(per_minute=100, per_day=10_000, concurrency=10),
    oauth=OAuthLimits(issued=10, live=30, refresh_tokens=20),
)
"""What Zoho documents (CRM API v8, API Limits; Books API v3, API Call Limit; OAuth, Limitations)."""

_LIMITS: TypeAdapter[Limits | None] = TypeAdapter(Limits | None)


def limits_of(given: Any) -> Limits:
    """Return the limits that a JSON value stands for; null is none. Raises ValueError that names what is wrong."""
    try:
        return _LIMITS.validate_json(json.dumps(given)) or Limits()
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(step) for step in item['loc']) or 'limits'}: {item['msg']}" for item in error.errors()
        ]
        raise ValueError("; ".join(problems)) from error


def shown(limits: Limits) -> dict[str, Any]:
    """Return limits as a JSON object."""
    dumped: dict[str, Any] = _LIMITS.dump_python(limits, mode="json")
    return dumped
