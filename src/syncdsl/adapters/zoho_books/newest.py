"""Reads a list from its newest change on, as far back as is needed, and checks that it really comes in that order.

Zoho Books API v3, List contacts, List estimates: `sort_column=last_modified_time` is documented for these and for
purchase and sales orders; for items, invoices and expenses it is not, but is used. So the order is never taken on
trust: the answer must say it, or stamps that fall must show it, else the whole list is read.

Records edited meanwhile move to the front of such a list, so none is skipped; the front is read again at the end. That
the end is the end shows the oldest record, which is asked for by itself: one call for a list that was read to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho.stamps import read_instant
from syncdsl.adapters.zoho_books.api import MODIFIED, PAGE_ATTEMPTS, ListPage

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module

CLOSING_ROUNDS = 5
"""How often the front of the list is read again while records keep arriving there."""

ANCHORS = 8
"""How many rows of the front are remembered to recognise it by."""


def mark(module: Module, row: dict[str, Any]) -> str:
    """Return a short name for a record in the state of its stamp."""
    return blake2b(f"{row[module.id_field]} {row.get(MODIFIED)}".encode(), digest_size=8).hexdigest()


@dataclass(slots=True)
class Order:
    """What rows seen one after another tell about the order of their list.

    `broken`: they do not fall by stamp. `proven`: the answer named the order, or stamps were seen to fall.
    """

    broken: bool = False
    proven: bool = False
    last: dt.datetime | None = None

    def take(self, page: ListPage) -> None:
        """Take the next page into account."""
        if page.newest_first is False:
            self.broken = True
        for row in page.rows:
            stamp = read_instant(row.get(MODIFIED))
            if stamp is None or (self.last is not None and stamp > self.last):
                self.broken = True
                return
            self.proven = self.proven or page.newest_first is True or (self.last is not None and stamp < self.last)
            self.last = stamp


@dataclass(slots=True)
class Walk:
    """One reading of a list. After its pages are through, its fields tell what it came to.

    `since`: rows with an older stamp need not be read (None: all rows are); `anchors`: nor those from a marked one
    on. `complete`: every row was read; `sound`: all that should be seen was; `latest` and `front`: the newest stamp
    and the marks of the first rows; `start`: the server's time at the beginning.
    """

    api: Api
    module: Module
    since: dt.datetime | None = None
    anchors: frozenset[str] = frozenset()
    most: int | None = None
    complete: bool = False
    sound: bool = True
    start: dt.datetime | None = None
    latest: dt.datetime | None = None
    front: list[str] = field(default_factory=list)
    _order: Order = field(default_factory=Order)
    _seen: set[int] = field(default_factory=set)

    def pages(self) -> Iterator[tuple[list[dict[str, Any]], dt.datetime]]:
        """Read page by page what was not seen yet; each with the server's time of its reading."""
        number, more = 1, True
        while more:
            page = self.api.page(self.module, self.api.everything(self.module), number)
            self.start = self.start or page.now
            self.sound = self.sound and not page.cut
            more = page.more and not (page.cut and not page.rows)
            if self.api.sorts(self.module):
                self._order.take(page)
                if self._order.broken:
                    self.api.sorts_not(self.module)
                    yield from self._plainly()
                    return
            rows, reached = self._wanted(page)
            if number == 1:
                self.front = [mark(self.module, row) for row in page.rows[:ANCHORS]]
            yield self._new(rows), page.now
            if reached:
                yield from self._closing(number)
                return
            if number == self.most and more:
                self.sound = False
                return
            number += 1
        self.complete = True
        yield from self._ending(number - 1)
        yield from self._closing(number - 1)
        self.complete = self.complete and self.sound

    def _wanted(self, page: ListPage) -> tuple[list[dict[str, Any]], bool]:
        """Return the rows that count, and whether those behind them need no reading."""
        if self.since is None or not self.api.sorts(self.module) or not self._order.proven:
            return page.rows, False
        for index, row in enumerate(page.rows):
            if mark(self.module, row) in self.anchors:
                return page.rows[:index], True
        stamp = read_instant(page.rows[-1].get(MODIFIED)) if page.rows else None
        return page.rows, stamp is not None and stamp < self.since

    def _plainly(self) -> Iterator[tuple[list[dict[str, Any]], dt.datetime]]:
        """Read the whole list in whatever order it comes."""
        number, more = 1, True
        while more:
            page = self.api.page(self.module, self.api.everything(self.module), number)
            self.sound = self.sound and not page.cut
            more = page.more and not (page.cut and not page.rows)
            yield self._new(page.rows), page.now
            number += 1
        self.front = []
        self.complete = self.sound

    def _ending(self, last: int) -> Iterator[tuple[list[dict[str, Any]], dt.datetime]]:
        """Read the last page again until the oldest record of the list was seen.

        A page before the last one shows that rows are missing from it, as another page follows; the last one does not.
        """
        if not self.api.sorts(self.module):
            return
        if self.since is not None and not self._seen:
            # No row, so no newer stamp: the next reading begins where this one did, and sees what is missing here.
            self.complete = False
            return
        for _ in range(PAGE_ATTEMPTS):
            oldest = self.api.oldest(self.module)
            if oldest.cut or (not oldest.rows and self._seen):
                continue
            if all(int(mark(self.module, row), 16) in self._seen for row in oldest.rows):
                return
            page = self.api.page(self.module, self.api.everything(self.module), last)
            yield self._new(page.rows), page.now
        self.sound = False

    def _closing(self, pages: int) -> Iterator[tuple[list[dict[str, Any]], dt.datetime]]:
        """Read the front again until it shows nothing that was not seen; one page was read at one moment."""
        if pages < 2 or not self.api.sorts(self.module):
            return
        for _ in range(CLOSING_ROUNDS):
            calm, number, more = True, 1, True
            while more:
                page = self.api.page(self.module, self.api.everything(self.module), number)
                self.sound = self.sound and not page.cut
                rows, reached = self._wanted(page)
                new = self._new(rows)
                if new:
                    calm = False
                    yield new, page.now
                more = page.more and not reached and bool(new) and len(new) == len(rows)
                number += 1
            if calm:
                return
        # What still moves was changed after the start, so the next reading sees it; only absence is not proven.
        self.complete = False

    def _new(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows that were not seen as they are, and count them as seen."""
        found = []
        for row in rows:
            # A number takes a third of the memory of its text, and a list may have a million rows.
            state = int(mark(self.module, row), 16)
            if state not in self._seen:
                self._seen.add(state)
                found.append(row)
                stamp = read_instant(row.get(MODIFIED))
                if stamp is not None and (self.latest is None or stamp > self.latest):
                    self.latest = stamp
        return found
