"""zoho-books-mcp, a client that knows nothing of the sandbox, works with it: only its environment points here."""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.clients.books.conftest import CREDENTIALS, Books

mcp = pytest.importorskip("mcp")
if find_spec("zoho_mcp") is None:
    pytest.skip("zoho-books-mcp is not installed", allow_module_level=True)

SERVER = Path(__file__).with_name("zoho_mcp_server.py")

Ask = Callable[..., Awaitable[Any]]


def conversing(books: Books, home: Path, conversation: Callable[[Ask], Awaitable[None]]) -> None:
    """Run the server as a process of its own and hold a conversation with it.

    `ask` returns what a tool answers; where the tool fails it returns the error's text.
    """
    settings = {f"ZOHO_{name}".upper(): value for name, value in CREDENTIALS.items()} | {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ZOHO_ORGANIZATION_ID": books.organisation,
        "ZOHO_API_BASE_URL": f"{books.url}/books/v3",
        "ZOHO_AUTH_BASE_URL": f"{books.url}/oauth/v2",
        "TOKEN_CACHE_PATH": str(home / "token"),
        "LOG_LEVEL": "CRITICAL",
    }

    async def running() -> None:
        parameters = mcp.StdioServerParameters(command=sys.executable, args=[str(SERVER)], env=settings, cwd=home)
        with (home / "log").open("w", encoding="utf-8") as log:
            async with (
                mcp.stdio_client(parameters, errlog=log) as (read, write),
                mcp.ClientSession(read, write) as session,
            ):
                await session.initialize()

                async def ask(tool: str, **arguments: Any) -> Any:
                    answer = await session.call_tool(tool, arguments)
                    text = answer.content[0].text
                    return text if answer.isError else json.loads(text)

                await conversation(ask)

    anyio.run(running)


def test_contacts(books: Books, tmp_path: Path) -> None:
    """Contacts are paged, created, read, updated and deleted; refusals are told apart."""

    async def conversation(ask: Ask) -> None:
        first = await ask("list_contacts", page_size=10)
        second = await ask("list_contacts", page=2, page_size=10)
        assert (len(first["contacts"]), first["has_more_page"]) == (10, True)
        names = [row["contact_name"].casefold() for row in first["contacts"] + second["contacts"]]
        assert names == sorted(names)
        body = {"contact_name": "Over MCP", "email": "mcp@x.example", "billing_address": {"city": "Kiel"}}
        created = await ask("create_customer_of", arguments=body)
        identity = created["contact"]["contact_id"]
        assert created["contact"]["contact_type"] == "customer"
        vendor = await ask("create_vendor_of", arguments={"contact_name": "Supplies over MCP"})
        assert vendor["contact"]["contact_type"] == "vendor"
        again = await ask("create_customer_of", arguments=body)
        assert "already exists" in again
        changed = await ask("update_contact_of", arguments={"contact_id": identity, "notes": "changed"})
        assert changed["contact"]["notes"] == "changed"
        found = await ask("list_contacts", search_text="over mcp")
        assert {row["contact_name"] for row in found["contacts"]} == {"Over MCP", "Supplies over MCP"}
        shown = await ask("get_contact", contact_id=identity)
        assert shown["contact"]["billing_address"]["city"] == "Kiel"
        assert (await ask("delete_contact", contact_id=identity))["success"] is True
        assert "not found" in await ask("delete_contact", contact_id=identity)

    conversing(books, tmp_path, conversation)
    assert books.plain.get("/contacts", params={"contact_name": "Over MCP"}).json()["contacts"] == []


def test_items(books: Books, tmp_path: Path) -> None:
    """Items are listed, created, read and updated, an unknown one is refused."""

    async def conversation(ask: Ask) -> None:
        listed = await ask("list_items", page_size=3, item_type="all")
        assert (len(listed["items"]), listed["has_more_page"]) == (3, True)
        created = await ask("create_item", name="Seal over MCP", rate=7.5, sku="MCP-1", item_type="goods")
        identity = created["item"]["item_id"]
        changed = await ask("update_item", item_id=identity, rate=8.25)
        assert changed["item"]["rate"] == 8.25
        assert (await ask("get_item", item_id=identity))["item"]["sku"] == "MCP-1"
        assert "not found" in await ask("get_item", item_id="1")

    conversing(books, tmp_path, conversation)


def test_invoices(books: Books, tmp_path: Path) -> None:
    """An invoice is created, sent and made void, and then can no longer be sent."""
    customer = books.plain.post("/contacts", json={"contact_name": "Billed over MCP"}).json()["contact"]["contact_id"]
    item = books.plain.post("/items", json={"name": "Billed item", "rate": 40}).json()["item"]["item_id"]

    async def conversation(ask: Ask) -> None:
        lines = [{"item_id": item, "rate": 40, "quantity": 2}]
        created = await ask("create_invoice_of", arguments={"customer_id": customer, "line_items": lines})
        invoice = created["invoice"]
        assert (invoice["total"], invoice["status"]) == (80, "draft")
        assert "Sent" in (await ask("mark_invoice_as_sent", invoice_id=invoice["invoice_id"]))["message"]
        assert "Void" in (await ask("void_invoice", invoice_id=invoice["invoice_id"]))["message"]
        refused = await ask("mark_invoice_as_sent", invoice_id=invoice["invoice_id"])
        assert isinstance(refused, str)
        listed = await ask("list_invoices", customer_id=customer)
        assert [row["status"] for row in listed["invoices"]] == ["void"]

    conversing(books, tmp_path, conversation)
