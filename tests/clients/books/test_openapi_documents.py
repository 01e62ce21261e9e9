"""What the emulated Books answers about documents fits Zoho's own OpenAPI descriptions, where these are right.

The descriptions are read from beside the repository and are no part of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.clients.books.conftest import started
from tests.clients.openapi import departures, description

VAT19, TRAVEL, CASH = "1465603000000037049", "1465603000000561001", "1465603000000561020"
ESTIMATE = {"line_items": [{"name": "Pump", "rate": 100, "tax_id": VAT19}], "notes": "n"}

TRAPS = (
    r"(page_context|\.salesorder): not array",  # an object on the wire, described as a list of one
    r"\.(total|balance|shipping_charge|discount|quantity): not string",  # numbers on the wire, described as text
    r"\.(bcy_rate|item_total|item_total_inclusive_of_tax|tax_percentage): not integer",  # decimals
    r"purchaseorder\.taxes\.\*: not string",  # objects as for all other documents, described as text
)
"""Lines of `departures` in which the description is known to be wrong."""

LEFT_OUT = (
    r"(gst|vat|tds|avatax|hsn|sat_item|unitkey|cfdi|supply|tax_treatment|reverse_charge|acquisition|exempt).*: absent",
    r"(location|project|time_entry|item_type|sku|stock|image|tax_authority)\w*: absent",  # features nobody switched on
    r"(page_(width|height)|orientation|template_type|_default|sub_statuses|schedule_time|response_option): absent",
    r"(ach_payment_initiated|merchant_name|pricebook_name|ship_via_id|delivery_method_id|discount_a\w+): absent",
    r"(delivery_address\.\w+|item_custom_fields|is_invoiced|is_taxable|is_update_customer|\w*receipt\w*): absent",
    r"(\w+_address_id|\w*reading|mileage\w*|trip\w*|expense_item_id|salesorder\.\*?\.?tax_id|account_name): absent",
    r"(page_context\..*|reference_invoice_id|expense\.line_item): absent",
)
"""What the descriptions have and the sandbox does not show: facts of single countries, and nothing that sync uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A kind of document: where it is described, what makes one, which status calls it has."""

    spec: str
    resource: str
    single: str
    partner: str
    body: dict[str, Any]
    moves: tuple[str, ...] = ()


SUBJECTS = (
    Subject(
        spec="estimates.yml",
        resource="estimates",
        single="estimate",
        partner="customer",
        body=ESTIMATE,
        moves=("status/sent", "status/accepted", "status/declined", "email"),
    ),
    Subject(
        spec="invoices.yml",
        resource="invoices",
        single="invoice",
        partner="customer",
        body=ESTIMATE,
        moves=("status/sent", "status/void", "status/draft", "email"),
    ),
    Subject(
        spec="sales-order.yml",
        resource="salesorders",
        single="salesorder",
        partner="customer",
        body=ESTIMATE | {"shipment_date": "2027-01-01"},
        moves=("status/open", "status/void"),
    ),
    Subject(
        spec="purchase-order.yml",
        resource="purchaseorders",
        single="purchaseorder",
        partner="vendor",
        body=ESTIMATE,
        moves=("status/open", "status/billed"),
    ),
    Subject(
        spec="expenses.yml",
        resource="expenses",
        single="expense",
        partner="customer",
        body={"account_id": TRAVEL, "paid_through_account_id": CASH, "date": "2026-04-01", "amount": 5},
    ),
)


@pytest.fixture(scope="module")
def empty() -> Iterator[httpx.Client]:
    """Start an empty sandbox and return a client of its Books."""
    for books in started("--records", "0"):
        yield books.plain


def made(books: httpx.Client, subject: Subject, name: str) -> httpx.Response:
    """Create a partner with a person, and a document for it."""
    person = {"first_name": "Ada", "last_name": "L", "email": "ada@example.com"}
    partner = {"contact_name": name, "contact_type": subject.partner, "contact_persons": [person]}
    contact = books.post("/contacts", json=partner).json()["contact"]
    key = {"api_name": "cf_syncdsl_key", "value": name}
    body = {
        **subject.body,
        "custom_fields": [key],
        f"{subject.partner}_id": contact["contact_id"],
        "zcrm_potential_id": "7",
    }
    if "line_items" in body:
        body["contact_persons"] = [contact["contact_persons"][0]["contact_person_id"]]
    return books.post(f"/{subject.resource}", json=body)


def unexplained(subject: Subject, template: str, answer: httpx.Response) -> list[str]:
    """Return how an answer departs from its description, but for the known places."""
    lines = departures(description("books", subject.spec), template, answer)
    known = [re.compile(pattern) for pattern in (*TRAPS, *LEFT_OUT)]
    return [line for line in lines if not any(pattern.search(line) for pattern in known)]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.resource)
def test_answers_fit_their_description(empty: httpx.Client, subject: Subject) -> None:
    """Creating, listing, reading, updating, every status call and deleting answer as described, message included."""
    described = description("books", subject.spec)
    first = made(empty, subject, f"First of {subject.resource}")
    many = f"/{subject.resource}"
    one = f"{many}/{{{subject.single}_id}}"
    path = f"{many}/{first.json()[subject.single][f'{subject.single}_id']}"
    answers = [
        (many, first),
        (many, empty.get(many)),
        (one, empty.get(path)),
        (one, empty.put(path, json={"reference_number": "R1"})),
        *((f"{one}/{move}", empty.post(f"{path}/{move}")) for move in subject.moves),
    ]
    second = made(empty, subject, f"Second of {subject.resource}")
    answers.append((one, empty.delete(f"{many}/{second.json()[subject.single][f'{subject.single}_id']}")))
    for template, answer in answers:
        assert answer.json()["code"] == 0, answer.text
        assert unexplained(subject, template, answer) == []
        said = described.message(answer.request.method, template)
        assert answer.json()["message"].rstrip(".") == said.rstrip(".")


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.resource)
def test_every_described_word_is_taken(empty: httpx.Client, subject: Subject) -> None:
    """The values that the texts give for `sort_column`, `status` and `filter_by` are all known."""
    paths = description("books", subject.spec).document["paths"]
    asked = {
        (parameter["name"], word)
        for parameter in paths[f"/{subject.resource}"]["get"]["parameters"]
        if parameter.get("name") in {"sort_column", "status", "filter_by"}
        for word in re.findall(r"<code> *([\w.-]+) *</code>", parameter["description"])
    }
    assert len(asked) > 5
    answers = {pair: empty.get(f"/{subject.resource}", params=dict([pair])).status_code for pair in asked}
    assert {pair for pair, status in answers.items() if status != 200} == set()


def test_the_check_can_fail(empty: httpx.Client) -> None:
    """An answer to another call departs from the description."""
    subject = SUBJECTS[0]
    lines = unexplained(subject, "/estimates/{estimate_id}", empty.get("/estimates"))
    assert "$.estimate: absent" in lines
