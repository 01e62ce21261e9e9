"""What the emulated Books answers about documents fits Zoho's own OpenAPI descriptions, where these are right.

The descriptions are read from beside the repository and are no part of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from jsonschema import Draft4Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPECS = Path(__file__).parents[4] / "shared" / "reference" / "specs" / "books"
COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox", "--format", "json")
CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
VAT19, TRAVEL, CASH = "1465603000000037049", "1465603000000561001", "1465603000000561020"
ESTIMATE = {"line_items": [{"name": "Pump", "rate": 100, "tax_id": VAT19}], "notes": "n"}

TRAPS = (
    r"page_context|salesorder",  # an object on the wire, described as a list of one
    r"(\w+\.)?(total|balance|shipping_charge|discount)",  # a number on the wire, described as text
    r"purchaseorder\.line_items\.(bcy_rate|item_total|item_total_inclusive_of_tax)",  # decimals, described as integers
    r"purchaseorder\.line_items\.tax_percentage",  # a decimal, described as an integer
    r"purchaseorder\.line_items\.quantity",  # a number, described as text
    r"purchaseorder\.taxes",  # objects as for all other documents, described as text
)
"""Where the descriptions are known to be wrong: places in an answer, list positions left out."""

LEFT_OUT = (
    r"gst|vat|tds|avatax|hsn|sat_item|unitkey|cfdi|supply|tax_treatment|reverse_charge|acquisition|exempt",  # regional
    r"location|project$|time_entry|item_type|sku|stock|image|tax_authority",  # features nobody here has switched on
    r"page_(width|height)|orientation|template_type|_default|sub_statuses|schedule_time|response_option",
    r"ach_payment|merchant_name|pricebook_name|ship_via_id|delivery_method_id|delivery_address|discount_a",
    r"item_custom_fields|is_invoiced|is_taxable|is_update_customer|receipt|billing_address_id|shipping_address_id",
    r"reading|mileage|trip|expense_item_id|salesorder\.tax_id|account_name",
    r"page_context\.(filter_by|search_text)|reference_invoice_id|expense\.line_item$",
)
"""What the descriptions have and the sandbox does not show: nothing that record sync uses."""


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
        spec="estimates",
        resource="estimates",
        single="estimate",
        partner="customer",
        body=ESTIMATE,
        moves=("status/sent", "status/accepted", "status/declined", "email"),
    ),
    Subject(
        spec="invoices",
        resource="invoices",
        single="invoice",
        partner="customer",
        body=ESTIMATE,
        moves=("status/sent", "status/void", "status/draft", "email"),
    ),
    Subject(
        spec="sales-order",
        resource="salesorders",
        single="salesorder",
        partner="customer",
        body=ESTIMATE | {"shipment_date": "2027-01-01"},
        moves=("status/open", "status/void"),
    ),
    Subject(
        spec="purchase-order",
        resource="purchaseorders",
        single="purchaseorder",
        partner="vendor",
        body=ESTIMATE,
        moves=("status/open", "status/billed"),
    ),
    Subject(
        spec="expenses",
        resource="expenses",
        single="expense",
        partner="customer",
        body={"account_id": TRAVEL, "paid_through_account_id": CASH, "date": "2026-04-01", "amount": 5},
    ),
)


@pytest.fixture(scope="module")
def books() -> Iterator[httpx.Client]:
    """Start an empty sandbox and return a client of its Books."""
    process = subprocess.Popen([*COMMAND, "--records", "0", "--exit-with-parent"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    token = httpx.post(f"{line['books_url']}/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    organisation = {"organization_id": line["books_organization"]}
    url = line["books_url"] + "/books/v3"
    with httpx.Client(base_url=url, headers=headers, params=organisation) as client:
        yield client
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture(scope="module")
def described() -> Callable[[str, str, str], dict[str, Any]]:
    """Return a function from spec, method and path to the schema of the answer; skip without the descriptions."""
    if not SPECS.is_dir():
        pytest.skip(f"the OpenAPI descriptions are not at {SPECS}")
    read: dict[str, Any] = {}

    def schema(spec: str, method: str, path: str) -> dict[str, Any]:
        if spec not in read:
            read[spec] = yaml.load((SPECS / f"{spec}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        document = read[spec]
        [answer] = document["paths"][path][method]["responses"].values()
        return {**answer["content"]["application/json"]["schema"], "components": document["components"]}

    return schema


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


def resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def missing(schema: dict[str, Any], value: Any, components: dict[str, Any], place: str = "") -> set[str]:
    """Return the places that a description has and an answer has not."""
    described = resolved(schema, components)
    if described.get("type") == "array":
        values = value if isinstance(value, list) else [value]
        return {one for item in values for one in missing(described["items"], item, components, place)}
    absent: set[str] = set()
    for key, part in described.get("properties", {}).items() if isinstance(value, dict) else ():
        here = f"{place}.{key}".strip(".")
        absent |= missing(part, value[key], components, here) if key in value else {here}
    return absent


def misfits(schema: dict[str, Any], answer: Any) -> list[str]:
    """Return where an answer does not fit its description, and where it lacks something, but for the known places."""
    wrong = {
        ".".join(str(part) for part in error.absolute_path if not isinstance(part, int)): error.message
        for error in Draft4Validator(schema).iter_errors(answer)
    }
    problems = [
        f"{place}: {why[:200]}" for place, why in wrong.items() if not any(re.fullmatch(t, place) for t in TRAPS)
    ]
    lacking = missing(schema, answer, schema["components"])
    return problems + [
        f"{place}: absent" for place in sorted(lacking) if not any(re.search(t, place) for t in LEFT_OUT)
    ]


def said(schema: dict[str, Any]) -> str:
    """Return the message of the description's example."""
    message = resolved(schema, schema["components"])["properties"]["message"]["example"]
    return str(message).rstrip(".")


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.resource)
def test_answers_fit_their_description(
    books: httpx.Client, described: Callable[[str, str, str], dict[str, Any]], subject: Subject
) -> None:
    """Creating, listing, reading, updating, every status call and deleting answer as described, message included."""
    first = made(books, subject, f"First of {subject.resource}")
    many = f"/{subject.resource}"
    one = f"{many}/{{{subject.single}_id}}"
    path = f"{many}/{first.json()[subject.single][f'{subject.single}_id']}"
    answers = [
        ("post", many, first),
        ("get", many, books.get(many)),
        ("get", one, books.get(path)),
        ("put", one, books.put(path, json={"reference_number": "R1"})),
        *(("post", f"{one}/{move}", books.post(f"{path}/{move}")) for move in subject.moves),
    ]
    second = made(books, subject, f"Second of {subject.resource}")
    other = f"{many}/{second.json()[subject.single][f'{subject.single}_id']}"
    answers.append(("delete", one, books.delete(other)))
    for method, template, answer in answers:
        schema = described(subject.spec, method, template)
        assert answer.json()["code"] == 0, answer.text
        assert misfits(schema, answer.json()) == [], (method, template)
        assert answer.json()["message"].rstrip(".") == said(schema)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.resource)
