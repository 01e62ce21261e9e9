"""What the systems said may have changed: a set that a burst of call-backs fills once, and a run empties."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.adapters.notifications import Notice

NAMED = 1_000
"""Of more records of one module none is remembered by its id: reading the module shows them all the same."""


class Hints:
    """Marking is quick and never waits for anything but another mark. Nothing of this is kept: a start reads anew.

    `now` tells the time in seconds that only grow; `wake` is called when something was marked.
    """

    def __init__(self, now: Callable[[], float], wake: Callable[[], None]) -> None:
        self._now = now
        self._wake = wake
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._crowded: set[tuple[str, str]] = set()
        self._since: float | None = None

    def mark(self, connection: str, notices: Iterable[Notice]) -> None:
        """Note that records of a connection may have changed."""
        marked = False
        with self._lock:
            for notice in notices:
                marked = True
                place = (connection, notice.module)
                ids = self._ids.setdefault(place, set())
                if not notice.ids or place in self._crowded:
                    continue
                ids.update(notice.ids)
                if len(ids) > NAMED:
                    self._crowded.add(place)
                    ids.clear()
            if marked and self._since is None:
                self._since = self._now()
        if marked:
            self._wake()

    @property
    def since(self) -> float | None:
        """When the first of what waits was marked; None when nothing waits."""
        with self._lock:
            return self._since

    def __len__(self) -> int:
        """Return how many records wait; a module of which none is known by its id counts as one."""
        with self._lock:
            return sum(len(ids) or 1 for ids in self._ids.values())

    def take(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Return what waits, by connection and module, and wait for what comes."""
        with self._lock:
            taken = {place: frozenset(ids) for place, ids in self._ids.items()}
            self._ids, self._crowded, self._since = {}, set(), None
        return taken

    def put_back(self, taken: Mapping[tuple[str, str], frozenset[str]]) -> None:
        """Let what was taken wait again: the run that took it came to nothing."""
        with self._lock:
            for place, ids in taken.items():
                self._ids.setdefault(place, set()).update(ids)
            if taken and self._since is None:
                self._since = self._now()
