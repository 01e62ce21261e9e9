"""Full records that were read a moment ago, so that no reader of the same state reads them again.

A changed customer is wanted twice in a run, for itself and for its contact persons, and a third time when it is
written. What is kept is used only for exactly the version it was read in; the oldest goes when there are too many.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.adapters.zoho_books.modules import Module

MOST = 4000
"""How many records are kept, at most some ten megabytes."""

Detail = tuple[dict[str, Any], "dt.datetime"]
"""A full record and the server's time of its reading."""


class Details:
    """The full records one connection read last. Safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[tuple[str, str], tuple[str, Detail]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, module: Module, identifier: str, version: str | None, detail: Detail) -> None:
        """Keep a record that was just read; one whose version is uncertain only makes what was kept void."""
        name = (module.store, identifier)
        with self._lock:
            self._held.pop(name, None)
            if version is None:
                return
            self._held[name] = (version, detail)
            if len(self._held) > self._most:
                self._held.popitem(last=False)

    def get(self, module: Module, identifier: str, version: str | None) -> Detail | None:
        """Return a record if it was read in exactly this version."""
        with self._lock:
            held = self._held.get((module.store, identifier))
        return held[1] if held is not None and version is not None and held[0] == version else None

    def drop(self, module: Module, identifier: str) -> None:
        """Forget a record that is being written."""
        with self._lock:
            self._held.pop((module.store, identifier), None)