def test_every_described_filter_is_taken(
    books: httpx.Client, described: Callable[[str, str, str], dict[str, Any]], subject: Subject
) -> None:
    """The documented values of `sort_column`, `status` and `filter_by` are known, but for those of other features."""
    described(subject.spec, "get", f"/{subject.resource}")
    document = yaml.load((SPECS / f"{subject.spec}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    refused = []
    for parameter in document["paths"][f"/{subject.resource}"]["get"]["parameters"]:
        if parameter.get("name") not in {"sort_column", "status", "filter_by"}:
            continue
        words = re.findall(r"<code> *([\w.-]+) *</code>", parameter["description"])
        for word in words:
            answer = books.get(f"/{subject.resource}", params={parameter["name"]: word})
            if answer.status_code != 200:
                refused.append((parameter["name"], word))
    assert refused == []


def test_the_check_can_fail(described: Callable[[str, str, str], dict[str, Any]]) -> None:
    """A wrong type and an absent key are both found."""
    schema = described("estimates", "get", "/estimates/{estimate_id}")
    problems = misfits(schema, {"code": 0, "message": "success", "estimate": {"estimate_id": 7}})
    assert any(problem.startswith("estimate.estimate_id: 7 is not of type") for problem in problems)
    assert "estimate.customer_id: absent" in problems
