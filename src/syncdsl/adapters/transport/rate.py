"""How fast one connection may call: a bound on calls at once, and a token bucket where the system has a rate."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Gate:
    """Lets calls through; used as `with gate.call():` around every one of them.

    `concurrency` is the most calls at once, `per_minute` the most in any sliding minute (None: no such
    limit).
    """

    def __init__(
        self, *, concurrency: int, per_minute: int | None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._slots = threading.BoundedSemaphore(concurrency)
        self._sleep = sleep
        self._admit = _bucket(per_minute) if per_minute is not None else None

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wait for a free slot and for the rate, then hold the slot."""
        with self._slots:
            while self._admit is not None and not self._admit():
                self._sleep(0.25)
            yield


def _bucket(per_minute: int) -> Callable[[], bool]:
    from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate  # noqa: PLC0415 - only limited connections pay

    limiter = Limiter(InMemoryBucket([Rate(per_minute, Duration.MINUTE)]))
    return lambda: bool(limiter.try_acquire("call", blocking=False))
