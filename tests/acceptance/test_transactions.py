"""`transactions` against a sandbox over real HTTP: documents of both systems kept in step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.test_modules import in_crm

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    where books: customer_sub_type == "business"
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
        "business" -> customer_sub_type

module individuals: crm.Contacts <-> books.customers
    where crm: Account_Name is empty
    where books: customer_sub_type == "individual"
    dedupe: Email == email
    map:
        Full_Name -> contact_name
        "individual" -> customer_sub_type
        First_Name <-> first_name
        Last_Name -> last_name
        Last_Name <- last_name ?? contact_name
        Email <-> email

module vendors: crm.Vendors <-> books.vendors
    dedupe: Vendor_Name == contact_name
    map:
        Vendor_Name <-> contact_name

module items: crm.Products <-> books.items
    dedupe: Product_Name == name
    map:
        Product_Name <-> name
        Unit_Price ?? 0 -> rate
        Unit_Price ?? 0 -> purchase_rate
        Unit_Price <- rate

record deal: crm.Deals
    stage: Stage

document bill: books.invoices for deal
    map:
        deal.Account_Name ?? deal.Contact_Name -> customer_id
        today() -> date
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate

when deal.stage == won: create bill

transactions books: quotes, sales_orders, invoices, purchase_orders
    associate: deal

guard: deletes <= 0, creates <= 500
"""


class World:
    """A project with a customer, a vendor and a product in both systems, in which documents are exchanged."""

    def __init__(self, project: Project, sandbox: Sandbox) -> None:
        self.project = project
        self.sandbox = sandbox
        self.acme = sandbox.account(Account_Name="Acme")
        self.mill = in_crm(sandbox, "Vendors", Vendor_Name="Paper Mill")
        self.pump = in_crm(sandbox, "Products", Product_Name="Pump", Unit_Price=120)
        self.old = self.quote("Old", List_Price=1)
        self.settle()
        sandbox.control("clock/advance", {"seconds": 60})

    def settle(self) -> None:
        """Sync until a preview has nothing to do."""
        for _ in range(5):
            if not self.project.kinds():
                return
            self.project.run("apply", "--yes", code=None)
        assert self.project.kinds() == []

    def line(self, **fields: Any) -> dict[str, Any]:
        """Return a line as the CRM takes it."""
        return {"Product_Name": {"id": self.pump}, "Quantity": 2, "List_Price": 100, **fields}

    def quote(self, subject: str, **line: Any) -> str:
        """Make a quote in the CRM."""
        party = {"Account_Name": {"id": self.acme}}
        return in_crm(self.sandbox, "Quotes", Subject=subject, Quoted_Items=[self.line(**line)], **party)

    def in_books(self, path: str) -> list[dict[str, Any]]:
        """Return every document of a kind in the books, in detail."""
        rows = self.sandbox.books.get(f"/{path}").json()[path]
        found = []
        for row in rows:
            answer = self.sandbox.books.get(f"/{path}/{row[path[:-1] + '_id']}").json()
            found.append(answer[path[:-1]])
        return sorted(found, key=lambda one: one["reference_number"])

    def record(self, module: str, record_id: str) -> dict[str, Any]:
        """Return a record of the CRM."""
        found: dict[str, Any] = self.sandbox.crm.get(f"/{module}/{record_id}").json()["data"][0]
        return found

    def contact(self, name: str) -> str:
        """Return the id of a contact in the books."""
        rows = self.sandbox.books.get("/contacts").json()["contacts"]
        return str(next(row["contact_id"] for row in rows if row["contact_name"] == name))

    def item(self, name: str) -> str:
        """Return the id of an item in the books."""
        rows = self.sandbox.books.get("/items").json()["items"]
        return str(next(row["item_id"] for row in rows if row["name"] == name))

    def tax(self, per_cent: int) -> str:
        """Return the id of a tax in the books."""
        rows = self.sandbox.books.get("/settings/taxes").json()["taxes"]
        return str(next(row["tax_id"] for row in rows if row["tax_percentage"] == per_cent))

    def records(self, module: str) -> list[dict[str, Any]]:
        """Return every record of a module of the CRM, in detail."""
        answer = self.sandbox.crm.get(f"/{module}", params={"fields": "id"})
        rows = answer.json()["data"] if answer.content else []
        return [self.record(module, row["id"]) for row in rows]

    def holds(self) -> list[dict[str, Any]]:
        """Preview and return what is held."""
        return [effect for effect in self.project.plan()["effects"] if effect["kind"] == "hold"]


