"""Observes a module: what changed since a cursor, or all of it.

Books has no list of deleted records, so only a complete list can show that one is gone; it costs a call for 200 rows.
From a cursor on only the front of the list is read. Rows are thin; the full record is read where its version is not
the known one and a wanted field is not in the row.

A cursor is the stamp up to which all is known, never later than the newest stamp seen and the server's clock less the
overlap; reading goes back to the overlap before it, for what was written late or by another clock. When nothing had
changed for longer than the overlap, nothing older can come any more; the cursor then also names the first rows, and
the next reading ends where it meets one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page, Record
from syncdsl.adapters.zoho.stamps import read_instant, write_instant
from syncdsl.adapters.zoho_books.modules import CONTACT_PERSONS
from syncdsl.adapters.zoho_books.newest import Walk
from syncdsl.adapters.zoho_books.person_receipts import PersonReceipts
from syncdsl.adapters.zoho_books.receipts import Receipts
from syncdsl.adapters.zoho_books.values import tells
from syncdsl.adapters.zoho_books.versions import is_receipt

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterator

    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.moving import Movements
    from syncdsl.adapters.zoho_books.persons import Persons
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where an incremental reading begins: a stamp, and the marks of rows that stood at the front of a quiet list."""

    stamp: dt.datetime
    anchors: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the cursor as the engine keeps it."""
        return " ".join((write_instant(self.stamp), *self.anchors))


def read_cursor(text: str | None) -> Cursor | None:
    """Return a cursor from its text; None for none, and for one that is not understood: then all is read."""
    stamp, *anchors = (text or "").split(" ")
    moment = read_instant(stamp)
    return None if moment is None else Cursor(stamp=moment, anchors=tuple(anchors))


def next_cursor(walk: Walk, begun: Cursor | None, overlap: dt.timedelta, start: dt.datetime) -> Cursor:
    """Return the cursor after a sound reading."""
    bound = start - overlap
    stamps = [stamp for stamp in (walk.latest, begun.stamp if begun else None) if stamp is not None]
    latest = max(stamps, default=None)
    if latest is None:
        return Cursor(stamp=bound)
    quiet = latest < bound
    return Cursor(stamp=min(latest, bound), anchors=tuple(walk.front) if quiet else ())


class Observer:
    """Observes modules of one connection. `overlap` is how far back an incremental reading reaches."""

    def __init__(
        self, api: Api, reader: Reader, persons: Persons, movements: Movements, *, overlap: dt.timedelta
    ) -> None:
        self._api = api
        self._reader = reader
        self._persons = persons
        self._movements = movements
        self._overlap = overlap

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module from its cursor on, or completely; a list that does not come by change is always complete.

        Raises Fault SD707 when a field that is asked for is not there any more.
        """
        module, schema = self._api.module(request.module)
        self._reader.check_fields(request.module, schema, request.fields)
        if request.view is not None:
            raise self._api.client.problems.not_offered(f"module `{request.module}` has no views")
        begun = read_cursor(request.cursor)
        listed = self._persons.parents if module is CONTACT_PERSONS else module
        walk = yield from self._walked(request, module, schema, listed, begun)
        if begun is not None and walk.start is not None and begun.stamp > walk.start:
            # The server's clock went back: what was stamped since then lies before the cursor, unread.
            begun = None
            walk = yield from self._walked(request, module, schema, listed, begun)
        if walk.start is None:
            raise self._api.client.problems.unexpected(f"the list of `{request.module}` did not come")
        if begun is None:
            self._reader.customs.require(module, request.fields)
        cursor = request.cursor
        if walk.sound:
            cursor = next_cursor(walk, begun, self._overlap, walk.start).text()
            self._movements.observed(listed, walk.start)
        yield ObservationEnd(complete=walk.complete and walk.sound, cursor=cursor, server_time=walk.start)

    def _walked(
        self, request: ObserveRequest, module: Module, schema: ModuleSchema, listed: Module, begun: Cursor | None
    ) -> Generator[Page, None, Walk]:
        """Read the list from a cursor on, or all of it, and return the walk that it was."""
        walk = Walk(
            api=self._api,
            module=listed,
            since=begun.stamp - self._overlap if begun else None,
            anchors=frozenset(begun.anchors) if begun else frozenset(),
        )
        receipts = Receipts(reader=self._reader, module=module, schema=schema, request=request) if begun else None
        persons = PersonReceipts() if begun else None
        for rows, now in walk.pages():
            if module is CONTACT_PERSONS:
                page = self._persons.page(request, rows, now, persons)
            else:
                page = self._page(module, schema, request, rows, now, receipts)
            if page.records or page.unchanged or page.gone:
                yield page
        return walk

    def _page(
        self,
        module: Module,
        schema: ModuleSchema,
        request: ObserveRequest,
        rows: list[dict[str, Any]],
        now: dt.datetime,
        receipts: Receipts | None,
    ) -> Page:
        """Return rows as a page: known versions as unchanged, the others with what was asked for."""
        unchanged: list[str] = []
        changed: list[dict[str, Any]] = []
        own: list[dict[str, Any]] = []
        request.expect([str(row[module.id_field]) for row in rows])
        for row in rows:
            state = self._reader.state(module, row, now)
            known = request.known(str(row[module.id_field]))
            if state is not None and state.is_of(known, receipts=receipts is not None):
                if not is_receipt(known):
                    unchanged.append(str(row[module.id_field]))
                elif all(tells(row, name) for name in request.fields):
                    changed.append(row)
                else:
                    own.append(row)
            else:
                changed.append(row)
        thin = [row for row in changed if not all(tells(row, name) for name in request.fields)]
        details = self._reader.details_of(module, thin, now)
        lacking = {str(row[module.id_field]) for row in thin}
        records: list[Record] = []
        for row in changed:
            identifier = str(row[module.id_field])
            if identifier not in lacking:
                records.append(self._reader.record(module, schema, row, request.fields, now))
            elif identifier in details:
                detail, read_at = details[identifier]
                records.append(self._reader.whole(module, schema, detail, request.fields, read_at))
        taken = receipts.take(own) if receipts is not None else Page()
        records += taken.records
        self._reader.customs.confirm(module, request.fields, records)
        return Page(records=tuple(records), unchanged=(*unchanged, *taken.unchanged))
