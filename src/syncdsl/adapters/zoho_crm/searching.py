"""Searches records by what people call them (Zoho CRM API v8, Search Records).

Criteria find names that begin with the text, `word` finds it anywhere in a record; of these only the records are meant
whose name contains it. The index behind the search lags, so the records themselves are read for the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_crm.api import PER_PAGE
from syncdsl.adapters.zoho_crm.modules import USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader

SHORTEST_WORD = 2
"""Characters below which `word` finds nothing but noise."""

LONGEST = 100
"""Characters of a text that are searched for; the rest is compared here."""

MOST_PAGES = 5
"""How far the answer to one search is read."""

_PERSON = ("First_Name", "Last_Name", "Full_Name")
NAMES: dict[str, tuple[str, ...]] = {"Contacts": _PERSON, USERS: ("full_name", "first_name", "last_name", "email")}
"""What people call a record, by module; of others it is the label."""

_ESCAPED = re.compile(r"([\\(),])")


class Searcher:
    """Searches the modules of one connection."""

    def __init__(self, api: Api, reader: Reader) -> None:
        self._api = api
        self._reader = reader

    def search(self, module: str, text: str, wanted: Sequence[str], limit: int) -> list[Record]:
        """Return at most `limit` records whose name, or a part of it, contains the text, without regard to case."""
        schema = self._api.module(module)
        self._reader.check_fields(module, schema, wanted)
        given = " ".join(text.split())
        if not given or limit < 1:
            return []
        names = [name for name in NAMES.get(module, (schema.label_field,)) if name in schema.fields]
        if module == USERS:
            users, _ = self._reader.users(names)
            ids = [record.id for record in users if _fits(record.fields, names, given)]
        else:
            ids = self._found(module, names, given, limit)
        found = self._reader.fetch(module, ids[:limit], wanted)
        return [found[identifier] for identifier in ids[:limit] if identifier in found]

    def _found(self, module: str, names: Sequence[str], given: str, limit: int) -> list[str]:
        """Return the ids of records that fit: first those whose names begin with the text."""
        searches = [{"criteria": criteria(names, given[:LONGEST])}]
        if len(given) >= SHORTEST_WORD:
            searches.append({"word": given[:LONGEST]})
        ids: dict[str, None] = {}
        for params in searches:
            for number in range(1, MOST_PAGES + 1):
                page = {"fields": ",".join(names), "per_page": str(PER_PAGE), "page": str(number)}
                answer = self._api.get(f"/{module}/search", {**params, **page})
                ids |= {str(row["id"]): None for row in self._api.rows(answer) if _fits(row, names, given)}
                if len(ids) >= limit:
                    return list(ids)
                info = answer.data.get("info") or {} if answer.data is not None else {}
                if not info.get("more_records"):
                    break
        return list(ids)


def criteria(names: Sequence[str], text: str) -> str:
    """Return the condition that one of the names begins with a text, or first and last name with two parts of it."""
    literal = _ESCAPED.sub(r"\\\1", text)
    parts = [f"({name}:starts_with:{literal})" for name in names]
    first, blank, last = literal.partition(" ")
    if blank and {"First_Name", "Last_Name"} <= set(names):
        parts.append(f"((First_Name:starts_with:{first})and(Last_Name:starts_with:{last}))")
    return parts[0] if len(parts) == 1 else f"({'or'.join(parts)})"


def _fits(row: Any, names: Sequence[str], given: str) -> bool:
    """Return whether a name contains the text, or its parts stand at the beginnings of first and last name."""
    sought = given.casefold()
    told = {name: " ".join(str(row.get(name) or "").split()).casefold() for name in names}
    if any(sought in name for name in told.values()):
        return True
    first, blank, last = sought.partition(" ")
    return bool(blank and told.get("First_Name", "").startswith(first) and told.get("Last_Name", "").startswith(last))
