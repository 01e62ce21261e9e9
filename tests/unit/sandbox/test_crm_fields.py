"""Custom fields that are made over the API: described and usable at once, unique, external, and limited."""

from typing import Any

import pytest


def make(running: Any, module: str, *fields: dict[str, Any]) -> Any:
    return running.crm.post("/settings/fields", params={"module": module}, json={"fields": list(fields)})


def described(running: Any, module: str) -> dict[str, dict[str, Any]]:
    answer = running.crm.get("/settings/fields", params={"module": module}).json()
    return {field["api_name"]: field for field in answer["fields"]}


def errors(answer: Any) -> list[dict[str, Any]]:
    return [entry for entry in answer.json()["data"] if entry["status"] == "error"]


def test_a_made_field_is_described_and_takes_values(empty: Any) -> None:
    """Its API name comes from its label; writes, lists, COQL and search know it without a restart."""
    answer = make(empty, "Accounts", {"field_label": "Cost centre no.", "data_type": "text", "length": 12})
    assert answer.status_code == 201
    [entry] = answer.json()["fields"]
    field = described(empty, "Accounts")["Cost_centre_no"]
    assert (field["id"], field["length"], field["custom_field"]) == (entry["details"]["id"], 12, True)
    [one] = empty.crm.get(f"/settings/fields/{field['id']}", params={"module": "Accounts"}).json()["fields"]
    assert one == field
    [identity] = empty.insert("Accounts", {"Account_Name": "Centre", "Cost_centre_no": "4711"})
    too_long = empty.crm.put("/Accounts", json={"data": [{"id": identity, "Cost_centre_no": "1" * 13}]})
    assert errors(too_long)[0]["details"]["maximum_length"] == 12
    query = {"select_query": "select Cost_centre_no from Accounts where Cost_centre_no = '4711'"}
    assert empty.crm.post("/coql", json=query).json()["data"] == [{"Cost_centre_no": "4711", "id": identity}]
    found = empty.crm.get("/Accounts/search", params={"criteria": "(Cost_centre_no:equals:4711)"})
    assert found.json()["data"][0]["id"] == identity


def test_a_unique_field_keeps_values_apart(empty: Any) -> None:
    """A made unique field refuses a second record with its value, and upsert finds the first one by it."""
    make(empty, "Vendors", {"field_label": "Vendor Key", "data_type": "text", "unique": {"casesensitive": "false"}})
    assert described(empty, "Vendors")["Vendor_Key"]["unique"] == {"casesensitive": "false"}
    [first] = empty.insert("Vendors", {"Vendor_Name": "V", "Vendor_Key": "k1"})
    clash = empty.crm.post("/Vendors", json={"data": [{"Vendor_Name": "W", "Vendor_Key": "K1"}]})
    assert errors(clash)[0]["code"] == "DUPLICATE_DATA"
    body = {"data": [{"Vendor_Name": "X", "Vendor_Key": "k1"}], "duplicate_check_fields": ["Vendor_Key"]}
    [entry] = empty.crm.post("/Vendors/upsert", json=body).json()["data"]
    assert (entry["action"], entry["details"]["id"]) == ("update", first)


def test_choices_numbers_and_lookups(empty: Any) -> None:
    """A made pick list knows its choices, a number its decimals, a lookup its module."""
    values = [{"display_value": "North", "actual_value": "N"}, {"display_value": "South"}]
    answer = make(
        empty,
        "Deals",
        {"field_label": "Region", "data_type": "picklist", "pick_list_values": values},
        {"field_label": "Regions", "data_type": "multiselectpicklist", "pick_list_values": values},
        {"field_label": "Margin", "data_type": "percent", "decimal_place": 1},
        {"field_label": "Supplier", "data_type": "lookup", "lookup": {"module": {"api_name": "Vendors"}}},
    )
    assert answer.status_code == 201, answer.text
    found = described(empty, "Deals")
    assert [item["actual_value"] for item in found["Region"]["pick_list_values"]] == ["-None-", "N", "South"]
    assert (found["Margin"]["decimal_place"], found["Supplier"]["lookup"]["module"]["api_name"]) == (1, "Vendors")
    identities = [item["id"] for field in found.values() for item in (field, *field["pick_list_values"])]
    assert len(identities) == len(set(identities))
    deal = {"Deal_Name": "R", "Stage": "Qualification", "Region": "N", "Regions": ["N"], "Margin": 12.5}
    [identity] = empty.insert("Deals", deal)
    empty.crm.put(
        "/Deals", json={"data": [{"id": identity, "Regions": ["South"], "$append_values": {"Regions": True}}]}
    )
    row = empty.crm.get(f"/Deals/{identity}").json()["data"][0]
    assert (row["Region"], row["Regions"], row["Margin"]) == ("N", ["N", "South"], 12.5)
    wrong = empty.crm.put("/Deals", json={"data": [{"id": identity, "Region": "East"}]})
    assert errors(wrong)[0]["details"]["supported_values"] == ["-None-", "N", "South"]


