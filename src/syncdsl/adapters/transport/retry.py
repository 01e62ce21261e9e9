"""When a call is made again, and how long to wait before: exponential with full jitter, Retry-After honoured."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from syncdsl.adapters.transport.answer import LostError, RefusedError, UnsentError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.adapters.services import Clock

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Trouble(Enum):
    """The classes of what can go wrong with a call and may pass."""

    UNSENT = "no connection"
    LOST = "the answer was lost"
    BUSY = "refused for its rate"
    FAILING = "the system failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """How a class of trouble is repeated.

    `attempts` counts the first one. `first` is the longest wait in seconds after it; it doubles with every attempt up
    to `longest`. `writes`: the request certainly had no effect, so that one which changes something is repeated, too.
    """

    attempts: int
    first: float
    longest: float
    writes: bool


REPETITIONS: Mapping[Trouble, Repetition] = {
    Trouble.UNSENT: Repetition(attempts=6, first=0.5, longest=15.0, writes=True),
    Trouble.LOST: Repetition(attempts=6, first=0.5, longest=15.0, writes=False),
    Trouble.BUSY: Repetition(attempts=6, first=0.5, longest=15.0, writes=True),
    Trouble.FAILING: Repetition(attempts=6, first=0.5, longest=15.0, writes=False),
}
"""Everything else is not repeated: what is refused for certain (forbidden, not authenticated, not acceptable), and what
was held back on this side. An expired access token is not trouble: it is renewed once and the call made again at once.
Requests for tokens are repeated like reads: asking twice changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patiently calls are repeated.

    `budget` bounds the seconds that one call may wait in total; a longer Retry-After ends it at once. `draw` returns a
    number from 0 to 1, the part of the longest wait that is waited.
    """

    budget: float = 60.0
    repetitions: Mapping[Trouble, Repetition] = field(default_factory=lambda: REPETITIONS)
    draw: Callable[[], float] = random.random


class Waits:
    """Decides, failure by failure, how long one call waits before its next attempt."""

    def __init__(self, policy: RetryPolicy, *, write: bool) -> None:
        self._policy = policy
        self._write = write
        self._attempt = 0
        self._waited = 0.0

    def __call__(self, error: Exception) -> float | None:
        """Return the seconds to wait before trying again, None to give up."""
        self._attempt += 1
        trouble = _trouble(error)
        if trouble is None:
            return None
        how = self._policy.repetitions[trouble]
        if self._attempt >= how.attempts or (self._write and not how.writes):
            return None
        wait = self._policy.draw() * min(how.longest, how.first * 2.0 ** (self._attempt - 1))
        if isinstance(error, RefusedError) and error.answer.retry_after is not None:
            wait += error.answer.retry_after
        if self._waited + wait > self._policy.budget:
            return None
        self._waited += wait
        log.debug("waiting %.1f s before attempt %d: %s (%s)", wait, self._attempt + 1, trouble.value, error)
        return wait


def repeat(call: Callable[[], Result], policy: RetryPolicy, *, write: bool, clock: Clock) -> Result:
    """Return what `call` returns, repeating it as the policy says; the last failure is raised as it is."""
    import tenacity  # noqa: PLC0415 - only commands with network pay

    waits = Waits(policy, write=write)
    delay = 0.0

    def again(state: tenacity.RetryCallState) -> bool:
        nonlocal delay
        error = state.outcome.exception() if state.outcome is not None else None
        wait = waits(error) if isinstance(error, Exception) else None
        delay = wait or 0.0
        return wait is not None

    trying = tenacity.Retrying(
        retry=again, wait=lambda _state: delay, stop=tenacity.stop_never, sleep=clock.sleep, reraise=True
    )
    return trying(call)


def _trouble(error: Exception) -> Trouble | None:
    match error:
        case UnsentError():
            return Trouble.UNSENT
        case LostError():
            return Trouble.LOST
        case RefusedError(verdict=Verdict.BUSY):
            return Trouble.BUSY
        case RefusedError(verdict=Verdict.FAILING):
            return Trouble.FAILING
        case _:
            return None
