"""What a `transactions` statement comes to: a pair for each kind, its lines, and what can be associated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.plan.dump import dump
from syncdsl.schema.types import FieldSchema, IntegerType, TextType

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    map:
        Account_Name <-> contact_name

record deal: crm.Deals
    stage: Stage

transactions books: quotes, sales_orders, invoices, purchase_orders
    associate: deal
"""


def pairs(analysed: Analyse, others: dict[str, SchemaSnapshot] | None = None) -> dict[str, Pair]:
    """Return the pairs of the plan; nothing may be wrong."""
    found = analysed(RULES, others)
    assert found.plan is not None, found.diagnostics
    return found.plan.pairs


def texts(pair: Pair) -> list[str]:
    """Return the lines of a pair."""
    return [line.text for line in pair.lines]


def test_each_kind_is_a_pair(analysed: Analyse) -> None:
    """Two-way, known by keys alone, conflicts to review, deletes left alone; drafts alone are followed."""
    quotes = pairs(analysed)["transactions.quotes"]
    assert (quotes.left.module, quotes.right.module, quotes.direction) == ("Quotes", "quotes", "both")
    assert (quotes.keys, quotes.adopt, quotes.on_conflict, quotes.on_delete) == ((), None, "review", {})
    assert quotes.exchange is not None
    assert "draft" in quotes.exchange.follows
    assert not {"sent", "accepted", "invoiced"} & set(quotes.exchange.follows)
    assert texts(quotes) == [
        "Subject <-> reference_number ?? estimate_number",
        "Account_Name ?? Contact_Name <-> customer_id",
        "Contact_Name <- customer_id",
        "Currency <-> currency_id.currency_code",
        "Valid_Till <-> expiry_date",
        "Description <-> notes",
        "Terms_and_Conditions <-> terms",
        "Quoted_Items <-> line_items",
    ]


def test_kinds_differ_in_parties_and_dates(analysed: Analyse) -> None:
    """Orders to vendors name a vendor and get their number; invoices have two dates."""
    found = pairs(analysed)
    assert "Invoice_Date <-> date" in texts(found["transactions.invoices"])
    assert "Due_Date <-> shipment_date" in texts(found["transactions.sales_orders"])
    assert {"Vendor_Name <-> vendor_id", "PO_Number <- purchaseorder_number"} <= set(
        texts(found["transactions.purchase_orders"])
    )


def test_what_rows_refer_to_is_read(analysed: Analyse) -> None:
    """Taxes with their percentages, totals and states are among what is observed."""
    plan = analysed(RULES).plan
    assert plan is not None
    read = {f"{step.connection}.{step.module}": step.fields for step in plan.steps if step.step == "observe"}
    assert "tax_percentage" in read["books.taxes"]
    assert {"total", "status", "line_items"} <= set(read["books.quotes"])
    assert {"Grand_Total", "Quoted_Items"} <= set(read["crm.Quotes"])


@pytest.mark.parametrize(
    ("ours", "theirs", "label", "lines"),
    [
        (TextType(length=20), TextType(length=50), "Project code", ["Project_Code <-> cf_code"]),
        (TextType(), TextType(), "Something else", []),
        (TextType(), IntegerType(), "Project code", []),
    ],
)
def test_fields_of_ones_own_go_by_their_label(
    analysed: Analyse,
    schemas: dict[str, SchemaSnapshot],
    ours: FieldType,
    theirs: FieldType,
    label: str,
    lines: list[str],
) -> None:
    """A custom field with the same label on both sides is exchanged where the types fit both ways."""
    added = (("crm", "Quotes", "Project_Code", "Project Code", ours), ("books", "quotes", "cf_code", label, theirs))
    others = dict(schemas)
    for connection, module, name, called, kind in added:
        old = others[connection].modules[module]
        fields = {**old.fields, name: FieldSchema(label=called, value=kind)}
        modules = {**others[connection].modules, module: old.model_copy(update={"fields": fields})}
        others[connection] = others[connection].model_copy(update={"modules": modules})
    found = texts(pairs(analysed, others)["transactions.quotes"])
    assert [text for text in found if "cf_code" in text] == lines


def test_documents_go_both_ways_in_one_base_currency_alone(
    analysed: Analyse, schemas: dict[str, SchemaSnapshot]
) -> None:
    """Systems that keep their books in different currencies are refused, once, with both names."""
    others = {**schemas, "books": schemas["books"].model_copy(update={"base_currency": "USD"})}
    found = [item for item in analysed(RULES, others).diagnostics if "documents" in item.message]
    assert [item.code.id for item in found] == ["SD402"]
    assert "EUR" in found[0].message
    assert "USD" in found[0].message


def test_a_field_that_documents_need_is_missed_by_name(analysed: Analyse, schemas: dict[str, SchemaSnapshot]) -> None:
    """A schema without the lines' products is refused with the module that lacks them."""
    quotes = schemas["crm"].modules["Quotes"]
    fields = {name: field for name, field in quotes.fields.items() if name != "Subject"}
    modules = {**schemas["crm"].modules, "Quotes": quotes.model_copy(update={"fields": fields})}
    others = {**schemas, "crm": schemas["crm"].model_copy(update={"modules": modules})}
    found = [item.message for item in analysed(RULES, others).diagnostics if item.code.id == "SD225"]
    assert found == ["`crm` has no `Subject` in its quotes, which are exchanged by it"]


def test_associating_knows_documents_and_parties(analysed: Analyse) -> None:
    """Four kinds of documents, and the deal's account with what it belongs to."""
    plan = analysed(RULES).plan
    assert plan is not None
    (transactions,) = plan.transactions
    assert [one.module for one in transactions.associable] == ["quotes", "sales_orders", "invoices", "expenses"]
    assert [(one.field, one.parent) for one in transactions.parties] == [("Account_Name", "Parent_Account")]


def test_a_compiled_plan_tells_what_is_exchanged(analysed: Analyse) -> None:
    """`syncdsl compile` shows which documents are taken, while they are changed, and what rows are made of."""
    plan = analysed(RULES).plan
    assert plan is not None
    told = dump(plan)
    assert "taken    what people made since the rules were switched on" in told
    assert "in books while draft or pending_approval or approved" in told
    assert "->  tax_id, the one of taxes that makes it" in told
