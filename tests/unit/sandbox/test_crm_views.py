"""Custom views of the CRM: made over the API, and filtering lists with every comparator."""

from itertools import count
from typing import Any

import pytest

NUMBERS = count()


@pytest.fixture(scope="module")
def running(start: Any) -> Any:
    """Start a sandbox with four products of two owners and one vendor."""
    sandbox = start("--records", "0")
    users = sandbox.crm.get("/users").json()["users"]
    [vendor] = sandbox.insert("Vendors", {"Vendor_Name": "Maker"})
    sandbox.insert(
        "Products",
        {"Product_Name": "Anchor", "Unit_Price": 10, "Product_Active": True, "Tax": ["VAT 19"], "Product_Code": "x-1"},
        {"Product_Name": "Bolt", "Unit_Price": 20, "Sales_Start_Date": "2026-02-01", "Vendor_Name": {"id": vendor}},
        {"Product_Name": "Chain", "Unit_Price": 30, "Tax": ["VAT 19", "VAT 7"], "Product_Kind": "Goods"},
        {"Product_Name": "Drum", "Owner": {"id": users[1]["id"]}, "Product_Code": "x-2"},
    )
    return sandbox


def make(running: Any, criteria: Any, **more: Any) -> Any:
    view = {"name": f"View {next(NUMBERS)}", "criteria": criteria, **more}
    return running.crm.post("/settings/custom_views", params={"module": "Products"}, json={"custom_views": [view]})


def compared(field: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"field": {"api_name": field}, "comparator": comparator, "value": value}


def shown(running: Any, criteria: Any) -> str:
    """Return the initials of what a new view with these criteria shows."""
    answer = make(running, criteria)
    assert answer.status_code == 201, answer.text
    identity = answer.json()["custom_views"][0]["details"]["id"]
    listed = running.crm.get("/Products", params={"fields": "Product_Name", "cvid": identity})
    if listed.status_code == 204:
        return ""
    return "".join(sorted(row["Product_Name"][0] for row in listed.json()["data"]))


@pytest.mark.parametrize(
    ("field", "comparator", "value", "found"),
    [
        ("Product_Name", "equal", "BOLT", "B"),
        ("Product_Name", "not_equal", "Bolt", "ACD"),
        ("Product_Name", "contains", "h", "AC"),
        ("Product_Name", "not_contains", "h", "BD"),
        ("Product_Name", "starts_with", "a", "A"),
        ("Product_Name", "ends_with", "M", "D"),
        ("Product_Name", "in", ["Bolt", "Drum"], "BD"),
        ("Product_Name", "not_in", ["Bolt", "Drum"], "AC"),
        ("Unit_Price", "greater_than", 10, "BC"),
        ("Unit_Price", "greater_equal", "10", "ABC"),
        ("Unit_Price", "less_than", 20, "A"),
        ("Unit_Price", "less_equal", 20, "AB"),
        ("Unit_Price", "between", [10, 20], "AB"),
        ("Product_Code", "equal", "${EMPTY}", "BC"),
        ("Product_Code", "not_equal", "${EMPTY}", "AD"),
        ("Owner", "equal", "${CURRENTUSER}", "ABC"),
        ("Owner", "not_equal", "${CURRENTUSER}", "D"),
        ("Product_Active", "equal", "true", "A"),
        ("Product_Active", "equal", False, "BCD"),
        ("Sales_Start_Date", "greater_than", "2026-01-31", "B"),
        ("Tax", "equal", "VAT 7", "C"),
        ("Tax", "contains", "vat 19", "AC"),
        ("Tax", "not_equal", "VAT 7", "ABD"),
        ("Tax", "equal", "${EMPTY}", "BD"),
        ("Vendor_Name.Vendor_Name", "starts_with", "mak", "B"),
        ("Product_Kind", "in", ["Goods", "Services"], "C"),
    ],
)
def test_comparators(running: Any, field: str, comparator: str, value: Any, found: str) -> None:
    """A view with one comparison shows the records that meet it."""
    assert shown(running, compared(field, comparator, value)) == found


def test_groups_nest(running: Any) -> None:
    """Conditions are joined by `and` and `or`, as deep as they are written."""
    cheap = compared("Unit_Price", "less_than", 25)
    either = {"group_operator": "or", "group": [cheap, compared("Product_Code", "equal", "x-2")]}
    assert shown(running, {"group_operator": "and", "group": [either, compared("Tax", "equal", "${EMPTY}")]}) == "BD"


def test_a_made_view_is_described_with_its_criteria(running: Any) -> None:
    """It is listed without criteria and shown alone with them, with the ids of its fields."""
    criteria = compared("Unit_Price", "between", [1, 2])
    answer = make(running, criteria, fields=[{"api_name": "Product_Name"}])
    identity = answer.json()["custom_views"][0]["details"]["id"]
    listed = running.crm.get("/settings/custom_views", params={"module": "Products"}).json()["custom_views"]
    assert next(view["criteria"] for view in listed if view["id"] == identity) is None
    [one] = running.crm.get(f"/settings/custom_views/{identity}", params={"module": "Products"}).json()["custom_views"]
    assert (one["criteria"]["comparator"], one["criteria"]["value"]) == ("between", [1, 2])
    assert one["criteria"]["field"]["id"]
    assert [field["api_name"] for field in one["fields"]] == ["Product_Name"]


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        ({"comparator": "equal"}, "criteria"),
        (compared("Nope", "equal", "1"), "criteria"),
        (compared("Unit_Price", "equal", "many"), "criteria"),
        (compared("Unit_Price", "between", [1]), "criteria"),
        (compared("Unit_Price", "in", 1), "criteria"),
        ({"group_operator": "xor", "group": [compared("Unit_Price", "equal", 1)]}, "criteria"),
        ({"group_operator": "or", "group": []}, "criteria"),
    ],
)
def test_mistakes_are_named(running: Any, criteria: Any, name: str) -> None:
    """Criteria that cannot be met are refused when the view is made."""
    answer = make(running, criteria)
    [entry] = answer.json()["custom_views"]
    assert (answer.status_code, entry["code"], entry["details"]["api_name"]) == (400, "INVALID_DATA", name)


def test_a_name_is_given_once(running: Any) -> None:
    """A second view of a name is refused, and one without a name too."""
    assert make(running, None, name="All products").json()["custom_views"][0]["code"] == "DUPLICATE_DATA"
    assert make(running, None, name=None).json()["custom_views"][0]["code"] == "MANDATORY_NOT_FOUND"
