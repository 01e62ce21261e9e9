"""What is written is what is meant: conditions and lines come to the plan with every `not`, side and modifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.plan.expressions import Negate, StageTest
from syncdsl.plan.wording import expression_text

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import MapLine

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
ACCOUNTS = """table code:
    "EUR" -> 1
    _ -> 9

table trim:
    "Customer" -> 1
    "Other" -> 2

module accounts: crm.Accounts <-> books.customers
{where}    map:
        Account_Name <-> contact_name
{lines}
"""
DEAL = """record deal: crm.Deals

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            1 -> rate

when {}: create invoice
"""


def codes(analysed: Analyse, text: str) -> list[str]:
    """Return the codes of errors."""
    return [item.code.id for item in analysed(HEAD + text).diagnostics if item.level is Severity.ERROR]


@pytest.mark.parametrize(
    "condition",
    [
        'Account_Type in ("Customer", "Other")',
        'Account_Type not in ("Customer", "Other")',
        'Account_Type == "Customer" or Phone is empty',
        'Account_Type == "Customer" and Phone is not empty',
        'not (Account_Type == "Customer" and Phone is empty)',
        'if Phone is empty then Fax == "a" else Fax == "b"',
        '(Phone ?? Fax) == "1"',
        "Employees > -5",
        "trim(Account_Type) == 1",
        'id != "1"',
    ],
)
def test_a_condition_is_what_it_says(condition: str, analysed: Analyse) -> None:
    """The plan's condition reads as the rule does."""
    text = ACCOUNTS.format(where=f"    where crm: {condition}\n", lines="").replace("<->", "->")
    assert codes(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    where = plan.pairs["accounts"].left.where
    assert where is not None
    assert expression_text(where).replace("(", "").replace(")", "") == condition.replace("(", "").replace(")", "")


@pytest.mark.parametrize(
    "condition", ["deal.stage == won", "deal.stage != won", "won == deal.stage", "won != deal.stage"]
)
def test_a_class_of_stages_is_what_it_says(condition: str, analysed: Analyse) -> None:
    """A class stands on either side, holds the stages that the schema gives it, and `!=` is the opposite."""
    text = ACCOUNTS.format(where="", lines="") + DEAL.format(condition)
    assert codes(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    (trigger,) = plan.triggers
    test = trigger.condition
    assert isinstance(test, Negate) == ("!=" in condition)
    if isinstance(test, Negate):
        test = test.operand
    assert isinstance(test, StageTest)
    assert test.stages == ("Closed Won",)


def lines_of(analysed: Analyse, lines: str) -> list[MapLine]:
    """Return the lines of a map after the first."""
    text = ACCOUNTS.format(where="", lines="".join(f"        {line}\n" for line in lines.split("; ")))
    assert codes(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    return list(plan.pairs["accounts"].lines[1:])


def shown(line: MapLine) -> str:
    """Return the directions of a line and what it writes."""
    right, left = line.to_right, line.to_left
    return " ".join(
        f"{arrow}{item.target}={expression_text(item.value)}" for arrow, item in (("->", right), ("<-", left)) if item
    )


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("Phone -> phone; Phone <- phone", ["->phone=Phone <-Phone=phone"]),
        ("Phone <- phone; Phone -> phone", ["->phone=Phone <-Phone=phone"]),
        ("Phone -> phone; Fax <- phone", ["->phone=Phone", "<-Fax=phone"]),
        ("Phone -> phone; Phone <- mobile", ["->phone=Phone", "<-Phone=mobile"]),
        ("Phone <-> phone; Phone <- phone ?? mobile", ["->phone=Phone <-Phone=phone ?? mobile"]),
        ("Phone <-> phone; Phone ?? Fax -> phone", ["->phone=Phone ?? Fax <-Phone=phone"]),
    ],
)
def test_directions_of_one_line(lines: str, joined: list[str], analysed: Analyse) -> None:
    """Two lines are one when each writes what the other reads, whichever stands first."""
    assert [shown(line) for line in lines_of(analysed, lines)] == joined


def grouped(*groups: str) -> str:
    """Return lines in groups of their own."""
    text = ""
    for number, lines in enumerate(groups):
        text += f"        group g{number}:\n" + "".join(f"            {line}\n" for line in lines.split("; "))
    return ACCOUNTS.format(where="", lines=text)


def test_lines_of_two_groups_stay_apart(analysed: Analyse) -> None:
    """A group is written as a whole, so that a line of one is no direction of a line in another."""
    for first, second in (("Phone -> phone", "Phone <- phone"), ("Phone -> phone; Fax -> mobile", "Phone <- phone")):
        plan = analysed(HEAD + grouped(first, second)).plan
        assert plan is not None
        lines = plan.pairs["accounts"].lines[1:]
        assert not any(line.to_right and line.to_left for line in lines)
    plan = analysed(HEAD + grouped("Phone -> phone; Phone <- phone")).plan
    assert plan is not None
    assert [line.group for line in plan.pairs["accounts"].lines[1:]] == ["g0"]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("Phone -> phone", "Phone <- phone", []),
        ("Phone -> phone, prefer crm", "Phone <- phone", []),
        ("Phone -> phone", "Phone <- phone, prefer crm", []),
        ("Phone -> phone, prefer crm", "Phone <- phone, prefer books", ["SD311"]),
        ("Phone -> phone, prefer crm", "Phone <- phone, prefer crm", []),
        ("Phone -> phone, when empty", "Phone <- phone", ["SD311"]),
        ("Phone -> phone, when empty", "Phone <- phone, when empty", []),
        ("Phone -> phone, else skip", "Phone <- phone", ["SD311"]),
        ("Phone -> phone, else skip", "Phone <- phone, else skip", []),
        ("Phone <-> phone", "Phone <- phone ?? mobile, else skip", ["SD311"]),
        ("Phone <-> phone, else skip", "Phone <- phone ?? mobile", ["SD311"]),
        ("Phone <-> phone, prefer crm", "Phone <- phone ?? mobile", []),
    ],
)
def test_modifiers_of_both_directions(first: str, second: str, found: list[str], analysed: Analyse) -> None:
    """Both directions say the same; one of them may name whose value counts for both."""
    text = ACCOUNTS.format(where="", lines=f"        {first}\n        {second}\n")
    assert codes(analysed, text) == found
    if not found:
        (line,) = lines_of(analysed, f"{first}; {second}")
        assert line.prefer == ("left" if "prefer" in first + second else None)
        assert line.else_skip == ("else skip" in first)
        assert line.when_empty == ("when empty" in first)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Currency -> currency_id.currency_code", []),
        ("Currency -> currency_id.currency_name", ["SD302"]),
        ("Owner <- currency_id", ["SD314"]),
        ("id <- phone", ["SD304"]),
        ("Phone -> id", ["SD304"]),
        ("Owner.email <- email", []),
        ("Parent_Account.Owner.email <- email", ["SD302"]),
        ("Created_By.email <- email", ["SD304"]),
        ("Parent_Account.Parent_Account.Account_Name <- contact_name", ["SD302"]),
    ],
)
def test_what_can_be_written(line: str, found: list[str], analysed: Analyse) -> None:
    """A field, or a unique field right behind a reference that can be written; never what the system sets itself."""
    assert codes(analysed, ACCOUNTS.format(where="", lines=f"        {line}\n")) == found


