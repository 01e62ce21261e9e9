"""Books estimates: what a body becomes, the ways of the status, and everything lists can be asked for."""

from typing import Any

import pytest

VAT19, VAT7 = "1465603000000037049", "1465603000000037050"


@pytest.fixture(scope="module")
def customer(empty: Any) -> str:
    """Create a customer with a person and return its id."""
    person = {"first_name": "Will", "last_name": "Smith", "email": "will@quoted.example"}
    return str(empty.customer("Quoted", billing_address={"city": "Köln"}, contact_persons=[person]))


def create(running: Any, customer: str, **more: Any) -> dict[str, Any]:
    body = {"customer_id": customer, "line_items": [{"name": "Pump", "rate": 100}], **more}
    answer = running.books.post("/estimates", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["message"] == "The estimate has been created"
    return dict(answer.json()["estimate"])


def move(running: Any, estimate: dict[str, Any], path: str) -> Any:
    return running.books.post(f"/estimates/{estimate['estimate_id']}/{path}")


def status_of(running: Any, estimate: dict[str, Any]) -> str:
    return str(running.books.get(f"/estimates/{estimate['estimate_id']}").json()["estimate"]["status"])


def test_a_new_estimate_takes_its_facts_from_the_customer(empty: Any, customer: str) -> None:
    """Status draft, an automatic number, the customer's name, currency and address, and the deal it was made for."""
    made = create(empty, customer, zcrm_potential_id="77", zcrm_potential_name="Deal", date="2026-01-31", send="false")
    assert (made["status"], made["customer_name"], made["currency_code"]) == ("draft", "Quoted", "EUR")
    assert made["estimate_number"].startswith("EST-0000")
    assert (made["billing_address"]["city"], made["date"], made["expiry_date"]) == ("Köln", "2026-01-31", "")
    assert (made["zcrm_potential_id"], made["zcrm_potential_name"]) == ("77", "Deal")


def test_taxes_and_discounts_of_lines(empty: Any, customer: str) -> None:
    """Tax is rounded line by line and summed by rate; a line's discount lowers what is taxed."""
    lines = [
        {"name": "A", "rate": "10.05", "quantity": 3, "tax_id": VAT19},
        {"name": "B", "rate": 200, "discount": "12.5%", "tax_id": VAT19},
        {"name": "C", "rate": 9.99, "tax_id": VAT7},
        {"name": "D", "rate": 1},
    ]
    made = create(empty, customer, line_items=lines, discount_type="item_level")
    assert [line["item_total"] for line in made["line_items"]] == [30.15, 175.0, 9.99, 1.0]
    assert made["taxes"] == [
        {"tax_id": VAT19, "tax_name": "VAT 19", "tax_amount": 38.98},
        {"tax_id": VAT7, "tax_name": "VAT 7", "tax_amount": 0.7},
    ]
    assert (made["sub_total"], made["tax_total"], made["total"]) == (216.14, 39.68, 255.82)


@pytest.mark.parametrize(
    ("more", "sub_total", "discount_total", "tax_total", "total"),
    [
        ({"discount": "10%"}, 150.0, 15.0, 25.65, 160.65),
        ({"discount": 15}, 150.0, 15.0, 25.65, 160.65),
        ({"discount": "10%", "is_discount_before_tax": False}, 150.0, 17.85, 28.5, 160.65),
        ({"discount": 15, "is_discount_before_tax": False}, 150.0, 15.0, 28.5, 163.5),
        ({"is_inclusive_tax": True}, 126.05, 0.0, 23.95, 150.0),
        ({"is_inclusive_tax": True, "discount": "10%"}, 126.05, 12.6, 21.55, 135.0),
        ({"discount": "10%", "discount_type": "item_level"}, 150.0, 0.0, 28.5, 178.5),
        ({"shipping_charge": 10, "adjustment": "-0.50"}, 150.0, 0.0, 28.5, 188.0),
    ],
)
def test_discounts_taxes_and_charges_add_up(
    empty: Any,
    customer: str,
    more: dict[str, Any],
    sub_total: float,
    discount_total: float,
    tax_total: float,
    total: float,
) -> None:
    """A discount before tax lowers the tax, one after it does not; prices with tax inside add up to the total."""
    lines = [{"name": "A", "rate": 100, "tax_id": VAT19}, {"name": "B", "rate": 50, "tax_id": VAT19}]
    made = create(empty, customer, line_items=lines, **more)
    amounts = tuple(made[name] for name in ("sub_total", "discount_total", "tax_total", "total"))
    assert amounts == (sub_total, discount_total, tax_total, total)


@pytest.mark.parametrize("discount", ["101%", "-1%", 150.01, -5, "%", "half"])
def test_no_more_is_taken_off_than_there_is(empty: Any, customer: str, discount: Any) -> None:
    """A discount is between nothing and all, on a line as on the whole."""
    whole = {"customer_id": customer, "line_items": [{"name": "A", "rate": 150}], "discount": discount}
    line = {"customer_id": customer, "line_items": [{"name": "A", "rate": 150, "discount": discount}]}
    for body in (whole, line):
        answer = empty.books.post("/estimates", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, 2)


def test_a_line_takes_from_its_item_what_it_does_not_say(empty: Any, customer: str) -> None:
    """Name, price, unit and tax come from the item; what the line says wins; an unknown item is refused."""
    item = {"name": "Seal", "rate": 12.5, "unit": "Box", "description": "Shaft seal", "tax_id": VAT7}
    item_id = empty.books.post("/items", json=item).json()["item"]["item_id"]
    lines = [{"item_id": item_id, "quantity": 2}, {"item_id": item_id, "name": "Cheap seal", "rate": 10, "tax_id": ""}]
    first, second = create(empty, customer, line_items=lines)["line_items"]
    assert (first["name"], first["rate"], first["unit"], first["tax_id"]) == ("Seal", 12.5, "Box", VAT7)
    assert (second["name"], second["rate"], second["tax_id"], second["item_total"]) == ("Cheap seal", 10.0, "", 10.0)
    body = {"customer_id": customer, "line_items": [{"item_id": "99", "rate": 1}]}
    assert empty.books.post("/estimates", json=body).status_code == 400


def test_another_currency_has_its_rate(empty: Any) -> None:
    """The customer's currency with today's rate, or the rate that is sent; amounts in the own currency follow."""
    pounds = "1465603000000779003"
    owner = empty.customer("Pounds", currency_id=pounds)
    made = create(empty, owner)
    assert (made["currency_code"], made["exchange_rate"], made["bcy_total"]) == ("GBP", 1.176471, 117.65)
    made = create(empty, owner, exchange_rate=1.5)
    assert (made["exchange_rate"], made["bcy_total"], made["line_items"][0]["bcy_rate"]) == (1.5, 150.0, 150.0)


def test_persons_of_the_customer_are_associated(empty: Any, customer: str) -> None:
    """A person of the customer shows with name and address; somebody else's person is refused."""
    [person] = empty.books.get(f"/contacts/{customer}/contactpersons").json()["contact_persons"]
    entry = {"contact_person_id": person["contact_person_id"]}
    [shown] = create(empty, customer, contact_persons_associated=[entry])["contact_persons_associated"]
    assert (shown["contact_person_name"], shown["contact_person_email"]) == ("Will Smith", "will@quoted.example")
    body = {
        "customer_id": empty.customer("Stranger"),
        "line_items": [{"name": "x"}],
        "contact_persons": [entry["contact_person_id"]],
    }
    assert empty.books.post("/estimates", json=body).status_code == 400


def test_a_salesperson_is_one_by_name(empty: Any, customer: str) -> None:
    """The same name is the same salesperson, who can be named by id from then on."""
    first, second = (create(empty, customer, salesperson_name="Jonas L") for _ in range(2))
    third = create(empty, customer, salesperson_id=first["salesperson_id"])
    assert first["salesperson_id"] == second["salesperson_id"] != ""
    assert third["salesperson_name"] == "Jonas L"


@pytest.mark.parametrize(
    ("path", "message", "status"),
    [
        ("status/sent", "Estimate status has been changed to Sent.", "sent"),
        ("status/accepted", "Estimate status has been changed to Accepted.", "accepted"),
        ("status/declined", "Estimate status has been changed to Declined.", "declined"),
        ("email", "Your estimate has been sent.", "sent"),
    ],
)
def test_a_draft_can_be_moved(empty: Any, customer: str, path: str, message: str, status: str) -> None:
    """Each call answers in Books' words, and the estimate has the status."""
    made = create(empty, customer)
    answer = move(empty, made, path)
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "message": message})
    assert status_of(empty, made) == status


