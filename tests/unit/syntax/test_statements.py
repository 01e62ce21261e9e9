"""Statements and clauses, one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import (
    Access,
    Action,
    ActionVerb,
    Adopt,
    Arrow,
    Assignment,
    Associate,
    Backfill,
    Cases,
    Change,
    Connection,
    CreatedTest,
    Dedupe,
    Document,
    DuplicateAction,
    EffectName,
    ElseSkip,
    Enforce,
    Expect,
    ExpectNothing,
    Given,
    Group,
    Guard,
    Language,
    Like,
    Limit,
    LineBlock,
    Map,
    MapLine,
    May,
    Module,
    Moved,
    MovedKind,
    OnConflict,
    OnDelete,
    OnDuplicate,
    Parent,
    Path,
    Per,
    Prefer,
    Record,
    Require,
    StageField,
    Statement,
    Table,
    Test,
    TestDate,
    TextLiteral,
    Transactions,
    Use,
    Users,
    View,
    When,
    WhenEmpty,
    Where,
    With,
    Without,
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
    assert [type(item) for item in when.clauses] == [Require]


def test_guard() -> None:
    """Limits have a subject, a number, perhaps a unit, and are per run or per day."""
    guard = statement("guard: updates <= 20 %\n    amount <= 100_000 EUR per day")
    assert isinstance(guard, Guard)
    assert [
        (item.subject.text, item.value, item.unit, item.per_day) for item in guard.limits if isinstance(item, Limit)
    ] == [("updates", Decimal(20), "%", False), ("amount", Decimal(100000), "EUR", True)]


def test_moved_and_use() -> None:
    """A rename has a kind and two names; a used file is named by its path or as a shipped set."""
    moved = statement("moved document a to b")
    assert isinstance(moved, Moved)
    assert (moved.kind, moved.old.text, moved.new.text) == (MovedKind.DOCUMENT, "a", "b")
    file, shipped = statement('use "other.sync"'), statement("use zoho.customers")
    assert isinstance(file, Use)
    assert isinstance(shipped, Use)
    assert isinstance(file.what, TextLiteral)
    assert file.what.value == "other.sync"
    assert isinstance(shipped.what, Path)
    assert shipped.what.text == "zoho.customers"


def test_transactions() -> None:
    """Kinds of documents, and the records that they can be associated with."""
    built = statement("transactions books: quotes, invoices\n    associate: deal")
    assert isinstance(built, Transactions)
    assert (built.connection.text, [kind.text for kind in built.kinds]) == ("books", ["quotes", "invoices"])
    assert [clause.record.text for clause in built.clauses if isinstance(clause, Associate)] == ["deal"]


def test_access() -> None:
    """Users stand one by one or as a profile; rights name kinds of documents."""
    built = statement(
        'access books "R":\n    users: "a@x.de", "b@x.de"\n    users: profile "Sales"\n    may view: bills'
    )
    assert isinstance(built, Access)
    assert built.role.value == "R"
    named, profile, may = built.clauses
    assert isinstance(named, Users)
    assert ([item.value for item in named.addresses], named.profile) == (["a@x.de", "b@x.de"], None)
    assert isinstance(profile, Users)
    assert profile.profile is not None
    assert (profile.addresses, profile.profile.value) == ((), "Sales")
    assert isinstance(may, May)
    assert (may.right.text, [kind.text for kind in may.kinds]) == ("view", ["bills"])


def test_a_test() -> None:
    """Steps stand in their order."""
    built = statement(
        'test "t":\n    today: 2026-05-01\n    given crm.A "a": X = 1, Y = "b"\n'
        '    change deal "d":\n        Z = empty\n'
        '    expect hold deal "d": line.rate == x\n'
        "    expect nothing else\n    expect nothing again\n    cases x, y:\n        1, 2\n        3, 4"
    )
    assert isinstance(built, Test)
    date, given, change, expect, nothing, again, cases = built.steps
    assert isinstance(date, TestDate)
    assert date.date == dt.date(2026, 5, 1)
    assert isinstance(given, Given)
    assert (given.subject.text, given.label.value) == ("crm.A", "a")
    assert [item.target.text for item in given.assignments if isinstance(item, Assignment)] == ["X", "Y"]
    assert isinstance(change, Change)
    assert len(change.assignments) == 1
    assert isinstance(expect, Expect)
    assert expect.label is not None
    assert (expect.effect, expect.subject.text, expect.label.value) == (EffectName.HOLD, "deal", "d")
    assert len(expect.conditions) == 1
    assert isinstance(nothing, ExpectNothing)
    assert isinstance(again, ExpectNothing)
    assert (nothing.again, again.again) == (False, True)
    assert isinstance(cases, Cases)
    assert ([name.text for name in cases.names], len(cases.rows)) == (["x", "y"], 2)


def test_nested_modules_and_likeness() -> None:
    """A nested module is a module in a clause; `like` and `without` name what is taken and left out."""
    nested = clause("with c: crm.C -> books.d\n        parent: A")
    assert isinstance(nested, With)
    assert nested.module.name.text == "c"
    parent = nested.module.clauses[0]
    assert isinstance(parent, Parent)
    assert parent.path.text == "A"
    like, without = clause("like: zoho.accounts"), clause("without: a, b.c")
    assert isinstance(like, Like)
    assert like.path.text == "zoho.accounts"
    assert isinstance(without, Without)
    assert [path.text for path in without.paths] == ["a", "b.c"]


def test_conditions_of_triggers_and_documents() -> None:
    """`require`, `backfill` and `per`."""
    when = statement("when deal is created: create quote\n    require: deal.X == 1\n    backfill: since 2026-01-01")
    assert isinstance(when, When)
    require, backfill = when.clauses
    assert isinstance(require, Require)
    assert isinstance(backfill, Backfill)
    assert backfill.since == dt.date(2026, 1, 1)
    document = statement("document a: books.b for deal\n    per: deal.X")
    assert isinstance(document, Document)
    assert isinstance(document.clauses[0], Per)
