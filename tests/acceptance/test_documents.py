"""Documents over real HTTP: what a deal's stage does to quotes, invoices and orders in the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.acceptance.conftest import wait_until
from tests.acceptance.test_crash import rows

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

HEAD = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        deal.Next_Step -> reference_number
        today() -> date
        deal.Description <- invoice_number
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

document quote: books.quotes for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

guard: creates <= 500
"""
RULES = (
    HEAD
    + """
when deal is created: create quote
when deal.stage == "Negotiation/Review": accept quote
when deal.stage == lost: decline quote
when deal.stage == won: create invoice
when deal.stage == lost: void invoice
"""
)
KINDS = {"quotes": "estimates", "sales_orders": "salesorders", "purchase_orders": "purchaseorders"}


def documents(sandbox: Sandbox, module: str) -> list[dict[str, Any]]:
    """Return the documents of a module, in detail."""
    path = KINDS.get(module, module)
    one = path.removesuffix("s")
    listed = sandbox.books.get(f"/{path}").json()[path]
    return [sandbox.books.get(f"/{path}/{row[f'{one}_id']}").json()[one] for row in listed]


def statuses(sandbox: Sandbox, module: str = "invoices") -> list[str]:
    return [document["status"] for document in documents(sandbox, module)]


def begun(project: Project, sandbox: Sandbox, rules: str = RULES, **fields: Any) -> str:
    """Switch rules on, and return the id of a deal that is there afterwards and was looked at."""
    project.rules(rules)
    account = sandbox.account(Account_Name="Acme GmbH")
    project.run("apply", "--yes")
    sandbox.control("clock/advance", {"seconds": 5})
    deal = sandbox.deal(
        Deal_Name="Pump",
        Stage="Qualification",
        Amount=1200.5,
        Account_Name={"id": account},
        Closing_Date="2026-12-31",
        **fields,
    )
    project.run("apply", "--yes")
    sandbox.control("clock/advance", {"seconds": 5})
    return deal


def through(sandbox: Sandbox, deal: str, *stages: str) -> None:
    """Bring a deal through stages, a while apart."""
    for stage in stages:
        sandbox.change("Deals", deal, Stage=stage)
        sandbox.control("clock/advance", {"seconds": 60})


def of_invoices(project: Project) -> list[dict[str, Any]]:
    """Preview, and return the effects on invoices."""
    return [effect for effect in project.plan()["effects"] if effect["rule"] == "invoice"]


def field_of(sandbox: Sandbox, deal: str, name: str) -> Any:
    return sandbox.crm.get(f"/Deals/{deal}").json()["data"][0][name]


def test_a_quote_follows_its_deal_from_creation_to_loss(project: Project, sandbox: Sandbox) -> None:
    """Made with the deal, accepted in negotiation, declined when it is lost; the preview says each before."""
    deal = begun(project, sandbox)
    assert statuses(sandbox, "quotes") == ["draft"]
    through(sandbox, deal, "Negotiation/Review")
    assert project.kinds() == ["accept"]
    shown = project.run("plan").stdout
    assert "1 accept" in shown
    project.run("apply", "--yes")
    assert statuses(sandbox, "quotes") == ["accepted"]
    through(sandbox, deal, "Closed Lost")
    assert project.kinds() == ["decline"]
    project.run("apply", "--yes")
    assert statuses(sandbox, "quotes") == ["declined"]
    assert project.kinds() == []


def test_a_draft_follows_and_its_number_is_written_back(project: Project, sandbox: Sandbox) -> None:
    """Amount and reference go into the draft, the invoice's number into the deal, all in one apply each."""
    deal = begun(project, sandbox, Next_Step="PO 1")
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    assert (invoice["reference_number"], invoice["total"]) == ("PO 1", 1200.5)
    assert field_of(sandbox, deal, "Description") == invoice["invoice_number"]
    assert project.kinds() == []
    sandbox.change("Deals", deal, Amount=1500, Next_Step="PO 2")
    sandbox.control("clock/advance", {"seconds": 5})
    assert project.kinds() == ["update", "update"]
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    assert (invoice["reference_number"], invoice["total"]) == ("PO 2", 1500)
    assert project.kinds() == []


