"""Types: what fits where, to the last character and digit; what can be compared; and what a table's rows may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.plan.expressions import Comparison, TableCall
from syncdsl.schema.types import (
    ChoiceType,
    DecimalType,
    FieldSchema,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
)

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
RULES = """module accounts: crm.Accounts -> books.customers
{where}    map:
        Account_Name -> contact_name
        {line}
"""
READ: dict[str, FieldType] = {
    "T9": TextType(length=9),
    "T20": TextType(length=20),
    "T21": TextType(length=21),
    "Note": TextType(),
    "Ab": ChoiceType(options=("a", "bbbb")),
    "Cd": ChoiceType(options=("c", "d")),
    "N7_2": DecimalType(digits=7, scale=2),
    "N7_3": DecimalType(digits=7, scale=3),
    "N7_1": DecimalType(digits=7, scale=1),
    "N9_2": DecimalType(digits=9, scale=2),
    "N": DecimalType(),
    "I5": IntegerType(digits=5),
    "I6": IntegerType(digits=6),
    "Somebody": ReferenceType(modules=("users", "Contacts")),
    "Lines": RowsType(fields={"Price": FieldSchema(label="Price", value=MoneyType(scale=2))}),
}
WRITTEN: dict[str, FieldType] = {
    "t20": TextType(length=20),
    "t4": TextType(length=4),
    "t3": TextType(length=3),
    "abc": ChoiceType(options=("a", "bbbb", "c")),
    "a": ChoiceType(options=("a",)),
    "n7_2": DecimalType(digits=7, scale=2),
    "n8_3": DecimalType(digits=8, scale=3),
    "n9_1": DecimalType(digits=9, scale=1),
    "i5": IntegerType(digits=5),
}


@pytest.fixture(scope="module")
def wider(schemas: dict[str, SchemaSnapshot]) -> dict[str, SchemaSnapshot]:
    """Return the schemas with fields of exact types on both sides."""
    found = dict(schemas)
    for system, module, kinds in (("crm", "Accounts", READ), ("books", "customers", WRITTEN)):
        schema = found[system].modules[module]
        more = {name: FieldSchema(label=name, value=kind) for name, kind in kinds.items()}
        changed = schema.model_copy(update={"fields": {**schema.fields, **more}})
        found[system] = found[system].model_copy(update={"modules": {**found[system].modules, module: changed}})
    return found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        # texts
        ("T20 -> t20", []),
        ("T21 -> t20", ["SD315"]),
        ("Note -> t20", ["SD315"]),
        (f'"{"x" * 20}" -> t20', []),
        (f'"{"x" * 21}" -> t20', ["SD301"]),
        (f'if Phone is empty then "{"x" * 21}" else "y" -> t20', ["SD301"]),
        ("T20 ?? T21 -> t20", ["SD315"]),
        ("T21 ?? T20 -> t20", ["SD315"]),
        ("T20 ?? Note -> t20", ["SD315"]),
        ("T20 ?? T9 -> t20", []),
        ("truncate(T20, 30) -> t20", []),
        ("truncate(T21, 20) -> t20", []),
        ("truncate(Note, 21) -> t20", ["SD315"]),
        ("trim(T20) -> t20", []),
        ("trim(T21) -> t20", ["SD315"]),
        ('join("--", T9, T9) -> t20', []),
        ('join("---", T9, T9) -> t20', ["SD315"]),
        ('join("--", T9, Note) -> t20', ["SD315"]),
        # choices
        ("Ab -> t4", []),
        ("Ab -> t3", ["SD315"]),
        ("Ab -> abc", []),
        ("Ab -> a", ["SD310"]),
        ("Cd -> abc", ["SD310"]),
        ("if Phone is empty then Ab else Cd -> abc", ["SD310"]),
        ("if Phone is empty then Cd else Ab -> abc", ["SD310"]),
        ("T9 -> abc", ["SD315"]),
        ('if Phone is empty then "a" else "b" -> abc', ["SD310"]),
        ('if Phone is empty then "a" else "c" -> abc', []),
        # numbers
        ("N7_2 -> n7_2", []),
        ("N7_3 -> n7_2", ["SD315"]),
        ("N9_2 -> n7_2", ["SD315"]),
        ("N7_2 -> n8_3", []),
        ("N7_1 -> n8_3", ["SD315"]),
        ("N -> n7_2", []),
        ("I5 -> i5", []),
        ("I6 -> i5", ["SD315"]),
        ("sum(Lines.Price) -> n7_2", []),
        ("sum(Lines.Price) -> n9_1", ["SD315"]),
        # what stands for nothing, and what calculates
        ("empty ?? Employees -> t20", ["SD301"]),
        ("if Phone is empty then empty else Employees -> t20", ["SD301"]),
        ("empty -> t20", []),
        ("-I5 -> i5", []),
        ("-Note -> t20", ["SD308"]),
        ("2 * Note -> i5", ["SD308"]),
        ("Note * 2 -> i5", ["SD308"]),
        ('"{today() * 2}" -> t20', ["SD308"]),
        ('"{today() + today()}" -> t20', ["SD308"]),
        ('"{today() - today()}" -> notes', ["SD315"]),
        ('"{today() + 2}" -> notes', ["SD315"]),
        # references
        ("Somebody.full_name -> t20", ["SD315"]),
        ("Somebody.Last_Name -> notes", []),
        ("Somebody.Nothing -> notes", ["SD203"]),
    ],
)
def test_a_line(line: str, found: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """What always fits is left alone, what never fits is an error, and what may not fit is noted."""
    said = analysed(HEAD + RULES.format(where="", line=line), wider).diagnostics
    assert [item.code.id for item in said] == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('"x" == Note', []),
        ('"a" == Ab', []),
        ('"c" == Ab', ["SD310"]),
        ('Ab == "c"', ["SD310"]),
        ('Ab in ("a", "c")', ["SD310"]),
        ('Ab not in ("a", "bbbb")', []),
        ("Note > T9", ["SD308"]),
        ("empty == empty", ["SD308"]),
        ("Employees == empty", []),
        ("Note == Phone", []),
        ('id != "1"', []),
        ("Owner.id is not empty", []),
    ],
)
def test_a_condition(condition: str, found: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """Both sides of a comparison are of one kind, and a pick list has the choice on whichever side it stands."""
    where = f"    where crm: {condition}\n"
    said = analysed(HEAD + RULES.format(where=where, line=""), wider).diagnostics
    assert [item.code.id for item in said if item.level is Severity.ERROR] == found


@pytest.mark.parametrize("condition", ["Note == Phone", "Phone == Note"])
def test_the_stricter_form_decides(condition: str, analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A text that is compared with a telephone number is compared as one."""
    plan = analysed(HEAD + RULES.format(where=f"    where crm: {condition}\n", line=""), wider).plan
    assert plan is not None
    where = plan.pairs["accounts"].left.where
    assert isinstance(where, Comparison)
    assert isinstance(where.as_type, PhoneType)


