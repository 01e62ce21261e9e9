"""The laws of maps: what comes back, what does not and the value that shows it, and what a line says it loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.schema.types import BooleanType, DateType, DecimalType, FieldSchema, IntegerType, MoneyType, TextType

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.analysis import Analysis
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType

    class Analyse(Protocol):
        """Checks rules against the shipped schemas, or others."""

        def __call__(self, text: str, others: dict[str, SchemaSnapshot] | None = None) -> Analysis:
            """Return what the rules come to."""


RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

table kind:
    "Customer" <-> "business"
    "Other" <-> "individual"
    "Partner" -> "business"

table lazy:
    "Customer" <-> "business"
    "Other" <-> "individual"
    _ -> "business"

module customers: crm.Accounts <-> books.customers
    where crm: {where}
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
        {lines}
"""
EVERYWHERE = "Account_Name is not empty"


@pytest.fixture(scope="module")
def wider(schemas: dict[str, SchemaSnapshot]) -> dict[str, SchemaSnapshot]:
    """Return the shipped schemas with a field of several kinds on both sides."""
    crm, books = schemas["crm"], schemas["books"]
    kinds: dict[str, FieldType] = {
        "price": MoneyType(),
        "cents": IntegerType(digits=12),
        "exact": DecimalType(digits=12, scale=4),
        "due": DateType(),
        "flag": BooleanType(),
        "note": TextType(length=50),
    }
    fields = {name: FieldSchema(label=name, value=kind) for name, kind in kinds.items()}
    accounts, customers = crm.modules["Accounts"], books.modules["customers"]
    return {
        "crm": crm.model_copy(
            update={
                "modules": {
                    **crm.modules,
                    "Accounts": accounts.model_copy(update={"fields": {**accounts.fields, **fields}}),
                }
            }
        ),
        "books": books.model_copy(
            update={
                "modules": {
                    **books.modules,
                    "customers": customers.model_copy(update={"fields": {**customers.fields, **fields}}),
                }
            }
        ),
    }


def _found(
    analysed: Analyse, wider: dict[str, SchemaSnapshot], lines: str, where: str = EVERYWHERE
) -> list[Diagnostic]:
    text = RULES.format(where=where, lines=lines.replace("; ", "\n        "))
    return [item for item in analysed(text, wider).diagnostics if item.code.id in {"SD318", "SD319"}]