def test_what_a_person_changed_in_a_draft_stays(project: Project, sandbox: Sandbox) -> None:
    """Another field of the deal travels, the person's stays; when both changed a person is asked."""
    deal = begun(project, sandbox, Next_Step="PO 1")
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    body = {
        "customer_id": invoice["customer_id"],
        "reference_number": "by hand",
        "line_items": [{key: item[key] for key in ("line_item_id", "rate", "name")} for item in invoice["line_items"]],
    }
    answer = sandbox.books.put(f"/invoices/{invoice['invoice_id']}", json=body)
    assert answer.is_success, answer.text
    sandbox.control("clock/advance", {"seconds": 5})
    sandbox.change("Deals", deal, Amount=1500, Next_Step="PO 3")
    sandbox.control("clock/advance", {"seconds": 5})
    changes = project.plan()
    held = [effect for effect in changes["effects"] if effect["kind"] == "hold"]
    assert [(hold["why"], hold["field"], hold["left"], hold["right"]) for hold in held] == [
        ("conflict", "reference_number", "PO 3", "by hand")
    ]
    project.run("apply", "--yes", code=None)
    (invoice,) = documents(sandbox, "invoices")
    assert (invoice["reference_number"], invoice["total"]) == ("by hand", 1500)


def test_a_sent_invoice_is_left_alone_and_the_difference_said(project: Project, sandbox: Sandbox) -> None:
    """Neither rewritten nor voided once a customer has it."""
    deal = begun(project, sandbox)
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    assert sandbox.books.post(f"/invoices/{invoice['invoice_id']}/status/sent").is_success
    sandbox.control("clock/advance", {"seconds": 5})
    sandbox.change("Deals", deal, Amount=9)
    sandbox.control("clock/advance", {"seconds": 5})
    changes = project.plan()
    assert any("so it stays as it is" in line for line in changes["reported"])
    through(sandbox, deal, "Closed Lost")
    before = sandbox.last()
    project.run("apply", "--yes")
    assert [entry for entry in sandbox.writes(before) if "/invoices" in entry["path"]] == []
    assert statuses(sandbox) == ["sent"]


def test_even_sent_voids_and_a_paid_one_is_asked_about(project: Project, sandbox: Sandbox) -> None:
    """`, even sent` voids what was sent; a payment makes it a person's."""
    deal = begun(project, sandbox, RULES.replace("void invoice", "void invoice, even sent"))
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    assert sandbox.books.post(f"/invoices/{invoice['invoice_id']}/status/sent").is_success
    paid = sandbox.books.post(
        "/customerpayments",
        json={
            "customer_id": invoice["customer_id"],
            "payment_mode": "cash",
            "amount": 100,
            "date": invoice["date"],
            "invoices": [{"invoice_id": invoice["invoice_id"], "amount_applied": 100}],
        },
    )
    assert paid.is_success, paid.text
    sandbox.control("clock/advance", {"seconds": 5})
    through(sandbox, deal, "Closed Lost")
    changes = project.plan()
    assert [effect["why"] for effect in changes["effects"] if effect["kind"] == "hold"] == ["document"]
    project.run("apply", "--yes", code=None)
    assert statuses(sandbox) == ["partially_paid"]


@pytest.mark.parametrize(
    ("stages", "made"),
    [
        (("Closed Won", "Qualification"), ["draft"]),
        (("Closed Won", "Closed Lost", "Closed Won"), ["draft"]),
    ],
)
def test_stages_between_two_runs_are_replayed(
    project: Project, sandbox: Sandbox, stages: tuple[str, ...], made: list[str]
) -> None:
    """The CRM's own stage history tells what came in between."""
    deal = begun(project, sandbox)
    through(sandbox, deal, *stages)
    project.run("apply", "--yes")
    assert statuses(sandbox) == made
    assert project.kinds() == []


def test_without_a_stage_history_the_net_change_counts_and_that_is_said(project: Project, sandbox: Sandbox) -> None:
    """Where the CRM does not track the stage nobody knows that a deal was won in between."""
    deal = begun(project, sandbox)
    assert httpx.put(f"{sandbox.crm_url}/_sandbox/crm/stage-history", json={"on": False}).is_success
    through(sandbox, deal, "Closed Won", "Qualification")
    changes = project.plan()
    assert changes["baseline"]["records whose stages in between are not known"] == 1
    project.run("apply", "--yes")
    assert statuses(sandbox) == []