def test_moves_that_make_no_sense_are_refused(empty: Any, customer: str) -> None:
    """An accepted estimate is not accepted again or sent; it can still be declined, and accepted after all."""
    made = create(empty, customer)
    assert move(empty, made, "status/accepted").status_code == 200
    for path in ("status/accepted", "status/sent", "approve"):
        answer = move(empty, made, path)
        assert (answer.status_code, answer.json()["code"]) == (400, 4012)
    assert status_of(empty, made) == "accepted"
    assert move(empty, made, "status/declined").status_code == 200
    assert move(empty, made, "status/accepted").status_code == 200
    assert move(empty, made, "status/eaten").status_code == 404
    assert empty.books.post("/estimates/1/status/sent").status_code == 404


def test_send_creates_a_sent_estimate(empty: Any, customer: str) -> None:
    """`send=true` makes the new estimate a sent one; past its expiry date it shows as expired and can be accepted."""
    body = {"customer_id": customer, "line_items": [{"name": "x"}], "expiry_date": "2020-01-01"}
    made = empty.books.post("/estimates", json=body, params={"send": "true"}).json()["estimate"]
    assert made["status"] == "expired"
    numbered = {"estimate_number": made["estimate_number"]}

    def found(**params: str) -> int:
        return len(empty.books.get("/estimates", params={**numbered, **params}).json()["estimates"])

    assert (found(status="expired"), found(status="sent"), found(filter_by="Status.Expired")) == (1, 0, 1)
    assert move(empty, made, "status/accepted").status_code == 200
    assert status_of(empty, made) == "accepted"


