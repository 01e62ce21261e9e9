"""`like`, `without` and `use`: what a statement takes from another, and where it says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import Pair

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"


def pair(analysed: Analyse, text: str, name: str | None = None) -> Pair:
    """Compile clean rules and return one of their pairs."""
    found = analysed(HEAD + text)
    assert [item.message for item in found.diagnostics if item.level is not Severity.NOTE] == []
    assert found.plan is not None
    return found.plan.pairs[name] if name else next(iter(found.plan.pairs.values()))


def lines(found: Pair) -> list[str]:
    """Return the lines of a pair with arrows as compiled."""
    shown = []
    for line in found.lines:
        arrow = f"{'<' if line.to_left else ''}-{'>' if line.to_right else ''}"
        target = line.to_right.target if line.to_right else line.to_left.target if line.to_left else ""
        shown.append(f"{arrow} {target}")
    return shown


BASE = """module base: crm.Accounts <-> books.customers
    view: "Customers"
    where books: customer_sub_type == "business"
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: newest
    map:
        Account_Name <-> contact_name
        "business" -> customer_sub_type
        Phone <-> phone
        Website -> website
        Description <- notes
        group address:
            Billing_City <-> billing_address.city
            Billing_Code <-> billing_address.zip

module other: crm.Accounts <-> books.vendors
    like: base
    view: "My Accounts"
    where books: company_name is not empty
    without: customer_sub_type
"""


def test_what_is_not_stated_is_taken(analysed: Analyse) -> None:
    """Keys, policies and lines come from the other module; what is stated stays as stated."""
    text = BASE.replace("    where books: company_name is not empty\n", "").replace("overwrite in books", "skip")
    text += "    map:\n        Account_Name -> company_name\n        Phone -> phone\n"
    text = text.replace("    like: base\n", "    like: base\n    where books: contact_name is not empty\n")
    found = pair(analysed, text, "other")
    assert [key.text for key in found.keys] == ["Account_Name == contact_name"]
    assert found.on_duplicate.action == "skip"
    assert found.on_conflict == "newest"
    assert lines(found) == [
        "<-> contact_name",
        "-> website",
        "<- Description",
        "<-> billing_address.city",
        "<-> billing_address.zip",
        "-> company_name",
        "-> phone",
    ]


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ("phone", ["<-> phone"]),
        ("Phone", ["<-> phone"]),
        ("address", ["<-> billing_address.city", "<-> billing_address.zip"]),
        ("billing_address.zip, Description", ["<- Description", "<-> billing_address.zip"]),
    ],
)
def test_without_leaves_lines_out(analysed: Analyse, without: str, gone: list[str]) -> None:
    """Lines go by the field that they write, on either side, or by the name of their group."""
    text = BASE.replace("    where books: company_name is not empty\n", "    where books: contact_name is not empty\n")
    whole = lines(pair(analysed, text, "other"))
    left = lines(
        pair(analysed, text.replace("without: customer_sub_type", f"without: customer_sub_type, {without}"), "other")
    )
    assert [line for line in whole if line not in left] == gone
    assert [line for line in left if line not in whole] == []


def test_a_narrower_arrow_takes_the_lines_that_go_its_way(analysed: Analyse) -> None:
    """Of a two-way module a one-way one takes what it writes; the duplicate is acted on where it writes."""
    text = "module mine: crm.Products -> books.items\n    like: zoho.items\n"
    found = pair(analysed, text)
    assert all(line.to_left is None for line in found.lines)
    assert {line.to_right.target for line in found.lines if line.to_right} >= {"name", "rate", "product_type"}
    assert (found.on_duplicate.action, found.on_duplicate.into) == ("overwrite", "right")
    found = pair(analysed, text.replace("->", "<-"))
    assert all(line.to_right is None for line in found.lines)
    assert {line.to_left.target for line in found.lines if line.to_left} >= {"Product_Name", "Product_Kind"}
    assert (found.on_duplicate.action, found.on_duplicate.into) == ("overwrite", "left")


def test_connections_are_bound_by_position(analysed: Analyse) -> None:
    """A shipped set speaks of `crm` and `books`; here they have other names."""
    text = """language 1

connection sales: zoho_crm
connection fibu: zoho_books

module kunden: sales.Accounts <-> fibu.customers
    like: zoho.accounts
    on conflict: sales