def test_orders_are_opened_and_voided(project: Project, sandbox: Sandbox) -> None:
    """A sales order is sent by opening it, and voided while it is a draft."""
    rules = HEAD.replace("books.quotes", "books.sales_orders") + (
        "when deal is created: create quote\n"
        'when deal.stage == "Negotiation/Review": send quote\n'
        "when deal.stage == lost: void quote, even sent\n"
    )
    deal = begun(project, sandbox, rules)
    assert statuses(sandbox, "sales_orders") == ["draft"]
    through(sandbox, deal, "Negotiation/Review")
    project.run("apply", "--yes")
    assert statuses(sandbox, "sales_orders") == ["open"]
    through(sandbox, deal, "Closed Lost")
    project.run("apply", "--yes")
    assert statuses(sandbox, "sales_orders") == ["void"]
    assert project.kinds() == []


def test_a_deal_brings_its_customer_with_it(project: Project, sandbox: Sandbox) -> None:
    """An account that nobody has synced yet is pulled in by the invoice, in one run."""
    deal = begun(project, sandbox)
    account = sandbox.account(Account_Name="Brand new Ltd")
    sandbox.change("Deals", deal, Account_Name={"id": account}, Stage="Closed Won")
    sandbox.control("clock/advance", {"seconds": 5})
    project.run("apply", "--yes")
    assert [invoice["customer_name"] for invoice in documents(sandbox, "invoices")] == ["Brand new Ltd"]
    assert len(sandbox.customers()) == 2


SENDING = (
    HEAD
    + """
when deal is created: create quote
when deal.stage == "Negotiation/Review": accept quote
when deal.stage == lost: decline quote
when deal.stage == won: create invoice
when deal.stage == "Proposal/Price Quote": send invoice
when deal.stage == "Value Proposition": void invoice
"""
)


@pytest.mark.parametrize(
    ("module", "path", "before", "stage", "status"),
    [
        ("quotes", "/status/accepted$", (), "Negotiation/Review", "accepted"),
        ("invoices", "/invoices$", (), "Closed Won", "draft"),
        ("invoices", "/status/sent$", ("Closed Won",), "Proposal/Price Quote", "sent"),
        ("invoices", "/status/void$", ("Closed Won",), "Value Proposition", "void"),
    ],
)
def test_a_run_that_is_killed_leaves_one_document_in_the_right_state(
    project: Project, sandbox: Sandbox, module: str, path: str, before: tuple[str, ...], stage: str, status: str
) -> None:
    """`kill -9` between the arrival of a call and its answer: the next run finds what there is and does it once."""
    deal = begun(project, sandbox, SENDING)
    for one in before:
        through(sandbox, deal, one)
        project.run("apply", "--yes")
    through(sandbox, deal, stage)
    sandbox.control("hold-next-create", {"system": "books", "path": path})
    apply = project.start("apply", "--yes")
    wait_until(lambda: sandbox.control("held")["held"] == 1, "the call arrived and its answer is held")
    apply.kill()
    apply.wait(timeout=10)
    sandbox.control("release", {})
    assert statuses(sandbox, module) == [status]
    seq = sandbox.last()
    project.run("apply", "--yes", code=None)
    project.run("apply", "--yes")
    assert statuses(sandbox, module) == [status]
    again = [entry for entry in sandbox.writes(seq) if f"/{KINDS.get(module, module)}" in entry["path"]]
    assert again == []
    assert project.kinds() == []
    assert rows(project, "select count(*) from intent where state not in ('done', 'dropped')") == [(0,)]


def test_a_number_that_the_books_give_cannot_be_mapped(project: Project) -> None:
    """Two deals with one invoice number cannot come about: the check says that the books give it."""
    project.rules(RULES.replace("deal.Next_Step -> reference_number", "deal.Next_Step -> invoice_number"))
    shown = project.run("check", code=1)
    assert "`invoice_number` is set by `books` itself" in shown.stdout + shown.stderr


def test_two_deals_with_one_reference_become_two_invoices(project: Project, sandbox: Sandbox) -> None:
    """What a document is called decides nothing: the deal does."""
    deal = begun(project, sandbox, Next_Step="PO 1")
    account = sandbox.crm.get(f"/Deals/{deal}").json()["data"][0]["Account_Name"]
    same = {
        "Deal_Name": "Pump",
        "Amount": 5,
        "Account_Name": account,
        "Closing_Date": "2026-12-31",
        "Next_Step": "PO 1",
    }
    other = sandbox.deal(Stage="Qualification", **same)
    project.run("apply", "--yes")
    for one in (deal, other):
        through(sandbox, one, "Closed Won")
    project.run("apply", "--yes")
    assert [invoice["reference_number"] for invoice in documents(sandbox, "invoices")] == ["PO 1", "PO 1"]
    assert project.kinds() == []