@pytest.fixture
def world(make_project: MakeProject, sandbox: Sandbox) -> World:
    """Return a project in which documents are exchanged."""
    project = make_project(sandbox)
    project.rules(RULES)
    return World(project, sandbox)


def test_a_quote_goes_from_the_crm_to_the_books_and_back_once(world: World) -> None:
    """A new quote arrives with customer and lines, edits travel both ways, and then everything is quiet."""
    quote = world.quote("Pumps for spring", Description="blue", Tax=38)
    world.settle()
    (made,) = world.in_books("estimates")
    assert (made["reference_number"], made["customer_name"], made["total"]) == ("Pumps for spring", "Acme", 238)
    (line,) = made["line_items"]
    assert (line["name"], line["description"], line["rate"], line["quantity"]) == ("Pump", "blue", 100, 2)
    assert line["tax_percentage"] == 19
    identity = made["estimate_id"]
    body = {"notes": "thank you", "line_items": [{**line, "quantity": 3}]}
    assert world.sandbox.books.put(f"/estimates/{identity}", json={**made, **body}).status_code == 200
    world.settle()
    record = world.record("Quotes", quote)
    assert (record["Description"], record["Grand_Total"]) == ("thank you", 357)
    (row,) = record["Quoted_Items"]
    assert (row["Quantity"], row["Tax"]) == (3, 57)
    rows = [{"id": row["id"], "List_Price": 90, "Tax": 51.3}]
    world.sandbox.change("Quotes", quote, Subject="Pumps", Quoted_Items=rows)
    world.settle()
    (made,) = world.in_books("estimates")
    assert (made["reference_number"], made["total"], made["estimate_id"]) == ("Pumps", 321.3, identity)
    before = world.sandbox.last()
    world.project.run("apply", "--yes")
    assert world.sandbox.writes(before) == []


def test_an_estimate_of_the_books_goes_to_the_crm_and_back(world: World) -> None:
    """A new estimate arrives with customer, product, price and tax; its number stands for a missing reference."""
    body = {
        "customer_id": world.contact("Acme"),
        "expiry_date": "2027-01-31",
        "line_items": [{"item_id": world.item("Pump"), "rate": 50, "quantity": 4, "tax_id": world.tax(19)}],
    }
    assert world.sandbox.books.post("/estimates", json=body).status_code == 201
    world.settle()
    (made,) = world.in_books("estimates")
    (record,) = [one for one in world.records("Quotes") if one["Subject"] != "Old"]
    assert record["Subject"] == made["estimate_number"]
    assert (record["Account_Name"]["name"], record["Valid_Till"]) == ("Acme", "2027-01-31")
    (row,) = record["Quoted_Items"]
    assert (row["Product_Name"]["name"], row["List_Price"], row["Quantity"], row["Tax"]) == ("Pump", 50, 4, 38)
    world.sandbox.change("Quotes", record["id"], Valid_Till="2027-02-28")
    world.settle()
    assert [one["expiry_date"] for one in world.in_books("estimates")] == ["2027-02-28"]


