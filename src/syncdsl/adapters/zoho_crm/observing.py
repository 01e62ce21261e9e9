"""Observes a module: complete lists, and what changed or was deleted since a cursor.

Zoho CRM API v8, Get records, Get deleted records, COQL. Cursors come from record stamps and the server's `Date`
header alone. A list read page by page by number can skip a row when one before it goes away meanwhile; when
that may have happened, the list is read a second time and both readings count.

An incremental reading first asks for ids and stamps, 2,000 a call, and reads further only what is not on file: by id
where that takes no more calls than the list, else the list from the first stamp that is not on file.

Membership of a view. A complete list of the view says it. After that it stays as it was for records that were not
modified, as long as the view is defined as it was and its criteria look at nothing but the record itself; the cursor
carries which definition that was. So an incremental reading asks for the definition, for what was modified since,
and only if there is any of it that is not on file for those records that are in the view now: a modified record that
is not among these is outside. In every other case the view is listed completely. That `cvid` and `If-Modified-Since`
narrow a list together is not written down anywhere; should it not hold, the next complete list says so.

Restored records. Nothing says that restoring a record stamps it, and no list tells what was restored. So the cursor
remembers the records that were deleted last and can still be restored; the query for what was modified asks for them
too, which costs no call, and one that is there again comes as a changed record. More of them than a query takes, or
deleted before there was a cursor that remembers, come to light with the next complete list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page
from syncdsl.adapters.zoho.stamps import GRANULARITY, read_instant, write_instant
from syncdsl.adapters.zoho_crm import api as calls
from syncdsl.adapters.zoho_crm.cursors import Cursor, Recycled, cursor_after, read_cursor, remembered
from syncdsl.adapters.zoho_crm.modules import CREATED, MODIFIED, USERS
from syncdsl.adapters.zoho_crm.reading import IDS_PER_CALL, Reader, has_rows, list_parts
from syncdsl.adapters.zoho_crm.views import View, Views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.schema.snapshot import ModuleSchema


@dataclass(slots=True)
class _Progress:
    """What one observation saw so far. `seen` maps ids to stamps, `recycled` are deletions that can be undone."""

    start: dt.datetime | None = None
    latest: dt.datetime | None = None
    seen: dict[str, str | None] = field(default_factory=dict)
    recycled: list[Recycled] = field(default_factory=list)

    def began(self, now: dt.datetime) -> None:
        self.start = self.start or now

    def saw(self, stamp: dt.datetime | None) -> None:
        if stamp is not None and (self.latest is None or stamp > self.latest):
            self.latest = stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of one call and the server's time. `thin`: they hold the stamps alone."""

    rows: list[dict[str, Any]]
    now: dt.datetime
    thin: bool = False


_STAMPS = f"id, {CREATED}, {MODIFIED}"


