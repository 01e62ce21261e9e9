"""When a call is made again, and how long to wait before: exponential with full jitter, Retry-After honoured."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from syncdsl.adapters.transport.answer import LostError, RefusedError, UnsentError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patiently calls are repeated.

    `budget` bounds the seconds that one call may wait in total; a longer Retry-After ends it at once. `first`
    and `longest` bound a single wait in seconds; `attempts` bounds the tries. `draw` returns a number from 0
    to 1.
    """

    budget: float = 60.0
    first: float = 0.5
    longest: float = 15.0
    attempts: int = 6
    draw: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic

    def ceiling(self, attempt: int) -> float:
        """Return the longest wait after the given attempt, counted from 1."""
        return min(self.longest, self.first * 2.0 ** (attempt - 1))


class Waits:
    """Decides, failure by failure, how long one call waits before its next attempt.

    Reads are repeated after anything that may pass. Writes only where the request certainly had no effect: no
    connection, or refused for its rate.
    """

    def __init__(self, policy: RetryPolicy, *, write: bool) -> None:
        self._policy = policy
        self._write = write
        self._attempt = 0
        self._waited = 0.0

    def __call__(self, error: Exception) -> float | bool:
        """Return the seconds to wait before trying again, or False to give up."""
        self._attempt += 1
        if not self._passing(error) or self._attempt >= self._policy.attempts:
            return False
        wait = self._policy.draw() * self._policy.ceiling(self._attempt)
        if isinstance(error, RefusedError) and error.answer.retry_after is not None:
            wait += error.answer.retry_after
        if self._waited + wait > self._policy.budget:
            return False
        self._waited += wait
        log.debug("waiting %.1f s before attempt %d: %s", wait, self._attempt + 1, error)
        return wait

    def _passing(self, error: Exception) -> bool:
        match error:
            case UnsentError():
                return True
            case RefusedError(verdict=Verdict.BUSY):
                return True
            case LostError() | RefusedError(verdict=Verdict.FAILING):
                return not self._write
            case _:
                return False


def repeat(call: Callable[[], Result], policy: RetryPolicy, *, write: bool) -> Result:
    """Return what `call` returns, repeating it as the policy says; the last failure is raised as it is."""
    import stamina  # noqa: PLC0415 - 70 ms that commands without network do not pay

    # stamina reports each wait without the connection's name, and to stdout where structlog is installed; the line
    # above says it better.
    stamina.instrumentation.set_on_retry_hooks(())
    for attempt in stamina.retry_context(on=Waits(policy, write=write), attempts=None, timeout=None):
        with attempt:
            return call()
    raise AssertionError("unreachable: a retry context ends with a result or an error")
