"""Reads records by id and turns rows into records."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Record, Sample
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import read_instant, settled, write_instant
from syncdsl.adapters.zoho_books.api import MODIFIED, Api, fits
from syncdsl.adapters.zoho_books.custom_fields import CustomFields, lost
from syncdsl.adapters.zoho_books.details import Detail, Details
from syncdsl.adapters.zoho_books.dialect import ABSENT, NO_SUCH_URL, code_of, single, succeeded
from syncdsl.adapters.zoho_books.values import raw_value, read_fields, tells
from syncdsl.adapters.zoho_books.versions import State
from syncdsl.schema.digest import digest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.schema.snapshot import ModuleSchema


class Reader:
    """Reads records of one connection by id. `at_once` bounds the calls side by side."""

    def __init__(self, api: Api, *, at_once: int) -> None:
        self._api = api
        self._at_once = at_once
        self.kept = Details()
        self.customs = CustomFields(api)

    def fetch(self, name: str, ids: Sequence[str], wanted: Sequence[str]) -> dict[str, Record]:
        """Return the records that exist now; ids not in the answer are confirmed absent.

        Raises Fault SD707 when a field that was asked for is not there any more.
        """
        module, schema = self._api.module(name)
        self.check_fields(name, schema, wanted)
        unique = list(dict.fromkeys(ids))
        if module.listed_only:
            return {record.id: record for record in self.all_records(name, wanted) if record.id in set(unique)}
        found = {
            identifier: self.whole(module, schema, detail, wanted, now)
            for identifier, (detail, now) in self.details(module, unique).items()
        }
        self.customs.confirm(module, wanted, list(found.values()))
        return found

    def details_of(self, module: Module, rows: Sequence[dict[str, Any]], now: dt.datetime) -> dict[str, Detail]:
        """Return the full records behind list rows, reading those that were not read in this state before."""
        found: dict[str, Detail] = {}
        for row in rows:
            identifier = str(row[module.id_field])
            kept = self.kept.get(module, identifier, self.version(module, row, now))
            if kept is not None:
                found[identifier] = kept
        wanted = [str(row[module.id_field]) for row in rows]
        return found | self.details(module, [identifier for identifier in wanted if identifier not in found])

    def details(self, module: Module, ids: Sequence[str]) -> dict[str, Detail]:
        """Return the full records of those ids that exist, each with the server's time of its reading."""
        answers = each(lambda identifier: self.detail(module, identifier), ids, at_once=self._at_once)
        return {
            identifier: (detail, now)
            for identifier, (detail, now) in zip(ids, answers, strict=True)
            if detail is not None
        }

    def detail(self, module: Module, identifier: str) -> tuple[dict[str, Any] | None, dt.datetime]:
        """Return one full record, or None when there is none of this module with the id."""
        answer = self._api.read("GET", self._api.record_path(module, identifier), {})
        now = self._api.now(answer)
        if succeeded(answer):
            found = single(answer, module.single)
            if found is None:
                raise self._api.refused(answer, f"a record of {module.path}")
            if not fits(module, found):
                return None, now
            self.kept.put(module, identifier, self.version(module, found, now), (found, now))
            return found, now
        if _absent(answer, identifier):
            return None, now
        raise self._api.refused(answer, f"a record of {module.path}")

    def sample(self, name: str, limit: int) -> Sample:
        """Return the records of the first pages, with the fields that list rows tell, at most `limit`."""
        module, schema = self._api.module(name)
        rows: list[dict[str, Any]] = []
        number, more = 1, True
        while more and len(rows) < limit:
            page = self._api.page(module, self._api.everything(module), number)
            rows += page.rows
            more = page.more
            number += 1
        kept = rows[:limit]
        told = tuple(field for field in schema.fields if any(tells(row, field) for row in kept))
        return Sample(
            rows=tuple(read_fields(row, schema, told) for row in kept),
            fields=told,
            complete=len(rows) <= limit and not more,
        )

    def all_records(self, name: str, wanted: Sequence[str]) -> list[Record]:
        """Return every record of a module whose list rows tell everything."""
        module, schema = self._api.module(name)
        found: list[Record] = []
        number, more = 1, True
        while more:
            page = self._api.page(module, self._api.everything(module), number)
            if page.cut:
                raise self._api.client.problems.unexpected(f"page {number} of `{module.path}` lacks rows")
            found += [self.record(module, schema, row, wanted, page.now) for row in page.rows]
            more = page.more
            number += 1
        return found

    def record(
        self,
        module: Module,
        schema: ModuleSchema,
        row: dict[str, Any],
        wanted: Sequence[str],
        now: dt.datetime,
    ) -> Record:
        """Return a list row or a full record as a record; both have the same version."""
        return Record(
            module=module.name,
            id=str(row[module.id_field]),
            fields=read_fields(row, schema, wanted),
            version=self.version(module, row, now),
            modified=read_instant(row.get(MODIFIED)),
            created=read_instant(row.get("created_time")),
        )

    def whole(
        self, module: Module, schema: ModuleSchema, detail: dict[str, Any], wanted: Sequence[str], now: dt.datetime
    ) -> Record:
        """Return a full record as a record.

        Raises Fault SD707 when it lacks a field that was asked for: an empty one is there as well, so it is hidden from
        this user or no longer offered, and must not be taken for emptied. A custom field tells nothing by its absence;
        see `custom_fields`.
        """
        lacking = next((name for name in wanted if not tells(detail, name)), None)
        if lacking is not None:
            raise self._api.client.problems.not_offered(lost(module, lacking))
        return self.record(module, schema, detail, wanted, now)

    def version(self, module: Module, row: dict[str, Any], now: dt.datetime) -> str | None:
        """Return the version of a list row or a full record; None when it is not certain."""
        state = self.state(module, row, now)
        return state.version if state is not None else None

    def state(self, module: Module, row: dict[str, Any], now: dt.datetime) -> State | None:
        """Return stamp and content of what list rows and full records share; None where there is nothing to go by."""
        if not module.compared:
            return None
        content = self.content(module, row)
        if MODIFIED not in module.fields:
            return State(shown=content, settled=True)
        modified = read_instant(row.get(MODIFIED))
        if modified is None:
            return None
        return State(shown=f"{write_instant(modified)} {content}", settled=settled(modified, now))

    def content(self, module: Module, row: dict[str, Any]) -> str:
        """Return a digest of what list rows and full records share."""
        return digest([_plain(raw_value(row, name)) for name in module.compared])

    def check_fields(self, name: str, schema: ModuleSchema, wanted: Sequence[str]) -> None:
        """Raise Fault SD707 for a field that the snapshot does not have."""
        for field in wanted:
            if field not in schema.fields:
                raise self._api.client.problems.not_offered(f"module `{name}` has no field `{field}`")


def _absent(answer: Answer, identifier: str) -> bool:
    """Return whether a refusal proves that there is no such record; missing rights and failures never do."""
    code = code_of(answer)
    return code == ABSENT or (answer.status in {400, 404} and code == NO_SUCH_URL and not identifier.isdecimal())


def _plain(raw: Any) -> Any:
    """Return a form that is equal for equal content: numbers without trailing zeros, empty as None."""
    if isinstance(raw, Decimal | int) and not isinstance(raw, bool):
        return format(Decimal(raw).normalize(), "f")
    return None if raw in ("", [], None) else raw if isinstance(raw, str | bool) else str(raw)
