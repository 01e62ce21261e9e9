"""Books contacts: names, lists, updates, persons, custom fields, upsert."""

from typing import Any

import httpx
import pytest

KEY = "cf_syncdsl_key"


def keyed(value: str) -> dict[str, Any]:
    return {"custom_fields": [{"api_name": KEY, "value": value}]}


def by_key(value: str, *, upsert: bool) -> dict[str, str]:
    headers = {"X-Unique-Identifier-Key": KEY, "X-Unique-Identifier-Value": value}
    return headers | ({"X-Upsert": "true"} if upsert else {})


def test_the_organisation_id_is_required(empty: Any) -> None:
    """Only the list of organisations does without `organization_id`; a foreign one is refused."""
    headers = dict(empty.books.headers)
    base = empty.books_url + "/books/v3"
    assert httpx.get(f"{base}/organizations", headers=headers).json()["code"] == 0
    for params in ({}, {"organization_id": "1"}):
        answer = httpx.get(f"{base}/contacts", headers=headers, params=params)
        assert answer.status_code == 400
        assert answer.json()["code"] != 0


def test_create_trims_and_fills_defaults(empty: Any) -> None:
    """Text is trimmed, ids are text, what is empty is "" and the stamp's offset has no colon."""
    sent = {"contact_name": "  Trimmed  ", "phone": " 1 ", "billing_address": {"zip": 50668}}
    answer = empty.books.post("/contacts", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (201, 0)
    contact = answer.json()["contact"]
    assert (contact["contact_name"], contact["phone"], contact["website"]) == ("Trimmed", "1", "")
    assert contact["billing_address"]["zip"] == "50668"
    assert (contact["contact_type"], contact["customer_sub_type"]) == ("customer", "business")
    assert (contact["currency_code"], contact["status"]) == ("EUR", "active")
    assert isinstance(contact["contact_id"], str)
    assert contact["created_time"].endswith("+0000")


def test_names_are_unique_over_customers_and_vendors(empty: Any) -> None:
    """A name differing only in case and outer blanks is taken, whatever the type."""
    empty.customer("Unique GmbH")
    other = {"contact_name": " UNIQUE gmbh", "contact_type": "vendor"}
    answer = empty.books.post("/contacts", json=other)
    assert (answer.status_code, answer.json()["code"]) == (400, 3062)
    identity = empty.customer("Another GmbH")
    assert empty.books.put(f"/contacts/{identity}", json=other).json()["code"] == 3062
    assert empty.books.put(f"/contacts/{identity}", json={"contact_name": "ANOTHER GMBH"}).json()["code"] == 0


def test_put_merges_the_given_keys(empty: Any) -> None:
    """Keys that are not sent stay, also inside addresses."""
    identity = empty.customer("Merged", phone="1", billing_address={"city": "Köln", "zip": "1"})
    empty.books.put(f"/contacts/{identity}", json={"notes": "n", "billing_address": {"zip": "2"}})
    contact = empty.books.get(f"/contacts/{identity}").json()["contact"]
    assert (contact["phone"], contact["notes"]) == ("1", "n")
    assert (contact["billing_address"]["city"], contact["billing_address"]["zip"]) == ("Köln", "2")


def test_contact_persons_that_are_not_listed_are_removed(empty: Any) -> None:
    """An update lists the persons to keep; one without an id is added, one left out is gone."""
    identity = empty.customer(
        "Persons", contact_persons=[{"first_name": "A", "email": "a@x.example"}, {"first_name": "B"}]
    )
    before = empty.books.get(f"/contacts/{identity}").json()["contact"]
    first = before["contact_persons"][0]
    assert first["is_primary_contact"]
    assert (before["first_name"], before["email"]) == ("A", "a@x.example")
    kept = {"contact_person_id": first["contact_person_id"], "phone": "5"}
    empty.books.put(f"/contacts/{identity}", json={"contact_persons": [kept, {"first_name": "C"}]})
    after = empty.books.get(f"/contacts/{identity}/contactpersons").json()["contact_persons"]
    assert [(person["first_name"], person["phone"]) for person in after] == [("A", "5"), ("C", "")]
    empty.books.put(f"/contacts/{identity}", json={"notes": "untouched"})
    assert len(empty.books.get(f"/contacts/{identity}").json()["contact"]["contact_persons"]) == 2


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"contact_name": " "},
        {"contact_name": "x" * 201},
        {"contact_name": "N", "contact_type": "friend"},
        {"contact_name": "N", "currency_id": "1"},
        {"contact_name": "N", "email": "nobody"},
        {"contact_name": "N", "billing_address": "here"},
        {"contact_name": "N", "contact_persons": [{"contact_person_id": "1"}]},
        {"contact_name": "N", "custom_fields": [{"api_name": "cf_nope", "value": "1"}]},
        {"contact_name": {"a": 1}},
    ],
)
def test_unfit_bodies_are_refused(empty: Any, sent: dict[str, Any]) -> None:
    """A body Books cannot take is HTTP 400 with a code other than 0, and nothing is created."""
    before = len(empty.books.get("/contacts").json()["contacts"])
    answer = empty.books.post("/contacts", json=sent)
    assert answer.status_code == 400
    assert answer.json()["code"] != 0
    assert len(empty.books.get("/contacts").json()["contacts"]) == before


