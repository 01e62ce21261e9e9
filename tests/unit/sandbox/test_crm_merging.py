"""Merging CRM records: who survives with which values, what is pointed anew, and what is refused."""

from typing import Any

import pytest


def merged(running: Any, module: str, master: str, *children: Any, **more: Any) -> Any:
    data = [child if isinstance(child, dict) else {"id": child} for child in children]
    return running.crm.post(f"/{module}/{master}/actions/merge", json={"merge": [{"data": data, **more}]})


def record(running: Any, module: str, identity: str) -> dict[str, Any]:
    return dict(running.crm.get(f"/{module}/{identity}").json()["data"][0])


def test_the_master_survives_with_chosen_values(empty: Any) -> None:
    """It takes the named fields of the other, keeps the rest, and the other is deleted for good."""
    master, other = empty.insert(
        "Accounts",
        {"Account_Name": "Master", "Phone": "1", "Fax": "1"},
        {"Account_Name": "Other", "Phone": "2", "Fax": "2", "Website": "example.com"},
    )
    empty.control("POST", "clock/advance", {"seconds": 10})
    answer = merged(empty, "Accounts", master, {"id": other, "_fields": [{"api_name": "Phone"}]})
    assert answer.status_code == 201
    assert answer.json()["merge"][0]["details"] == {"id": master}
    held = record(empty, "Accounts", master)
    assert (held["Account_Name"], held["Phone"], held["Fax"], held["Website"]) == ("Master", "2", "1", None)
    assert held["Modified_Time"] > held["Created_Time"]
    assert empty.crm.get(f"/Accounts/{other}").status_code == 204
    gone = empty.crm.get("/Accounts/deleted", params={"type": "permanent"}).json()["data"]
    assert other in {item["id"] for item in gone}
    assert empty.crm.get(f"/settings/recycle_bin/{other}").status_code == 204


def test_lookups_of_a_merged_record_name_the_master(empty: Any) -> None:
    """Contacts, deals and documents move to the master and are stamped; their other values stay."""
    master, other = empty.insert("Accounts", {"Account_Name": "M"}, {"Account_Name": "O"})
    [contact] = empty.insert("Contacts", {"Last_Name": "C", "Account_Name": {"id": other}})
    [deal] = empty.insert("Deals", {"Deal_Name": "D", "Stage": "Qualification", "Account_Name": {"id": other}})
    [member] = empty.insert("Accounts", {"Account_Name": "Member", "Parent_Account": {"id": other}})
    empty.crm.put("/Accounts", json={"data": [{"id": master, "Parent_Account": {"id": other}}]})
    before = record(empty, "Contacts", contact)
    empty.control("POST", "clock/advance", {"seconds": 10})
    merged(empty, "Accounts", master, other)
    for module, identity, field in (
        ("Contacts", contact, "Account_Name"),
        ("Deals", deal, "Account_Name"),
        ("Accounts", member, "Parent_Account"),
    ):
        assert record(empty, module, identity)[field] == {"name": "M", "id": master}
    assert record(empty, "Accounts", master)["Parent_Account"] is None
    after = record(empty, "Contacts", contact)
    assert after["Modified_Time"] > before["Modified_Time"]
    assert {**before, "Account_Name": None, "Modified_Time": None} == {
        **after,
        "Account_Name": None,
        "Modified_Time": None,
    }
    rows = empty.crm.get(f"/Accounts/{master}/Contacts", params={"fields": "Last_Name"}).json()["data"]
    assert contact in {row["id"] for row in rows}


def test_roles_in_deals_are_handed_over(empty: Any) -> None:
    """A merged contact's role goes to the master, unless it has one of its own there."""
    master, other = empty.insert("Contacts", {"Last_Name": "M"}, {"Last_Name": "O"})
    one, two = empty.insert("Deals", *({"Deal_Name": f"R{n}", "Stage": "Qualification"} for n in range(2)))
    for deal, contact, role in ((one, other, "Buyer"), (two, other, "Buyer"), (two, master, "Boss")):
        empty.crm.put(f"/Deals/{deal}/Contact_Roles/{contact}", json={"data": [{"Contact_Role": role}]})
    merged(empty, "Contacts", master, other)
    for deal, role in ((one, "Buyer"), (two, "Boss")):
        [row] = empty.crm.get(f"/Deals/{deal}/Contact_Roles", params={"fields": "Last_Name"}).json()["data"]
        assert (row["id"], row["Contact_Role"]["name"]) == (master, role)


