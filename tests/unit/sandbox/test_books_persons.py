"""Books contacts: persons and addresses through their own calls, owners, searches."""

from typing import Any

import pytest


def person_of(running: Any, contact: str, first_name: str, **more: Any) -> str:
    answer = running.books.post(
        "/contacts/contactpersons", json={"contact_id": contact, "first_name": first_name, **more}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["contact_person"]["contact_person_id"])


def names_of(running: Any, contact: str) -> list[str]:
    persons = running.books.get(f"/contacts/{contact}").json()["contact"]["contact_persons"]
    return [person["first_name"] for person in persons]


def test_persons_live_through_their_own_calls(empty: Any) -> None:
    """A person is made, read below its contact and on its own, changed, made primary and removed."""
    contact = empty.customer("With persons")
    ada = person_of(empty, contact, "Ada", email="ada@x.example")
    bob = person_of(empty, contact, "Bob", communication_preference={"is_sms_enabled": True})
    listed = empty.books.get(f"/contacts/{contact}/contactpersons").json()
    assert [(row["contact_person_id"], row["is_primary_contact"]) for row in listed["contact_persons"]] == [
        (ada, True),
        (bob, False),
    ]
    assert listed["page_context"]["has_more_page"] is False
    single = empty.books.get(f"/contacts/contactpersons/{bob}").json()["contact_person"]
    assert single == empty.books.get(f"/contacts/{contact}/contactpersons/{bob}").json()["contact_person"]
    assert (single["contact_id"], single["communication_preference"]["is_sms_enabled"]) == (contact, True)
    empty.books.put(f"/contacts/contactpersons/{bob}", json={"contact_id": contact, "first_name": "Rob", "phone": "7"})
    answer = empty.books.post(f"/contacts/contactpersons/{bob}/primary")
    assert answer.json()["message"] == "This contact person has been marked as your primary contact person."
    shown = empty.books.get(f"/contacts/{contact}").json()["contact"]
    assert (shown["first_name"], shown["phone"], shown["primary_contact_id"]) == ("Rob", "7", bob)
    assert empty.books.delete(f"/contacts/contactpersons/{bob}").json()["code"] == 0
    assert empty.books.get(f"/contacts/contactpersons/{bob}").status_code == 404
    assert empty.books.get(f"/contacts/{contact}").json()["contact"]["first_name"] == "Ada"


def test_a_person_is_not_found_below_another_contact(empty: Any) -> None:
    """The path's contact has to be the person's own; a contact that does not exist has no persons."""
    contact, other = empty.customer("Own persons"), empty.customer("No persons")
    person = person_of(empty, contact, "Eve")
    assert empty.books.get(f"/contacts/{other}/contactpersons/{person}").status_code == 404
    answer = empty.books.put(f"/contacts/contactpersons/{person}", json={"contact_id": other, "first_name": "E"})
    assert (answer.status_code, answer.json()["code"]) == (400, 2)
    answer = empty.books.post("/contacts/contactpersons", json={"contact_id": "1", "first_name": "E"})
    assert (answer.status_code, answer.json()["code"]) == (400, 1002)
    answer = empty.books.post("/contacts/contactpersons", json={"contact_id": contact, "last_name": "only"})
    assert answer.json()["code"] == 2


def test_a_put_of_the_contact_removes_persons_it_does_not_list(empty: Any) -> None:
    """The trap: whoever sends `contact_persons` with one entry loses the others, by id also from their own calls."""
    contact = empty.customer("Trap")
    kept, lost = person_of(empty, contact, "Kept"), person_of(empty, contact, "Lost")
    body = {"contact_persons": [{"contact_person_id": kept}, {"first_name": "New"}]}
    assert empty.books.put(f"/contacts/{contact}", json=body).json()["code"] == 0
    assert names_of(empty, contact) == ["Kept", "New"]
    assert empty.books.get(f"/contacts/contactpersons/{lost}").status_code == 404
    assert empty.books.put(f"/contacts/{contact}", json={"notes": "silent about persons"}).json()["code"] == 0
    assert names_of(empty, contact) == ["Kept", "New"]


def test_addresses_have_calls_of_their_own(empty: Any) -> None:
    """Billing and shipping come first and stay; additional ones come and go."""
    contact = empty.customer("Addresses", billing_address={"city": "Köln"})
    added = empty.books.post(f"/contacts/{contact}/address", json={"city": "Bonn", "zip": "53111"}).json()
    identity = added["address_info"]["address_id"]
    listed = empty.books.get(f"/contacts/{contact}/address").json()["addresses"]
    assert [address["city"] for address in listed] == ["Köln", "", "Bonn"]
    empty.books.put(f"/contacts/{contact}/address/{identity}", json={"city": "Bad Godesberg"})
    detail = empty.books.get(f"/contacts/{contact}").json()["contact"]
    assert [(address["city"], address["zip"]) for address in detail["addresses"]] == [("Bad Godesberg", "53111")]
    billing = empty.books.put(f"/contacts/{contact}/address/{listed[0]['address_id']}", json={"zip": "50668"}).json()
    assert (billing["address_info"]["city"], billing["address_info"]["zip"]) == ("Köln", "50668")
    assert empty.books.delete(f"/contacts/{contact}/address/{listed[0]['address_id']}").status_code == 400
    assert empty.books.delete(f"/contacts/{contact}/address/{identity}").json()["code"] == 0
    assert empty.books.delete(f"/contacts/{contact}/address/{identity}").status_code == 404


