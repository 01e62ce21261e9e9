"""Writing CRM records: per-record results, validation, uniqueness, upsert, deletion."""

from typing import Any

import pytest


def first_error(answer: Any) -> dict[str, Any]:
    return next(entry for entry in answer.json()["data"] if entry["status"] == "error")


def read(running: Any, module: str, identity: str) -> dict[str, Any]:
    return dict(running.crm.get(f"/{module}/{identity}").json()["data"][0])


def test_mixed_results_are_207_in_the_order_sent(empty: Any) -> None:
    """Each record succeeds or fails on its own and its entry stands at its place."""
    answer = empty.crm.post("/Contacts", json={"data": [{"Last_Name": "A"}, {"First_Name": "B"}]})
    assert answer.status_code == 207
    good, bad = answer.json()["data"]
    assert good["code"] == "SUCCESS"
    assert good["message"] == "record added"
    assert bad == {
        "code": "MANDATORY_NOT_FOUND",
        "details": {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"},
        "message": "required field not found",
        "status": "error",
    }
    assert empty.crm.post("/Contacts", json={"data": [{}]}).status_code == 400


@pytest.mark.parametrize(
    ("values", "detail"),
    [
        ({"Phone": "1" * 31}, {"maximum_length": 30}),
        ({"Phone": 5}, {"expected_data_type": "text"}),
        ({"Employees": "many"}, {"expected_data_type": "integer"}),
        ({"Employees": True}, {"expected_data_type": "integer"}),
        ({"Employees": 10**9}, {"maximum_length": 9}),
        ({"Annual_Revenue": "1"}, {"expected_data_type": "double"}),
        ({"Currency": "XXX"}, {"supported_values": ["EUR", "USD", "GBP"]}),
        ({"Parent_Account": 1.5}, {"expected_data_type": "jsonobject"}),
    ],
)
def test_unfit_values_are_invalid_data(empty: Any, values: dict[str, Any], detail: dict[str, Any]) -> None:
    """A value of the wrong type, length or choice names the field and what was expected."""
    answer = empty.crm.post("/Accounts", json={"data": [{"Account_Name": "Unfit", **values}]})
    error = first_error(answer)
    [name] = values
    assert answer.status_code == 400
    assert error["code"] == "INVALID_DATA"
    assert error["details"] == {**detail, "api_name": name, "json_path": f"$.data[0].{name}"}


def test_two_mistakes_in_one_record_come_together(empty: Any) -> None:
    """Several errors of one record are listed in one entry."""
    answer = empty.crm.post("/Accounts", json={"data": [{"Phone": 5}]})
    error = first_error(answer)
    assert error["code"] == "MULTIPLE_OR_MULTI_ERRORS"
    codes = [item["code"] for item in error["details"]["errors"]]
    assert codes == ["INVALID_DATA", "MANDATORY_NOT_FOUND"]


def test_lookups_must_point_to_a_record(empty: Any) -> None:
    """An account that does not exist is refused; one that does is shown by name, and empty once deleted."""
    wrong = {"Last_Name": "C", "Account_Name": {"id": "4150868000008888888"}}
    error = first_error(empty.crm.post("/Contacts", json={"data": [wrong]}))
    assert error["message"] == "the id given seems to be invalid"
    assert error["details"]["json_path"] == "$.data[0].Account_Name.id"
    [account] = empty.insert("Accounts", {"Account_Name": "Referred"})
    [contact] = empty.insert("Contacts", {"Last_Name": "C", "Account_Name": {"id": account}})
    assert read(empty, "Contacts", contact)["Account_Name"] == {"name": "Referred", "id": account}
    assert empty.crm.delete(f"/Accounts/{account}").status_code == 200
    assert read(empty, "Contacts", contact)["Account_Name"] is None


def test_a_unique_field_takes_each_value_once(empty: Any) -> None:
    """A second record with the key, whatever its case, is DUPLICATE_DATA and names the first."""
    [first] = empty.insert("Accounts", {"Account_Name": "Keyed", "Syncdsl_Key": "sd-unique"})
    answer = empty.crm.post("/Accounts", json={"data": [{"Account_Name": "Other", "Syncdsl_Key": "SD-Unique"}]})
    error = first_error(answer)
    assert (answer.status_code, error["code"]) == (400, "DUPLICATE_DATA")
    assert error["details"]["id"] == first
    assert error["details"]["api_name"] == "Syncdsl_Key"
    [second] = empty.insert("Accounts", {"Account_Name": "Other"})
    clash = empty.crm.put("/Accounts", json={"data": [{"id": second, "Syncdsl_Key": "sd-unique"}]})
    assert first_error(clash)["code"] == "DUPLICATE_DATA"
    assert read(empty, "Accounts", second)["Syncdsl_Key"] is None


def test_duplicates_inside_one_batch_are_found(empty: Any) -> None:
    """Of two records of a batch with one key only the first is written."""
    batch = [{"Account_Name": f"Batch {n}", "Syncdsl_Key": "sd-batch"} for n in (1, 2)]
    answer = empty.crm.post("/Accounts", json={"data": batch})
    assert [entry["code"] for entry in answer.json()["data"]] == ["SUCCESS", "DUPLICATE_DATA"]


def test_upsert_by_key_creates_once_and_then_updates(empty: Any) -> None:
    """The second upsert of a key updates the first one's record and says by which field."""
    body = {"data": [{"Account_Name": "Upserted", "Syncdsl_Key": "sd-up"}], "duplicate_check_fields": ["Syncdsl_Key"]}
    first = empty.crm.post("/Accounts/upsert", json=body)
    assert first.status_code == 201
    [entry] = first.json()["data"]
    assert (entry["action"], entry["duplicate_field"]) == ("insert", None)
    body["data"] = [{"Account_Name": "Upserted again", "Syncdsl_Key": "sd-up"}]
    second = empty.crm.post("/Accounts/upsert", json=body)
    assert second.status_code == 200
    [again] = second.json()["data"]
    assert (again["action"], again["duplicate_field"]) == ("update", "Syncdsl_Key")
    assert again["details"]["id"] == entry["details"]["id"]
    assert read(empty, "Accounts", entry["details"]["id"])["Account_Name"] == "Upserted again"


def test_upsert_without_fields_checks_the_system_field_first(empty: Any) -> None:
    """Without a list accounts are compared by name; with one that omits the name, they are not."""
    [first] = empty.insert("Accounts", {"Account_Name": "Same name"})
    by_name = empty.crm.post("/Accounts/upsert", json={"data": [{"Account_Name": "Same name"}]})
    assert by_name.json()["data"][0]["details"]["id"] == first
    body = {"data": [{"Account_Name": "Same name"}], "duplicate_check_fields": ["Syncdsl_Key"]}
    assert empty.crm.post("/Accounts/upsert", json=body).json()["data"][0]["action"] == "insert"
    body["duplicate_check_fields"] = ["Phone"]
    assert empty.crm.post("/Accounts/upsert", json=body).json()["code"] == "INVALID_DATA"


def test_update_by_body_and_by_path(empty: Any) -> None:
    """The id stands in the record or in the path; fields that are not sent stay."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Before", "Phone": "1"})
    answer = empty.crm.put("/Accounts", json={"data": [{"id": identity, "Phone": "2"}]})
    assert (answer.status_code, answer.json()["data"][0]["message"]) == (200, "record updated")
    empty.crm.put(f"/Accounts/{identity}", json={"data": [{"Account_Name": "After"}]})
    row = read(empty, "Accounts", identity)
    assert (row["Account_Name"], row["Phone"]) == ("After", "2")
    cleared = empty.crm.put("/Accounts", json={"data": [{"id": identity, "Phone": None, "Account_Name": ""}]})
    assert first_error(cleared)["code"] == "MANDATORY_NOT_FOUND"
    unknown = empty.crm.put("/Accounts", json={"data": [{"id": "1", "Phone": "2"}]})
    assert first_error(unknown)["message"] == "the id given seems to be invalid"


def test_if_unmodified_since_refuses_a_record_changed_later(empty: Any) -> None:
    """An older stamp is ALREADY_MODIFIED with HTTP 412 and changes nothing; the record's own stamp passes."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Guarded"})
    body = {"data": [{"id": identity, "Phone": "9"}]}
    old = empty.crm.put("/Accounts", json=body, headers={"If-Unmodified-Since": "2026-01-01T00:00:00+00:00"})
    assert (old.status_code, first_error(old)["code"]) == (412, "ALREADY_MODIFIED")
    row = read(empty, "Accounts", identity)
    assert row["Phone"] is None
    same = empty.crm.put("/Accounts", json=body, headers={"If-Unmodified-Since": row["Modified_Time"]})
    assert same.status_code == 200


def test_setting_the_stage_recalculates_the_probability(empty: Any) -> None:
    """Probability follows the stage, and a stage outside the pick list names those inside."""
    [deal] = empty.insert("Deals", {"Deal_Name": "Pump", "Stage": "Qualification", "Amount": 200})
    assert read(empty, "Deals", deal)["Probability"] == 10
    empty.crm.put("/Deals", json={"data": [{"id": deal, "Stage": "Closed Won"}]})
    row = read(empty, "Deals", deal)
    assert (row["Probability"], row["Expected_Revenue"]) == (100, 200)
    error = first_error(empty.crm.put("/Deals", json={"data": [{"id": deal, "Stage": "Won"}]}))
    assert "Closed Won" in error["details"]["supported_values"]


def test_read_only_and_unknown_fields_are_ignored(empty: Any) -> None:
    """What a client cannot write does not fail the record."""
    sent = {"Last_Name": "Lee", "First_Name": "Ann", "Full_Name": "X", "Created_Time": "x", "Nope": 1}
    [identity] = empty.insert("Contacts", sent)
    assert read(empty, "Contacts", identity)["Full_Name"] == "Ann Lee"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"data": [NaN]}', b"\xff"])