def test_update_replaces_lines_and_keeps_the_rest(empty: Any, customer: str) -> None:
    """Lines that are sent replace the old ones; those with a known id keep it and what they leave out."""
    made = create(empty, customer, reference_number="R1", line_items=[{"name": "Pump", "rate": 7, "quantity": 2}])
    line = made["line_items"][0]["line_item_id"]
    lines = [{"line_item_id": line, "quantity": 3}, {"name": "New", "rate": 3}]
    answer = empty.books.put(f"/estimates/{made['estimate_id']}", json={"line_items": lines})
    assert answer.json()["message"] == "Estimate information has been updated."
    changed = answer.json()["estimate"]
    assert (changed["total"], changed["reference_number"], changed["estimate_number"]) == (
        24.0,
        "R1",
        made["estimate_number"],
    )
    assert [one["name"] for one in changed["line_items"]] == ["Pump", "New"]
    assert changed["line_items"][0]["line_item_id"] == line


def test_another_customer_brings_its_own_facts(empty: Any, customer: str) -> None:
    """A changed customer changes address and currency; a vendor or an inactive customer is refused."""
    made = create(empty, customer)
    dollars = empty.customer("Dollars", currency_id="1465603000000779002", billing_address={"city": "Boston"})
    path = f"/estimates/{made['estimate_id']}"
    changed = empty.books.put(path, json={"customer_id": dollars}).json()["estimate"]
    assert (changed["customer_name"], changed["currency_code"]) == ("Dollars", "USD")
    assert changed["billing_address"]["city"] == "Boston"
    vendor = empty.customer("Sells", contact_type="vendor")
    assert empty.books.put(path, json={"customer_id": vendor}).status_code == 400
    gone = empty.customer("Gone quiet")
    empty.books.post(f"/contacts/{gone}/inactive")
    assert empty.books.put(path, json={"customer_id": gone}).status_code == 400


def test_upsert_by_the_unique_field(empty: Any, customer: str) -> None:
    """The key makes a repeated upsert one estimate; without `X-Upsert` a miss is an error; keys are unique."""
    headers = {"X-Unique-Identifier-Key": "cf_syncdsl_key", "X-Unique-Identifier-Value": "sd-e"}
    body = {
        "customer_id": customer,
        "line_items": [{"name": "x", "rate": 1}],
        "custom_fields": [{"api_name": "cf_syncdsl_key", "value": "sd-e"}],
    }
    assert empty.books.put("/estimates", json=body, headers=headers).status_code == 404
    upsert = {**headers, "X-Upsert": "true"}
    first = empty.books.put("/estimates", json=body, headers=upsert)
    second = empty.books.put("/estimates", json={"notes": "n"}, headers=upsert)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["estimate"]["estimate_id"] == second.json()["estimate"]["estimate_id"]
    assert empty.books.post("/estimates", json=body).status_code == 400
    [row] = empty.books.get("/estimates", params={"custom_field": "SD-E"}).json()["estimates"]
    assert row["cf_syncdsl_key"] == "sd-e"
    assert "line_items" not in row
    [row] = empty.books.get("/estimates", params={"custom_field_startswith": "sd-"}).json()["estimates"]
    path = f"/estimate/{row['estimate_id']}/customfields"
    answer = empty.books.put(path, json=[{"api_name": "cf_syncdsl_key", "value": "sd-f"}])
    assert answer.json()["message"] == "Custom Fields Updated Successfully"
    assert empty.books.get("/estimates", params={"custom_field": "sd-e"}).json()["estimates"] == []