def test_every_kind_goes_both_ways(world: World) -> None:
    """Sales orders, invoices and purchase orders made on either side arrive on the other, once."""
    line, acme, mill = world.line(), {"id": world.acme}, {"id": world.mill}
    in_crm(world.sandbox, "Sales_Orders", Subject="SO", Account_Name=acme, Ordered_Items=[line], Due_Date="2027-01-05")
    in_crm(world.sandbox, "Invoices", Subject="IN", Account_Name=acme, Invoiced_Items=[line], Invoice_Date="2027-01-06")
    in_crm(world.sandbox, "Purchase_Orders", Subject="PO", Vendor_Name=mill, Purchased_Items=[line])
    item = {"item_id": world.item("Pump"), "rate": 7, "quantity": 1}
    sale = {"customer_id": world.contact("Acme"), "reference_number": "from books", "line_items": [item]}
    for path in ("salesorders", "invoices"):
        assert world.sandbox.books.post(f"/{path}", json=sale).status_code == 201
    order = {"vendor_id": world.contact("Paper Mill"), "reference_number": "from books", "line_items": [item]}
    assert world.sandbox.books.post("/purchaseorders", json=order).status_code == 201
    world.settle()
    for path, module, name in (
        ("salesorders", "Sales_Orders", "SO"),
        ("invoices", "Invoices", "IN"),
        ("purchaseorders", "Purchase_Orders", "PO"),
    ):
        made = [(one["reference_number"], one["total"]) for one in world.in_books(path)]
        assert made == [(name, 200), ("from books", 7)], path
        there = sorted((one["Subject"], one["Grand_Total"]) for one in world.records(module))
        assert there == [(name, 200), ("from books", 7)], module
    assert {one["Subject"]: one.get("PO_Number") for one in world.records("Purchase_Orders")}["from books"]
    before = world.sandbox.last()
    world.project.run("apply", "--yes")
    assert world.sandbox.writes(before) == []


def test_old_documents_and_those_made_for_a_record_are_not_taken(world: World) -> None:
    """What was there when the rules were switched on stays alone, and so does what a trigger makes."""
    world.sandbox.change("Quotes", world.old, Description="changed")
    deal = world.sandbox.deal(Deal_Name="Big", Stage="Qualification", Amount=500, Account_Name={"id": world.acme})
    world.settle()
    world.sandbox.change("Deals", deal, Stage="Closed Won")
    world.settle()
    world.settle()
    assert world.in_books("estimates") == []
    assert [one["total"] for one in world.in_books("invoices")] == [500]
    assert world.records("Invoices") == []


def test_a_sent_document_is_left_alone_and_the_change_is_shown(world: World) -> None:
    """Once an estimate was sent, what the CRM changes is held for a person, and what the books change still comes."""
    quote = world.quote("Sent")
    world.settle()
    (made,) = world.in_books("estimates")
    assert world.sandbox.books.post(f"/estimates/{made['estimate_id']}/status/sent").is_success
    world.sandbox.change("Quotes", quote, Subject="Other")
    world.settle()
    (hold,) = world.holds()
    assert (hold["why"], hold["left"]) == ("document", "Other")
    assert "it is sent by now" in hold["reason"]
    assert world.in_books("estimates")[0]["reference_number"] == "Sent"
    assert world.sandbox.books.put(f"/estimates/{made['estimate_id']}", json={**made, "notes": "new"}).is_success
    world.settle()
    assert world.record("Quotes", quote)["Description"] == "new"
    (item,) = json.loads(world.project.run("review", "list", "--format", "json").stdout)["items"]
    world.project.run("review", "resolve", item["id"], "skip")
    assert world.holds() == []


@pytest.mark.parametrize(
    ("line", "document", "told"),
    [
        ({"Tax": 7.77}, {}, "no tax of books makes 7.77 of 200"),
        ({}, {"Adjustment": 5}, "its total differs by 5.00"),
        ({"Discount": 10}, {}, "its total differs by -10.00"),
        ({"Quantity": 1, "List_Price": 1}, {"Currency": "GBP"}, "currency_code `GBP`"),
    ],
)
def test_what_the_books_cannot_hold_waits_and_is_shown(
    world: World, line: dict[str, Any], document: dict[str, Any], told: str
) -> None:
    """A tax or currency that the books do not have, and an amount that is in no line, keep a document back."""
    currencies = {
        one["currency_code"]: one for one in world.sandbox.books.get("/settings/currencies").json()["currencies"]
    }
    world.sandbox.books.delete(f"/settings/currencies/{currencies['GBP']['currency_id']}")
    party = {"Account_Name": {"id": world.acme}}
    in_crm(world.sandbox, "Quotes", Subject="Q", Quoted_Items=[world.line(**line)], **party, **document)
    world.settle()
    (hold,) = world.holds()
    assert told in hold["reason"], hold
    assert world.in_books("estimates") == []