def test_malformed_bodies_are_refused(empty: Any, body: bytes) -> None:
    """A body that is no JSON object with a list of records is HTTP 400, never a server error."""
    assert empty.crm.post("/Accounts", content=body).status_code == 400


def test_batches_end_at_100_records(empty: Any) -> None:
    """101 records are refused as a whole; so is a body without `data`."""
    answer = empty.crm.post("/Accounts", json={"data": [{"Account_Name": "x"}] * 101})
    assert (answer.status_code, answer.json()["details"]["maximum_length"]) == (400, 100)
    assert empty.crm.post("/Accounts", json={}).json()["code"] == "MANDATORY_NOT_FOUND"


def test_deleted_records_leave_and_are_listed(empty: Any) -> None:
    """A deleted record is 204 and appears in the deleted list; deleting it again fails."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Gone"})
    answer = empty.crm.delete("/Accounts", params={"ids": f"{identity},1"})
    assert answer.status_code == 207
    assert [entry["message"] for entry in answer.json()["data"]] == ["record deleted", "record not deleted"]
    assert empty.crm.get(f"/Accounts/{identity}").status_code == 204
    listed = empty.crm.get("/Accounts/deleted", params={"type": "recycle"}).json()["data"]
    entry = next(item for item in listed if item["id"] == identity)
    assert (entry["display_name"], entry["type"]) == ("Gone", "recycle")
    assert empty.crm.get("/Accounts/deleted", params={"type": "permanent"}).status_code == 204
    later = {"If-Modified-Since": "2100-01-01T00:00:00+00:00"}
    assert empty.crm.get("/Accounts/deleted", headers=later).status_code == 304
    assert empty.crm.delete(f"/Accounts/{identity}").status_code == 400


def quote(running: Any, *lines: dict[str, Any], **more: Any) -> Any:
    return running.crm.post("/Quotes", json={"data": [{"Subject": "Q", "Quoted_Items": list(lines), **more}]})


def test_the_rows_of_a_document_are_checked_kept_and_added_up(empty: Any) -> None:
    """Amounts of lines and of the whole are computed; a line shows its product by name; lists leave lines out."""
    [product] = empty.insert("Products", {"Product_Name": "Pump", "Tax": ["VAT 19", "VAT 7"]})
    line = {"Product_Name": {"id": product}, "Quantity": 3, "List_Price": 10.1, "Discount": 0.3, "Total": 99}
    identity = quote(empty, line, Adjustment=-1).json()["data"][0]["details"]["id"]
    found = read(empty, "Quotes", identity)
    [kept] = found["Quoted_Items"]
    assert kept["Product_Name"] == {"id": product, "name": "Pump"}
    assert (kept["Total"], kept["Net_Total"]) == (30.3, 30.0)
    assert (found["Sub_Total"], found["Grand_Total"]) == (30.0, 29.0)
    listed = empty.crm.get("/Quotes", params={"ids": identity, "fields": "Subject,Quoted_Items"}).json()["data"][0]
    assert "Quoted_Items" not in listed
    assert read(empty, "Products", product)["Tax"] == ["VAT 19", "VAT 7"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "MANDATORY_NOT_FOUND"),
        ([{"Quantity": 1}], "MANDATORY_NOT_FOUND"),
        ([{"Product_Name": {"id": "1"}}], "INVALID_DATA"),
        (["no object"], "INVALID_DATA"),
    ],
)
def test_a_document_without_sound_rows_is_refused(empty: Any, lines: list[Any], code: str) -> None:
    """Rows are mandatory, and each is checked like a record."""
    assert first_error(quote(empty, *lines))["code"] == code


def test_a_choice_that_is_not_in_the_list_is_refused_among_several(empty: Any) -> None:
    """Of several choices every one must be known, and they come as a list."""
    for taxes in (["VAT 19", "VAT 99"], "VAT 19"):
        answer = empty.crm.post("/Products", json={"data": [{"Product_Name": "P", "Tax": taxes}]})
        assert first_error(answer)["code"] == "INVALID_DATA"


def test_rows_are_changed_added_and_taken_out_by_their_ids(empty: Any) -> None:
    """A row sent with its id changes, one without is added, `_delete` takes one out, and the others stay."""
    [product] = empty.insert("Products", {"Product_Name": "Row"})
    lines = [{"Product_Name": {"id": product}, "Quantity": number, "List_Price": 1} for number in (1, 2, 3)]
    identity = quote(empty, *lines).json()["data"][0]["details"]["id"]
    first, second, third = (row["id"] for row in read(empty, "Quotes", identity)["Quoted_Items"])
    change = [
        {"id": first, "Quantity": 10},
        {"id": second, "_delete": None},
        {"Product_Name": {"id": product}, "Quantity": 4, "List_Price": 1},
    ]
    answer = empty.crm.put("/Quotes", json={"data": [{"id": identity, "Quoted_Items": change}]})
    assert answer.status_code == 200, answer.text
    found = read(empty, "Quotes", identity)
    assert [row["Quantity"] for row in found["Quoted_Items"]] == [10, 3, 4]
    assert (found["Quoted_Items"][1]["id"], found["Grand_Total"]) == (third, 17)
    wrong = empty.crm.put("/Quotes", json={"data": [{"id": identity, "Quoted_Items": [{"id": "1", "Quantity": 1}]}]})
    assert first_error(wrong)["details"]["json_path"] == "$.data[0].Quoted_Items[0].id"
    every = [{"id": row["id"], "_delete": None} for row in found["Quoted_Items"]]
    none = empty.crm.put("/Quotes", json={"data": [{"id": identity, "Quoted_Items": every}]})
    assert first_error(none)["code"] == "MANDATORY_NOT_FOUND"
    assert len(read(empty, "Quotes", identity)["Quoted_Items"]) == 3


def test_automation_is_chosen_by_a_list(empty: Any) -> None:
    """`trigger` is a list of words, also an empty one; anything else is refused as a whole."""
    body: dict[str, Any] = {"data": [{"Account_Name": "Quiet"}], "trigger": []}
    assert empty.crm.post("/Accounts", json=body).status_code == 201
    assert empty.crm.post("/Accounts", json={**body, "trigger": ["workflow"]}).status_code == 201
    assert empty.crm.post("/Accounts", json={**body, "trigger": "workflow"}).json()["code"] == "INVALID_DATA"
