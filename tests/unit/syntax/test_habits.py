"""Lines as people write them who know another language: one report each, with the line in its right form."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from syncdsl.diagnostics import Diagnostic, SourceFile
from syncdsl.syntax import parse
from syncdsl.syntax.habits import Habits

HEAD = "language 1\nconnection crm: zoho_crm\nconnection books: zoho_books\n"
MODULE = "module customers: crm.Accounts -> books.customers\n"
MAP = "    map:\n        Account_Name -> contact_name\n"


class Habit(NamedTuple):
    """A clause, a line of the map or a statement, and what the help shows as its right form."""

    written: str
    right: str


CLAUSES = [
    Habit("where status = 'active'", 'where crm: status == "active"'),
    Habit("where crm: Stage = 'Won' AND Employees > 10", 'where crm: Stage == "Won" and Employees > 10'),
    Habit('WHERE Kind == "a" OR Kind == "b"', 'where crm: Kind == "a" or Kind == "b"'),
    Habit("where crm: Phone is not None", "where crm: Phone is not empty"),
    Habit("where crm: Phone is null and not Fax = NULL", "where crm: Phone is empty and not Fax is empty"),
    Habit("where crm: Phone != null and Fax is not None", "where crm: Phone is not empty and Fax is not empty"),
    Habit('where crm: Name like "A%"', 'where crm: starts_with(Name, "A")'),
    Habit('where crm: Name not like "%A%"', 'where crm: not contains(Name, "A")'),
    Habit('where crm: Name like "%A"', 'where crm: ends_with(Name, "A")'),
    Habit('where crm: Kind in ["a", "b"]', 'where crm: Kind in ("a", "b")'),
    Habit("where crm: Employees between 3 and 5", "where crm: Employees >= 3 and Employees <= 5"),
    Habit("where crm: Revenue > 1.000,50", "where crm: Revenue > 1_000.50"),
    Habit("where crm: Since > 31.12.2025", "where crm: Since > 2025-12-31"),
    Habit("where crm: Since > 1. 2. 2025", "where crm: Since > 2025-02-01"),
    Habit("where crm: Since > 2025/1/31 AND A > 3", "where crm: Since > 2025-01-31 and A > 3"),
    Habit("dedupe by Email", "dedupe: Email == email, then Account_Name == contact_name"),
    Habit("dedupe: Email", "dedupe: Email == email, then Account_Name == contact_name"),
    Habit("dedupe: A == a or B == b, C == c", "dedupe: A == a, then B == b, then C == c"),
    Habit("dedupe: Account Name == Display Name", "dedupe: Account_Name == Display_Name"),
    Habit('on duplicate: "skip"', "on duplicate: skip"),
    Habit("on duplicate: skip;", "on duplicate: skip"),
    Habit("on duplicate\uff1askip", "on duplicate:skip"),
    Habit("on conflict: crm wins", "on conflict: crm"),
    Habit("on delete: keep", "on delete in crm: keep"),
]
LINES = [
    Habit("1,5 -> notes", "1.5 -> notes"),
    Habit("Fax to notes", "Fax -> notes"),
    Habit("Fax \uff0d\uff1e notes", "Fax -> notes"),
    Habit("Billing City -> notes", "Billing_City -> notes"),
    Habit("Billing_City & Billing_Code -> notes", '"{Billing_City}{Billing_Code}" -> notes'),
    Habit('Employees > 100 ? "large" : "small" -> notes', 'if Employees > 100 then "large" else "small" -> notes'),
    Habit('case when A > 3 then "a" else "b" end -> notes', 'if A > 3 then "a" else "b" -> notes'),
    Habit("kind[Product_Kind] -> notes", "kind(Product_Kind) -> notes"),
    Habit("Phone -> phone;", "Phone -> phone"),
]
STATEMENTS = [
    Habit("when deal.stage becomes won: create invoice", "when deal.stage == won: create invoice"),
    Habit("when deal.stage changes to lost: void invoice", "when deal.stage == lost: void invoice"),
    Habit('when deal.stage is "Won": create invoice', 'when deal.stage == "Won": create invoice'),
    Habit("when deal won: create invoice", "when deal.stage == won: create invoice"),
    Habit("when deal.stage == won then create invoice", "when deal.stage == won: create invoice"),
    Habit("when deal.stage == won: create an invoice", "when deal.stage == won: create invoice"),
    Habit("if deal.stage == won: create invoice", "when deal.stage == won: create invoice"),
    Habit("on deal.stage == won: create invoice", "when deal.stage == won: create invoice"),
    Habit("guard: 500 creates", "guard: creates <= 500"),
    Habit("guard: max 500 creates, 10 updates", "guard: creates <= 500, updates <= 10"),
    Habit("guard: amount <= 100_000 € per day", "guard: amount <= 100_000 EUR per day"),
    Habit("use zoho/accounts", "use zoho.accounts"),
    Habit("use: zoho.items", "use zoho.items"),
    Habit("module a: Accounts -> customers", "module a: crm.Accounts -> books.customers"),
    Habit("module a: crm.Accounts -> books.customers {", "module a: crm.Accounts -> books.customers"),
    Habit("connection third: Zoho Books", "connection third: zoho_books"),
]


def read(text: str) -> tuple[Diagnostic, ...]:
    """Return the findings of a file."""
    return tuple(parse(SourceFile(path="a.sync", text=text)).diagnostics)


def text_of(habit: Habit) -> str:
    """Put the line where such a line stands."""
    if habit in CLAUSES:
        return f"{HEAD}{MODULE}    {habit.written}\n{MAP}"
    if habit in LINES:
        return f"{HEAD}{MODULE}{MAP}        {habit.written}\n"
    return f"{HEAD}{habit.written}\n"


@pytest.mark.parametrize("habit", [*CLAUSES, *LINES, *STATEMENTS], ids=lambda habit: habit.written)
def test_one_report_shows_the_right_form(habit: Habit) -> None:
    """Whatever else is wrong in the line, one report stands on it and shows all of it in its right form."""
    text = text_of(habit)
    findings = read(text)
    line = text[: text.index(habit.written)].count("\n") + 1
    assert [item.span.line for item in findings] == [line]
    assert f"`{habit.right}`" in (findings[0].help or "")


@pytest.mark.parametrize("habit", [*CLAUSES, *LINES, *STATEMENTS], ids=lambda habit: habit.written)
def test_the_right_form_is_right(habit: Habit) -> None:
    """A line that a help suggests parses where it is suggested."""
    text = text_of(habit).replace(habit.written, habit.right)
    assert read(text) == ()


def test_connections_have_the_names_of_the_file() -> None:
    """A suggestion names the connections that the file has."""
    rewritten = Habits("connection sales: zoho_crm\nconnection ledger: zoho_books\n").rewritten("module a: X <-> y")
    assert rewritten is not None
    assert rewritten.text == "module a: sales.X <-> ledger.y"


def test_nothing_inside_texts_is_a_habit() -> None:
    """What stands in a text or in backticks is never rewritten."""
    assert Habits("").rewritten('view: "A AND B; 1,5 & 31.12.2025"') is None
    assert Habits("").rewritten("`Billing City` -> notes") is None


def test_the_place_is_right_behind_texts() -> None:
    """The place of a report counts what stands in texts before it."""
    written = 'where crm: Kind == "some long text" AND Employees > 3'
    (found,) = read(f"{HEAD}{MODULE}    {written}\n{MAP}")
    assert written[found.span.column - 5 :].startswith("AND ")


def test_lines_without_a_map_are_one_mistake() -> None:
    """Lines that stand where `map:` is missing are read as its lines: one report, at the first."""
    text = f"{HEAD}{MODULE}    dedupe: A == b\n    A -> b\n    C -> d\n    on duplicate: skip\n"
    assert [(item.code.id, item.span.line) for item in read(text)] == [("SD106", 6)]


def test_an_if_block_is_one_mistake() -> None:
    """An `if` with lines below it and its `else` are one report."""
    block = '        if Employees > 3:\n            "a" -> notes\n        else:\n            "b" -> notes\n'
    assert [item.span.line for item in read(f"{HEAD}{MODULE}{MAP}{block}        Fax -> fax\n")] == [7]


def test_odd_spaces_are_one_mistake() -> None:
    """No-break spaces, in whatever number, are read as spaces and reported at the first."""
    text = f"{HEAD}{MODULE}\u00a0\u00a0\u00a0\u00a0on duplicate:\u2003skip\n    map:\n        A\u00a0-> b\n"
    assert [(item.code.id, item.span.line) for item in read(text)] == [("SD110", 5)]


def test_a_conflict_of_branches_is_one_mistake() -> None:
    """The three marks of git make one report."""
    text = f"{HEAD}<<<<<<< HEAD\nguard: creates <= 5\n=======\nguard: creates <= 6\n>>>>>>> other\n"
    assert [item.span.line for item in read(text)] == [4]


def test_marks_and_comments_of_other_languages_are_one_mistake_each() -> None:
    """The marks of YAML and a comment over several lines make one report each, and the first statement stays first."""
    text = f"---\n{HEAD}/* one\n   else: two */\nguard: creates <= 5\n...\n"
    assert [(item.code.id, item.span.line) for item in read(text)] == [("SD110", 1), ("SD110", 5), ("SD110", 8)]


def test_settings_below_a_connection_are_sent_where_they_belong() -> None:
    """A line below a connection is told about syncdsl.toml."""
    (found,) = read("language 1\nconnection crm: zoho_crm\n    client_id: 1000\nconnection books: zoho_books\n")
    assert "syncdsl.toml" in (found.help or "")


def test_words_of_other_tools_are_known() -> None:
    """A word that means something else to other tools leads to the word of this language, not to one like it."""
    (found,) = read(f"{HEAD}{MODULE}    on delete in crm: remove\n{MAP}")
    assert found.help == "did you mean `delete`?"