def test_a_contact_is_given_an_owner(empty: Any) -> None:
    """Owners are users of Books, given to one contact or to many."""
    users = empty.books.get("/users").json()["users"]
    contacts = [empty.customer(f"Owned {number}") for number in range(2)]
    empty.books.post(f"/contacts/{contacts[0]}/owner", params={"owner_id": users[0]["user_id"]})
    assert empty.books.get(f"/contacts/{contacts[0]}").json()["contact"]["owner_name"] == users[0]["name"]
    both = {"contact_ids": ",".join(contacts), "owner_id": users[1]["user_id"]}
    assert empty.books.post("/contacts/owner", params=both).json()["code"] == 0
    assert empty.books.get(f"/contacts/{contacts[1]}").json()["contact"]["owner_id"] == users[1]["user_id"]
    assert empty.books.post(f"/contacts/{contacts[0]}/owner", params={"owner_id": "7"}).status_code == 400


@pytest.fixture(scope="module")
def searched(start: Any) -> Any:
    """Start a sandbox with three contacts to search among."""
    running = start("--records", "0")
    running.customer(
        "Alpha Pumpen",
        company_name="Alpha GmbH",
        phone="+49 221 1",
        billing_address={"city": "Köln", "address": "Domplatz 1"},
        contact_persons=[{"first_name": "Ada", "last_name": "Lovelace", "email": "ada@alpha.example"}],
    )
    running.customer(
        "Beta", zcrm_account_id="4150868000001000001", shipping_address={"city": "Bonn"}, notes="see Alpha"
    )
    running.customer("Gamma 100%", contact_type="vendor", zcrm_vendor_id="4150868000001000002")
    return running


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"contact_name": "alpha pumpen"}, ["Alpha Pumpen"]),
        ({"contact_name_startswith": "ALPHA"}, ["Alpha Pumpen"]),
        ({"contact_name_contains": "a"}, ["Alpha Pumpen", "Beta", "Gamma 100%"]),
        ({"contact_name_contains": "100%"}, ["Gamma 100%"]),
        ({"contact_name_contains": "1_0"}, []),
        ({"company_name_contains": "gmbh"}, ["Alpha Pumpen"]),
        ({"first_name": "ada"}, ["Alpha Pumpen"]),
        ({"last_name_startswith": "love"}, ["Alpha Pumpen"]),
        ({"email": "ADA@alpha.example"}, ["Alpha Pumpen"]),
        ({"email_contains": "@alpha"}, ["Alpha Pumpen"]),
        ({"phone_startswith": "+49"}, ["Alpha Pumpen"]),
        ({"address": "bonn"}, ["Beta"]),
        ({"address_startswith": "dom"}, ["Alpha Pumpen"]),
        ({"address_contains": "öl"}, ["Alpha Pumpen"]),
        ({"contact_type": "vendor"}, ["Gamma 100%"]),
        ({"zcrm_account_id": "4150868000001000001"}, ["Beta"]),
        ({"zcrm_vendor_id": "4150868000001000002"}, ["Gamma 100%"]),
        ({"filter_by": "Status.Crm"}, ["Beta", "Gamma 100%"]),
        ({"filter_by": "Status.Duplicate"}, []),
        ({"filter_by": "Invoice.Unpaid"}, []),
        ({"search_text": "alpha"}, ["Alpha Pumpen", "Beta"]),
        ({"sort_column": "email", "sort_order": "D", "contact_type": "customer"}, ["Alpha Pumpen", "Beta"]),
        ({"sort_column": "created_time", "sort_order": "D"}, ["Gamma 100%", "Beta", "Alpha Pumpen"]),
    ],
)
def test_contacts_are_searched(searched: Any, query: dict[str, str], found: list[str]) -> None:
    """Each parameter of the list call finds what it should, folded, with literal signs taken literally."""
    answer = searched.books.get("/contacts", params=query)
    assert answer.status_code == 200, answer.text
    assert [row["contact_name"] for row in answer.json()["contacts"]] == found


@pytest.mark.parametrize("wrong", [{"filter_by": "Status.Odd"}, {"sort_column": "notes"}, {"contact_type": "both"}])
def test_unknown_list_parameters_are_refused(searched: Any, wrong: dict[str, str]) -> None:
    """A value outside the documented ones is code 2."""
    answer = searched.books.get("/contacts", params=wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, 2)


def test_crm_links_show_in_the_detail_alone(searched: Any) -> None:
    """List rows are thin: links to the CRM, addresses and persons need the detail call."""
    [row] = searched.books.get("/contacts", params={"contact_name": "Beta"}).json()["contacts"]
    assert not {"zcrm_account_id", "billing_address", "contact_persons", "notes"} & row.keys()
    detail = searched.books.get(f"/contacts/{row['contact_id']}").json()["contact"]
    assert (detail["zcrm_account_id"], detail["is_linked_with_zohocrm"]) == ("4150868000001000001", True)


def test_searches_lag_behind_writes_when_told_to(searched: Any) -> None:
    """With a lagging index a search misses what was just written; the plain list and the detail do not."""
    fault = searched.control("POST", "faults", {"kind": "index_lag", "system": "books", "seconds": 3600})
    try:
        identity = searched.customer("Delta")
        assert searched.books.get("/contacts", params={"contact_name": "Delta"}).json()["contacts"] == []
        assert "Delta" in [row["contact_name"] for row in searched.books.get("/contacts").json()["contacts"]]
        assert searched.books.get(f"/contacts/{identity}").json()["code"] == 0
    finally:
        searched.control("DELETE", f"faults/{fault['id']}")
    assert len(searched.books.get("/contacts", params={"contact_name": "Delta"}).json()["contacts"]) == 1
    searched.books.delete(f"/contacts/{identity}")
