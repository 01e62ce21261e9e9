"""The rest of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

ROWS = ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")


@pytest.mark.parametrize(
    ("rows", "argument", "noted"),
    [(ROWS, "Rating", True), (ROWS[:-1], "Rating", False), (ROWS, "Fax", False)],
)
def test_rest(rows: tuple[str, ...], argument: str, noted: bool, prove: Prove, module: Module) -> None:  # noqa: FBT001 - a parameter of the table above
    """`_` is noted where the rows name every choice; a text may always be another."""
    table = "table stars:\n" + "".join(f'    "{row}" -> "*"\n' for row in rows) + '    _ -> "?"\n\n'
    lines = ("Account_Name -> contact_name", f"stars({argument}) -> notes")
    found = prove(table + module("one", "crm.Accounts -> books.customers", lines=lines), notes=True)
    assert [(item.code, item.text) for item in found] == ([("SD418", '_ -> "?"')] if noted else [])
