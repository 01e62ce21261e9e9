"""What the emulated Books answers agrees with Zoho's OpenAPI descriptions, apart from their known mistakes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.clients.books.conftest import Books, started
from tests.clients.openapi import departures, description

REGIONAL = (
    # Tax facts of single countries, which an organisation elsewhere does not have.
    "gst_no",
    "gst_treatment",
    "hsn_or_sac",
    "is_tds_registered",
    "item_tax_preferences",
    "place_of_contact",
    "purchase_tax_rule_id",
    "sales_tax_rule_id",
    "sat_item_key_code",
    "tax_exemption_certificate_number",
    "tax_regime",
    "tax_treatment",
    "tds_tax_id",
    "unitkey_code",
    "vat_treatment",
)
MISTAKES = (
    # Named as part of the answer, but a switch of the request.
    "ignore_auto_number_generation: absent",
    # A list in the description, one object in what clients in use read.
    "$.contact_person: not array",
    "$.tax: not array",
    # A number in the description, the whole rate in its own example.
    "$.exchange_rate: not number",
    # Text in the description, a number in answers that are on record.
    "tax_percentage: not string",
    # Warehouses: only of organisations that keep stock in several places.
    "locations: absent",
)
"""How lines of `departures` end that are not held against the sandbox."""

OTHER_WORDS = {
    # What live answers say, on record; the description has "The contact has been created".
    ("POST", "/contacts"): "The contact has been added.",
}

KEY = [{"index": 1, "value": "key"}]


def worded(spec: str, template: str, answer: httpx.Response) -> tuple[str, str]:
    """Return the words of an answer and those it should have."""
    method = answer.request.method
    expected = OTHER_WORDS.get((method, template)) or description("books", spec).message(method, template)
    return answer.json()["message"], expected


def unexplained(spec: str, template: str, answer: httpx.Response) -> list[str]:
    """Return how an answer departs from a description, without what is known to be the description's mistake."""
    assert answer.is_success, answer.text
    known = (*MISTAKES, *(f".{name}: absent" for name in REGIONAL))
    return [line for line in departures(description("books", spec), template, answer) if not line.endswith(known)]


@pytest.fixture(scope="module")
def bare() -> Iterator[Books]:
    """Start a sandbox without records."""
    yield from started("--records", "0")


@pytest.fixture(scope="module")
def made(bare: Books) -> dict[str, Any]:
    """Make one record of each kind and return the answers."""
    post = bare.plain.post
    contact = {"contact_name": "Described", "contact_persons": [{"first_name": "Ada"}], "custom_fields": KEY}
    answers = {"contacts": post("/contacts", json=contact)}
    identity = answers["contacts"].json()["contact"]["contact_id"]
    answers["contactpersons"] = post("/contacts/contactpersons", json={"contact_id": identity, "first_name": "Bob"})
    answers["address"] = post(f"/contacts/{identity}/address", json={"city": "Köln"})
    answers["items"] = post("/items", json={"name": "Described", "rate": 1.5, "custom_fields": KEY})
    answers["users"] = post("/users", json={"name": "Nora", "email": "nora@rheinbruecke.example"})
    answers["currencies"] = post("/settings/currencies", json={"currency_code": "AUD", "currency_format": "1,234.5"})
    currency = answers["currencies"].json()["currency"]["currency_id"]
    answers["exchangerates"] = post(
        f"/settings/currencies/{currency}/exchangerates", json={"effective_date": "2026-01-01", "rate": 0.61}
    )
    answers["taxes"] = post("/settings/taxes", json={"tax_name": "Described", "tax_percentage": 5})
    return answers


@pytest.mark.parametrize(
    ("spec", "template", "kind"),
    [
        ("contacts.yml", "/contacts", "contacts"),
        ("contact-persons.yml", "/contacts/contactpersons", "contactpersons"),
        ("contacts.yml", "/contacts/{contact_id}/address", "address"),
        ("items.yml", "/items", "items"),
        ("users.yml", "/users", "users"),
        ("currency.yml", "/settings/currencies", "currencies"),
        ("currency.yml", "/settings/currencies/{currency_id}/exchangerates", "exchangerates"),
        ("taxes.yml", "/settings/taxes", "taxes"),
    ],
)
def test_what_is_created_is_described(made: dict[str, Any], spec: str, template: str, kind: str) -> None:
    """Answers to a create have the described status and words, every described key, and its type."""
    assert unexplained(spec, template, made[kind]) == []
    message, expected = worded(spec, template, made[kind])
    assert message == expected


READ = [
    ("contacts.yml", "/contacts"),
    ("contacts.yml", "/contacts/{contact_id}"),
    ("contacts.yml", "/contacts/{contact_id}/address"),
    ("contact-persons.yml", "/contacts/{contact_id}/contactpersons"),
    ("contact-persons.yml", "/contacts/{contact_id}/contactpersons/{contact_person_id}"),
    ("items.yml", "/items"),
    ("items.yml", "/items/{item_id}"),
    ("items.yml", "/itemdetails"),
    ("users.yml", "/users"),
    ("users.yml", "/users/me"),
    ("users.yml", "/users/{user_id}"),
    ("currency.yml", "/settings/currencies"),
    ("currency.yml", "/settings/currencies/{currency_id}"),
    ("currency.yml", "/settings/currencies/{currency_id}/exchangerates"),
    ("currency.yml", "/settings/currencies/{currency_id}/exchangerates/{exchange_rate_id}"),
    ("taxes.yml", "/settings/taxes"),
    ("taxes.yml", "/settings/taxes/{tax_id}"),
    ("organizations.yml", "/organizations"),
    ("organizations.yml", "/organizations/{organization_id}"),
]


