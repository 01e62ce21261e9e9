"""What a daemon remembers, as the rest of the program sees it: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

VERIFY, NOTICES = "verify", "notices"
"""The parts of a schedule that are no part of the rules: the comparison of both sides, and what call-backs tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The daemon that serves a state: `until` is when it is taken for dead unless it is heard of again.

    None as `until`: it ended in peace.

    `detail` is what it tells about itself, such as when the next run is due.
    """

    owner: str
    pid: int
    host: str
    since: dt.datetime
    until: dt.datetime | None
    alive: bool
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a part of the schedule stands: when it was last tried, when it last succeeded, and what it fails with.

    `failures` counts those in a row. A `part` is a name of the schedule: a module of the rules, `verify`, or `notices`.
    `detail` is what came of the last one, in numbers.
    """

    part: str
    tried: dt.datetime
    succeeded: dt.datetime | None = None
    failures: int = 0
    failing_since: dt.datetime | None = None
    code: str | None = None
    message: str | None = None
    help: str | None = None
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert that is open: what is wrong (`kind`) with what (`subject`), since when, and when somebody was told.

    `level` is how bad it was when it was told, where it can get worse, such as a number of items.
    """

    kind: str
    subject: str
    since: dt.datetime
    message: str
    level: int = 0
    told: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """How a system calls back: its subscription, where it has one, and what came in.

    `last` is when the last good call came, `count` how many did; `refused` those without proof. `problem` says why
    there is no subscription, though there should be one.
    """

    connection: str
    channel: str | None = None
    expires: dt.datetime | None = None
    last: dt.datetime | None = None
    count: int = 0
    refused: int = 0
    last_refused: dt.datetime | None = None
    problem: str | None = None