def test_custom_fields_are_named_in_four_ways_and_shown_in_two(empty: Any) -> None:
    """Writes take id, API name, label or index; lists promote the value to a key of the row."""
    [field] = empty.books.get("/settings/fields", params={"entity": "contact"}).json()["fields"]
    assert (field["api_name"], field["is_unique"]) == (KEY, True)
    names = (
        {"customfield_id": field["field_id"]},
        {"api_name": KEY},
        {"label": field["label"]},
        {"index": 1},
    )
    for number, name in enumerate(names):
        fields = [{**name, "value": f" k{number} "}]
        identity = empty.customer(f"Named {number}", custom_fields=fields)
        detail = empty.books.get(f"/contacts/{identity}").json()["contact"]
        assert [item["value"] for item in detail["custom_fields"]] == [f"k{number}"]
        found = empty.books.get("/contacts", params={"contact_name": f"named {number}"}).json()["contacts"]
        assert [row[KEY] for row in found] == [f"k{number}"]


def test_a_unique_custom_field_takes_each_value_once(empty: Any) -> None:
    """A second contact with the key is refused."""
    empty.customer("Key holder", **keyed("sd-held"))
    answer = empty.books.post("/contacts", json={"contact_name": "Key thief", **keyed("SD-held")})
    assert answer.status_code == 400
    assert "sd-held" in answer.json()["message"].lower()


def test_upsert_by_the_unique_field(empty: Any) -> None:
    """Without X-Upsert a miss is 404; with it the first call creates and the next ones update."""
    missed = empty.books.put("/contacts", json={"contact_name": "U"}, headers=by_key("sd-u", upsert=False))
    assert (missed.status_code, missed.json()["code"]) == (404, 1002)
    body = {"contact_name": "U", **keyed("sd-u")}
    created = empty.books.put("/contacts", json=body, headers=by_key("sd-u", upsert=True))
    assert created.status_code == 201
    again = empty.books.put("/contacts", json={"phone": "7"}, headers=by_key("sd-u", upsert=True))
    assert again.status_code == 200
    assert again.json()["contact"]["contact_id"] == created.json()["contact"]["contact_id"]
    assert again.json()["contact"]["phone"] == "7"
    wrong = {"X-Unique-Identifier-Key": "cf_nope", "X-Unique-Identifier-Value": "1"}
    assert empty.books.put("/contacts", json=body, headers=wrong).status_code == 400


def test_form_bodies_are_accepted(empty: Any) -> None:
    """The legacy form field `JSONString` carries a body too."""
    answer = empty.books.post("/contacts", data={"JSONString": '{"contact_name": "By form"}'})
    assert answer.json()["contact"]["contact_name"] == "By form"


def test_inactive_contacts_show_only_when_asked_for(empty: Any) -> None:
    """Deactivating hides a contact from plain lists and keeps its detail."""
    identity = empty.customer("Sleeper")
    assert empty.books.post(f"/contacts/{identity}/inactive").json()["code"] == 0

    def listed(**params: str) -> bool:
        rows = empty.books.get("/contacts", params={"contact_name": "Sleeper", **params}).json()["contacts"]
        return bool(rows)

    assert not listed()
    assert listed(filter_by="Status.All")
    assert listed(filter_by="Status.Inactive")
    assert empty.books.get(f"/contacts/{identity}").json()["contact"]["status"] == "inactive"
    empty.books.post(f"/contacts/{identity}/active")
    assert listed()