def test_lists_can_be_asked_for_everything(empty: Any) -> None:
    """Every documented filter selects, and sorting and paging hold."""
    owner = empty.customer("Lister & Sons")
    early = create(
        empty, owner, date="2026-01-10", expiry_date="2027-01-31", reference_number="PO 7", zcrm_potential_id="91"
    )
    late = create(empty, owner, date="2026-02-10", line_items=[{"name": "Valve", "description": "brass", "rate": 3}])
    move(empty, late, "status/declined")

    def listed(**params: str) -> list[str]:
        answer = empty.books.get("/estimates", params={"customer_id": owner, **params})
        assert answer.status_code == 200, answer.text
        return [row["estimate_id"] for row in answer.json()["estimates"]]

    first, second = early["estimate_id"], late["estimate_id"]
    assert listed() == [second, first]
    assert listed(sort_column="total", sort_order="A") == [second, first]
    assert listed(sort_column="date", sort_order="A") == [first, second]
    assert listed(sort_column="customer_name", per_page="1", page="2") in ([first], [second])
    for wanted in (
        {"status": "draft"},
        {"filter_by": "Status.Draft"},
        {"date": "2026-01-10"},
        {"date_end": "2026-01-10"},
        {"date_before": "2026-02-10"},
        {"expiry_date_start": "2027-01-31"},
        {"reference_number": "po 7"},
        {"reference_number_contains": "7"},
        {"zcrm_potential_id": "91"},
        {"total": "100"},
        {"total_greater_than": "3"},
        {"item_name": "pump"},
        {"item_name_contains": "um"},
        {"estimate_number": early["estimate_number"]},
        {"search_text": "PO 7"},
    ):
        assert listed(**wanted) == [first], wanted
    assert listed(item_description_startswith="bra", date_after="2026-01-10", total_less_equals="3") == [second]
    assert listed(customer_name_startswith="lister", created_date_start="2020-01-01") == [second, first]
    assert listed(last_modified_time=late["created_time"]) in ([second], [second, first])
    for wrong in ({"status": "eaten"}, {"filter_by": "Status.Eaten"}, {"sort_column": "notes"}, {"date": "soon"}):
        assert empty.books.get("/estimates", params=wrong).status_code == 400


def test_a_renamed_customer_shows_its_new_name(empty: Any) -> None:
    """Documents carry the customer's present name, and are found by it."""
    owner = empty.customer("Before")
    made = create(empty, owner)
    empty.books.put(f"/contacts/{owner}", json={"contact_name": "Afterwards"})
    [row] = empty.books.get("/estimates", params={"customer_name": "Afterwards"}).json()["estimates"]
    assert (row["estimate_id"], row["customer_name"]) == (made["estimate_id"], "Afterwards")


def test_addresses_have_calls_of_their_own(empty: Any, customer: str) -> None:
    """The address of one estimate is changed without touching the customer's."""
    made = create(empty, customer)
    path = f"/estimates/{made['estimate_id']}"
    answer = empty.books.put(f"{path}/address/billing", json={"city": "Bonn", "zip": 53111})
    assert answer.json()["message"] == "Billing address updated"
    assert empty.books.get(path).json()["estimate"]["billing_address"]["city"] == "Bonn"
    assert empty.books.get(f"/contacts/{customer}").json()["contact"]["billing_address"]["city"] == "Köln"


def test_a_deleted_estimate_is_gone(empty: Any, customer: str) -> None:
    """It answers 404 with code 1002, and is deleted once."""
    path = f"/estimates/{create(empty, customer)['estimate_id']}"
    assert empty.books.delete(path).json() == {"code": 0, "message": "The estimate has been deleted."}
    gone = empty.books.get(path)
    assert (gone.status_code, gone.json()) == (404, {"code": 1002, "message": "Estimate does not exist."})
    assert empty.books.delete(path).status_code == 404