def _table(rows: str) -> str:
    lines = "".join(f"    {row}\n" for row in rows.split("; "))
    return f"table t:\n{lines}\n" + RULES.format(where="", line="")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('"a b" -> 1; " a  b" -> 2', ["SD311"]),
        ('"a b" <-> 1; " a  b" <-> 2', ["SD303"]),
        ('"a b" -> 1; "ab" -> 2', []),
        ('1 -> "a"; true -> "b"; false -> "c"; 0 -> "d"', []),
        ('1 -> "a"; 1 -> "b"', ["SD311"]),
        ('"a" -> "b"; "c" -> Phone', ["SD311"]),
        ('Phone -> "b"', ["SD311"]),
        ('"a" -> 1; "b" -> "2"', ["SD311"]),
        ('"a" -> 1; "b" -> empty; "c" -> 2', []),
        ('_ -> "a"; _ -> "b"', ["SD311"]),
        ('_ -> "a"; "a" <- _', []),
        ('_ <-> "a"', ["SD311"]),
        ('"a" <-> _', ["SD311"]),
        ('"a" -> _', ["SD311"]),
        ('_ <- "a"', ["SD311"]),
    ],
)
def test_rows_of_a_table(rows: str, found: list[str], analysed: Analyse) -> None:
    """A value has one answer in each direction, all answers are of one kind, and `_` stands on one side."""
    said = analysed(HEAD + _table(rows)).diagnostics
    assert [item.code.id for item in said if item.level is Severity.ERROR] == found


def _plan(rows: str, analysed: Analyse) -> TablePlan:
    plan = analysed(HEAD + _table(rows)).plan
    assert plan is not None
    return plan.tables["t"]


def test_what_rows_come_to(analysed: Analyse) -> None:
    """Each direction has its rows with their signs, and its own answer for the rest."""
    table = _plan('-5 <-> "a"; 6 -> "b"; 7 <- "c"; _ -> "d"', analysed)
    assert table.right == ((-5, "a"), (6, "b"))
    assert table.left == (("a", -5), ("c", 7))
    assert (table.has_right_rest, table.right_rest, table.has_left_rest) == (True, "d", False)


@pytest.mark.parametrize(("answer", "kind"), [("1.5", DecimalType), ("2", IntegerType), ("empty", IntegerType)])
def test_the_kind_of_a_tables_answers(answer: str, kind: type, analysed: Analyse) -> None:
    """Whole numbers are compared as such, and decimals among them are not cut off."""
    rules = f'table t:\n    "a" -> 1\n    "b" -> {answer}\n    _ -> 3\n\n'
    plan = analysed(HEAD + rules + RULES.format(where="    where crm: t(Phone) >= 1\n", line="")).plan
    assert plan is not None
    where = plan.pairs["accounts"].left.where
    assert isinstance(where, Comparison)
    assert isinstance(where.left, TableCall)
    assert isinstance(where.as_type, kind)