@pytest.fixture(scope="module")
def identities(bare: Books, made: dict[str, Any]) -> dict[str, str]:
    """Return the ids that stand in the templates."""
    user = bare.plain.get("/users/me").json()["user"]["user_id"]
    return {
        "contact_id": made["contacts"].json()["contact"]["contact_id"],
        "contact_person_id": made["contactpersons"].json()["contact_person"]["contact_person_id"],
        "address_id": made["address"].json()["address_info"]["address_id"],
        "item_id": made["items"].json()["item"]["item_id"],
        "user_id": user,
        "currency_id": made["currencies"].json()["currency"]["currency_id"],
        "exchange_rate_id": made["exchangerates"].json()["exchange_rate"]["exchange_rate_id"],
        "tax_id": made["taxes"].json()["tax"]["tax_id"],
        "organization_id": bare.organisation,
    }


@pytest.mark.parametrize(("spec", "template"), READ)
def test_what_is_read_is_described(bare: Books, identities: dict[str, str], spec: str, template: str) -> None:
    """Lists and single records have every described key and its type."""
    query = {"item_ids": identities["item_id"]} if template == "/itemdetails" else {}
    answer = bare.plain.get(template.format(**identities), params=query)
    assert unexplained(spec, template, answer) == []


CHANGED = [
    ("contacts.yml", "PUT", "/contacts/{contact_id}", {"notes": "n"}),
    ("contacts.yml", "PUT", "/contacts/{contact_id}/address/{address_id}", {"zip": "1"}),
    ("contacts.yml", "POST", "/contacts/{contact_id}/inactive", None),
    ("contacts.yml", "POST", "/contacts/{contact_id}/active", None),
    ("contacts.yml", "POST", "/contacts/{contact_id}/owner", None),
    ("contact-persons.yml", "PUT", "/contacts/contactpersons/{contact_person_id}", {"first_name": "Rob"}),
    ("contact-persons.yml", "POST", "/contacts/contactpersons/{contact_person_id}/primary", None),
    ("items.yml", "PUT", "/items/{item_id}", {"rate": 2}),
    ("items.yml", "PUT", "/item/{item_id}/customfields", [{"index": 1, "value": "other"}]),
    ("items.yml", "POST", "/items/{item_id}/inactive", None),
    ("items.yml", "POST", "/items/{item_id}/active", None),
    ("users.yml", "PUT", "/users/{user_id}", {"name": "Petra Hofer"}),
    ("currency.yml", "PUT", "/settings/currencies/{currency_id}", {"currency_format": "1.234,5"}),
    (
        "currency.yml",
        "PUT",
        "/settings/currencies/{currency_id}/exchangerates/{exchange_rate_id}",
        {"effective_date": "2026-01-01", "rate": 0.62},
    ),
    ("taxes.yml", "PUT", "/settings/taxes/{tax_id}", {"tax_percentage": 6}),
    ("contact-persons.yml", "DELETE", "/contacts/contactpersons/{contact_person_id}", None),
    ("contacts.yml", "DELETE", "/contacts/{contact_id}/address/{address_id}", None),
    ("items.yml", "DELETE", "/items/{item_id}", None),
    ("contacts.yml", "DELETE", "/contacts/{contact_id}", None),
    ("currency.yml", "DELETE", "/settings/currencies/{currency_id}/exchangerates/{exchange_rate_id}", None),
    ("currency.yml", "DELETE", "/settings/currencies/{currency_id}", None),
    ("taxes.yml", "DELETE", "/settings/taxes/{tax_id}", None),
]


def test_what_is_changed_and_deleted_is_described(bare: Books, identities: dict[str, str]) -> None:
    """Answers to changes have the described status, keys and types, and the described words."""
    for spec, method, template, body in CHANGED:
        answer = bare.plain.request(method, template.format(**identities), json=body)
        assert unexplained(spec, template, answer) == [], (method, template)
        message, expected = worded(spec, template, answer)
        assert message == expected


def test_merging_contacts_is_described(bare: Books) -> None:
    """The answer to a merge has the described keys and words; which parameters it takes is not described."""
    ids = [
        bare.plain.post("/contacts", json={"contact_name": name}).json()["contact"]["contact_id"]
        for name in ("Described master", "Described other")
    ]
    template = "/contacts/{contact_id}/merge"
    answer = bare.plain.post(template.format(contact_id=ids[1]), json={"master_contact_id": ids[0]})
    assert unexplained("contacts.yml", template, answer) == []
    message, expected = worded("contacts.yml", template, answer)
    assert message == expected


def test_imports_are_described(bare: Books) -> None:
    """The answers to an import carry the id under the described key."""
    crm = httpx.Client(base_url=f"{bare.crm_url}/crm/v8", headers=bare.plain.headers)
    for module, path, body in (
        ("Accounts", "/crm/account/{crm_account_id}/import", {"Account_Name": "Described account"}),
        ("Products", "/crm/item/{crm_product_id}/import", {"Product_Name": "Described product"}),
    ):
        answer = crm.post(f"/{module}", json={"data": [body]}).json()
        identity = answer["data"][0]["details"]["id"]
        place = path.replace("{crm_account_id}", identity).replace("{crm_product_id}", identity)
        assert unexplained("integration.yml", path, bare.plain.post(place)) == []
    crm.close()
