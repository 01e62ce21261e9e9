"""Tells a custom field that is gone from one that is empty.

Books leaves a custom field without a value out of its answers, and one that was removed or switched off as well.
Nothing in a record tells the two apart, and a removed field that passed for an emptied one would empty its partner. The
list of fields tells (`GET /settings/fields`), which costs a call. So it is read only where the difference matters, and
always after the answers it is to explain, lest a field be removed in between:

- Before records that lack a field are handed on by a reading or a fetch, once for all of a page. Who lacks none needs
  no question. Who lacks one was read in full anyway, since list rows leave it out too: it never doubles the calls.
  Records that did not change are not handed on, so that quiet runs and quiet sweeps ask nothing here.
- At the end of a reading that begins anew, although nothing lacks anything. Until something changes in Books a removed
  field does no harm; but what is written to it is refused record by record, and once a day one call tells why.
- After a search by a custom field that finds nothing: that no record carries a key means nothing without the field.

The answer to our own write is not questioned, which would double the calls for writes, but it is believed only as far
as nothing went from it: a record that lacks what was sent, or what it held when the write was decided on, counts as not
answered and is fetched. What it lacks besides was empty before, so nothing can be emptied because of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Outcome, Written
from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.values import CUSTOM_PREFIX
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.schema.values import Value

FIELDS = "/settings/fields"


def read_custom_fields(api: Api, entity: str) -> tuple[list[dict[str, Any]] | None, Answer]:
    """Return the custom fields of an entity that are in use, with the answer; None where the list did not come."""
    answer = api.read("GET", FIELDS, {"entity": entity})
    rows = answer.data.get("fields") if isinstance(answer.data, dict) else None
    if not succeeded(answer) or not isinstance(rows, list):
        return None, answer
    return [
        row
        for row in rows
        if isinstance(row, dict)
        and str(row.get("api_name") or "").startswith(CUSTOM_PREFIX)
        and row.get("is_active") is not False
    ], answer


class CustomFields:
    """Asks which custom fields there are, and remembers nothing: each question is about the answers before it."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def gone(self, module: Module, names: Iterable[str]) -> str | None:
        """Return one of some fields that is a custom field and not there any more; asks only when one is custom."""
        asked = [name for name in names if name.startswith(CUSTOM_PREFIX)]
        if not asked or module.entity is None:
            return None
        rows, answer = read_custom_fields(self._api, module.entity)
        if rows is None:
            raise self._api.refused(answer, FIELDS)
        there = {str(row["api_name"]) for row in rows}
        return next((name for name in asked if name not in there), None)

    def require(self, module: Module, names: Iterable[str]) -> None:
        """Raise Fault SD707 when one of some fields is a custom field and not there any more."""
        gone = self.gone(module, names)
        if gone is not None:
            raise self._api.client.problems.not_offered(lost(module, gone))

    def confirm(self, module: Module, wanted: Sequence[str], records: Sequence[Record]) -> None:
        """Raise Fault SD707 when records lack a custom field among the `wanted` ones because it is gone."""
        self.require(module, [name for name in wanted if any(name not in record.fields for record in records)])


def lost(module: Module, name: str) -> str:
    """Return what is said of a field that is not there any more."""
    return f"module `{module.name}` has no field `{name}` any more, or this user may not see it"


def believed(outcome: Outcome, sent: Mapping[str, Value], held: Mapping[str, Value]) -> Outcome:
    """Return what came of a write; a record that lost a custom field by it is to be fetched.

    `sent` is what was written, `held` what the record had before. What the write itself emptied is not lost.
    """
    if not isinstance(outcome, Written) or outcome.record is None:
        return outcome
    after = {**held, **sent}
    filled = (name for name, value in after.items() if name.startswith(CUSTOM_PREFIX) and not is_empty(value))
    return replace(outcome, record=None) if any(name not in outcome.record.fields for name in filled) else outcome
