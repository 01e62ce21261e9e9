"""Used files: every name of a connection in them stands for one of the file that uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis import UsedFile, analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.analysis import Analysis
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import Program

MAIN = "language 1\n\nconnection sales: zoho_crm\nconnection money: zoho_books\n\n{}\n"
OTHER = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
MODULE = """module accounts: crm.Accounts <-> books.customers
    on duplicate: overwrite in books
    on conflict: crm
    on delete in books: keep
    where books: customer_sub_type == "business"
    map:
        Account_Name <-> contact_name
        "business" -> customer_sub_type
        Phone <-> phone, prefer books
"""


def program(name: str, text: str) -> tuple[SourceFile, Program]:
    """Return a parsed file."""
    source = SourceFile(name, text)
    parsed = parse(source)
    assert not parsed.diagnostics, [item.message for item in parsed.diagnostics]
    return source, parsed.program


def used(schemas: dict[str, SchemaSnapshot], *texts: str) -> Analysis:
    """Analyse rules with used files, each of which is used by the one before it."""
    first = program("main.sync", texts[0])
    files: list[UsedFile] = []
    before = first
    for number, text in enumerate(texts[1:]):
        source, tree = program(f"used{number}.sync", text)
        files.append(UsedFile(source=source, program=tree, at=before[1].statements[-1].span, shipped=False))
        before = source, tree
    own = {"sales": schemas["crm"], "money": schemas["books"]}
    return analyse([first], own, used=files)


def test_every_clause_is_renamed(schemas: dict[str, SchemaSnapshot]) -> None:
    """Conditions, policies and lines of a used module are about the connections of the file that uses it."""
    found = used(schemas, MAIN.format('use "used0.sync"'), OTHER + MODULE)
    assert [item.message for item in found.diagnostics if item.level is not Severity.NOTE] == []
    assert found.plan is not None
    pair = found.plan.pairs["accounts"]
    assert (pair.left.connection, pair.right.connection) == ("sales", "money")
    assert (pair.on_duplicate.into, pair.on_conflict, dict(pair.on_delete)) == ("right", "left", {"right": "keep"})
    assert [line.prefer for line in pair.lines] == [None, None, "right"]
    assert pair.right.where is not None


def test_a_file_used_by_a_used_file_is_bound_too(schemas: dict[str, SchemaSnapshot]) -> None:
    """The innermost file has the connections of the outermost."""
    names = OTHER.replace("connection crm", "connection a").replace("connection books", "connection b")
    inner = names + MODULE.replace("crm", "a").replace("books", "b")
    found = used(schemas, MAIN.format('use "used0.sync"'), OTHER + 'use "used1.sync"\n', inner)
    assert [item.message for item in found.diagnostics if item.level is not Severity.NOTE] == []
    assert found.plan is not None
    assert found.plan.pairs["accounts"].left.connection == "sales"


@pytest.mark.parametrize("adapters", ["zoho_books zoho_crm", "zoho_crm zoho_crm"])
def test_another_kind_of_system_is_reported_once(adapters: str, schemas: dict[str, SchemaSnapshot]) -> None:
    """The kinds have to be the same at each place; what follows from it is not reported."""
    left, right = adapters.split()
    text = OTHER.replace("crm: zoho_crm", f"crm: {left}").replace("books: zoho_books", f"books: {right}") + MODULE
    found = used(schemas, MAIN.format('use "used0.sync"'), text)
    assert [item.code.id for item in found.diagnostics] == ["SD224"]
