"""Observes a module by listing all of it, the newest change first, and reading only what changed.

Books has no list of deleted records, so only a complete list can show that one is gone, and it is cheap: one
call for 200 rows. Rows are thin; the full record is read where its version is not the known one and a wanted
field is not in the row. While a list is read, edited records move to its front: they are read again at the
end, and no row is missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page, Record
from syncdsl.adapters.zoho_books.api import Api, all_of
from syncdsl.adapters.zoho_books.values import tells

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema

CLOSING_ROUNDS = 5
"""How often the front of the list is read again while records keep arriving there."""


@dataclass(slots=True)
class _Progress:
    """What one observation saw: ids with what their rows held, and the server's time at its beginning."""

    seen: dict[str, str] = field(default_factory=dict)
    start: dt.datetime | None = None


class Observer:
    """Observes modules of one connection."""

    def __init__(self, api: Api, reader: Reader) -> None:
        self._api = api
        self._reader = reader

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module completely; there are no cursors because there is no list of changes with deletions."""
        module, schema = self._api.module(request.module)
        self._reader.check_fields(request.module, schema, request.fields)
        if request.view is not None:
            raise self._api.client.problems.not_offered(f"module `{request.module}` has no views")
        progress = _Progress()
        number, more = 1, True
        while more:
            page, more, _ = self._page(module, schema, request, progress, number)
            number += 1
            if page.records or page.unchanged:
                yield page
        complete = True
        if number > 2 and not module.listed_only:
            complete = False
            for _ in range(CLOSING_ROUNDS):
                moved = list(self._front(module, schema, request, progress))
                yield from moved
                if not moved:
                    complete = True
                    break
        if progress.start is None:
            raise self._api.client.problems.unexpected(f"the list of `{request.module}` did not come")
        yield ObservationEnd(complete=complete, cursor=None, server_time=progress.start)

    def _front(
        self, module: Module, schema: ModuleSchema, request: ObserveRequest, progress: _Progress
    ) -> Iterator[Page]:
        """Read the list from its front until a page brings rows that were seen as they are."""
        number, more = 1, True
        while more:
            page, more, fresh = self._page(module, schema, request, progress, number)
            if page.records or page.unchanged:
                yield page
            if not fresh:
                return
            number += 1

    def _page(
        self,
        module: Module,
        schema: ModuleSchema,
        request: ObserveRequest,
        progress: _Progress,
        number: int,
    ) -> tuple[Page, bool, bool]:
        """Return a page of what was not yet seen, whether another follows, and whether all of its rows were new."""
        rows, more, answer = self._api.page(module, all_of(module), number)
        now = self._api.now(answer)
        progress.start = progress.start or now
        marks = {str(row[module.id_field]): self._reader.mark(module, row) for row in rows}
        new = [row for row in rows if progress.seen.get(str(row[module.id_field])) != marks[str(row[module.id_field])]]
        unchanged: list[str] = []
        changed: list[dict[str, Any]] = []
        for row in new:
            identifier = str(row[module.id_field])
            progress.seen[identifier] = marks[identifier]
            version = self._reader.version(module, row, now)
            if version is not None and version == request.known(identifier):
                unchanged.append(identifier)
            else:
                changed.append(row)
        records = self._records(module, schema, request, changed, now)
        return (
            Page(records=tuple(records), unchanged=tuple(unchanged)),
            more,
            bool(new) and len(new) == len(rows),
        )

    def _records(
        self,
        module: Module,
        schema: ModuleSchema,
        request: ObserveRequest,
        rows: list[dict[str, Any]],
        now: dt.datetime,
    ) -> list[Record]:
        thin = [row for row in rows if not all(tells(row, name) for name in request.fields)]
        details = self._reader.details(module, [str(row[module.id_field]) for row in thin])
        lacking = {str(row[module.id_field]) for row in thin}
        records = []
        for row in rows:
            identifier = str(row[module.id_field])
            if identifier not in lacking:
                records.append(self._reader.record(module, schema, row, request.fields, now))
            elif identifier in details:
                detail, read_at = details[identifier]
                records.append(self._reader.record(module, schema, detail, request.fields, read_at))
        return records
