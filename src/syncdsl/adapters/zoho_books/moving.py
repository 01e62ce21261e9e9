"""Tells which records moved since they were observed, at the price of one list call for many updates.

Books cannot make an update depend on a version. Reading each record before it is written doubles the calls, so the
front of the list is read instead: a record that is not among those changed since its observation is as it was. What
remains is a window: an edit after that reading, at most `FRESH_SECONDS` before the write, goes unnoticed where it
touches the same fields. A list that does not come by change, or would have to be read too far, proves nothing: then
each record is read before it is written.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho_books.newest import Walk
from syncdsl.adapters.zoho_books.versions import State, is_receipt

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader

FRESH_SECONDS = 10.0
"""How long one reading of what moved counts; at 100 calls a minute that is one reading for some sixteen writes."""

MOST_PAGES = 50
"""How far the list is read at most; beyond that reading the records themselves is no dearer."""


@dataclass(slots=True)
class _Known:
    """What is known of a module: all of it as observed up to `until`, except the `moved` records, by their state.

    `read_at` is the local time of the last reading, None before the first; `blind`: it told nothing.
    """

    until: dt.datetime
    moved: dict[str, State | None] = field(default_factory=dict)
    read_at: float | None = None
    blind: bool = False


class Movements:
    """What moved in the modules of one connection. `overlap` covers stamps that come late. Safe for threads."""

    def __init__(self, api: Api, reader: Reader, *, overlap: dt.timedelta, clock: Callable[[], float]) -> None:
        self._api = api
        self._reader = reader
        self._overlap = overlap
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._written: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def observed(self, module: Module, at: dt.datetime) -> None:
        """Note that a module was observed completely, or from its cursor on, at a time of the server."""
        with self._lock:
            self._known[module.name] = _Known(until=at)
            if not module.restricted:
                self._written.pop(module.store, None)

    def wrote(self, module: Module, identifier: str) -> None:
        """Note that a record is being written as a whole: a later change that was decided on before looks again."""
        with self._lock:
            self._written.setdefault(module.store, set()).add(identifier)
            known = self._known.get(module.name)
            if known is not None:
                known.moved[identifier] = None

    def unwritten(self, module: Module, identifier: str) -> bool:
        """Return whether a record was not written as a whole since its list was last observed."""
        with self._lock:
            return identifier not in self._written.get(module.store, ())

    def still(self, module: Module, identifier: str, version: str | None, *, told: bool = False) -> bool:
        """Return whether a record is certainly in the version it was observed in.

        `told`: nothing matters but what list rows tell. Otherwise a receipt is not certain: it may hide another edit.
        """
        if version is None or (is_receipt(version) and not told):
            return False
        with self._lock:
            known = self._known.get(module.name)
            if known is None:
                return False
            if known.read_at is None or self._clock() - known.read_at > FRESH_SECONDS:
                self._read(module, known)
            if known.blind:
                return False
            if identifier not in known.moved:
                return True
            state = known.moved[identifier]
            return state is not None and state.is_of(version, receipts=told)

    def _read(self, module: Module, known: _Known) -> None:
        walk = Walk(api=self._api, module=module, since=known.until - self._overlap, most=MOST_PAGES)
        known.read_at = self._clock()
        known.blind = True
        if not self._api.sorts(module):
            return
        for rows, now in walk.pages():
            if not self._api.sorts(module):
                return
            for row in rows:
                known.moved[str(row[module.id_field])] = self._reader.state(module, row, now)
        if walk.sound and walk.start is not None:
            known.blind = False
            known.until = max(known.until, walk.start)