def test_a_line_without_an_item_waits_and_is_shown(world: World) -> None:
    """A free line of the books has no product, without which the CRM has no line."""
    body = {"customer_id": world.contact("Acme"), "line_items": [{"name": "Work", "rate": 5}]}
    assert world.sandbox.books.post("/estimates", json=body).status_code == 201
    world.settle()
    (hold,) = world.holds()
    assert "line 1 has nothing for `Product_Name`" in hold["reason"]


def test_a_new_customer_and_product_come_with_their_document(world: World) -> None:
    """A quote for what the books do not know yet brings customer and product along; one without a customer waits."""
    new = world.sandbox.account(Account_Name="New Ltd")
    hose = in_crm(world.sandbox, "Products", Product_Name="Hose", Unit_Price=3)
    items = [world.line(Product_Name={"id": hose}), world.line()]
    in_crm(world.sandbox, "Quotes", Subject="Both new", Account_Name={"id": new}, Quoted_Items=items)
    in_crm(world.sandbox, "Quotes", Subject="Nobody", Quoted_Items=items)
    world.project.run("apply", "--yes", code=7)
    (made,) = world.in_books("estimates")
    assert (made["customer_name"], [line["name"] for line in made["line_items"]]) == ("New Ltd", ["Hose", "Pump"])
    (hold,) = world.holds()
    assert hold["record"]["label"] == "Nobody"


def test_an_individual_stands_in_the_field_for_contacts(world: World) -> None:
    """The books have one field for customers: what is a contact in the CRM goes there, and not among the accounts."""
    ada = in_crm(world.sandbox, "Contacts", Last_Name="Lovelace", First_Name="Ada", Email="ada@home.example")
    in_crm(world.sandbox, "Quotes", Subject="For Ada", Contact_Name={"id": ada}, Quoted_Items=[world.line()])
    world.settle()
    (made,) = world.in_books("estimates")
    assert made["customer_name"] == "Ada Lovelace"
    line = {"item_id": world.item("Pump"), "rate": 1}
    body = {"customer_id": made["customer_id"], "reference_number": "Back", "line_items": [line]}
    assert world.sandbox.books.post("/estimates", json=body).status_code == 201
    world.settle()
    (record,) = [one for one in world.records("Quotes") if one["Subject"] == "Back"]
    assert record["Contact_Name"]["id"] == ada
    assert record.get("Account_Name") is None


def test_both_sides_changed_goes_to_review(world: World) -> None:
    """Two different values are a conflict that a person decides, and the decision travels."""
    quote = world.quote("Ours")
    world.settle()
    (made,) = world.in_books("estimates")
    world.sandbox.change("Quotes", quote, Description="one")
    identity = made["estimate_id"]
    assert world.sandbox.books.put(f"/estimates/{identity}", json={**made, "notes": "two"}).is_success
    world.settle()
    (hold,) = world.holds()
    assert (hold["why"], hold["left"], hold["right"]) == ("conflict", "one", "two")