def test_what_a_field_demands_is_in_the_plan(analysed: Analyse) -> None:
    """A line knows whether its field is required, and whether it is set at creation alone."""
    found = lines_of(analysed, "Phone -> phone")
    assert [(item.to_right.required, item.to_right.create_only) for item in found if item.to_right] == [(False, False)]
    plan = analysed(HEAD + ACCOUNTS.format(where="", lines="")).plan
    assert plan is not None
    (name,) = plan.pairs["accounts"].lines
    assert name.to_right is not None
    assert name.to_right.required
    people = "module people: crm.Contacts -> books.contact_persons\n    map:\n        Last_Name -> first_name\n"
    people += "        Account_Name -> contact_id\n"
    plan = analysed(HEAD + ACCOUNTS.format(where="", lines="") + people).plan
    assert plan is not None
    made = {item.target: item.create_only for line in plan.pairs["people"].lines if (item := line.to_right)}
    assert made == {"first_name": False, "contact_id": True}


def test_a_record_has_an_id(analysed: Analyse) -> None:
    """Every record can be asked for its own id, whether or not its module lists a field of that name."""
    text = ACCOUNTS.format(where="    dedupe: Phone == id\n", lines="")
    assert codes(analysed, text) == []
    assert codes(analysed, text.replace("== id", "== currency_id.id")) == ["SD203"]


def test_empty_is_compared_with_nothing_but_values(analysed: Analyse) -> None:
    """Two times `empty` is said in words of its own."""
    found = analysed(HEAD + ACCOUNTS.format(where="    where crm: empty == empty\n", lines="")).diagnostics
    assert [item.message for item in found if item.level is Severity.ERROR] == ["both sides are empty"]


def test_a_table_hides_a_builtin_of_its_name(analysed: Analyse) -> None:
    """A table that is called like a function of lists is called with values."""
    text = ACCOUNTS.replace("table trim:", "table first:").format(
        where="", lines="        first(Account_Type) -> notes\n"
    )
    assert codes(analysed, text) == ["SD301"]  # numbers are no text: it is the table that answers
    text = ACCOUNTS.format(where="", lines="        count(Account_Type) -> notes\n")
    assert codes(analysed, text) == ["SD317"]


@pytest.mark.parametrize(
    ("rows", "line", "found"),
    [
        ('"Customer" -> "business"; "Other" -> "individual"', "kinds(Account_Type) -> customer_sub_type", []),
        ('"Customer" -> "busines"; "Other" -> "individual"', "kinds(Account_Type) -> customer_sub_type", ["SD310"]),
        ('"Custmer" -> "business"; "Other" -> "individual"', "kinds(Account_Type) -> customer_sub_type", ["SD310"]),
        ('"Customer" <-> "business"; "Othr" <-> "individual"', "kinds(Account_Type) <-> customer_sub_type", ["SD310"]),
        ('_ -> "business"', "kinds(Account_Type) -> customer_sub_type", []),
        ('_ -> "busines"', "kinds(Account_Type) -> customer_sub_type", ["SD310"]),
    ],
)
def test_rows_are_choices_on_both_sides(rows: str, line: str, found: list[str], analysed: Analyse) -> None:
    """What a table is called with and what it answers have to be choices of the fields; the rest answers too."""
    table = "table kinds:\n" + "".join(f"    {row}\n" for row in rows.split("; ")) + "\n"
    where = '    where crm: Account_Type in ("Customer", "Other")\n'
    text = table + ACCOUNTS.format(where=where, lines=f"        {line}\n")
    if "<->" not in line:
        text = text.replace("Account_Name <-> contact_name", "Account_Name -> contact_name")
        text = text.replace("crm.Accounts <-> books.customers", "crm.Accounts -> books.customers")
    assert [code for code in codes(analysed, text) if code != "SD401"] == found
