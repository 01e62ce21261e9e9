"""The shipped sets, and every choice of the native integration's wizard made with them in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.lint.engine import lint
from syncdsl.project.uses import shipped_names, shipped_set

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.plan import Plan

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
GUARD = "\nguard: creates <= 500\n"


def clean(analysed: Analyse, text: str) -> Plan:
    """Check rules with the shipped schemas; nothing may be found in them."""
    text = HEAD + text + GUARD
    found = [*lint([SourceFile("rules.sync", text)], {}), *analysed(text).diagnostics]
    assert [(item.code.id, item.message) for item in found if item.level is not Severity.NOTE] == []
    plan = analysed(text).plan
    assert plan is not None
    return plan


def only(plan: Plan) -> Pair:
    """Return the one pair of a plan."""
    (pair,) = plan.pairs.values()
    return pair


def written(pair: Pair) -> set[str]:
    """Return the fields that a pair writes on the right."""
    return {line.to_right.target for line in pair.lines if line.to_right is not None}


@pytest.mark.parametrize("name", shipped_names())
def test_a_set_is_clean_where_it_is_used(analysed: Analyse, name: str) -> None:
    """`use` brings a set that checks clean; documents need customers beside them."""
    beside = "use zoho.customers\n" if name in {"zoho.deals", "zoho.quote", "zoho.invoice", "zoho.sales_order"} else ""
    assert clean(analysed, f"{beside}use {name}\n").connections.keys() == {"crm", "books"}


@pytest.mark.parametrize("name", shipped_names())
def test_a_set_says_what_it_is(name: str) -> None:
    """A set begins with its version and a comment, and holds the statement it is named after."""
    found = shipped_set(name)
    assert found is not None
    source, program = found
    assert source.text.startswith("language 1\n\n# ")
    base = name.partition(".")[2]
    assert base == "deals" or base in {getattr(getattr(item, "name", None), "text", "") for item in program.statements}


def test_module_choice_accounts(analysed: Analyse) -> None:
    """Accounts: each is a business customer, contacts are not synced."""
    plan = clean(analysed, "module customers: crm.Accounts <-> books.customers\n    like: zoho.accounts\n")
    assert only(plan).left.module == "Accounts"


def test_module_choice_contacts(analysed: Analyse) -> None:
    """Contacts: each is an individual customer, accounts are not synced."""
    plan = clean(analysed, "module people: crm.Contacts <-> books.customers\n    like: zoho.contacts\n")
    assert only(plan).left.module == "Contacts"


def test_module_choice_accounts_and_their_contacts(analysed: Analyse) -> None:
    """Accounts and their contacts: contacts are contact persons of their account's customer."""
    plan = clean(analysed, "module customers: crm.Accounts <-> books.customers\n    like: zoho.customers\n")
    assert list(plan.pairs) == ["customers", "customers.contacts"]


def test_module_choice_with_contacts_of_no_account(analysed: Analyse) -> None:
    """The check box: contacts without an account are individual customers beside the accounts."""
    plan = clean(analysed, "use zoho.customers\nuse zoho.unassociated_contacts\n")
    assert set(plan.pairs) == {"customers", "customers.contacts", "unassociated_contacts"}


def test_both_ways_as_business_and_individual(analysed: Analyse) -> None:
    """Accounts and contacts side by side: business and individual customers, both ways."""
    plan = clean(analysed, "use zoho.accounts\nuse zoho.unassociated_contacts\n")
    assert {pair.direction for pair in plan.pairs.values()} == {"both"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("vendors: crm.Vendors <-> books.vendors", "zoho.vendors"),
        ("items: crm.Products <-> books.items", "zoho.items"),
    ],
)
def test_module_choice_vendors_and_items(analysed: Analyse, header: str, name: str) -> None:
    """Vendors and items are modules of their own."""
    assert only(clean(analysed, f"module {header}\n    like: {name}\n")).direction == "both"


SIDES = [
    ("crm.Accounts", "books.customers", "zoho.accounts"),
    ("crm.Contacts", "books.customers", "zoho.contacts"),
    ("crm.Accounts", "books.customers", "zoho.customers"),
    ("crm.Vendors", "books.vendors", "zoho.vendors"),
    ("crm.Products", "books.items", "zoho.items"),
]


@pytest.mark.parametrize(("left", "right", "name"), SIDES)
@pytest.mark.parametrize("arrow", ["->", "<->", "<-"])
def test_direction(analysed: Analyse, left: str, right: str, name: str, arrow: str) -> None:
    """The arrow alone decides: fetch from the CRM, sync both ways, or bring everything into the CRM."""
    extra = (
        "    map:\n        Last_Name <- last_name ?? contact_name\n" if (name, arrow) == ("zoho.contacts", "<-") else ""
    )
    plan = clean(analysed, f"module mine: {left} {arrow} {right}\n    like: {name}\n{extra}")
    pair = plan.pairs["mine"]
    assert pair.direction == {"->": "right", "<->": "both", "<-": "left"}[arrow]
    assert any(line.to_right for line in pair.lines) is (arrow != "<-")
    assert any(line.to_left for line in pair.lines) is (arrow != "->")


