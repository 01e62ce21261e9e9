"""What the calls of an organisation have come to, and when the next one may be made. Pure: no time, no storage.

A call counts from the moment it was let through until a whole window after it ended, because nobody knows when between
these two the other side counted it. So its limit holds in every window, wherever the other side begins counting.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from syncdsl.adapters.priority import Priority
from syncdsl.adapters.transport.breaker import JUMP, Breaker

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE = 60.0
DAY = 86_400.0
MARGIN = 0.05
"""Seconds added to every window: clocks of two machines do not run at quite the same rate."""

GRAIN = 300.0
"""A day is counted in parts of this many seconds, each of which counts until the last call in it is a day old."""

RESERVE = 0.2
"""The part of a day that only effects and notices may use."""

LEASE = 600.0
"""Seconds after which a call ended whose process cannot be asked whether it lives: no call takes as long."""

PRECEDENCE = 2.0
"""Seconds beyond its time for which somebody who waits keeps precedence over less urgent work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """What an organisation allows; None where there is no such limit.

    `per_minute` counts calls in any minute, `per_day` what calls cost in any 24 hours, `concurrency` calls under way at
    the same time, `heavy` those of them that the system calls heavy.
    """

    per_minute: int | None = None
    per_day: int | None = None
    concurrency: int | None = None
    heavy: int | None = None

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return any(item is not None for item in (self.per_minute, self.per_day, self.concurrency, self.heavy))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a call takes of a day's budget, and whether it is one of those that few may be under way of."""

    credits: int = 1
    heavy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to be made. `ticket` is its name among all processes, `holder` names its process."""

    ticket: str
    holder: str
    priority: Priority = Priority.INCREMENTAL
    cost: int = 1
    heavy: bool = False


class Reason(Enum):
    """Why a call has to wait."""

    PAUSE = "pause"
    SLOT = "slot"
    MINUTE = "minute"
    DAY = "day"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The call may not be made yet. `until` is when it is worth asking again, None: as soon as another one ended."""

    reason: Reason
    until: float | None


@dataclass(slots=True, kw_only=True)
class Flight:
    """A call under way, begun at `since`."""

    since: float
    holder: str
    cost: int
    heavy: bool


