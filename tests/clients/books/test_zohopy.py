"""zohopy, a client that knows nothing of the sandbox, works with it: only its tables of addresses point here."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.clients.books.conftest import CREDENTIALS, Books

zohopy = pytest.importorskip("zohopy")

from zohopy import config, exceptions  # noqa: E402 - only where it is installed
from zohopy.products.books import ZohoBooks  # noqa: E402 - only where it is installed

REGION = config.DataCenter.EU


@pytest.fixture
def client(books: Books, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Open zohopy's client of the sandbox."""
    monkeypatch.setitem(config._API_URLS, REGION, books.url)
    monkeypatch.setitem(config._ACCOUNTS_URLS, REGION, books.url)
    credentials: dict[str, Any] = dict(CREDENTIALS)
    settings = config.ZohoConfig(
        **credentials, organization_id=books.organisation, data_center=REGION, max_retries=1, retry_backoff=0
    )
    with zohopy.SyncZohoClient(settings) as opened:
        yield ZohoBooks(opened)


def test_lists_page_to_their_end(client: Any, books: Books) -> None:
    """Every contact comes exactly once, page after page."""
    pages = list(client.contacts.list_all(per_page=20, filter_by="Status.All"))
    found = [row["contact_id"] for page in pages for row in page["contacts"]]
    whole = books.plain.get("/contacts", params={"filter_by": "Status.All", "per_page": 200}).json()["contacts"]
    assert len(pages) > 1
    assert sorted(found) == sorted(row["contact_id"] for row in whole)


def test_contacts(client: Any) -> None:
    """A contact is created, read, updated, addressed, deactivated, activated and deleted."""
    body = {"contact_name": "Zohopy AG", "contact_persons": [{"first_name": "Zoe", "email": "zoe@x.example"}]}
    contact = client.contacts.create(body)["contact"]["contact_id"]
    person = client.contact_persons.list_for_contact(contact)["contact_persons"][0]
    assert client.contact_persons.get_for_contact(contact, person["contact_person_id"])["contact_person"] == person
    assert client.contacts.update(contact, {"notes": "n"})["contact"]["notes"] == "n"
    address = client.contacts.add_address(contact, {"city": "Bern"})["address_info"]["address_id"]
    client.contacts.edit_address(contact, address, {"zip": "3000"})
    assert client.contacts.list_addresses(contact)["addresses"][-1]["zip"] == "3000"
    client.contacts.delete_address(contact, address)
    client.contacts.mark_inactive(contact)
    assert client.contacts.get(contact)["contact"]["status"] == "inactive"
    assert client.contacts.list(contact_name="Zohopy AG")["contacts"] == []
    client.contacts.mark_active(contact)
    assert len(client.contacts.list(contact_name="Zohopy AG")["contacts"]) == 1
    assert client.contacts.delete(contact)["message"] == "The contact has been deleted."
    with pytest.raises(exceptions.ZohoNotFoundError):
        client.contacts.get(contact)


def test_items_and_estimates(client: Any) -> None:
    """An item is sold on an estimate that is sent, accepted and deleted."""
    item = client.items.create({"name": "Zohopy pump", "rate": 12.5})["item"]["item_id"]
    customer = client.contacts.create({"contact_name": "Zohopy buyer"})["contact"]["contact_id"]
    body = {"customer_id": customer, "line_items": [{"item_id": item, "quantity": 4}]}
    estimate = client.estimates.create(body)["estimate"]
    assert (estimate["total"], estimate["status"]) == (50, "draft")
    assert client.estimates.mark_sent(estimate["estimate_id"])["code"] == 0
    assert client.estimates.mark_accepted(estimate["estimate_id"])["code"] == 0
    assert client.estimates.get(estimate["estimate_id"])["estimate"]["status"] == "accepted"
    for resource, identity in ((client.items, item), (client.contacts, customer)):
        with pytest.raises(exceptions.ZohoResourceDependentError):
            resource.delete(identity)
    client.estimates.delete(estimate["estimate_id"])
    client.items.mark_inactive(item)
    assert client.items.get(item)["item"]["status"] == "inactive"
    client.items.delete(item)
    client.contacts.delete(customer)


def test_settings(client: Any, books: Books) -> None:
    """Organisations, currencies with rates, taxes, users and custom fields answer as the client expects."""
    [organisation] = client.organizations.list()["organizations"]
    assert organisation["organization_id"] == books.organisation
    body = {"currency_code": "NOK", "currency_format": "1,234,567.89"}
    currency = client.currencies.create(body)["currency"]["currency_id"]
    client.currencies.create_exchange_rate(currency, {"effective_date": "2026-01-01", "rate": 0.09})
    assert client.currencies.list_exchange_rates(currency)["exchange_rates"][0]["rate"] == 0.09
    client.currencies.delete(currency)
    tax = client.taxes.create({"tax_name": "Zohopy tax", "tax_percentage": 3})["tax"]["tax_id"]
    assert client.taxes.delete(tax)["code"] == 0
    assert [user["is_current_user"] for user in client.users.list()["users"]].count(True) == 1
    fields = client.custom_fields.list_for_entity("contact")["fields"]
    assert [field["api_name"] for field in fields] == ["cf_syncdsl_key"]


def test_errors_become_the_clients_own(client: Any, books: Books) -> None:
    """Each kind of refusal is told apart by the client, whose table of codes and statuses is its own."""
    with pytest.raises(exceptions.ZohoInvalidFieldError):
        client.contacts.create({"contact_name": ""})
    client.contacts.create({"contact_name": "Zohopy twice"})
    with pytest.raises(exceptions.ZohoValidationError, match="already exists"):
        client.contacts.create({"contact_name": "zohopy TWICE"})
    with pytest.raises(exceptions.ZohoNotFoundError):
        client.bank_accounts.list()
    base = {"system": "books", "method": "GET", "count": 2}
    books.control("fail-next", base | {"status": 500})
    with pytest.raises(exceptions.ZohoServerError):
        client.contacts.list()
    books.control("fail-next", base | {"status": 429, "retry_after": 0})
    with pytest.raises(exceptions.ZohoRateLimitError):
        client.contacts.list()


def test_an_expired_token_is_renewed_by_the_client(client: Any, books: Books) -> None:
    """HTTP 401 makes the client ask for a new token and go on."""
    client.contacts.list(per_page=1)
    assert httpx.post(f"{books.url}/_sandbox/expire-tokens").is_success
    assert client.contacts.list(per_page=1)["code"] == 0
