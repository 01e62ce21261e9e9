"""Whatever the OpenAPI descriptions allow to be sent, and what they do not, the emulated Books does not fail."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.clients.books.conftest import Books, started
from tests.clients.openapi import description

schemathesis = pytest.importorskip("schemathesis")

SPECS = (
    "contacts.yml",
    "contact-persons.yml",
    "items.yml",
    "users.yml",
    "currency.yml",
    "taxes.yml",
    "integration.yml",
    "organizations.yml",
    "estimates.yml",
    "invoices.yml",
    "sales-order.yml",
    "purchase-order.yml",
    "expenses.yml",
)
EXAMPLES = 5
"""Calls made of each operation."""

SERVED = re.compile(
    r"/(contacts|items|users|settings/currencies|settings/taxes|organizations|itemdetails)"
    r"(/\{\w+\})?"
    r"(/(active|inactive|owner|address|contactpersons|customfields|exchangerates|invite)(/\{\w+\})?(/primary)?)?"
    r"|/users/me|/item/\{\w+\}/customfields|/crm/\w+/\{\w+\}/import"
    r"|/(estimate|invoice|salesorder|purchaseorder|expense)"
    r"(s(/\{\w+\}(/(status/\w+|submit|approve|reject|email|payments|address/\w+))?)?|/\{\w+\}/customfields)"
    r"|/invoices/(status/\w+|fromestimates|fromsalesorder)"
)
"""Operations that the sandbox has; the others could only show their HTTP 404 again and again."""

CRM_MODULES = {"account": "Accounts", "contact": "Contacts", "vendor": "Vendors", "product": "Products"}

ORDER = ("GET", "POST", "PUT", "DELETE")
"""Deleting comes last, so that the other calls meet records."""


@pytest.fixture(scope="module")
def bare() -> Iterator[Books]:
    """Start a small sandbox of its own: anything may be deleted here."""
    yield from started("--records", "20")


def made(books: Books, name: str) -> dict[str, str]:
    """Make records and return their ids by the names of path parameters."""
    post, get = books.plain.post, books.plain.get
    body = {"contact_name": name, "contact_persons": [{"first_name": "Ada"}]}
    contact = post("/contacts", json=body).json()["contact"]
    item = post("/items", json={"name": name, "rate": 1}).json()["item"]
    user = post("/users", json={"name": "Nora", "email": f"{name}@rheinbruecke.example"}).json()["user"]
    code = {"currency.yml": "AUD"}.get(name, "USD")
    post("/settings/currencies", json={"currency_code": "AUD", "currency_format": "1"})
    currencies = get("/settings/currencies").json()["currencies"]
    [currency] = [row["currency_id"] for row in currencies if row["currency_code"] == code]
    place = f"/settings/currencies/{currency}/exchangerates"
    rate = post(place, json={"effective_date": "2026-01-01", "rate": 2}).json()["exchange_rate"]
    person = contact["contact_persons"][0]["contact_person_id"]
    return {
        "contact_id": contact["contact_id"],
        "contact_person_id": person,
        "contactperson_id": person,
        "address_id": contact["billing_address"]["address_id"],
        "item_id": item["item_id"],
        "user_id": user["user_id"],
        "currency_id": currency,
        "exchange_rate_id": rate["exchange_rate_id"],
        "tax_id": get("/settings/taxes").json()["taxes"][0]["tax_id"],
        "organization_id": books.organisation,
        **_documents(books, contact["contact_id"], name),
        **{f"crm_{kind}_id": _first(books, module) for kind, module in CRM_MODULES.items()},
    }


def _documents(books: Books, customer: str, name: str) -> dict[str, str]:
    """Make one document of each kind and return their ids by the names of path parameters."""
    body = {"contact_name": f"{name} vendor", "contact_type": "vendor"}
    vendor = books.plain.post("/contacts", json=body).json()["contact"]["contact_id"]
    lines = {"line_items": [{"name": "Pump", "rate": 1}]}
    accounts = books.plain.get("/chartofaccounts").json()["chartofaccounts"]
    paid = {
        "account_id": accounts[0]["account_id"],
        "paid_through_account_id": accounts[-1]["account_id"],
        "date": "2026-04-01",
        "amount": 5,
    }
    bodies: dict[str, dict[str, Any]] = {
        "estimate": {"customer_id": customer, **lines},
        "invoice": {"customer_id": customer, **lines},
        "salesorder": {"customer_id": customer, **lines},
        "purchaseorder": {"vendor_id": vendor, **lines},
        "expense": paid,
    }
    answers = {kind: books.plain.post(f"/{kind}s", json=sent).json()[kind] for kind, sent in bodies.items()}
    return {f"{kind}_id": answer[f"{kind}_id"] for kind, answer in answers.items()}


def _first(books: Books, module: str) -> str:
    query: dict[str, str | int] = {"fields": "id", "per_page": 1}
    headers = {"Authorization": books.plain.headers["Authorization"]}
    answer = httpx.get(f"{books.crm_url}/crm/v8/{module}", params=query, headers=headers)
    return str(answer.json()["data"][0]["id"])


@pytest.mark.parametrize("name", SPECS)
def test_no_call_makes_the_sandbox_fail(name: str, bare: Books) -> None:
    """Generated calls, well-formed and malformed, are answered with JSON and never with HTTP 5xx."""
    schema = schemathesis.openapi.from_dict(dict(description("books", name).document))
    schema.config.update(base_url=f"{bare.url}/books/v3")
    found = [operation.ok() for operation in schema.get_all_operations()]
    operations = [operation for operation in found if SERVED.fullmatch(operation.path)]
    assert operations
    identities = made(bare, name)
    failed: list[str] = []
    statuses: Counter[int] = Counter()
    session = requests.Session()
    session.headers["Authorization"] = bare.plain.headers["Authorization"]
    for operation in sorted(operations, key=lambda operation: ORDER.index(operation.method.upper())):
        modes = schemathesis.GenerationMode
        calls = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in (modes.POSITIVE, modes.NEGATIVE)))

        def calling(case: Any, at_home: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
            if at_home:
                case.query = {**(case.query or {}), "organization_id": bare.organisation}
                case.path_parameters = {**(case.path_parameters or {}), **_known(operation, identities)}  # noqa: B023 - called before the next
            answer = case.call(session=session)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or "code" not in answer.json():
                failed.append(f"{case.method} {case.formatted_path}: {answer.status_code} for {case.body!r}")

        _run(calling, calls)
    session.close()
    assert failed == []
    assert statuses[200], "no call got through: the fuzzing would show nothing"


def _run(calling: Any, calls: Any) -> None:
    chosen = settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # Most calls go to records that exist; some keep the ids that were made up.
    seed(4)(chosen(given(case=calls, at_home=st.sampled_from([True, True, True, False]))(calling)))()


def _known(operation: Any, identities: dict[str, str]) -> dict[str, str]:
    named = re.findall(r"\{(\w+)\}", operation.path)
    return {name: identities[name] for name in named if name in identities}
