"""Looks records up by a field through COQL, which reads the records themselves and not the search index.

Zoho CRM API v8, "Get records through a COQL query".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho.stamps import write_instant
from syncdsl.adapters.zoho_crm.modules import USERS
from syncdsl.schema.canonical import match_form
from syncdsl.schema.values import Ref, Value, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader

VALUES_PER_QUERY = 50


class Finder:
    """Looks up records of one connection."""

    def __init__(self, api: Api, reader: Reader) -> None:
        self._api = api
        self._reader = reader

    def find(
        self, module: str, field: str, values: Sequence[Value], wanted: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Return the records that hold each value; text is compared without regard to case, as the CRM does."""
        schema = self._api.module(module)
        self._reader.check_fields(module, schema, (field, *wanted))
        sought = [value for value in dict.fromkeys(values) if not is_empty(value)]
        if not sought:
            return {}
        read = tuple(dict.fromkeys((field, *wanted)))
        if module == USERS:
            candidates: Iterable[Record] = self._reader.users(read)[0]
        else:
            ids = [str(value) for value in sought] if field == "id" else self._ids(module, field, sought)
            candidates = self._reader.fetch(module, ids, read).values()
        kind = schema.fields[field].value
        forms = {match_form(value, kind): value for value in sought}
        found: dict[Value, list[Record]] = {}
        for record in sorted(candidates, key=lambda item: item.id):
            held = record.id if field == "id" else record.fields.get(field)
            value = forms.get(match_form(held, kind))
            if value is not None:
                found.setdefault(value, []).append(_only(record, wanted))
        return found

    def _ids(self, module: str, field: str, values: Sequence[Value]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(values), VALUES_PER_QUERY):
            listed = ", ".join(_literal(value) for value in values[start : start + VALUES_PER_QUERY])
            for answer in self._api.query("id", module, f"{field} in ({listed})"):
                found += [str(row["id"]) for row in self._api.rows(answer)]
        return list(dict.fromkeys(found))


def _only(record: Record, wanted: Sequence[str]) -> Record:
    """Return the record with only the fields asked for (the field searched by may not be among them)."""
    return replace(record, fields={name: record.fields[name] for name in wanted if name in record.fields})


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return f"'{write_instant(value)}'"
        case dt.date():
            return f"'{value.isoformat()}'"
        case Ref():
            return f"'{_escaped(value.id)}'"
        case str():
            return f"'{_escaped(value)}'"
        case _:
            raise ValueError("several choices or rows cannot be looked up")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
