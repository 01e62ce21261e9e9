"""When a daemon does what: the tables `schedule` and `alerts` of `syncdsl.toml`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from syncdsl.schema.model import Model

_DURATION = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
NEVER = "never"


def seconds_of(text: str) -> float | None:
    """Return the seconds of a duration such as `90s`, `15m`, `2h` or `7d`; None when it is none."""
    found = _DURATION.fullmatch(text.strip())
    return float(found["count"]) * _SECONDS[found["unit"]] if found else None


def _duration(text: str) -> str:
    seconds = seconds_of(text)
    if seconds is None or seconds <= 0:
        raise PydanticCustomError("duration", "no duration such as `15m`, `2h` or `7d`")
    return text


def _timing(text: str) -> str:
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - only where times are given this way

    if text == NEVER or (seconds_of(text) or 0) > 0:
        return text
    try:
        CronSim(text, datetime(2026, 1, 1))  # noqa: DTZ001 - only whether it can be read
    except CronSimError:
        raise PydanticCustomError(
            "timing",
            "neither a duration such as `2h`, nor times as cron writes them such as `0 6 * * 1-5`, nor `never`",
        ) from None
    return text


Duration = Annotated[str, StringConstraints(strict=True), AfterValidator(_duration)]
Timing = Annotated[str, StringConstraints(strict=True), AfterValidator(_timing)]


class ScheduleTable(Model):
    """`[environments.NAME.schedule]`: when `syncdsl run` does what."""

    every: Timing = Field(
        default="2h",
        description=(
            "How often everything is synced: a duration such as 15m or 2h, times as cron writes them in UTC, or never."
        ),
    )
    modules: dict[str, Timing] = Field(
        default_factory=dict,
        description="Other times for some modules of the rules, or for the documents of a record, by name.",
    )
    verify: Timing = Field(
        default="7d", description="How often both sides are read in full and compared, to be told of drift."
    )
    gather: Duration = Field(
        default="0.2s",
        description="How long a notification waits for others that come with it, so that a burst is one run.",
    )
    retry: Duration = Field(
        default="1m", description="When a run that failed is tried again; each time twice as long, up to the schedule."
    )


class EmailTable(Model):
    """`[alerts.email]`: alerts by mail."""

    server: str = Field(description="smtp://HOST:PORT (STARTTLS where the server has it) or smtps://HOST:PORT.")
    sender: str = Field(alias="from", description="Who sends them.")
    to: tuple[str, ...] = Field(min_length=1, description="Who gets them.")
    credentials: Annotated[str, StringConstraints(strict=True, pattern=r"^(env|keyring):[A-Za-z0-9_.-]+$")] | None = (
        Field(default=None, description="Where user and password of the server are: env:PREFIX or keyring:NAME.")
    )


class AlertsTable(Model):
    """`[alerts]`: whom a daemon tells when something is wrong, and from when on it is."""

    webhook: str | None = Field(
        default=None,
        description="Address that alerts are posted to as JSON, or env:NAME, a variable that holds it.",
    )
    email: EmailTable | None = Field(default=None, description="Alerts by mail.")
    failures: int = Field(
        default=2,
        ge=1,
        description=(
            "How many runs in a row have to fail before an alert. What does not heal by itself, such as credentials "
            "that were revoked or a guard, is told at once."
        ),
    )
    silence: Duration | None = Field(
        default=None,
        description="How long no run may succeed before an alert. Default: three times what the schedule expects.",
    )
    review_items: int = Field(
        default=10, ge=1, description="How many open questions are an alert; told again whenever they have doubled."
    )
