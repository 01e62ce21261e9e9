"""How a simulated system is listed, and what its adapter makes of it: pages, cursors, what may be called complete.

Cursors are made and read by the code of the Zoho adapters themselves, and lists that come by change are walked by it:
so the simulation judges that code too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

from tests.simulator.schedule import LACKING, Fate

from syncdsl.adapters.zoho.stamps import settled, write_instant
from syncdsl.adapters.zoho_books.api import MODIFIED, ListPage
from syncdsl.adapters.zoho_books.newest import Walk
from syncdsl.adapters.zoho_books.observing import next_cursor
from syncdsl.adapters.zoho_books.observing import read_cursor as read_newest
from syncdsl.adapters.zoho_crm.cursors import cursor_after, read_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.system import Held, System, Version

    from syncdsl.adapters.protocol import ObserveRequest
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module

Rows = list[tuple["Held", "Version"]]


@dataclass(slots=True)
class Reading:
    """One reading of a module under way: after its pages are through it tells what it came to.

    `enter` is called before every page and says what becomes of it: rows may be missing, and the adapter may see it.
    """

    system: System
    request: ObserveRequest
    enter: Callable[[str], Fate]
    begun: bool = False
    complete: bool = False
    cursor: str | None = None
    steady: bool = False
    start: dt.datetime | None = None
    _latest: dt.datetime | None = None
    _cut: bool = False

    def pages(self) -> Iterator[tuple[Rows, tuple[str, ...]]]:
        """Read page by page: rows, and ids of the list of deleted records."""
        way = self.system.switches.reading
        if self.request.view is not None:
            yield from self._by_key(None)
            # All of a view is read every time. Its cursor tells how it is defined, so that it is known to be the same.
            self.cursor = f"view {self.system.defined.get((self.request.module, self.request.view), 0)}"
            self.complete = not self._cut
            self.steady = self.cursor == (self.request.cursor or self.request.previous)
        elif way == "newest":
            yield from self._newest()
        else:
            yield from self._changes(twice=way == "offset")

    # -- pages by key, or by number from the oldest change on ------------------------------------------------------

    def _changes(self, *, twice: bool) -> Iterator[tuple[Rows, tuple[str, ...]]]:
        overlap = dt.timedelta(seconds=self.system.switches.overlap)
        cursor = read_cursor(self.request.cursor)
        since = None
        if cursor is not None:
            since = cursor.since if cursor.settled else cursor.since - overlap
            self._latest = cursor.since
        if twice:
            # What moved while it was read by number can be missing from one reading; both count.
            first: list[tuple[str, int]] = []
            second: list[tuple[str, int]] = []
            for rows, gone in self._by_number(since):
                first.extend((held.id, version.number) for held, version in rows)
                yield rows, gone
            for rows, gone in self._by_number(since):
                second.extend((held.id, version.number) for held, version in rows)
                yield rows, gone
            self._cut = self._cut or sorted(first) != sorted(second)
        else:
            yield from self._by_key(since)
        if since is not None and self.system.switches.deleted_feed:
            self.enter("deleted")
            now = self.system.timeline.seconds
            gone = tuple(
                one
                for module, one, stamp, listed in self.system.removed
                if module == self.request.module and stamp >= since and listed <= now
            )
            if gone:
                yield [], gone
        start = self.start or self.system.now
        self.complete = cursor is None and not self._cut
        after = cursor_after(start, self._latest, overlap, view=None, definition=None).write()
        self.cursor = self.request.cursor if self._cut else after

    def _by_key(self, since: dt.datetime | None) -> Iterator[tuple[Rows, tuple[str, ...]]]:
        """Read in pages of which each begins behind the last row of the one before."""
        last: tuple[Any, ...] | None = None
        more = True
        while more:
            fate = self._begin_page()
            rows = sorted(self._selected(since), key=lambda row: self._place(row, since))
            rows = [row for row in rows if last is None or self._place(row, since) > last]
            size = self.system.switches.page_size
            page, more = rows[:size], len(rows) > size
            if page:
                last = self._place(page[-1], since)
            yield self._shown(page, fate), ()

    def _by_number(self, since: dt.datetime | None) -> Iterator[tuple[Rows, tuple[str, ...]]]:
        """Read in numbered pages, the oldest change first: what is edited meanwhile moves rows to earlier pages."""
        number, more, size = 0, True, self.system.switches.page_size
        while more:
            fate = self._begin_page()
            rows = sorted(self._selected(since), key=lambda row: (row[1].stamp, row[0].id))
            page, more = rows[number * size : (number + 1) * size], len(rows) > (number + 1) * size
            number += 1
            yield self._shown(page, fate), ()

    def _begin_page(self) -> Fate:
        fate = self.enter("page")
        self.start = self.start or self.system.now
        self._cut = self._cut or fate is Fate.TRUNCATED
        return fate

    def _shown(self, page: Rows, fate: Fate) -> Rows:
        for _, version in page:
            if self._latest is None or version.stamp > self._latest:
                self._latest = version.stamp
        return page[: len(page) // 2] if fate in LACKING else page

    def _selected(self, since: dt.datetime | None) -> Rows:
        rows = list(self.system.listed(self.request.module))
        if self.request.view is not None:
            shows = self.system.views.get((self.request.module, self.request.view))
            rows = [row for row in rows if shows is None or shows(row[1].fields)]
        return [row for row in rows if since is None or row[1].stamp >= since]

    def _place(self, row: tuple[Held, Version], since: dt.datetime | None) -> tuple[Any, ...]:
        own = order_of(row[0].id, self.system.switches.shuffled)
        return (own,) if since is None else (row[1].stamp, own)

    # -- numbered pages from the newest change on -------------------------------------------------------------------

    def _newest(self) -> Iterator[tuple[Rows, tuple[str, ...]]]:
        overlap = dt.timedelta(seconds=self.system.switches.overlap)
        begun = read_newest(self.request.cursor)
        api = _NewestApi(system=self.system, module=self.request.module, enter=self.enter)
        walk = Walk(
            api=cast("Api", api),
            module=cast("Module", _ById()),
            since=begun.stamp - overlap if begun else None,
            anchors=frozenset(begun.anchors) if begun else frozenset(),
        )
        for rows, _ in walk.pages():
            yield [api.states[row["id"], row["number"]] for row in rows], ()
        self.start = walk.start
        self.complete = walk.complete and walk.sound
        self.cursor = self.request.cursor
        if walk.sound and walk.start is not None:
            self.cursor = next_cursor(walk, begun, overlap, walk.start).text()


@dataclass(frozen=True, slots=True)
class _ById:
    """What the walk needs to know of a module."""

    id_field: str = "id"


@dataclass(slots=True)
class _NewestApi:
    """The calls that the walk makes, answered by the simulated system."""

    system: System
    module: str
    enter: Callable[[str], Fate]
    states: dict[tuple[str, int], tuple[Held, Version]] = field(default_factory=dict)

    def everything(self, module: object) -> dict[str, str]:
        del module
        return {}

    def sorts(self, module: object) -> bool:
        del module
        return True

    def sorts_not(self, module: object) -> None:
        del module
        raise AssertionError("the simulated list comes by change")

    def oldest(self, module: object) -> ListPage:
        del module
        cut = self.enter("oldest") is Fate.TRUNCATED
        rows = self._rows()[-1:]
        return ListPage(rows=[] if cut else rows, more=False, cut=cut, newest_first=None, now=self.system.now)

    def page(self, module: object, params: object, number: int) -> ListPage:
        del module, params
        fate = self.enter("page")
        rows, size = self._rows(), self.system.switches.page_size
        page = rows[(number - 1) * size : number * size]
        return ListPage(
            rows=page[: len(page) // 2] if fate in LACKING else page,
            more=len(rows) > number * size,
            cut=fate is Fate.TRUNCATED,
            newest_first=True,
            now=self.system.now,
        )

    def _rows(self) -> list[dict[str, Any]]:
        listed = sorted(self.system.listed(self.module), key=lambda row: (row[1].stamp, row[0].id), reverse=True)
        for held, version in listed:
            self.states[held.id, version.number] = (held, version)
        return [
            {"id": held.id, "number": version.number, MODIFIED: write_instant(version.stamp)}
            for held, version in listed
        ]


def order_of(identifier: str, seed: int) -> str:
    """Return where a record stands in a list: by its id, or in an order of the system's own."""
    return blake2b(f"{seed}{identifier}".encode(), digest_size=8).hexdigest() if seed else identifier


def version_of(system: System, version: Version) -> str | None:
    """Return the version that the adapter tells: of the write, or the stamp once that shows every later change."""
    if system.switches.versions == "writes":
        return str(version.number)
    lag = dt.timedelta(seconds=system.switches.commit_lag)
    return write_instant(version.stamp) if settled(version.stamp, system.now - lag) else None
