"""Calls of builtins: what they are given, and what they answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.wording import expression_text
from syncdsl.schema.types import (
    ChoicesType,
    ChoiceType,
    DecimalType,
    FieldSchema,
    IntegerType,
    MoneyType,
    RowsType,
    TextType,
)

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.analysis import Analysis
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

    class Analyse(Protocol):
        """Checks rules against the shipped schemas, or others."""

        def __call__(self, text: str, others: dict[str, SchemaSnapshot] | None = None) -> Analysis:
            """Return what the rules come to."""


HEAD = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts -> books.customers
    dedupe: Account_Name == contact_name
    map:
        Account_Name -> contact_name
        {line}
"""
ROWS = RowsType(
    fields={
        "Name": FieldSchema(label="Name", value=TextType(length=50)),
        "Total": FieldSchema(label="Total", value=MoneyType()),
        "Pieces": FieldSchema(label="Pieces", value=IntegerType()),
    }
)


def _field(value: FieldType) -> FieldSchema:
    return FieldSchema(label="extra", value=value)


@pytest.fixture(scope="module")
def wider(schemas: dict[str, SchemaSnapshot]) -> dict[str, SchemaSnapshot]:
    """Return the shipped schemas with lists, and with a field of each kind to write into."""
    crm, books = schemas["crm"], schemas["books"]
    accounts, customers = crm.modules["Accounts"], books.modules["customers"]
    accounts = accounts.model_copy(
        update={
            "fields": {
                **accounts.fields,
                "Lines": _field(ROWS),
                "Tags": _field(ChoicesType(options=("a", "b"))),
                "Score": _field(DecimalType()),
                "Note": _field(TextType(length=20)),
            }
        }
    )
    customers = customers.model_copy(
        update={
            "fields": {
                **customers.fields,
                "t20": _field(TextType(length=20)),
                "whole": _field(IntegerType()),
                "amount": _field(MoneyType()),
                "tag": _field(ChoiceType(options=("a", "b"))),
            }
        }
    )
    return {
        "crm": crm.model_copy(update={"modules": {**crm.modules, "Accounts": accounts}}),
        "books": books.model_copy(update={"modules": {**books.modules, "customers": customers}}),
    }


def _found(analysed: Analyse, wider: dict[str, SchemaSnapshot], line: str) -> list[Diagnostic]:
    return [item for item in analysed(HEAD.format(line=line), wider).diagnostics if item.code.id != "SD501"]