@pytest.mark.parametrize(
    "lines",
    [
        "note <-> note",
        "price <-> exact",
        "Currency <-> currency_id.currency_code",
        "trim(note) -> note; note <- note",
        'note -> note; note <- "{note}"',
        "truncate(note, 50) -> note; note <- note",
        "round(price * 100) -> cents; price <- cents / 100",
        "price / 8 -> exact; price <- exact * 8",
        "5 - price -> price; price <- 5 - price",
        "-price -> price; price <- -price",
        "round(price, 2) -> price; price <- price",
        "due + 30 -> due; due <- add_days(due, -30)",
        "if flag then false else true -> flag; flag <- flag == false",
        "if note is empty then note else note -> note; note <- note",
    ],
)
def test_comes_back(lines: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """What is shown to come back, and loses nothing, is not spoken of."""
    assert [item.message for item in _found(analysed, wider, lines) if item.level is not Severity.NOTE] == []
    if "flag" not in lines:
        assert _found(analysed, wider, lines) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("upper(note) -> note; note <- note", "`Acme` in `note` comes back as `ACME`"),
        ("note -> note; note <- lower(note)", "`Acme` in `note` comes back as `acme`"),
        (
            "truncate(note, 40) -> note; note <- note",
            "a text of 50 characters in `note` comes back as `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`",
        ),
        ("price * 100 -> price; price <- price", "`1` in `price` comes back as `100`"),
        ("price / 4 -> exact; price <- exact * 3", "`1` in `price` comes back as `0.75`"),
        ('note -> note; note <- replace(note, "qq", "q")', "`qq` in `note` comes back as `q`"),
        ("price <- price + 1; price -> price", "`1` in `price` comes back as `2`"),
        ("cents -> exact; cents <- round(exact)", "`2.5` in `exact` comes back as `3`"),
        ("due + 30 -> due; due <- due - 31", "`2026-05-01` in `due` comes back as `2026-04-30`"),
        ("add_months(due, 1) -> due; due <- add_months(due, -1)", "`2026-01-31` in `due` comes back as `2026-01-28`"),
        (
            '"{note} {Fax}" -> note; note <- note',
            "`Acme` in `note` comes back as `Acme Acme` when `Fax` is `Acme`",
        ),
        (
            'if note == "gone" then Fax else note -> note; note <- note',
            "`gone` in `note` comes back empty",
        ),
        (
            "kind(Account_Type) <-> customer_sub_type",
            "`kind` has no row for `Analyst` of `Account_Type`, which comes back empty",
        ),
        ("not flag -> flag; flag <- flag", "`true` in `flag` comes back as `false`"),
    ],
)
def test_does_not_come_back(lines: str, message: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A line that loses values is an error in its place, with the first value that shows it."""
    (item,) = [found for found in _found(analysed, wider, lines) if found.level is Severity.ERROR]
    assert item.message == message
    assert item.help
    assert len(item.related) == lines.count(";")
    assert item.span.line == RULES[: RULES.index("{lines}")].count("\n") + 1 + lines.count(";")


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ("pad(note, 0) -> note; note <- note", "pad(note, 0)"),
        ("price / 3 -> price; price <- price * 3", "price / 3"),
    ],
)
def test_cannot_be_shown(lines: str, part: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """What no rule speaks for is refused, and the message names the part that nothing is known of."""
    found = [item.message for item in _found(analysed, wider, lines)]
    field = lines[lines.rindex("->") + 2 :].partition(";")[0].strip()
    assert found == [f"nothing shows that the values of `{field}` come back: `{part}` cannot be read backwards"]


@pytest.mark.parametrize(
    ("lines", "where", "notes"),
    [
        ("price ?? 0 -> price; price <- price", EVERYWHERE, ["an empty `price` comes back as `0`"]),
        ("price -> price; price <- price ?? 7", EVERYWHERE, ["an empty `price` comes back as `7`"]),
        (
            "note -> note; note <- note ?? contact_name",
            EVERYWHERE,
            ["an empty `note` comes back as `Acme` when `contact_name` is `Acme`"],
        ),
        (
            "note <-> note; note <- note ?? contact_name",
            EVERYWHERE,
            ["an empty `note` comes back as `Acme` when `contact_name` is `Acme`"],
        ),
        ("note ?? Fax -> note; note <- note", "note is not empty", []),
        ("price ?? 0 -> price; price <- price", "price > 3", []),
        (
            "kind(Account_Type) <-> customer_sub_type",
            'Account_Type in ("Customer", "Partner", "Other")',
            ["`Partner` in `Account_Type` comes back as `Customer`: its row in `kind` goes one way"],
        ),
        ("kind(Account_Type) <-> customer_sub_type", 'Account_Type in ("Customer", "Other")', []),
        (
            "lazy(Account_Type) <-> customer_sub_type",
            'Account_Type in ("Customer", "Press", "Other")',
            ["`Press` in `Account_Type` comes back as `Customer`: its row in `lazy` goes one way"],
        ),
        (
            'kind(Account_Type) ?? "business" -> customer_sub_type; Account_Type <- kind(customer_sub_type)',
            'Account_Type in ("Customer", "Press", "Other")',
            ["`Press` in `Account_Type` is left to the default, and comes back as `Customer`"],
        ),
        (
            "kind(note) <-> customer_sub_type",
            EVERYWHERE,
            [
                "`Partner` in `note` comes back as `Customer`: its row in `kind` goes one way",
                "`kind` has no row for some values of `note`: `Acme` comes back empty",
            ],
        ),
    ],
)
def test_what_is_lost(
    lines: str, where: str, notes: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]
) -> None:
    """A note names what a default or a one-way row loses, with an example from the records in scope."""
    found = _found(analysed, wider, lines, where)
    assert [item.message for item in found] == notes
    assert all(item.level is Severity.NOTE for item in found)


def test_what_else_is_read_counts(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """Trying all choices shows nothing where the line reads more than the field."""
    lines = (
        'if Fax == "zz" then "individual" else kind(Account_Type) -> customer_sub_type; '
        "Account_Type <- kind(customer_sub_type)"
    )
    (item,) = _found(analysed, wider, lines, 'Account_Type in ("Customer", "Other")')
    assert item.level is Severity.ERROR
    assert item.message.startswith("nothing shows that the values of `Account_Type` come back")


def test_rows_of_another_table_are_no_excuse(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """Two tables whose rows do not fit together lose values that both say they keep."""
    table = 'table crossed:\n    "Customer" <-> "individual"\n    "Other" <-> "business"\n\nmodule customers'
    lines = "kind(Account_Type) -> customer_sub_type\n        Account_Type <- crossed(customer_sub_type)"
    text = RULES.format(where='Account_Type in ("Customer", "Other")', lines=lines).replace("module customers", table)
    found = [item.message for item in analysed(text, wider).diagnostics if item.level is Severity.ERROR]
    assert found == ["`Customer` in `Account_Type` comes back as `Other`"]


def test_a_one_way_line_refines_a_two_way_line(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A one-way line beside `<->` over the same two fields takes its place in that direction."""
    text = RULES.format(where=EVERYWHERE, lines="note <-> note\n        note <- note ?? contact_name")
    plan = analysed(text, wider).plan
    assert plan is not None
    line = plan.pairs["customers"].lines[-1]
    assert line.text == "note <-> note; note <- note ?? contact_name"
    assert line.to_right is not None
    assert line.to_left is not None
    assert line.to_right.reads == (("note",),)
    assert line.to_left.reads == (("note",), ("contact_name",))


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("exact -> price", "decimal(12,4) may have more digits after the point than money"),
        ("cents -> exact", "integer(12) may have more digits than decimal(12,4)"),
        ("price -> exact", None),
        ("1 -> cents", None),
    ],
)
def test_numbers_that_may_not_fit(
    line: str, note: str | None, analysed: Analyse, wider: dict[str, SchemaSnapshot]
) -> None:
    """A note says where a number may be too precise or too large for the field."""
    found = [
        item.message
        for item in analysed(RULES.format(where=EVERYWHERE, lines=line), wider).diagnostics
        if item.code.id == "SD315" and item.span.line > 20
    ]
    assert [message.partition(": ")[2] for message in found] == ([note] if note is not None else [])