def test_deleted_contacts_do_not_exist(empty: Any) -> None:
    """After deletion the detail is 404 with code 1002; a contact with an invoice stays."""
    identity = empty.customer("Short-lived")
    assert empty.books.delete(f"/contacts/{identity}").json()["code"] == 0
    answer = empty.books.get(f"/contacts/{identity}")
    assert (answer.status_code, answer.json()) == (404, {"code": 1002, "message": "Contact does not exist."})
    busy = empty.customer("Busy")
    empty.books.post("/invoices", json={"customer_id": busy, "line_items": [{"name": "x", "rate": 1}]})
    assert empty.books.delete(f"/contacts/{busy}").status_code == 400
    assert empty.books.get(f"/contacts/{busy}").json()["contact"]["has_transaction"]


def test_lists_page_sort_and_filter(seeded: Any) -> None:
    """Pages do not overlap, sorting is by the column asked for, filters combine."""
    params: dict[str, Any] = {"sort_column": "last_modified_time", "sort_order": "D", "per_page": 20}
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = seeded.books.get("/customers", params={**params, "page": page}).json()
        rows += answer["contacts"]
        if not answer["page_context"]["has_more_page"]:
            break
        page += 1
    assert page > 2
    stamps = [row["last_modified_time"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    assert len({row["contact_id"] for row in rows}) == len(rows)
    assert {row["contact_type"] for row in rows} == {"customer"}
    assert "billing_address" not in rows[0]
    vendors = seeded.books.get("/contacts", params={"contact_type": "vendor"}).json()["contacts"]
    assert {row["contact_id"] for row in vendors} == {
        row["contact_id"] for row in seeded.books.get("/vendors").json()["contacts"]
    }
    since = stamps[len(stamps) // 2]
    newer = seeded.books.get("/customers", params={"last_modified_time": since}).json()["contacts"]
    assert {row["contact_id"] for row in newer} == {
        row["contact_id"] for row in rows if row["last_modified_time"] >= since
    }
    sample = rows[0]["contact_name"]
    for name, value in (("contact_name_startswith", sample[:4]), ("contact_name_contains", sample[2:6])):
        found = seeded.books.get("/contacts", params={name: value.upper()}).json()["contacts"]
        assert sample in {row["contact_name"] for row in found}
    capped = seeded.books.get("/contacts", params={"per_page": 500}).json()["page_context"]
    assert capped["per_page"] == 200
    for wrong in ({"page": "0"}, {"sort_column": "x"}, {"filter_by": "x"}, {"sort_order": "x"}):
        assert seeded.books.get("/contacts", params=wrong).json()["code"] == 2


def test_a_merged_contact_is_inactive_and_its_transactions_are_the_masters(empty: Any) -> None:
    """Invoices and payments go to the master; the other is still there, has none, and can be made active again."""
    master, other = empty.customer("Merge master"), empty.customer("Merge other")
    line = {"name": "Pump", "quantity": 1, "rate": 10}
    invoice = empty.books.post("/invoices", json={"customer_id": other, "line_items": [line]}).json()["invoice"]
    answer = empty.books.post(f"/contacts/{other}/merge", params={"master_contact_id": master})
    assert (answer.status_code, answer.json()["code"]) == (200, 0)
    held = empty.books.get(f"/invoices/{invoice['invoice_id']}").json()["invoice"]
    assert (held["customer_id"], held["customer_name"]) == (master, "Merge master")
    listed = empty.books.get("/invoices", params={"customer_id": master}).json()["invoices"]
    assert [row["invoice_id"] for row in listed] == [invoice["invoice_id"]]
    assert empty.books.get(f"/contacts/{other}").json()["contact"]["status"] == "inactive"
    assert empty.books.delete(f"/contacts/{master}").status_code == 400
    assert empty.books.post(f"/contacts/{other}/active").status_code == 200
    assert empty.books.delete(f"/contacts/{other}").status_code == 200


def test_contacts_that_do_not_go_together_are_not_merged(empty: Any) -> None:
    """Not with itself, not with nobody, not a customer with a vendor."""
    customer = empty.customer("Merge customer")
    vendor = empty.customer("Merge vendor", contact_type="vendor")
    for master in ("", customer, "1", vendor):
        answer = empty.books.post(f"/contacts/{customer}/merge", json={"master_contact_id": master})
        assert answer.status_code == 400, master
    assert empty.books.post("/contacts/1/merge", json={"master_contact_id": vendor}).status_code == 404
    assert empty.books.get(f"/contacts/{customer}").json()["contact"]["status"] == "active"