def test_a_deal_without_amount_or_in_a_foreign_currency_waits(project: Project, sandbox: Sandbox) -> None:
    """Neither becomes an invoice over zero, or over another amount; both are shown."""
    deal = begun(project, sandbox)
    sandbox.change("Deals", deal, Amount=None, Stage="Closed Won")
    sandbox.control("clock/advance", {"seconds": 5})
    (hold,) = of_invoices(project)
    assert (hold["kind"], hold["why"], "rate" in hold["reason"]) == ("hold", "value", True)
    project.run("apply", "--yes", code=None)
    assert statuses(sandbox) == []
    sandbox.change("Deals", deal, Amount=70, Currency="USD", Exchange_Rate=1.1)
    sandbox.control("clock/advance", {"seconds": 5})
    (hold,) = of_invoices(project)
    assert (hold["kind"], hold["why"], "USD" in hold["reason"]) == ("hold", "parked", True)


def test_a_document_that_a_person_took_away_comes_back_only_by_a_new_edge(project: Project, sandbox: Sandbox) -> None:
    """Deleted in the books, which no list tells: nothing until the deal is won anew."""
    deal = begun(project, sandbox)
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    (invoice,) = documents(sandbox, "invoices")
    path = f"/invoices/{invoice['invoice_id']}"
    answer = sandbox.books.delete(path)
    assert answer.is_success, answer.text
    sandbox.control("clock/advance", {"seconds": 5})
    sandbox.change("Deals", deal, Amount=9)
    sandbox.control("clock/advance", {"seconds": 5})
    assert of_invoices(project) == []
    through(sandbox, deal, "Qualification")
    project.run("apply", "--yes")
    through(sandbox, deal, "Closed Won")
    project.run("apply", "--yes")
    project.run("apply", "--yes")
    assert statuses(sandbox).count("draft") == 1


PURCHASES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module vendors: crm.Vendors <-> books.vendors
    dedupe: Vendor_Name == contact_name
    map:
        Vendor_Name <-> contact_name

record purchase: crm.Purchase_Orders

document order: books.purchase_orders for purchase
    map:
        purchase.Vendor_Name -> vendor_id
        line for row in purchase.Purchased_Items:
            row.Description -> name
            row.List_Price -> rate
            row.Quantity -> quantity

when purchase.Status == "Approved": create order
when purchase.Status == "Delivered": send order
when purchase.Status == "Cancelled": void order, even sent

guard: creates <= 500
"""


def test_a_purchase_becomes_an_order_with_a_line_for_each_row(project: Project, sandbox: Sandbox) -> None:
    """Made when it is approved, opened when it is delivered, cancelled with it; its rows in their order."""
    project.rules(PURCHASES)
    made = sandbox.crm.post("/Vendors", json={"data": [{"Vendor_Name": "Parts Ltd"}]}).json()
    vendor = made["data"][0]["details"]["id"]
    products = [{"Product_Name": name} for name in ("Pump", "Hose")]
    ids = [one["details"]["id"] for one in sandbox.crm.post("/Products", json={"data": products}).json()["data"]]
    project.run("apply", "--yes")
    sandbox.control("clock/advance", {"seconds": 5})
    items = [
        {"Product_Name": {"id": product}, "Description": f"Part {product[-2:]}", "Quantity": 2, "List_Price": price}
        for product, price in zip(ids, (5, 3), strict=True)
    ]
    order = {"Subject": "Parts", "Vendor_Name": {"id": vendor}, "Status": "Created", "Purchased_Items": items}
    answer = sandbox.crm.post("/Purchase_Orders", json={"data": [order]})
    assert answer.is_success, answer.text
    purchase = answer.json()["data"][0]["details"]["id"]
    project.run("apply", "--yes")
    for status, expected in (("Approved", "draft"), ("Delivered", "open"), ("Cancelled", "cancelled")):
        sandbox.control("clock/advance", {"seconds": 5})
        sandbox.change("Purchase_Orders", purchase, Status=status)
        sandbox.control("clock/advance", {"seconds": 5})
        project.run("apply", "--yes")
        (held,) = documents(sandbox, "purchase_orders")
        assert held["status"] == expected
    assert [(item["name"], item["rate"], item["quantity"]) for item in held["line_items"]] == [
        (item["Description"], item["List_Price"], item["Quantity"]) for item in items
    ]
    assert project.kinds() == []
