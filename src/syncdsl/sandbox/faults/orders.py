"""The orders for faults: a closed union, each with the calls it concerns and what it does to them."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", strict=True)


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Seconds = Annotated[float, Field(ge=0, le=1e9)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Calls:
    """Which calls an order strikes.

    Those of a system and method (None: any) whose path a regular expression is found in (None: any path but those of
    OAuth). The first `after` of them are spared, then each is struck with a probability, `count` times in all (None:
    until the order is taken back). `seed` decides everything that is left to chance.
    """

    system: Literal["crm", "books"] | None = None
    method: str | None = None
    path: Annotated[str, AfterValidator(_expression)] | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    after: Annotated[int, Field(ge=0)] = 0
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Latency(Calls):
    """The answer takes longer: real seconds, or the frozen clock goes on by them."""

    kind: Literal["latency"] = "latency"
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DropRequest(Calls):
    """The connection is closed before anything is done."""

    kind: Literal["drop_request"] = "drop_request"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DropResponse(Calls):
    """Everything is done and committed, then the connection is closed."""

    kind: Literal["drop_response"] = "drop_response"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DelayedLanding(Calls):
    """The connection is closed at once; the call is carried out when the clock has gone on by some seconds."""

    kind: Literal["delayed_landing"] = "delayed_landing"
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Status(Calls):
    """The call is refused with an HTTP status in the system's words; nothing is done.

    `code` chooses among Books' reasons for 429: 43, 44, 45 or 1070.
    """

    kind: Literal["status"] = "status"
    status: Annotated[int, Field(ge=400, le=599)]
    retry_after: Annotated[int, Field(ge=0)] | None = None
    code: Literal[43, 44, 45, 1070] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ExpiredToken(Calls):
    """The token of the call ends before the call is looked at."""

    kind: Literal["expired_token"] = "expired_token"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class TruncatedPage(Calls):
    """A list loses its last rows and says nothing of it, or its body breaks off; a share of it is kept."""

    kind: Literal["truncated_page"] = "truncated_page"
    how: Literal["rows", "bytes"] = "rows"
    keep: Annotated[float, Field(ge=0, lt=1)] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PartialBatch(Calls):
    """Some records of a CRM batch are refused, at least one and never all; the others are done."""

    kind: Literal["partial_batch"] = "partial_batch"
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    code: str = "INTERNAL_ERROR"
    message: str = "Internal Server Error"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class IndexLag(Calls):
    """Searches and list filters do not see what was written in the last seconds."""

    kind: Literal["index_lag"] = "index_lag"
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Coerce(Calls):
    """Values are changed before they are stored: those of a field anywhere in the body, or all (None)."""

    kind: Literal["coerce"] = "coerce"
    field: str | None = None
    how: Literal["trim", "upper", "lower", "round"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Workflow(Calls):
    """After a write to a module the server itself sets a field of the written records."""

    kind: Literal["workflow"] = "workflow"
    module: str
    field: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ClockSkew(Calls):
    """The `Date` header is wrong by some seconds, and with `stamps` everything the call stamps too."""

    kind: Literal["clock_skew"] = "clock_skew"
    seconds: Annotated[float, Field(ge=-1e9, le=1e9)]
    stamps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Webhook(Calls):
    """An outgoing call is lost, sent twice, sent behind the next one, or forged (its body or its proof)."""

    kind: Literal["webhook"] = "webhook"
    how: Literal["lose", "duplicate", "reorder", "forge"]
    forged: Literal["body", "proof"] = "proof"


Order = (
    Latency
    | DropRequest
    | DropResponse
    | DelayedLanding
    | Status
    | ExpiredToken
    | TruncatedPage
    | PartialBatch
    | IndexLag
    | Coerce
    | Workflow
    | ClockSkew
    | Webhook
)

_ORDERS: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="kind")])


def order_of(given: dict[str, Any]) -> Order:
    """Return the order that a JSON object stands for. Raises ValueError that names what is wrong with it."""
    try:
        # As JSON: in the strict mode a dictionary is not taken for a dataclass.
        return _ORDERS.validate_json(json.dumps(given))
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(step) for step in item['loc']) or 'order'}: {item['msg']}" for item in error.errors()
        ]
        raise ValueError("; ".join(problems)) from error


def shown(order: Order) -> dict[str, Any]:
    """Return an order as the JSON object that was given for it, defaults filled in."""
    dumped: dict[str, Any] = _ORDERS.dump_python(order, mode="json")
    return dumped