@dataclass(slots=True, kw_only=True)
class Usage:
    """What processes share about one organisation.

    `minute` are the ends of calls, the oldest first; `day` the costs by part of the day; `waiting` the class of those
    who wait, and until when they have precedence. `paused` is since and until when the other side asked to wait.
    """

    minute: list[float] = field(default_factory=list)
    day: dict[int, int] = field(default_factory=dict)
    flights: dict[str, Flight] = field(default_factory=dict)
    waiting: dict[str, tuple[int, float]] = field(default_factory=dict)
    paused: tuple[float, float] | None = None
    breaker: Breaker = field(default_factory=Breaker)

    def settle(self, now: float, limits: CallLimits, gone: Callable[[str], bool]) -> None:
        """Forget what no longer counts; calls whose process is `gone` ended now at the latest."""
        for ticket, flight in list(self.flights.items()):
            flight.since = min(flight.since, now)
            if gone(flight.holder) or now - flight.since > LEASE:
                self.end(ticket, limits, now)
        self.minute = [min(end, now) if end > now + JUMP else end for end in self.minute]
        self.minute = [end for end in self.minute if end + MINUTE + MARGIN > now]
        today = _part(now)
        for part in [part for part in self.day if part > today]:
            self.day[today] = self.day.get(today, 0) + self.day.pop(part)
        self.day = {part: cost for part, cost in self.day.items() if _over(part) > now}
        self.waiting = {
            ticket: (urgency, until) for ticket, (urgency, until) in self.waiting.items() if now <= until <= now + DAY
        }
        if self.paused is not None:
            since, until = self.paused
            until -= max(0.0, since - now)
            self.paused = (min(since, now), until) if until > now else None
        self.breaker.settle(now)

    def ask(self, call: Call, limits: CallLimits, now: float) -> Wait | None:
        """Let a call through and note that it is under way, or say what it waits for.

        Less urgent calls leave room for the more urgent ones that wait.
        """
        ahead = sum(1 for urgency, _ in self.waiting.values() if urgency < call.priority)
        wait = self._wait(call, limits, now, ahead)
        if wait is None:
            self.waiting.pop(call.ticket, None)
            self.flights[call.ticket] = Flight(since=now, holder=call.holder, cost=call.cost, heavy=call.heavy)
            self.breaker.passed(call.ticket)
        elif wait.reason not in {Reason.DAY, Reason.BROKEN}:
            until = now if wait.until is None else wait.until
            self.waiting[call.ticket] = (int(call.priority), until + PRECEDENCE)
        return wait

    def withdraw(self, ticket: str) -> None:
        """Forget somebody who no longer waits."""
        self.waiting.pop(ticket, None)

    def end(self, ticket: str, limits: CallLimits, now: float) -> None:
        """Note that a call has ended."""
        flight = self.flights.pop(ticket, None)
        if flight is None:
            return
        if limits.per_minute is not None:
            self.minute.append(max(now, self.minute[-1]) if self.minute else now)
        if limits.per_day is not None:
            self.day[_part(now)] = self.day.get(_part(now), 0) + flight.cost

    def pause(self, now: float, seconds: float) -> None:
        """Let nobody call for a while; of two pauses the later end holds."""
        until = now + min(seconds, DAY)
        if self.paused is None or self.paused[1] < until:
            self.paused = (now, until)

    def _wait(self, call: Call, limits: CallLimits, now: float, ahead: int) -> Wait | None:
        if self.paused is not None:
            return Wait(reason=Reason.PAUSE, until=self.paused[1])
        if (until := self.breaker.refuses(now, self.flights)) is not None:
            return Wait(reason=Reason.BROKEN, until=until)
        if limits.per_day is not None and (until := self._day_full(call, limits.per_day)) is not None:
            return Wait(reason=Reason.DAY, until=until)
        if limits.per_minute is not None:
            over = len(self.minute) + len(self.flights) + ahead + 1 - limits.per_minute
            if over > 0:
                # So many of the oldest calls have to be a minute old; those under way are not among them yet.
                known = over <= len(self.minute)
                until = self.minute[over - 1] + MINUTE + MARGIN if known else None
                return Wait(reason=Reason.MINUTE, until=until)
        if limits.concurrency is not None and len(self.flights) + ahead >= limits.concurrency:
            return Wait(reason=Reason.SLOT, until=None)
        if call.heavy and limits.heavy is not None:
            heavy = sum(1 for flight in self.flights.values() if flight.heavy)
            if heavy + ahead >= limits.heavy:
                return Wait(reason=Reason.SLOT, until=None)
        return None

    def _day_full(self, call: Call, per_day: int) -> float | None:
        """Return when a day has room for a call that it has none for now."""
        urgent = call.priority <= Priority.NOTICE
        room = per_day if urgent else per_day - int(per_day * RESERVE)
        over = sum(self.day.values()) + sum(flight.cost for flight in self.flights.values()) + call.cost - room
        until = None
        for part in sorted(self.day):
            if over <= 0:
                break
            over -= self.day[part]
            until = _over(part)
        if over > 0 and until is None:
            # Only what is under way stands in its way, or it costs more than a day has: the next part may tell.
            oldest = min((flight.since for flight in self.flights.values()), default=0.0)
            return oldest + DAY
        return until

    def to_text(self) -> str:
        """Return the usage as it is stored."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> Usage:
        """Return a usage as it was stored; nothing of one that cannot be read, which nobody writes."""
        try:
            data = json.loads(text or "{}")
            return cls(
                minute=[float(end) for end in data.get("minute", ())],
                day={int(part): int(cost) for part, cost in data.get("day", {}).items()},
                flights={ticket: Flight(**flight) for ticket, flight in data.get("flights", {}).items()},
                waiting={ticket: (int(item[0]), float(item[1])) for ticket, item in data.get("waiting", {}).items()},
                paused=(float(data["paused"][0]), float(data["paused"][1])) if data.get("paused") else None,
                breaker=Breaker(**data.get("breaker", {})),
            )
        except (ValueError, TypeError, AttributeError, LookupError):
            return cls()


def _part(moment: float) -> int:
    """Return the part of the day that a moment lies in."""
    return int(moment // GRAIN)


def _over(part: int) -> float:
    """Return when the last call that may be in a part is a day old."""
    return (part + 1) * GRAIN + DAY + MARGIN