"""
    found = analysed(text)
    # The snapshots are by name here, so that these two are unknown: what is compiled without them has no finding.
    assert [item.message for item in found.diagnostics] == []


def test_nested_modules_are_taken_and_left_out(analysed: Analyse) -> None:
    """`with` comes along, is replaced by one of the same name, and goes with `without`."""
    head = "module a: crm.Accounts <-> books.customers\n    like: zoho.customers\n"
    found = analysed(HEAD + head)
    assert found.plan is not None
    assert list(found.plan.pairs) == ["a", "a.contacts"]
    parent = found.plan.pairs["a.contacts"].parent
    assert parent is not None
    assert (parent.pair, parent.side, parent.field) == ("a", "left", "Account_Name")
    found = analysed(HEAD + head + "    without: contacts\n")
    assert found.plan is not None
    assert list(found.plan.pairs) == ["a"]
    own = "    with contacts: crm.Contacts -> books.contact_persons\n"
    own += "        like: zoho.customers.contacts\n        without: mobile\n"
    found = analysed(HEAD + head + own)
    assert found.plan is not None
    assert "mobile" not in {line.to_right.target for line in found.plan.pairs["a.contacts"].lines if line.to_right}


def test_documents_take_lines_and_replace_all_rows(analysed: Analyse) -> None:
    """Any `line` replaces all lines, and the record may have another name."""
    text = """use zoho.accounts

record chance: crm.Deals

document bill: books.invoices for chance
    like: zoho.invoice
    without: salesperson_name
    map:
        line:
            "Work" -> name
            chance.Amount -> rate

when chance.stage == won: create bill

guard: creates <= 5
"""
    found = analysed(HEAD + text)
    assert [item.message for item in found.diagnostics if item.level is not Severity.NOTE] == []
    assert found.plan is not None
    document = found.plan.documents["bill"]
    assert [item.target for item in document.assignments] == ["customer_id", "date"]
    assert [[item.target for item in line.assignments] for line in document.lines] == [["name", "rate"]]


def test_tables_of_a_shipped_set_come_along_and_can_be_replaced(analysed: Analyse) -> None:
    """A table that a taken line calls is the set's own, unless the rules have one of that name."""
    text = "module mine: crm.Products <-> books.items\n    like: zoho.items\n"
    assert analysed(HEAD + text).plan is not None
    rows = ('"Goods" <-> "goods"', '"Services" <-> "service"', '"Goods" <- "digital_service"')
    table = "table product_kind:\n" + "".join(f"    {row}\n" for row in rows) + "\n"
    plan = analysed(HEAD + table + text).plan
    assert plan is not None
    assert plan.tables["product_kind"].left[-1] == ("digital_service", "Goods")


def test_what_is_wrong_with_a_taken_line_is_said_where_it_is_taken(analysed: Analyse) -> None:
    """A shipped line that does not fit here is reported at `like`, with its place; nothing points into the set."""
    text = HEAD + "module mine: crm.Accounts <-> books.vendors\n    like: zoho.accounts\n"
    found = [item for item in analysed(text).diagnostics if item.level is not Severity.NOTE]
    assert {(item.code.id, item.span.file, item.span.line) for item in found} == {("SD203", "rules.sync", 7)}
    assert all("stands in zoho/accounts.sync, line" in (item.help or "") for item in found)
    assert [item.message for item in found] == [
        "`books.vendors` has no field `customer_sub_type`",
        "`books.vendors` has no field `zcrm_account_id`",
    ]


def test_a_wrong_line_is_reported_once_although_it_is_taken(analysed: Analyse) -> None:
    """What is wrong where it stands is not reported again in everything that is like it."""
    text = HEAD + BASE.replace("Phone <-> phone", "Phne <-> phone").replace(
        "company_name is not empty", "contact_name is not empty"
    )
    found = [item for item in analysed(text).diagnostics if item.level is not Severity.NOTE]
    assert [(item.code.id, item.span.line) for item in found] == [("SD203", 15)]


def test_a_chain_that_leads_back_is_reported(analysed: Analyse) -> None:
    """Statements that are like each other in a circle are reported once."""
    text = "module a: crm.Accounts <-> books.customers\n    like: b\n"
    text += "\nmodule b: crm.Accounts <-> books.customers\n    like: a\n"
    found = [item for item in analysed(HEAD + text).diagnostics if item.level is not Severity.NOTE]
    assert [item.code.id for item in found] == ["SD221"]


def test_used_sets_need_their_systems(analysed: Analyse) -> None:
    """A shipped set for two systems cannot stand for one, or for others."""
    text = "language 1\n\nconnection crm: zoho_crm\n\nuse zoho.vendors\n"
    found = [item for item in analysed(text).diagnostics if item.level is not Severity.NOTE]
    assert [(item.code.id, item.span.line) for item in found] == [("SD224", 5)]
    text = "language 1\n\nconnection books: zoho_books\nconnection crm: zoho_crm\n\nuse zoho.vendors\n"
    found = [item for item in analysed(text).diagnostics if item.level is not Severity.NOTE]
    assert [(item.code.id, item.span.line) for item in found] == [("SD224", 6)]
