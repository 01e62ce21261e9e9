"""Observes a module: complete lists, and what changed or was deleted since a cursor.

Zoho CRM API v8, Get records, Get deleted records. Cursors come from record stamps and the server's `Date`
header alone. A list read page by page by number can skip a row when one before it goes away meanwhile; when
that may have happened, the list is read a second time and both readings count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page
from syncdsl.adapters.zoho.stamps import GRANULARITY, read_instant, write_instant
from syncdsl.adapters.zoho_crm.modules import MODIFIED, USERS
from syncdsl.adapters.zoho_crm.reading import Reader, field_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.schema.snapshot import ModuleSchema


@dataclass(slots=True)
class _Progress:
    """What one observation saw so far. `seen` maps ids to stamps."""

    start: dt.datetime | None = None
    latest: dt.datetime | None = None
    seen: dict[str, str | None] = field(default_factory=dict)

    def saw(self, stamp: dt.datetime | None) -> None:
        if stamp is not None and (self.latest is None or stamp > self.latest):
            self.latest = stamp


class Observer:
    """Observes modules of one connection. `overlap` is how far back an incremental reading reaches."""

    def __init__(self, api: Api, reader: Reader, *, overlap: dt.timedelta) -> None:
        self._api = api
        self._reader = reader
        self._overlap = overlap

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module; with a view the list is always complete, because views tell no changes."""
        schema = self._api.module(request.module)
        self._reader.check_fields(request.module, schema, request.fields)
        if request.module == USERS:
            yield from self._users(request)
            return
        since = read_instant(request.cursor) if request.view is None else None
        progress = _Progress(latest=since)
        if since is None:
            yield from self._readings(request, schema, progress)
        else:
            yield from self._readings(request, schema, progress, since - self._overlap)
            gone = self._gone(request.module, since - self._overlap)
            if gone:
                yield Page(gone=gone)
        start = progress.start or dt.datetime.min.replace(tzinfo=dt.UTC)
        bound = start - self._overlap
        yield ObservationEnd(
            complete=since is None,
            cursor=write_instant(min(progress.latest or bound, bound)) if request.view is None else None,
            server_time=start,
        )

    def _users(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        if request.view is not None:
            raise self._api.client.problems.not_offered(f"module `{USERS}` has no views")
        records, now = self._reader.users(request.fields)
        known = {record.id for record in records if record.version and record.version == request.known(record.id)}
        yield Page(
            records=tuple(record for record in records if record.id not in known), unchanged=tuple(sorted(known))
        )
        yield ObservationEnd(complete=True, cursor=None, server_time=now)

    def _readings(
        self,
        request: ObserveRequest,
        schema: ModuleSchema,
        progress: _Progress,
        since: dt.datetime | None = None,
    ) -> Iterator[Page]:
        """Read the list, a second time when rows may have been skipped the first time."""
        for reading in (1, 2):
            pages = 0
            started: dt.datetime | None = None
            for rows, now in self._list(request, since):
                pages += 1
                started = started or now
                progress.start = progress.start or now
                page = self._page(request, schema, rows, now, progress)
                if page.records or page.unchanged:
                    yield page
            if reading == 2 or pages < 2 or started is None:
                return
            if not self._disturbed(request, started - GRANULARITY):
                return

    def _list(
        self, request: ObserveRequest, since: dt.datetime | None
    ) -> Iterator[tuple[list[dict[str, Any]], dt.datetime]]:
        parts = field_parts(request.fields)
        params = {"fields": parts[0]}
        if request.view is not None:
            params["cvid"] = self._api.view_id(request.module, request.view)
        else:
            params |= {"sort_by": "id", "sort_order": "asc"}
        headers = {} if since is None else {"If-Modified-Since": write_instant(since)}
        for rows, answer in self._api.pages(f"/{request.module}", params, headers):
            yield rows, self._api.now(answer)

    def _page(
        self,
        request: ObserveRequest,
        schema: ModuleSchema,
        rows: list[dict[str, Any]],
        now: dt.datetime,
        progress: _Progress,
    ) -> Page:
        """Turn new rows into records; a row of a known version needs no further fields."""
        unchanged, changed = [], []
        for row in rows:
            identifier, stamp = str(row["id"]), row.get(MODIFIED)
            if identifier in progress.seen and progress.seen[identifier] == stamp:
                continue
            progress.seen[identifier] = stamp
            progress.saw(read_instant(stamp))
            bare = self._reader.record(request.module, schema, row, (), now)
            if bare.version is not None and bare.version == request.known(identifier):
                unchanged.append(identifier)
            else:
                changed.append(row)
        completed = self._reader.complete(request.module, changed, field_parts(request.fields))
        records = [self._reader.record(request.module, schema, row, request.fields, now) for row in completed]
        return Page(records=tuple(records), unchanged=tuple(unchanged))

    def _disturbed(self, request: ObserveRequest, since: dt.datetime) -> bool:
        """Return whether rows may have moved forward: by deletions, in a view also by edits."""
        if self._gone(request.module, since):
            return True
        if request.view is None:
            return False
        headers = {"If-Modified-Since": write_instant(since)}
        answer = self._api.get(f"/{request.module}", {"fields": MODIFIED, "per_page": "1"}, headers)
        return bool(self._api.rows(answer))

    def _gone(self, module: str, since: dt.datetime) -> tuple[str, ...]:
        headers = {"If-Modified-Since": write_instant(since)}
        pages = self._api.pages(f"/{module}/deleted", {"type": "all"}, headers)
        return tuple(dict.fromkeys(str(row["id"]) for rows, _ in pages for row in rows))
