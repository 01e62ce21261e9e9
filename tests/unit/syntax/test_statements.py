"""Statements and clauses, one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import (
    Action,
    ActionVerb,
    Adopt,
    Arrow,
    Connection,
    CreatedTest,
    Dedupe,
    Document,
    DuplicateAction,
    ElseSkip,
    Enforce,
    Group,
    Guard,
    Language,
    Limit,
    LineBlock,
    Map,
    MapLine,
    Module,
    OnConflict,
    OnDelete,
    OnDuplicate,
    Path,
    Prefer,
    Record,
    StageField,
    Statement,
    Table,
    Unsupported,
    View,
    When,
    WhenEmpty,
    Where,
    parse,
)


def statement(text: str) -> Statement:
    """Parse one statement without findings."""
    result = parse(SourceFile("a.sync", f"language 1\n{text}\n"))
    assert result.diagnostics == ()
    return result.program.statements[1]


def clause(text: str) -> object:
    """Parse one clause of a module without findings."""
    module = statement(f"module a: crm.A <-> books.b\n    {text}")
    assert isinstance(module, Module)
    return module.clauses[0]


def map_line(text: str) -> MapLine:
    """Parse one map line without findings."""
    block = clause(f"map: {text}")
    assert isinstance(block, Map)
    line = block.items[0]
    assert isinstance(line, MapLine)
    return line


def test_language_and_connection() -> None:
    """The two statements that begin a file."""
    program = parse(SourceFile("a.sync", "language 1\nconnection crm: zoho_crm\n")).program
    language, connection = program.statements
    assert isinstance(language, Language)
    assert language.version == 1
    assert isinstance(connection, Connection)
    assert (connection.name.text, connection.adapter.text) == ("crm", "zoho_crm")


def test_table_rows_have_arrows_and_a_rest() -> None:
    """`_` stands for the rest and is None in the tree."""
    table = statement('table kind:\n    "A" <-> "a"\n    _ -> "b"')
    assert isinstance(table, Table)
    assert [row.arrow for row in table.rows] == [Arrow.BOTH, Arrow.RIGHT]
    assert table.rows[1].left is None


def test_a_value_may_stand_after_the_colon() -> None:
    """A block may begin on the line of its header."""
    table = statement('table kind: "A" <-> "a"\n    "B" <-> "b"')
    assert isinstance(table, Table)
    assert len(table.rows) == 2


def test_module_header() -> None:
    """A module pairs two entities with an arrow."""
    module = statement("module a: crm.A <- books.`odd name`")
    assert isinstance(module, Module)
    assert module.arrow is Arrow.LEFT
    assert (module.left.connection.text, module.right.module.text) == ("crm", "odd name")


def test_view_and_where() -> None:
    """A view is a plain text with escapes; a condition names its connection."""
    view = clause(r'view: "a \"b\" {{c"')
    assert isinstance(view, View)
    assert view.name.value == 'a "b" {c'
    where = clause('where books: kind == "x"')
    assert isinstance(where, Where)
    assert where.connection is not None
    assert where.connection.text == "books"


def test_keys() -> None:
    """Keys are joined by `then`, equalities by `and`."""
    adopt = clause("adopt: id == external_id")
    assert isinstance(adopt, Adopt)
    assert len(adopt.key.equalities) == 1
    dedupe = clause("dedupe: A == a and B == b, then C == c")
    assert isinstance(dedupe, Dedupe)
    assert [len(key.equalities) for key in dedupe.keys] == [2, 1]


def test_policies() -> None:
    """`on duplicate`, `on conflict` and `on delete`."""
    duplicate = clause("on duplicate: clone in books")
    assert isinstance(duplicate, OnDuplicate)
    assert duplicate.action is DuplicateAction.CLONE
    skip = clause("on duplicate: skip")
    assert isinstance(skip, OnDuplicate)
    assert skip.connection is None
    conflict = clause("on conflict: newest")
    assert isinstance(conflict, OnConflict)
    assert conflict.winner.text == "newest"
    delete = clause("on delete in crm: deactivate")
    assert isinstance(delete, OnDelete)
    assert (delete.connection.text, delete.action.value) == ("crm", "deactivate")


def test_modifiers() -> None:
    """Modifiers follow a map line in any order."""
    line = map_line("A <-> b, when empty, prefer crm, enforce, else skip")
    assert [type(item) for item in line.modifiers] == [WhenEmpty, Prefer, Enforce, ElseSkip]


def test_statement_words_name_fields() -> None:
    """`group`, `line`, `view` and the like are names where a name stands."""
    line = map_line("group -> line.view")
    assert line.left == Path(parts=("group",), span=line.span, part_spans=())
    assert line.right == Path(parts=("line", "view"), span=line.span, part_spans=())


def test_groups_and_lines() -> None:
    """A map holds map lines, groups, and document lines with or without rows."""
    text = (
        "document d: books.invoices for deal\n    map:\n        A -> b\n        group g:\n            A -> b\n"
        "        line:\n            A -> b\n        line for row in deal.Rows:\n            row.A -> b"
    )
    document = statement(text)
    assert isinstance(document, Document)
    block = document.clauses[0]
    assert isinstance(block, Map)
    _, group, line, rows = block.items
    assert isinstance(group, Group)
    assert group.name.text == "g"
    assert isinstance(line, LineBlock)
    assert line.row is None
    assert isinstance(rows, LineBlock)
    assert rows.row is not None
    assert rows.rows is not None
    assert (rows.row.text, rows.rows.text) == ("row", "deal.Rows")


def test_record() -> None:
    """A record has its stage field, a view and a condition without connection."""
    record = statement('record deal: crm.Deals\n    stage: Stage\n    view: "Open"\n    where: Amount > 0')
    assert isinstance(record, Record)
    stage, _, where = record.clauses
    assert isinstance(stage, StageField)
    assert stage.path.text == "Stage"
    assert isinstance(where, Where)
    assert where.connection is None


def test_when() -> None:
    """A trigger has a condition and actions, on its line or below it."""
    when = statement("when deal is created:\n    create quote\n    void invoice, even sent\n    require: x == 1")
    assert isinstance(when, When)
    assert isinstance(when.condition, CreatedTest)
    assert [(item.verb, item.even_sent) for item in when.actions if isinstance(item, Action)] == [
        (ActionVerb.CREATE, False),
        (ActionVerb.VOID, True),
    ]
    assert [item.what for item in when.clauses if isinstance(item, Unsupported)] == ["require"]


def test_guard() -> None:
    """Limits have a subject, a number, perhaps a unit, and are per run or per day."""
    guard = statement("guard: updates <= 20 %\n    amount <= 100_000 EUR per day")
    assert isinstance(guard, Guard)
    assert [
        (item.subject.text, item.value, item.unit, item.per_day) for item in guard.limits if isinstance(item, Limit)
    ] == [("updates", Decimal(20), "%", False), ("amount", Decimal(100000), "EUR", True)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("moved module a to b", "moved"),
        ('use "other.sync"', "use"),
        ("transactions books: quotes", "transactions"),
        ('access books "R":\n    users: "a@example.com"', "access"),
        ('test "t":\n    expect nothing else', "test"),
    ],
)
def test_statements_that_are_not_built(text: str, what: str) -> None:
    """They parse, and the tree names them."""
    built = statement(text)
    assert isinstance(built, Unsupported)
    assert built.what == what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("with c: crm.C -> books.d\n        parent: A", "with"),
        ("parent: A", "parent"),
        ("like: zoho.accounts", "like"),
        ("without: a, b", "without"),
    ],
)
def test_clauses_that_are_not_built(text: str, what: str) -> None:
    """They parse, and the tree names them."""
    built = clause(text)
    assert isinstance(built, Unsupported)
    assert built.what == what
