"""Searches records by what people call them (Zoho Books API v3, the `…_contains` and `search_text` of lists).

Lists are asked for every status, as an inactive customer is one too. A parameter that Books does not know is ignored in
silence, so each row is compared here, and a list that does not narrow down is not read on for ever. The search may lag
behind the latest writes, which is fine for a person who looks for something.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_books.modules import CUSTOMERS, ITEMS, VENDORS
from syncdsl.adapters.zoho_books.values import tells

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader

LONGEST = 100
"""Characters that a search takes (Zoho Books API v3)."""

MOST_PAGES = 5
"""How far the answer to one search is read."""

_PARTNER = ("contact_name", "company_name", "first_name", "last_name")
NAMES: dict[str, tuple[str, ...]] = {CUSTOMERS.name: _PARTNER, VENDORS.name: _PARTNER, ITEMS.name: ("name", "sku")}
"""What people call a record, by module; of others it is the label."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    CUSTOMERS.name: ("contact_name_contains", "company_name_contains", "first_name_contains", "last_name_contains"),
    VENDORS.name: ("contact_name_contains", "company_name_contains", "first_name_contains", "last_name_contains"),
    ITEMS.name: ("name_contains", "search_text"),
}
"""How lists are searched, the most fitting first; others know `search_text`."""


class Searcher:
    """Searches the modules of one connection."""

    def __init__(self, api: Api, reader: Reader) -> None:
        self._api = api
        self._reader = reader

    def search(self, name: str, text: str, wanted: Sequence[str], limit: int) -> list[Record]:
        """Return at most `limit` records whose name, or a part of it, contains the text, without regard to case."""
        module, schema = self._api.module(name)
        self._reader.check_fields(name, schema, wanted)
        given = " ".join(text.split())
        if not given or limit < 1:
            return []
        names = NAMES.get(name, (module.label_field,))
        if module.listed_only:
            every = self._reader.all_records(name, tuple(dict.fromkeys((*names, *wanted))))
            return [_only(record, wanted) for record in every if _fits(record.fields, names, given)][:limit]
        rows = list(self._found(module, names, given, limit).items())[:limit]
        thin = [identifier for identifier, (row, _) in rows if not all(tells(row, field) for field in wanted)]
        read = self._reader.fetch(name, thin, wanted)
        found: list[Record] = []
        for identifier, (row, now) in rows:
            if identifier not in thin:
                found.append(self._reader.record(module, schema, row, wanted, now))
            elif identifier in read:
                found.append(read[identifier])
        return found

    def _found(
        self, module: Module, names: Sequence[str], given: str, limit: int
    ) -> dict[str, tuple[dict[str, Any], dt.datetime]]:
        """Return the rows that fit, by id, in the order of the searches, each with the server's time."""
        rows: dict[str, tuple[dict[str, Any], dt.datetime]] = {}
        for parameter in PARAMETERS.get(module.name, ("search_text",)):
            for number in range(1, MOST_PAGES + 1):
                page = self._api.page(module, {**self._api.everything(module), parameter: given[:LONGEST]}, number)
                for row in page.rows:
                    if _fits(row, names, given):
                        rows.setdefault(str(row[module.id_field]), (row, page.now))
                if len(rows) >= limit:
                    return rows
                if not page.more:
                    break
        return rows


def _only(record: Record, wanted: Sequence[str]) -> Record:
    return replace(record, fields={name: record.fields[name] for name in wanted if name in record.fields})


def _fits(row: Mapping[str, Any], names: Sequence[str], given: str) -> bool:
    """Return whether a name of a row contains the text, or its first and last name together do."""
    told = [" ".join(str(row.get(name) or "").split()).casefold() for name in names]
    whole = " ".join(str(row.get(name) or "") for name in ("first_name", "last_name")).strip().casefold()
    return any(given.casefold() in name for name in (*told, whole))