def test_lines_are_added_exchanged_and_removed(world: World) -> None:
    """Lines follow their products: what a line of another product was called or discounted does not stay with it."""
    hose = in_crm(world.sandbox, "Products", Product_Name="Hose", Unit_Price=3)
    quote = world.quote("Lines")
    world.settle()
    (row,) = world.record("Quotes", quote)["Quoted_Items"]
    rows = [
        {"id": row["id"], "_delete": None},
        {"Product_Name": {"id": hose}, "Quantity": 1, "List_Price": 3},
        world.line(Quantity=5),
    ]
    world.sandbox.change("Quotes", quote, Quoted_Items=rows)
    world.settle()
    (made,) = world.in_books("estimates")
    lines = sorted((line["name"], line["quantity"], line["rate"]) for line in made["line_items"])
    assert lines == [("Hose", 1, 3), ("Pump", 5, 100)]
    kept = [line for line in made["line_items"] if line["name"] == "Hose"]
    assert world.sandbox.books.put(f"/estimates/{made['estimate_id']}", json={**made, "line_items": kept}).is_success
    world.settle()
    (row,) = world.record("Quotes", quote)["Quoted_Items"]
    assert (row["Product_Name"]["name"], row["List_Price"]) == ("Hose", 3)


def test_verifying_agrees_and_says_nothing_of_old_documents(world: World) -> None:
    """A full reading of both sides finds every value of a document equal, and misses no old one."""
    world.quote("Verified", Tax=38)
    world.settle()
    told = json.loads(world.project.run("verify", "--format", "json").stdout)
    (quotes,) = [one for one in told["verification"]["modules"] if one["name"] == "transactions.quotes"]
    assert (quotes["linked"], quotes["compared"] > 6, quotes["percent"]) == (1, True, "100"), quotes
    assert (quotes["missing_left"], quotes["missing_right"], quotes["outside"]) == (0, 0, 0)
    assert told["summary"]["in_sync"] is True


def test_the_amount_of_documents_is_guarded(world: World) -> None:
    """What is made in the books counts as the documents of triggers do: above the amount nothing is written."""
    world.project.rules(RULES.replace("creates <= 500", "creates <= 500, amount <= 1_000 EUR per day"))
    world.quote("Small")
    world.project.run("apply", "--yes")
    world.quote("Large", Quantity=9)
    before = world.sandbox.last()
    stopped = world.project.run("apply", "--yes", code=None)
    assert stopped.returncode != 0
    assert "SD801" in stopped.stderr
    assert world.sandbox.writes(before) == []
    assert [one["reference_number"] for one in world.in_books("estimates")] == ["Small"]


def test_a_lost_state_makes_no_document_twice(world: World) -> None:
    """Without its state syncdsl finds partners again by their keys; none is made again, and changes go on."""
    quote = world.quote("Kept")
    world.settle()
    for file in (world.project.folder / ".syncdsl").glob("*.db*"):
        file.unlink()
    world.sandbox.control("clock/advance", {"seconds": 60})
    world.settle()
    assert len(world.in_books("estimates")) == 1
    assert len(world.records("Quotes")) == 2
    world.sandbox.change("Quotes", quote, Description="goes on")
    world.settle()
    assert [one["notes"] for one in world.in_books("estimates")] == ["goes on"]


def test_fields_of_ones_own_travel_by_their_label(make_project: MakeProject, sandbox: Sandbox) -> None:
    """A custom field that both systems have under one label is exchanged, as soon as the schemas know it."""
    field = {"field_label": "Project Code", "data_type": "text", "length": 50}
    answer = sandbox.crm.post("/settings/fields", params={"module": "Quotes"}, json={"fields": [field]})
    assert answer.status_code == 201, answer.text
    sandbox.control("books/custom-fields", {"entity": "estimate", "label": "Project code"})
    project = make_project(sandbox)
    project.rules(RULES)
    project.run("schema", "pull")
    world = World(project, sandbox)
    quote = world.quote("Ours")
    sandbox.change("Quotes", quote, Project_Code="P-7")
    world.settle()
    (made,) = world.in_books("estimates")
    assert made["custom_field_hash"]["cf_project_code"] == "P-7"
    customs = [{"api_name": "cf_project_code", "value": "P-8"}]
    assert sandbox.books.put(f"/estimates/{made['estimate_id']}", json={"custom_fields": customs}).is_success
    world.settle()
    assert world.record("Quotes", quote)["Project_Code"] == "P-8"
