"""How fast calls may be made: a gate that every call passes, over what all processes know of the organisation."""

from __future__ import annotations

import logging
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from syncdsl.adapters.priority import Priority, current_priority
from syncdsl.adapters.transport.answer import HeldBackError, LostError
from syncdsl.adapters.transport.windows import Call, CallLimits, Cost, Reason, Usage, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syncdsl.adapters.services import Services

POLL_SECONDS = 0.02
"""How often a call asks for a place that only the end of another one makes free; of the machine's own clock."""

SAID_SECONDS = 1.0
"""Waiting longer than this is told in the log."""

ONE = Cost()

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Ending(Enum):
    """What a call came to, as far as the calls after it are concerned. UNKNOWN tells nothing about the other side."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Passage:
    """A call under way. Whoever makes it says how it `ended`, and how many seconds the other side asked to `pause`."""

    ended: Ending = Ending.UNKNOWN
    pause: float | None = None


class Gate:
    """Lets calls of one organisation through; used as `with gate.call() as passage:` around every one of them.

    `organisation` is the name under which processes share it. `patience` bounds the seconds that a call waits for
    something else than its turn.
    """

    def __init__(
        self,
        organisation: str,
        *,
        limits: CallLimits,
        services: Services,
        patience: float,
    ) -> None:
        self._name = f"calls {organisation}"
        self._limits = limits
        self._clock = services.clock
        self._shared = services.shared
        self._patience = patience
        self._ended = threading.Condition()

    def adopt(self, limits: CallLimits) -> None:
        """Keep to other limits from now on, such as those of a plan that was only learnt by asking."""
        self._limits = limits

    @property
    def limits(self) -> CallLimits:
        """The limits that are kept to now."""
        return self._limits

    def left(self) -> int | None:
        """Return what all processes together have left of a day; None where it has no limit."""
        per_day = self._limits.per_day
        if per_day is None:
            return None
        return self._change(lambda usage, _now: max(0, per_day - sum(usage.day.values())))

    def said(self) -> str | None:
        """Return in words how much of the limits all processes have used; None where there is none to keep."""

        def look(usage: Usage, now: float) -> str | None:
            paused = f"; it asks to wait for {usage.paused[1] - now:.0f} s" if usage.paused is not None else ""
            parts = []
            if self._limits.per_day is not None:
                parts.append(f"{sum(usage.day.values()):,} of {self._limits.per_day:,} in a day")
            if self._limits.per_minute is not None:
                parts.append(f"{len(usage.minute):,} of {self._limits.per_minute:,} in a minute")
            return f"calls made: {', '.join(parts)}{paused}" if parts else None

        return self._change(look)

    @contextmanager
    def call(self, *, priority: Priority | None = None, cost: Cost = ONE) -> Iterator[Passage]:
        """Wait until a call may be made, and hold its place until it has ended.

        Raises HeldBackError when that is further off than may be waited.
        """
        call = Call(
            ticket=secrets.token_hex(8),
            holder=self._shared.holder(),
            priority=current_priority() if priority is None else priority,
            cost=cost.credits,
            heavy=cost.heavy,
        )
        self._enter(call)
        passage = Passage()
        try:
            yield passage
        except LostError:
            passage.ended = Ending.FAILED
            raise
        finally:
            self._leave(call, passage)

    def _enter(self, call: Call) -> None:
        if not self._limits.any and self._shared.read(self._name) is None:
            return
        try:
            while (answer := self._ask(call)) is not None:
                self._wait(*answer)
        except BaseException:
            self._change(lambda usage, _now: usage.withdraw(call.ticket))
            raise

    def _ask(self, call: Call) -> tuple[Wait, float] | None:
        def ask(usage: Usage, now: float) -> tuple[Wait, float] | None:
            wait = usage.ask(call, self._limits, now)
            return None if wait is None else (wait, now)

        return self._change(ask)

    def _wait(self, wait: Wait, now: float) -> None:
        if wait.until is None:
            with self._ended:
                self._ended.wait(POLL_SECONDS)
            return
        seconds = max(0.0, wait.until - now)
        if wait.reason is Reason.BROKEN or (wait.reason is not Reason.MINUTE and seconds > self._patience):
            raise HeldBackError(_words(wait.reason), wait=seconds, failing=wait.reason is Reason.BROKEN)
        if seconds > SAID_SECONDS:
            log.info("%s: waiting %.0f s", _words(wait.reason), seconds)
        self._clock.sleep(seconds)

    def _leave(self, call: Call, passage: Passage) -> None:
        quiet = passage.ended is not Ending.FAILED and passage.pause is None
        if quiet and not self._limits.any and self._shared.read(self._name) is None:
            return

        def leave(usage: Usage, now: float) -> None:
            usage.end(call.ticket, self._limits, now)
            if passage.pause is not None:
                usage.pause(now, passage.pause)
            match passage.ended:
                case Ending.ANSWERED:
                    usage.breaker.succeeded()
                case Ending.FAILED:
                    usage.breaker.failed(call.ticket, now)
                case Ending.UNKNOWN:
                    pass

        self._change(leave)
        with self._ended:
            self._ended.notify_all()

    def _change(self, by: Callable[[Usage, float], Result]) -> Result:
        """Change the usage by a function of it and of the time, which is read while nobody else writes."""

        def change(text: str | None) -> tuple[str | None, Result]:
            usage = Usage.from_text(text)
            now = self._clock.now()
            usage.settle(now, self._limits, self._shared.gone)
            result = by(usage, now)
            return (usage.to_text() if usage != Usage() else None), result

        return self._shared.change(self._name, change)


def _words(reason: Reason) -> str:
    match reason:
        case Reason.PAUSE:
            return "it asked to wait"
        case Reason.SLOT:
            return "all calls that may be under way at the same time are"
        case Reason.MINUTE:
            return "the calls of this minute are used up"
        case Reason.DAY:
            return "the calls that 24 hours allow are used up"
        case Reason.BROKEN:
            return "it failed many times in a row"
