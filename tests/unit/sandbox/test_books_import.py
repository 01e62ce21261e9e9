"""`POST /crm/…/import`: CRM records become contacts and items of Books."""

from typing import Any

import pytest


def imported(running: Any, kind: str, identity: str) -> str:
    answer = running.books.post(f"/crm/{kind}/{identity}/import")
    assert (answer.status_code, answer.json()["message"]) == (200, "success"), answer.text
    [found] = answer.json()["data"].values()
    return str(found)


def test_an_account_becomes_a_customer_with_its_people(empty: Any) -> None:
    """Facts, address, link and contact persons arrive; a second import changes the same customer."""
    body = {"Account_Name": "Imported AG", "Phone": "+41 1", "Billing_City": "Zürich", "Billing_Code": "8001"}
    [account] = empty.insert("Accounts", body)
    empty.insert("Contacts", {"Last_Name": "Keller", "Email": "keller@x.example", "Account_Name": {"id": account}})
    contact = imported(empty, "account", account)
    shown = empty.books.get(f"/contacts/{contact}").json()["contact"]
    assert (shown["contact_name"], shown["contact_type"], shown["phone"]) == ("Imported AG", "customer", "+41 1")
    assert (shown["billing_address"]["city"], shown["billing_address"]["zip"]) == ("Zürich", "8001")
    assert (shown["zcrm_account_id"], shown["is_linked_with_zohocrm"]) == (account, True)
    assert [person["last_name"] for person in shown["contact_persons"]] == ["Keller"]
    empty.crm.put(f"/Accounts/{account}", json={"data": [{"Phone": "+41 2"}]})
    assert imported(empty, "account", account) == contact
    again = empty.books.get(f"/contacts/{contact}").json()["contact"]
    assert (again["phone"], len(again["contact_persons"])) == ("+41 2", 1)


def test_a_customer_of_the_same_name_is_linked(empty: Any) -> None:
    """Nothing is doubled: the contact that is there gets the link."""
    known = empty.customer("Known before", notes="kept")
    [account] = empty.insert("Accounts", {"Account_Name": "known BEFORE"})
    assert imported(empty, "account", account) == known
    shown = empty.books.get(f"/contacts/{known}").json()["contact"]
    assert (shown["zcrm_account_id"], shown["notes"]) == (account, "kept")


def test_contacts_vendors_and_products_are_imported(empty: Any) -> None:
    """A contact becomes an individual, a vendor a vendor, a product an item found again by its SKU."""
    [person] = empty.insert("Contacts", {"First_Name": "Iris", "Last_Name": "Importa", "Email": "iris@x.example"})
    shown = empty.books.get(f"/contacts/{imported(empty, 'contact', person)}").json()["contact"]
    assert (shown["contact_name"], shown["customer_sub_type"]) == ("Iris Importa", "individual")
    assert (shown["zcrm_contact_id"], shown["email"]) == (person, "iris@x.example")
    [vendor] = empty.insert("Vendors", {"Vendor_Name": "Imported Supplies", "City": "Gent"})
    shown = empty.books.get(f"/contacts/{imported(empty, 'vendor', vendor)}").json()["contact"]
    assert (shown["contact_type"], shown["zcrm_vendor_id"]) == ("vendor", vendor)
    [product] = empty.insert("Products", {"Product_Name": "Seal", "Product_Code": "S-1", "Unit_Price": 12.5})
    existing = empty.books.post("/items", json={"name": "Old seal", "rate": 1, "sku": "S-1"}).json()["item"]["item_id"]
    assert imported(empty, "item", product) == existing
    item = empty.books.get(f"/items/{existing}").json()["item"]
    assert (item["name"], item["rate"], item["zcrm_product_id"]) == ("Seal", 12.5, product)
    [found] = empty.books.get("/items", params={"zcrm_product_id": product}).json()["items"]
    assert found["item_id"] == existing


@pytest.mark.parametrize("kind", ["account", "contact", "vendor", "item"])
def test_unknown_records_are_not_imported(empty: Any, kind: str) -> None:
    """An id that names no record of that module is 404, code 1002."""
    [deal] = empty.insert("Deals", {"Deal_Name": f"Not a {kind}", "Stage": "Qualification"})
    for identity in (deal, "1", "x"):
        answer = empty.books.post(f"/crm/{kind}/{identity}/import")
        assert (answer.status_code, answer.json()["code"]) == (404, 1002)