def test_an_external_field_stands_for_the_id(empty: Any) -> None:
    """With X-EXTERNAL records are read, updated and deleted by the field's value, and listed by it."""
    make(empty, "Products", {"field_label": "Shop Id", "data_type": "text", "external": {"type": "org", "show": True}})
    [identity, other] = empty.insert(
        "Products", {"Product_Name": "A", "Shop_Id": "s-1"}, {"Product_Name": "B", "Shop_Id": "s-2"}
    )
    header = {"X-EXTERNAL": "Products.Shop_Id"}
    assert empty.crm.get("/Products/s-1", headers=header).json()["data"][0]["id"] == identity
    by_path = empty.crm.put("/Products/s-1", json={"data": [{"Unit_Price": 5}]}, headers=header)
    by_body = empty.crm.put("/Products", json={"data": [{"Shop_Id": "s-2", "Unit_Price": 6}]}, headers=header)
    assert [answer.json()["data"][0]["details"]["id"] for answer in (by_path, by_body)] == [identity, other]
    listed = empty.crm.get("/Products", params={"fields": "Unit_Price", "ids": "s-1,s-2"}, headers=header).json()
    assert [row["Unit_Price"] for row in listed["data"]] == [6, 5]
    gone = empty.crm.delete("/Products", params={"ids": "s-1,s-9"}, headers=header)
    assert [entry["code"] for entry in gone.json()["data"]] == ["SUCCESS", "INVALID_DATA"]
    assert empty.crm.get("/Products/s-1", headers=header).status_code == 204
    wrong = empty.crm.get("/Products/s-2", headers={"X-EXTERNAL": "Products.Product_Name"})
    assert wrong.json()["message"] == "The value of the external field is invalid."


@pytest.mark.parametrize(
    ("field", "code", "name"),
    [
        ({"data_type": "text"}, "MANDATORY_NOT_FOUND", "field_label"),
        ({"field_label": "Untyped"}, "MANDATORY_NOT_FOUND", "data_type"),
        ({"field_label": "x" * 51, "data_type": "text"}, "INVALID_DATA", "field_label"),
        ({"field_label": "Odd", "data_type": "odd"}, "INVALID_DATA", "data_type"),
        ({"field_label": "Long", "data_type": "text", "length": 256}, "INVALID_DATA", "length"),
        ({"field_label": "account name", "data_type": "text"}, "DUPLICATE_DATA", "field_label"),
        ({"field_label": "List", "data_type": "picklist"}, "MANDATORY_NOT_FOUND", "pick_list_values"),
        ({"field_label": "Look", "data_type": "lookup"}, "INVALID_DATA", "lookup"),
        ({"field_label": "Un", "data_type": "boolean", "unique": {"casesensitive": "false"}}, "INVALID_DATA", "unique"),
        ({"field_label": "Ex", "data_type": "text", "external": {"type": "odd"}}, "INVALID_DATA", "external"),
    ],
)
def test_mistakes_are_named(empty: Any, field: dict[str, Any], code: str, name: str) -> None:
    """A field that cannot be made is refused in its place, with the name of what is wrong."""
    answer = make(empty, "Accounts", field)
    [entry] = answer.json()["fields"]
    assert (answer.status_code, entry["code"], entry["details"]["api_name"]) == (400, code, name)
    assert entry["details"]["json_path"] == f"$.fields[0].{name}"


def test_a_module_has_so_many_custom_fields(start: Any) -> None:
    """The field after the 300th custom one is refused with the limit; the key field is one of them."""
    running = start("--records", "0")
    wanted = [{"field_label": f"F {number}", "data_type": "boolean"} for number in range(300)]
    answer = make(running, "Quotes", *wanted)
    made = [entry["code"] for entry in answer.json()["fields"]]
    assert (answer.status_code, made.count("SUCCESS"), made[-1]) == (207, 299, "LIMIT_EXCEEDED")
    assert answer.json()["fields"][-1]["details"]["limit"] == 300


def test_without_key_fields_they_can_be_made(start: Any, tmp_path: Any) -> None:
    """`--no-key-fields` starts without `Syncdsl_Key`; made over the API, it is there again, also after a restart."""
    data = str(tmp_path / "crm.db")
    running = start("--records", "20", "--no-key-fields", "--data", data)
    for module in ("Accounts", "Quotes"):
        assert "Syncdsl_Key" not in described(running, module)
    field = {"field_label": "Syncdsl Key", "data_type": "text", "length": 40, "unique": {"casesensitive": "false"}}
    assert make(running, "Accounts", field).status_code == 201
    [identity] = running.insert("Accounts", {"Account_Name": "Keyed", "Syncdsl_Key": "sd-1"})
    running.crm.close()
    running.process.terminate()
    running.process.wait(10)
    again = start("--no-key-fields", "--data", data)
    key = described(again, "Accounts")["Syncdsl_Key"]
    assert (key["length"], key["unique"], key["custom_field"]) == (40, {"casesensitive": "false"}, True)
    assert "Syncdsl_Key" not in described(again, "Contacts")
    body = {"data": [{"Account_Name": "K", "Syncdsl_Key": "sd-1"}], "duplicate_check_fields": ["Syncdsl_Key"]}
    assert again.crm.post("/Accounts/upsert", json=body).json()["data"][0]["details"]["id"] == identity
