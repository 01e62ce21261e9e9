"""Documents: their groups, rows and states, and what one document is made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.schema.types import ChoicesType, FieldSchema, RowsType, TextType

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.schema.snapshot import SchemaSnapshot

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module accounts: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name

record deal: crm.Deals

document invoice: books.invoices for deal
{per}    map:
        deal.Account_Name -> customer_id
{lines}
        {rows}
            {name} -> name
            1 -> rate

when deal.stage == won: create invoice
"""


@pytest.fixture(scope="module")
def wider(schemas: dict[str, SchemaSnapshot]) -> dict[str, SchemaSnapshot]:
    """Return the schemas with two lists on a deal."""
    crm = schemas["crm"]
    more = {
        "Tags": FieldSchema(label="Tags", value=ChoicesType(options=("a", "b"))),
        "Items": FieldSchema(
            label="Items", value=RowsType(fields={"Name": FieldSchema(label="Name", value=TextType(length=20))})
        ),
    }
    deals = crm.modules["Deals"].model_copy(update={"fields": {**crm.modules["Deals"].fields, **more}})
    return {**schemas, "crm": crm.model_copy(update={"modules": {**crm.modules, "Deals": deals}})}


def rules(*, per: str = "", lines: str = "", rows: str = "line:", name: str = "deal.Deal_Name") -> str:
    """Return rules with one document."""
    return RULES.format(per=per, lines=lines, rows=rows, name=name)


def invoice(analysed: Analyse, wider: dict[str, SchemaSnapshot], text: str) -> DocumentPlan:
    """Return the document of rules without an error."""
    found = analysed(text, wider)
    assert [item.message for item in found.diagnostics if item.level is Severity.ERROR] == []
    assert found.plan is not None
    return found.plan.documents["invoice"]


def test_lines_of_a_group_are_lines(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """What stands in a group is written like any other line, and of two lines into one field the first counts."""
    lines = "        group texts:\n            deal.Description -> notes\n            deal.Next_Step -> terms\n"
    lines += "        deal.Deal_Name -> notes\n"
    found = invoice(analysed, wider, rules(lines=lines))
    assert [item.target for item in found.assignments] == ["customer_id", "notes", "terms"]
    assert [item.reads for item in found.assignments[1:]] == [(("Description",),), (("Next_Step",),)]


def test_states_are_those_of_the_module(analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """A document is closed, or not yet sent, in the states that its module has of these."""
    found = invoice(analysed, wider, rules())
    assert (found.closed, found.untouched) == (("void",), ("draft",))


@pytest.mark.parametrize(("field", "code"), [("Tags", "SD301"), ("Items", "SD301"), ("Lead_Source", None)])
def test_what_documents_are_told_apart_by_has_one_value(
    field: str, code: str | None, analysed: Analyse, wider: dict[str, SchemaSnapshot]
) -> None:
    """A list tells no two documents apart."""
    found = analysed(rules(per=f"    per: deal.{field}\n"), wider).diagnostics
    assert [item.code.id for item in found if item.level is Severity.ERROR] == ([code] if code else [])


@pytest.mark.parametrize(
    ("rows", "name", "codes"),
    [
        ("line for item in deal.Items:", "item.Name", []),
        ("line for item in deal.Items:", "deal.Deal_Name", []),
        ("line for item in deal.Items:", "item.Title", ["SD203"]),
        ("line for item in deal.Amount:", "item.Name", ["SD301"]),
        ("line for item in deal.Tags:", "item.Name", ["SD301"]),
        ("line for item in deal.Item:", "item.Name", ["SD203"]),
    ],
)
def test_rows_come_from_a_list(
    rows: str, name: str, codes: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]
) -> None:
    """A `line for` goes over the rows of a list, and knows their fields."""
    found = analysed(rules(rows=rows, name=name), wider).diagnostics
    assert [item.code.id for item in found if item.level is Severity.ERROR] == codes