def test_the_timeline_of_the_master_tells_what_went_into_it(empty: Any) -> None:
    """One entry for each merged record, the latest first; a merged record has no timeline any more."""
    master, one, two = empty.insert("Vendors", *({"Vendor_Name": name} for name in ("M", "1", "2")))
    merged(empty, "Vendors", master, one, two)
    answer = empty.crm.get(f"/Vendors/{master}/__timeline").json()
    told = [item for item in answer["__timeline"] if item["action"] == "find_and_merge_duplicate"]
    assert [item["related_record"]["id"] for item in told] == [two, one]
    assert {item["source"] for item in told} == {"findandmerge"}
    assert answer["info"]["count"] == 3
    assert empty.crm.get(f"/Vendors/{one}/__timeline").status_code == 400
    assert empty.crm.get(f"/Vendors/{master}/actions/merge").status_code == 204


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"data": []}, "INVALID_DATA"),
        ({}, "INVALID_DATA"),
        ({"data": [{}]}, "MANDATORY_NOT_FOUND"),
        ({"data": [{"id": "1"}]}, "INVALID_DATA"),
        ({"data": [{"id": "{master}"}]}, "DUPLICATE_DATA"),
        ({"data": [{"id": "{other}"}, {"id": "{other}"}]}, "DUPLICATE_DATA"),
        ({"data": [{"id": "{other}"}] * 3}, "INVALID_DATA"),
        ({"data": [{"id": "{other}", "_fields": [{}]}]}, "MANDATORY_NOT_FOUND"),
        ({"data": [{"id": "{other}", "_fields": [{"api_name": "Odd"}]}]}, "INVALID_DATA"),
        ({"data": [{"id": "{other}", "_fields": [{"api_name": "Created_Time"}]}]}, "INVALID_DATA"),
        ({"data": [{"id": "{other}", "_fields": [{"api_name": "Fax"}] * 2}]}, "DUPLICATE_DATA"),
        ({"data": [{"id": "{other}", "_fields": [{"api_name": "Reporting_To"}]}]}, "INVALID_DATA"),
        (
            {
                "data": [{"id": "{other}", "_fields": [{"api_name": "Fax"}]}],
                "master_record_fields": [{"api_name": "Fax"}],
            },
            "DUPLICATE_DATA",
        ),
    ],
)
def test_bad_orders_are_refused_and_merge_nothing(empty: Any, order: dict[str, Any], code: str) -> None:
    """The refusal stands under `merge`, and both records are there afterwards."""
    master, other = empty.insert("Contacts", {"Last_Name": "M"}, {"Last_Name": "O"})
    text = repr(order).replace("{master}", master).replace("{other}", other)
    answer = empty.crm.post(f"/Contacts/{master}/actions/merge", json={"merge": [eval(text)]})  # noqa: S307 - our own data
    assert (answer.status_code, answer.json()["merge"][0]["code"]) == (400, code)
    assert record(empty, "Contacts", other)["Last_Name"] == "O"


def test_only_what_the_crm_merges_is_merged(empty: Any) -> None:
    """Products are not, closed deals are not, and a master has to be there."""
    [product] = empty.insert("Products", {"Product_Name": "P"})
    assert merged(empty, "Products", product, "1").json()["code"] == "INVALID_MODULE"
    assert merged(empty, "Accounts", "1", "2").json()["code"] == "INVALID_DATA"
    closed, opened = empty.insert(
        "Deals", {"Deal_Name": "C", "Stage": "Closed Won"}, {"Deal_Name": "O", "Stage": "Qualification"}
    )
    assert merged(empty, "Deals", closed, opened).json()["code"] == "NOT_ALLOWED"
    assert merged(empty, "Deals", opened, closed).json()["merge"][0]["code"] == "NOT_ALLOWED"
    [other] = empty.insert("Deals", {"Deal_Name": "X", "Stage": "Qualification"})
    stage = merged(empty, "Deals", opened, {"id": other, "_fields": [{"api_name": "Stage"}]})
    assert stage.json()["merge"][0]["code"] == "NOT_ALLOWED"
    assert empty.crm.post(f"/Deals/{opened}/actions/merge", json={"merge": []}).status_code == 400
    assert merged(empty, "Deals", opened, other).status_code == 201


def test_a_lost_answer_leaves_the_records_merged(empty: Any) -> None:
    """Faults strike a merge as any other call: refused it does nothing, and done it stays done."""
    master, other = empty.insert("Accounts", {"Account_Name": "M"}, {"Account_Name": "O"})
    empty.control("POST", "faults", {"kind": "status", "status": 500, "path": "merge$", "count": 1})
    assert merged(empty, "Accounts", master, other).status_code == 500
    assert empty.crm.get(f"/Accounts/{other}").status_code == 200
    empty.control("POST", "faults", {"kind": "drop_response", "path": "merge$", "count": 1})
    with pytest.raises(Exception, match="disconnected"):
        merged(empty, "Accounts", master, other)
    assert empty.crm.get(f"/Accounts/{other}").status_code == 204
