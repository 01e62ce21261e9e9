"""`transactions` against a sandbox over real HTTP: documents of both systems kept in step."""

from __future__ import annotations

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
