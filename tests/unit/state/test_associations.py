"""What is remembered of documents that people associated with records."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.state import Association

if TYPE_CHECKING:
    from syncdsl.state import State

ONE = Association(
    connection="books",
    module="invoices",
    document_id="1",
    record_connection="crm",
    record_module="Deals",
    record_id="7",
    by="ada",
    at=dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC),
)


def test_a_document_belongs_to_one_record(state: State) -> None:
    """Who associated what and when is told by record; another record takes the place of the first, and it can end."""
    state.put_association(ONE)
    state.put_association(replace(ONE, module="quotes"))
    assert state.associations("crm", "Deals", "7") == [ONE, replace(ONE, module="quotes")]
    moved = replace(ONE, record_id="8", by="bob")
    state.put_association(moved)
    assert state.associations("crm", "Deals", "7") == [replace(ONE, module="quotes")]
    assert state.associations("crm", "Deals", "8") == [moved]
    state.forget_association("books", "invoices", "1")
    assert state.associations("crm", "Deals", "8") == []
