"""Declarations: which of two counts, what an unread statement excuses, and what pairs a reference with its partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.analysis import Analysis
    from syncdsl.schema.snapshot import SchemaSnapshot

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
ACCOUNTS = "module accounts: crm.Accounts -> books.customers\n    map:\n        Account_Name -> contact_name\n\n"
ITEMS = "module items: crm.Products -> books.items\n    map:\n        Product_Name -> name\n        1 -> rate\n\n"
PEOPLE = """module holders: crm.Accounts -> books.vendors
    map:
        Account_Name -> contact_name
    with people: crm.Contacts -> books.contact_persons
        parent: Account_Name
        map:
            Last_Name -> first_name

"""
DEALS = """module deals: crm.Deals <- books.invoices
    map:
        Deal_Name <- invoice_number
        Stage <- "Qualification"
        {line}

"""


def run(text: str, schemas: dict[str, SchemaSnapshot], *, unread: bool = False) -> tuple[Analysis, list[str]]:
    """Analyse rules as far as they can be read; return also the codes of errors that the analysis finds."""
    source = SourceFile("rules.sync", HEAD + text)
    found = analyse([(source, parse(source).program)], schemas, unread_uses=unread)
    return found, [item.code.id for item in found.diagnostics if item.level is Severity.ERROR]


def test_the_first_of_two_counts(schemas: dict[str, SchemaSnapshot]) -> None:
    """Lint reports a second statement of one name; the plan has the first."""
    other = ACCOUNTS.replace("crm.Accounts", "crm.Vendors").replace("Account_Name", "Vendor_Name")
    found, errors = run(ACCOUNTS + other, schemas)
    assert errors == []
    assert found.plan is not None
    assert found.plan.pairs["accounts"].left.module == "Accounts"


@pytest.mark.parametrize("unread", ["module\n", "record deal 12 34\n"])
def test_what_was_not_all_read_has_no_plan(unread: str, schemas: dict[str, SchemaSnapshot]) -> None:
    """A statement that could not be read leaves a hole that no plan may have."""
    found, errors = run(ACCOUNTS + unread, schemas)
    assert errors == []
    assert found.plan is None
    assert run(ACCOUNTS, schemas)[0].plan is not None
    assert run(ACCOUNTS, schemas, unread=True)[0].plan is None


def test_a_name_may_stand_in_what_was_not_read(schemas: dict[str, SchemaSnapshot]) -> None:
    """What a broken statement may declare is not missed; another name is."""
    when = "when deal.stage == won: create invoice\n"
    assert run(ACCOUNTS + "record deal 12 34\n\n" + when, schemas)[1] == []
    assert run(ACCOUNTS + "record deel 12 34\n\n" + when, schemas)[1] == ["SD207"]


@pytest.mark.parametrize(
    ("modules", "found"),
    [
        (ACCOUNTS, []),
        (ITEMS, ["SD314"]),
        (ACCOUNTS.replace("crm.Accounts", "crm.Vendors").replace("Account_Name", "Vendor_Name"), ["SD314"]),
        (ITEMS + PEOPLE, ["SD314"]),  # accounts are paired with vendors
        (ACCOUNTS.replace("crm.Accounts", "crm.Acounts"), ["SD202"]),  # it may have meant them
        (ACCOUNTS.replace("crm.Accounts", "crn.Accounts"), ["SD201"]),
    ],
)
def test_a_reference_needs_what_pairs_it(modules: str, found: list[str], schemas: dict[str, SchemaSnapshot]) -> None:
    """A module pairs both records; a header with a mistake may have meant to, and is reported alone."""
    text = modules + DEALS.format(line="Account_Name <- customer_id")
    assert run(text, schemas)[1] == found


def test_a_nested_module_pairs_too(schemas: dict[str, SchemaSnapshot]) -> None:
    """A reference to contacts has its partner where a nested module pairs them."""
    nested = PEOPLE.replace("books.vendors", "books.customers").replace("books.contact_persons", "books.vendors")
    nested = nested.replace("first_name", "contact_name")
    orders = (
        "module orders: crm.Purchase_Orders -> books.purchase_orders\n    map:\n        Contact_Name -> vendor_id\n"
    )
    assert "SD314" not in run(nested + orders, schemas)[1]
    assert "SD314" in run(ACCOUNTS + orders, schemas)[1]