@pytest.mark.parametrize(
    "line",
    [
        "count(Lines) -> whole",
        "count(Lines.Total) -> whole",
        "count(Tags) -> whole",
        "sum(Lines.Pieces) -> whole",
        "sum(Lines.Total) ?? 0 -> amount",
        "first(Tags) -> tag",
        "truncate(first(Lines.Name), 20) -> t20",
        "round(Score) -> whole",
        "round(Score, -2) -> whole",
        "abs(count(Lines)) -> whole",
        'pad("{Score}", 6, " ") -> notes',
        'split(Note, "-", -1) -> t20',
        'pad(truncate(Note, 5), 20, "0") -> t20',
        'join(", ", truncate(Note, 9), truncate(Note, 9)) -> t20',
        'format(add_months(today(), 1), "dd.MM.yyyy") -> t20',
        "country_code(Billing_Country) -> t20",
        'phone_e164(Phone, "DE") -> t20',
        'convert(Score, "EUR", 0.92) -> amount',
        'number(Note, ",") -> amount',
        'if matches(Note, "[A-Z]*") then Note else empty -> t20',
    ],
)
def test_fits(line: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """The type of an answer is known so well that nothing is said of a line that always fits."""
    notes = [item for item in _found(analysed, wider, line) if item.code.id != "SD315" or "notes" not in line]
    assert [item.message for item in notes] == []


@pytest.mark.parametrize(
    ("line", "code", "message", "marked"),
    [
        ('split(Note, "-") -> t20', "SD307", "`split` takes 3 arguments, not 2", 'split(Note, "-")'),
        ('split(Note, "-", 1.5) -> t20', "SD307", "`index` of `split` takes a whole number, not `1.5`", "1.5"),
        ('pad(Note, 5, "ab") -> t20', "SD307", "`fill` of `pad` takes one character, not `ab`", '"ab"'),
        (
            'if matches(Note, "AB[z-a]*") then Note else empty -> t20',
            "SD307",
            "`pattern` of `matches` takes a range that goes up, such as `a-z`, not `AB[z-a]*`",
            "z",
        ),
        (
            "if matches(Note, Phone) then Note else empty -> t20",
            "SD307",
            "`pattern` of `matches` takes a text in quotes, not what only a run knows",
            "Phone",
        ),
        (
            'format(today(), "dd.mm.yyyy") -> t20',
            "SD307",
            "`pattern` of `format` takes `yyyy`, `yy`, `MM`, `M`, `dd` and `d`; other letters stand in single quotes",
            "m",
        ),
        (
            'if parse_date(Note, "MM/yyyy") is empty then Note else empty -> t20',
            "SD307",
            "`pattern` of `parse_date` takes year, month and day, each once, such as `dd.MM.yyyy`, not `MM/yyyy`",
            '"MM/yyyy"',
        ),
        (
            'convert(Score, "EUT", 2) -> amount',
            "SD310",
            "`currency` of `convert` takes a currency code, such as `EUR`, not `EUT`",
            '"EUT"',
        ),
        (
            'country_name(Note, "klingon") -> t20',
            "SD307",
            "`language` of `country_name` takes the code of a language, such as `en` or `de`, not `klingon`",
            '"klingon"',
        ),
        ("count(Score) -> whole", "SD317", "`Score` is decimal, no list", "Score"),
        ("count(1) -> whole", "SD317", "`1` is no list: `count` takes a field", "1"),
        ("count(Lines, Tags) -> whole", "SD307", "`count` takes one list, not 2", "count(Lines, Tags)"),
        ("sum(Lines) -> amount", "SD317", "`sum` takes one field of the rows, and `Lines` is all of them", "Lines"),
        ("sum(Lines.Name) -> amount", "SD317", "`sum` takes numbers, and `Lines.Name` is text(50)", "Lines.Name"),
        ("sum(Tags) -> amount", "SD317", "`Tags` is choices[a, b], no list", "Tags"),
        ("sum(Lines.Totl) -> amount", "SD201", "a row of `Lines` has no field `Totl`", "Totl"),
        ("Lines.Total -> amount", "SD316", "`Lines.Total` has a value in every row", "Lines.Total"),
        ("sum(Line.Total) -> amount", "SD201", "`crm.Accounts` has no field `Line`", "Line"),
    ],
)
def test_wrong(  # the columns of the table above
    line: str, code: str, message: str, marked: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]
) -> None:
    """A wrong argument is one error, at the argument or the very character, with a way out."""
    text = HEAD.format(line=line)
    found = [item for item in _found(analysed, wider, line) if item.level is Severity.ERROR]
    assert len(found) == 1, [item.message for item in found]
    (item,) = found
    assert item.message.startswith(message)
    assert item.help
    assert text[item.span.start : item.span.end] == marked
    if code != "SD201":
        assert item.code.id == code


def test_did_you_mean(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A currency code that is nearly right is named."""
    (item,) = _found(analysed, wider, 'convert(Score, "EUT", 2) -> amount')
    assert item.help is not None
    assert item.help.startswith("did you mean `E")


def test_list_in_the_plan(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A list function reads the list's field, adds its rows, and is printed as it was written."""
    plan = analysed(HEAD.format(line="sum(Lines.Pieces) -> whole"), wider).plan
    assert plan is not None
    assignment = plan.pairs["customers"].lines[1].to_right
    assert assignment is not None
    assert assignment.reads == (("Lines",),)
    assert expression_text(assignment.value) == "sum(Lines.Pieces)"
    evaluate = compile_expression(assignment.value, {})

    class Record:
        """A record with two lines."""

        fields = {"Lines": ((("Name", "a"), ("Pieces", 2)), (("Name", "b"), ("Pieces", 3)))}  # noqa: RUF012 - read only
        row: dict[str, Value] = {}  # noqa: RUF012 - read only
        today = None

        def follow(self, reference: object, name: str) -> None:
            """Return nothing: it refers to nothing."""

    assert evaluate(Record.fields, Record()) == 5  # type: ignore[arg-type]  # `today` is not asked for
