"""One connection that may be called back: where, by what proof, and what came so far."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.notifications import ForgedError
from syncdsl.adapters.services import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from syncdsl.adapters.notifications import Callback, Notice
    from syncdsl.adapters.services import Clock
    from syncdsl.state.operating import CallBack


class Tally:
    """What came in for a connection: how many calls, and when the last one. `known` is what came before the start.

    Several threads may use it.
    """

    def __init__(self, known: CallBack) -> None:
        self._lock = threading.Lock()
        self._row = known

    def take(self, at: dt.datetime) -> None:
        """Count a call that was proven."""
        with self._lock:
            self._row = replace(self._row, count=self._row.count + 1, last=at)

    def refuse(self, at: dt.datetime) -> None:
        """Count a call without proof."""
        with self._lock:
            self._row = replace(self._row, refused=self._row.refused + 1, last_refused=at)

    def snapshot(self) -> CallBack:
        """Return what came so far; of a subscription it knows nothing but what was known at the start."""
        with self._lock:
            return self._row


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A connection that may be called back at `path`.

    `listen` knows the secret and raises ForgedError; `mark` takes hints from any thread and returns at once, for it is
    called while the system waits for its answer. Path and secret are in no text that this makes.
    """

    environment: str
    connection: str
    path: str = field(repr=False)
    listen: Callable[[Callback], tuple[Notice, ...]] = field(repr=False)
    mark: Callable[[Iterable[Notice]], None] = field(repr=False)
    tally: Tally = field(repr=False)
    clock: Clock = field(default_factory=SystemClock, repr=False)

    def take(self, callback: Callback) -> bool:
        """Hand on what a call hints at, and count it; return whether it proved where it comes from."""
        try:
            notices = self.listen(callback)
        except ForgedError:
            self.tally.refuse(self._now())
            return False
        if notices:
            self.mark(notices)
        self.tally.take(self._now())
        return True

    def _now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.now(), tz=dt.UTC)
