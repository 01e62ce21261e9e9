"""Looks records up by a field: by a parameter of the list where there is one, else by reading the whole list.

Zoho Books API v3, List contacts, List invoices. Which parameters search exactly is documented for few fields,
and an unknown parameter is ignored in silence. So every row is compared here, and a list that answers with
other rows counts as unsearched and is read on, the newest change first: what was just written stands at its
front. Lists read the records themselves; the index behind `search_text`, which lags, is not used. Parameters may be
answered from such an index too, so what a search does not find is looked for among the latest changes as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import read_instant
from syncdsl.adapters.zoho_books.api import MODIFIED
from syncdsl.adapters.zoho_books.values import raw_value, read_value, tells, write_value
from syncdsl.schema.canonical import match_form
from syncdsl.schema.values import Value, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.types import FieldType


MOST_RECENT_PAGES = 10
"""How far the latest changes are looked through at most."""


class Finder:
    """Looks up records of one connection."""

    def __init__(self, api: Api, reader: Reader, *, at_once: int, overlap: dt.timedelta) -> None:
        self._api = api
        self._reader = reader
        self._at_once = at_once
        self._overlap = overlap
        self._deaf: set[tuple[str, str]] = set()
        """Parameters that a module's list was seen to ignore."""

    def find(self, name: str, field: str, values: Sequence[Value], wanted: Sequence[str]) -> dict[Value, list[Record]]:
        """Return the records that hold each value; text is compared without regard to case.

        Raises Fault SD707 when nothing can be found by a custom field because it is not there any more.
        """
        module, schema = self._api.module(name)
        self._reader.check_fields(name, schema, (field, *wanted))
        kind = schema.fields[field].value
        sought = [value for value in dict.fromkeys(values) if not is_empty(value)]
        read = tuple(dict.fromkeys((field, *wanted)))
        found = self._holding(name, field, kind, self._candidates(module, field, kind, sought), sought, read, wanted)
        missed = [value for value in sought if value not in found]
        if missed and self._parameter(module, field) is not None:
            # A search may not know yet what was just written; the list does, and has it at its front.
            found |= self._holding(name, field, kind, self._recent(module, field, kind, missed), missed, read, wanted)
        if any(value not in found for value in sought):
            self._reader.customs.require(module, (field,))
        return found

    def _holding(
        self,
        name: str,
        field: str,
        kind: FieldType,
        candidates: Sequence[str],
        sought: Sequence[Value],
        read: Sequence[str],
        wanted: Sequence[str],
    ) -> dict[Value, list[Record]]:
        """Read records and return those that hold one of the values, by value."""
        id_field = self._api.module(name)[0].id_field
        forms = {match_form(value, kind): value for value in sought}
        found: dict[Value, list[Record]] = {}
        for record in sorted(self._reader.fetch(name, candidates, read).values(), key=lambda item: item.id):
            held = record.id if field == id_field else record.fields.get(field)
            value = forms.get(match_form(held, kind))
            if value is not None:
                fields = {item: record.fields[item] for item in wanted if item in record.fields}
                found.setdefault(value, []).append(replace(record, fields=fields))
        return found

    def _recent(self, module: Module, field: str, kind: FieldType, sought: Sequence[Value]) -> list[str]:
        """Return the ids of rows at the front of the list, changed within the overlap, that hold one of the values."""
        forms = {match_form(value, kind) for value in sought}
        ids: list[str] = []
        for number in range(1, MOST_RECENT_PAGES + 1):
            if not self._api.sorts(module):
                break
            # Without any condition, as each may be answered from the index; rows of other modules are left out here.
            plain = {
                name: value for name, value in self._api.everything(module).items() if name not in module.restricted
            }
            page = self._api.page(module, plain, number)
            ids += [
                str(row[module.id_field])
                for row in page.rows
                if tells(row, field) and match_form(read_value(raw_value(row, field), kind), kind) in forms
            ]
            stamp = read_instant(page.rows[-1].get(MODIFIED)) if page.rows else None
            if not page.more or stamp is None or page.now - stamp > self._overlap:
                break
        return ids

    def _candidates(self, module: Module, field: str, kind: FieldType, sought: Sequence[Value]) -> list[str]:
        """Return the ids of records that may hold one of the values."""
        if field == module.id_field:
            return [str(value) for value in sought]
        parameter = self._parameter(module, field)
        if parameter is None or (len(sought) > 1 and (module.store, parameter) in self._deaf):
            return self._scan(module, field, kind, {}, sought)
        ids: list[str] = []
        first, *rest = sought or (None,)
        if not is_empty(first):
            ids += self._scan(module, field, kind, {parameter: str(write_value(first))}, [first])
        if (module.store, parameter) in self._deaf:
            return [*ids, *(self._scan(module, field, kind, {}, rest) if rest else [])]
        searched = each(
            lambda value: self._scan(module, field, kind, {parameter: str(write_value(value))}, [value]),
            rest,
            at_once=self._at_once,
        )
        return list(dict.fromkeys([*ids, *(identifier for found in searched for identifier in found)]))

    def _parameter(self, module: Module, field: str) -> str | None:
        if field == module.key_filter or (field.startswith("cf_") and module.key_filter is not None):
            return module.key_filter if module.key_filter == "custom_field" else field
        return field if field in module.filters else None

    def _scan(
        self, module: Module, field: str, kind: FieldType, params: dict[str, str], sought: Sequence[Value]
    ) -> list[str]:
        """List with parameters and return the ids of rows that hold a value, or may: where rows do not tell it.

        A unique field needs no further page once every value was met.
        """
        forms = {match_form(value, kind) for value in sought}
        unique = self._api.module(module.name)[1].fields[field].unique
        ids: list[str] = []
        met: set[Any] = set()
        for rows in self._api.pages(module, {**self._api.everything(module), **params}):
            for row in rows:
                if not tells(row, field):
                    ids.append(str(row[module.id_field]))
                    continue
                held = match_form(read_value(raw_value(row, field), kind), kind)
                if held in forms:
                    ids.append(str(row[module.id_field]))
                    met.add(held)
                elif params:
                    self._deaf.update((module.store, parameter) for parameter in params)
            if unique and met == forms:
                break
        return ids
