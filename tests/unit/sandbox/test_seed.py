"""The seeded data: the same for the same seed, believable, and without any key or link."""

from collections import Counter
from typing import Any

import pytest


def everything(running: Any) -> dict[str, list[dict[str, Any]]]:
    fields = {
        "Accounts": "Account_Name,Phone,Billing_City,Billing_Country,Currency,Syncdsl_Key,Modified_Time,Created_Time",
        "Contacts": "Full_Name,Account_Name,Email,Syncdsl_Key,Modified_Time,Created_Time",
        "Deals": "Deal_Name,Stage,Amount,Account_Name,Syncdsl_Key,Modified_Time,Created_Time",
    }
    found = {
        module: running.crm.get(f"/{module}", params={"fields": names}).json()["data"]
        for module, names in fields.items()
    }
    found["contacts"] = running.books.get("/contacts", params={"filter_by": "Status.All"}).json()["contacts"]
    return found


@pytest.fixture(scope="module")
def data(seeded: Any) -> dict[str, list[dict[str, Any]]]:
    """All records of the seeded sandbox."""
    return everything(seeded)


def test_the_same_seed_gives_the_same_records(start: Any, data: dict[str, Any]) -> None:
    """Ids, values and stamps repeat; another seed gives other companies."""
    assert everything(start("--records", "120")) == data
    other = everything(start("--records", "120", "--seed", "2"))
    assert {row["Account_Name"] for row in other["Accounts"]} != {row["Account_Name"] for row in data["Accounts"]}


def test_sizes_follow_the_number_of_accounts(data: dict[str, Any]) -> None:
    """0.8 contacts and 0.6 deals per account; about 45 % as many contacts in Books."""
    assert (len(data["Accounts"]), len(data["Contacts"]), len(data["Deals"])) == (120, 96, 72)
    assert 50 <= len(data["contacts"]) <= 60


def test_account_names_are_unique_but_for_two(data: dict[str, Any]) -> None:
    """Two names occur twice, so that duplicates can be met."""
    names = Counter(row["Account_Name"] for row in data["Accounts"])
    assert sorted(names.values())[-3:] == [1, 2, 2]
    assert any("&" in name for name in names)
    assert any(letter in name for name in names for letter in "äöüéß")


def test_a_third_of_the_accounts_are_customers_already(data: dict[str, Any]) -> None:
    """About 35 % are in Books by the same name, some in another spelling, some with another phone number."""
    phones = {row["Account_Name"]: row["Phone"] for row in data["Accounts"]}
    folded = {" ".join(name.casefold().split()): name for name in phones}
    known = {
        row["contact_name"]: folded[" ".join(row["contact_name"].casefold().split())]
        for row in data["contacts"]
        if " ".join(row["contact_name"].casefold().split()) in folded
    }
    assert len(known) == 42
    assert 4 <= sum(mine != theirs for mine, theirs in known.items()) <= 12
    numbers = {row["contact_name"]: row["phone"] for row in data["contacts"]}
    assert 10 <= sum(numbers[mine] != (phones[theirs] or "") for mine, theirs in known.items()) <= 20


def test_nothing_carries_a_key_and_nothing_is_newer_than_the_start(data: dict[str, Any]) -> None:
    """Seeded records are unlinked, and every stamp lies before what is written now."""
    for module in ("Accounts", "Contacts", "Deals"):
        assert all(row["Syncdsl_Key"] is None for row in data[module])
        assert all(row["Created_Time"][:10] <= row["Modified_Time"][:10] <= "2026-06-01" for row in data[module])
    assert all(row["custom_fields"] == [] for row in data["contacts"])
    assert all(row["last_modified_time"][:10] <= "2026-06-01" for row in data["contacts"])


def test_deals_stand_in_many_stages_and_few_are_won(data: dict[str, Any]) -> None:
    """Stages vary, and won deals are the exception."""
    stages = Counter(row["Stage"] for row in data["Deals"])
    assert len(stages) >= 6
    assert 0 < stages["Closed Won"] < len(data["Deals"]) / 5


def test_most_records_are_in_euros(data: dict[str, Any]) -> None:
    """The base currency prevails, others occur."""
    currencies = Counter(row["Currency"] for row in data["Accounts"])
    assert currencies["EUR"] > 60
    assert set(currencies) == {"EUR", "USD", "GBP"}


def test_products_vendors_and_items_belong_together(seeded: Any) -> None:
    """Some products are items of the same SKU or name, some vendors are on both sides, a view finds its own."""
    products = seeded.crm.get("/Products", params={"fields": "Product_Name,Product_Code,Product_Active"}).json()["data"]
    items = seeded.books.get("/items", params={"filter_by": "Status.All"}).json()["items"]
    assert len(items) < len(products) == 30
    assert {item["name"] for item in items} <= {row["Product_Name"] for row in products}
    assert {item["sku"] for item in items} - {""} <= {row["Product_Code"] for row in products}
    assert not any(item["zcrm_product_id"] or item.get("cf_syncdsl_key") for item in items)
    vendors = {
        row["Vendor_Name"] for row in seeded.crm.get("/Vendors", params={"fields": "Vendor_Name"}).json()["data"]
    }
    known = seeded.books.get("/contacts", params={"contact_type": "vendor"}).json()["contacts"]
    assert vendors & {row["contact_name"] for row in known}
    views = seeded.crm.get("/settings/custom_views", params={"module": "Products"}).json()["custom_views"]
    [active] = [view["id"] for view in views if view["name"] == "Active Products"]
    shown = seeded.crm.get("/Products", params={"fields": "Product_Name", "cvid": active}).json()["data"]
    assert {row["id"] for row in shown} == {row["id"] for row in products if row["Product_Active"]}


DOCUMENTS = {
    "estimates": "customer_id",
    "salesorders": "customer_id",
    "invoices": "customer_id",
    "purchaseorders": "vendor_id",
    "expenses": "customer_id",
}


def documents(running: Any) -> dict[str, list[dict[str, Any]]]:
    """Read the rows of all documents, without the days that pass while the sandbox runs."""
    return {
        kind: [{**row, "due_days": "", "shipment_days": ""} for row in running.books.get(f"/{kind}").json()[kind]]
        for kind in DOCUMENTS
    }


def test_books_has_documents_of_its_customers_and_vendors(start: Any, seeded: Any, data: dict[str, Any]) -> None:
    """A fifth as many of each kind as accounts, in several statuses, unlinked, not newer than the start, repeatable."""
    found = documents(seeded)
    partners = {row["contact_id"] for row in data["contacts"]}
    for kind, partner in DOCUMENTS.items():
        assert len(found[kind]) == 24, kind
        assert len({row["status"] for row in found[kind]}) >= 2, kind
        assert {row[partner] for row in found[kind]} - {""} <= partners
        assert {row["zcrm_potential_id"] for row in found[kind]} == {""}
        assert all(row["custom_fields"] == [] and row["total"] > 0 for row in found[kind])
        assert all(row["last_modified_time"] < "2026-06-01T08:00:01+0000" for row in found[kind])
    assert len({row["invoice_number"] for row in found["invoices"]}) == 24
    assert any(0 < row["balance"] < row["total"] for row in found["invoices"])
    assert documents(start("--records", "120")) == found