@pytest.mark.parametrize(("left", "right", "name"), SIDES)
@pytest.mark.parametrize("duplicates", ["clone", "overwrite", "skip"])
def test_duplicates(analysed: Analyse, left: str, right: str, name: str, duplicates: str) -> None:
    """Clone, overwrite and skip are one line each."""
    where = "" if duplicates == "skip" else " in books"
    plan = clean(
        analysed, f"module mine: {left} <-> {right}\n    like: {name}\n    on duplicate: {duplicates}{where}\n"
    )
    assert plan.pairs["mine"].on_duplicate.action == duplicates


def test_view(analysed: Analyse) -> None:
    """A view restricts what syncs; accounts and contacts have one each."""
    text = 'module mine: crm.Accounts <-> books.customers\n    like: zoho.customers\n    view: "Customers"\n'
    plan = clean(analysed, text)
    assert plan.pairs["mine"].left.view == "Customers"
    assert plan.pairs["mine.contacts"].left.view == "All Contacts"


def test_map_adds_a_line(analysed: Analyse) -> None:
    """A field more is a line more."""
    text = "module mine: crm.Accounts <-> books.customers\n    like: zoho.accounts\n    map:\n"
    pair = only(clean(analysed, text + "        Ticker_Symbol -> billing_address.attention\n"))
    assert {"billing_address.attention", "website"} <= written(pair)


def test_map_leaves_a_line_out(analysed: Analyse) -> None:
    """A field less is a name after `without`."""
    text = "module mine: crm.Accounts <-> books.customers\n    like: zoho.accounts\n"
    text += "    without: website, shipping_address\n"
    assert not {"website", "shipping_address.city"} & written(only(clean(analysed, text)))


def test_map_replaces_a_line(analysed: Analyse) -> None:
    """A line with the same target takes the place of the shipped one."""
    text = "module mine: crm.Accounts <-> books.customers\n    like: zoho.accounts\n    map:\n"
    pair = only(clean(analysed, text + "        Fax -> phone\n"))
    assert [line.text for line in pair.lines if line.to_right and line.to_right.target == "phone"] == ["Fax -> phone"]


def test_items_with_another_list_of_kinds(analysed: Analyse) -> None:
    """The pick list for goods and services is a table, which the rules may have themselves."""
    table = 'table product_kind:\n    "Goods" <-> "goods"\n    "Services" <-> "service"\n'
    table += '    "Services" <- "digital_service"\n\n'
    assert clean(analysed, table + "module mine: crm.Products <-> books.items\n    like: zoho.items\n").tables


TRIGGERS = "use zoho.customers\n\nrecord deal: crm.Deals\n    stage: Stage\n\ndocument quote: books.quotes for deal\n"
TRIGGERS += "    like: zoho.quote\n\ndocument invoice: books.invoices for deal\n    like: zoho.invoice\n\n"


@pytest.mark.parametrize(
    ("rule", "verb"),
    [
        ("when deal is created: create quote", "create"),
        ('when deal.stage == "Proposal/Price Quote": create quote', "create"),
        ('when deal.stage == "Negotiation/Review": accept quote', "accept"),
        ("when deal.stage == won: accept quote", "accept"),
        ("when deal.stage == lost: decline quote", "decline"),
    ],
)
def test_quote_triggers(analysed: Analyse, rule: str, verb: str) -> None:
    """Quotes are created, accepted and declined at the stages that the wizard offers."""
    first = "" if verb == "create" else "when deal is created: create quote\n"
    text = TRIGGERS + first + rule + "\nwhen deal.stage == won: create invoice\n"
    assert verb in {item.verb for item in clean(analysed, text).triggers if item.document == "quote"}


def test_invoice_triggers(analysed: Analyse) -> None:
    """An invoice is created when the deal is won and void when it is lost."""
    plan = clean(analysed, "use zoho.customers\nuse zoho.deals\n")
    assert [item.verb for item in plan.triggers if item.document == "invoice"] == ["create", "void"]


def test_no_triggers(analysed: Analyse) -> None:
    """The wizard's `None` is no `when` at all."""
    assert clean(analysed, "use zoho.customers\n").triggers == ()


def test_transactions_and_access(analysed: Analyse) -> None:
    """Transactions of all kinds, associations with deals, and users of the CRM with their role."""
    text = "use zoho.customers\n\nrecord deal: crm.Deals\n    stage: Stage\n\n"
    text += "transactions books: quotes, sales_orders, invoices, purchase_orders\n    associate: deal\n\n"
    text += 'access books "Integration User (Zoho CRM)":\n    users: profile "Sales"\n'
    text += "    may create: quotes, sales_orders\n    may view: invoices, purchase_orders\n"
    plan = clean(analysed, text)
    assert [item.profile for item in plan.access] == ["Sales"]
    assert plan.transactions[0].counterparts == ("Quotes", "Sales_Orders", "Invoices", "Purchase_Orders")