class Observer:
    """Observes modules of one connection. `overlap` is how far back an incremental reading reaches."""

    def __init__(self, api: Api, reader: Reader, *, overlap: dt.timedelta) -> None:
        self._api = api
        self._reader = reader
        self._views = Views(api)
        self._overlap = overlap

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module: completely, or what changed since the cursor where it has one that still holds."""
        schema = self._api.module(request.module)
        self._reader.check_fields(request.module, schema, request.fields)
        if request.module == USERS:
            yield from self._users(request)
            return
        cursor, previous = read_cursor(request.cursor), read_cursor(request.cursor or request.previous)
        view = self._view(request, previous)
        progress = _Progress()
        complete = cursor is None or not _holds(cursor, view, schema)
        if cursor is not None and not complete:
            progress.saw(cursor.since)
            yield from self._changes(request, schema, progress, view, cursor)
            if progress.start is not None and cursor.since > progress.start:
                # The server's clock went back: what was stamped since then lies before the cursor, unread.
                complete, progress = True, _Progress()
        if complete:
            yield from self._readings(request, schema, progress, view=view)
            self._recycled(request.module, progress)
        start = progress.start or dt.datetime.min.replace(tzinfo=dt.UTC)
        reached = cursor_after(
            start,
            progress.latest,
            self._overlap,
            view=view.id if view is not None else None,
            definition=view.definition if view is not None else None,
            recycled=remembered(progress.recycled, start),
        )
        steady = previous is not None and _holds(previous, view, schema)
        yield ObservationEnd(complete=complete, cursor=reached.write(), server_time=start, steady=steady)

    def _view(self, request: ObserveRequest, cursor: Cursor | None) -> View | None:
        """Return the view as it is defined before anything is read through it."""
        if request.view is None:
            return None
        return self._views.view(request.module, request.view, likely=cursor.view if cursor is not None else None)

    def _users(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        if request.view is not None:
            raise self._api.client.problems.not_offered(f"module `{USERS}` has no views")
        records, now = self._reader.users(request.fields)
        known = {record.id for record in records if record.version and record.version == request.known(record.id)}
        yield Page(
            records=tuple(record for record in records if record.id not in known), unchanged=tuple(sorted(known))
        )
        yield ObservationEnd(complete=True, cursor=None, server_time=now)

    def _changes(
        self, request: ObserveRequest, schema: ModuleSchema, progress: _Progress, view: View | None, cursor: Cursor
    ) -> Iterator[Page]:
        """Read what was modified or deleted since a cursor."""
        since = cursor.since if cursor.settled else cursor.since - self._overlap
        condition = f"{MODIFIED} {'>' if cursor.settled else '>='} '{write_instant(since)}'"
        deleted = {one.id: one.at for one in cursor.recycled}
        if deleted:
            listed = ", ".join(f"'{identifier}'" for identifier in deleted)
            condition = f"({condition} or id in ({listed}))"
            # What was deleted is not on file as it is, whatever version it comes back in.
            known = request.known
            request = replace(request, known=lambda one: None if one in deleted else known(one))
        found, on_file = self._fresh(request, schema, progress, condition)
        # Those with an old stamp would make the list long; they are few, and read by id.
        restored = [record for record in found if record.id in deleted]
        fresh = found if view is not None else [record for record in found if record.id not in deleted]
        outside: set[str] = set()
        if restored and view is None:
            read = self._reader.fetch(request.module, [record.id for record in restored], request.fields)
            yield Page(records=tuple(read.values()))
        if fresh:
            first = min((record.modified for record in fresh if record.modified is not None), default=since)
            first = first - GRANULARITY if restored else max(first - GRANULARITY, since)
            if view is not None:
                inside: set[str] = set()
                for page in self._readings(request, schema, progress, view=view, since=first):
                    inside.update(record.id for record in page.records)
                    inside.update(page.unchanged)
                    yield page
                outside = {record.id for record in fresh} - inside
            elif has_rows(schema, request.fields) or _cheaper_by_id(len(fresh), on_file):
                read = self._reader.fetch(request.module, [record.id for record in fresh], request.fields)
                yield Page(records=tuple(read.values()))
            else:
                yield from self._readings(request, schema, progress, since=first)
        back = {record.id for record in restored}
        told = self._gone(request.module, since, progress)
        # A list that still tells of the deletion that was undone is not believed.
        gone = [one for one, at in told.items() if one not in back or at is None or at > deleted[one]]
        progress.recycled += [one for one in cursor.recycled if one.id not in back]
        if gone or outside:
            yield Page(gone=tuple(dict.fromkeys((*gone, *sorted(outside)))))

    def _fresh(
        self, request: ObserveRequest, schema: ModuleSchema, progress: _Progress, condition: str
    ) -> tuple[list[Record], int]:
        """Return the records of a condition that are not on file as they are now, and how many are."""
        fresh: list[Record] = []
        on_file = 0
        for answer in self._api.query(_STAMPS, request.module, condition):
            now = self._api.now(answer)
            progress.began(now)
            rows = self._api.rows(answer)
            request.expect([str(row["id"]) for row in rows])
            for row in rows:
                bare = self._reader.record(request.module, schema, row, (), now)
                progress.saw(bare.modified)
                if bare.version is not None and bare.version == request.known(bare.id):
                    on_file += 1
                else:
                    fresh.append(bare)
        return fresh, on_file

    def _readings(
        self,
        request: ObserveRequest,
        schema: ModuleSchema,
        progress: _Progress,
        *,
        view: View | None = None,
        since: dt.datetime | None = None,
    ) -> Iterator[Page]:
        """Read the list, a second time when rows may have been skipped the first time."""
        for reading in (1, 2):
            pages = 0
            started: dt.datetime | None = None
            for listed in self._list(request, schema, view, since):
                pages += 1
                started = started or listed.now
                progress.began(listed.now)
                page = self._page(request, schema, listed, progress)
                if page.records or page.unchanged:
                    yield page
            if reading == 2 or pages < 2 or started is None:
                return
            if not self._disturbed(request, view, started - GRANULARITY):
                return

    def _list(
        self, request: ObserveRequest, schema: ModuleSchema, view: View | None, since: dt.datetime | None
    ) -> Iterator[_Rows]:
        params = {"fields": list_parts(schema, request.fields)[0]}
        if view is not None:
            params["cvid"] = view.id
        else:
            params |= {"sort_by": "id", "sort_order": "asc"}
        headers = {} if since is None else {"If-Modified-Since": write_instant(since)}
        read, last, more = 0, "", False
        for rows, answer in self._api.pages(f"/{request.module}", params, headers, most=calls.TOKEN_ROWS):
            yield _Rows(rows=rows, now=self._api.now(answer))
            read += len(rows)
            last = str(rows[-1]["id"]) if rows else last
            more = bool(answer.data is not None and (answer.data.get("info") or {}).get("more_records"))
        if not more:
            return
        if view is not None:
            what = f"more than {read:,} records in view `{view.name}` of module `{request.module}`"
            raise self._api.client.problems.not_covered(what)
        yield from self._rest(request.module, last, since)

    def _rest(self, module: str, last: str, since: dt.datetime | None) -> Iterator[_Rows]:
        """Read the rows behind the last one that page tokens reach."""
        condition = f"id > '{last}'"
        if since is not None:
            condition += f" and {MODIFIED} >= '{write_instant(since)}'"
        for answer in self._api.query(_STAMPS, module, condition):
            yield _Rows(rows=self._api.rows(answer), now=self._api.now(answer), thin=True)

    def _page(self, request: ObserveRequest, schema: ModuleSchema, listed: _Rows, progress: _Progress) -> Page:
        """Turn new rows into records; a row of a known version needs no further fields."""
        unchanged, changed = [], []
        request.expect([str(row["id"]) for row in listed.rows])
        for row in listed.rows:
            identifier, stamp = str(row["id"]), row.get(MODIFIED)
            if identifier in progress.seen and progress.seen[identifier] == stamp:
                continue
            progress.seen[identifier] = stamp
            progress.saw(read_instant(stamp))
            bare = self._reader.record(request.module, schema, row, (), listed.now)
            if bare.version is not None and bare.version == request.known(identifier):
                unchanged.append(identifier)
            else:
                changed.append(row)
        if listed.thin:
            read = self._reader.fetch(request.module, [str(row["id"]) for row in changed], request.fields)
            records = list(read.values())
        else:
            records = self._reader.records(request.module, schema, changed, request.fields, listed.now)
        return Page(records=tuple(records), unchanged=tuple(unchanged))

    def _disturbed(self, request: ObserveRequest, view: View | None, since: dt.datetime) -> bool:
        """Return whether rows may have moved forward: by deletions, in a view also by edits."""
        if self._gone(request.module, since):
            return True
        if view is None:
            return False
        headers = {"If-Modified-Since": write_instant(since)}
        answer = self._api.get(f"/{request.module}", {"fields": MODIFIED, "per_page": "1"}, headers)
        return bool(self._api.rows(answer))

    def _gone(
        self, module: str, since: dt.datetime, progress: _Progress | None = None
    ) -> dict[str, dt.datetime | None]:
        """Return the ids of records deleted since an instant, and when."""
        headers = {"If-Modified-Since": write_instant(since)}
        found: dict[str, dt.datetime | None] = {}
        for rows, _ in self._api.pages(f"/{module}/deleted", {"type": "all"}, headers):
            for row in rows:
                found[str(row["id"])] = read_instant(row.get("deleted_time"))
                if progress is not None:
                    progress.saw(found[str(row["id"])])
                    progress.recycled += _recyclable(row)
        return found

    def _recycled(self, module: str, progress: _Progress) -> None:
        """Take up what lies in the recycle bin, as far as one page tells it."""
        for rows, _ in self._api.pages(f"/{module}/deleted", {"type": "recycle"}, most=1):
            for row in rows:
                progress.recycled += _recyclable(row)


def _recyclable(row: dict[str, Any]) -> list[Recycled]:
    """Return the record that a row of the list of deleted ones is about, if it can be restored."""
    moment = read_instant(row.get("deleted_time"))
    if row.get("type") != "recycle" or moment is None or not str(row["id"]).isdecimal():
        return []
    return [Recycled(id=str(row["id"]), at=moment)]


def _holds(cursor: Cursor, view: View | None, schema: ModuleSchema) -> bool:
    """Return whether what was read until the cursor can be built upon."""
    if view is None:
        return cursor.view is None
    return (cursor.view, cursor.definition) == (view.id, view.definition) and view.steady(schema)


def _cheaper_by_id(fresh: int, on_file: int) -> bool:
    """Return whether reading records by id takes no more calls than listing them with those that are on file."""
    return -(-fresh // IDS_PER_CALL) <= -(-(fresh + on_file) // calls.PER_PAGE)
