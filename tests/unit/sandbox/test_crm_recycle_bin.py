"""The CRM's recycle bin: what lies in it, what comes back, and what does not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

DAY = 24 * 3600


@pytest.fixture(scope="module")
def running(start: Any) -> Any:
    """Start a sandbox of its own, as the clock is moved far."""
    return start("--records", "0")


@pytest.fixture(autouse=True)
def _nothing_ordered(running: Any) -> Iterator[None]:
    yield
    running.control("DELETE", "faults")


def deleted(running: Any, name: str, **more: Any) -> str:
    [identity] = running.insert("Accounts", {"Account_Name": name, **more})
    assert running.crm.delete(f"/Accounts/{identity}").status_code == 200
    return str(identity)


def listed(running: Any, kind: str) -> dict[str, Any]:
    answer = running.crm.get("/Accounts/deleted", params={"type": kind})
    return {item["id"]: item for item in answer.json()["data"]} if answer.status_code == 200 else {}


def restored(running: Any, *ids: str) -> Any:
    return running.crm.post("/settings/recycle_bin/actions/restore", json={"ids": list(ids)})


def test_a_deleted_record_lies_in_the_bin_and_comes_back_as_it_was(running: Any) -> None:
    """It has its old id, values and stamps, is found by its fields again, and is in no list of deleted records."""
    [identity] = running.insert("Accounts", {"Account_Name": "Back", "Phone": "5", "Syncdsl_Key": "back"})
    before = running.crm.get(f"/Accounts/{identity}").json()["data"]
    running.control("POST", "clock/advance", {"seconds": 100})
    running.crm.delete(f"/Accounts/{identity}")
    [shown] = running.crm.get(f"/settings/recycle_bin/{identity}").json()["recycle_bin"]
    assert (shown["display_name"], shown["module"]["api_name"]) == ("Back", "Accounts")
    assert listed(running, "recycle")[identity]["type"] == "recycle"
    answer = running.crm.post(f"/settings/recycle_bin/{identity}/actions/restore")
    assert answer.json()["recycle_bin"][0]["message"] == "record restored"
    assert running.crm.get(f"/Accounts/{identity}").json()["data"] == before
    assert identity not in listed(running, "all")
    assert running.crm.get(f"/settings/recycle_bin/{identity}").status_code == 204
    query = {"select_query": "select id from Accounts where Syncdsl_Key = 'back'"}
    assert running.crm.post("/coql", json=query).json()["data"] == [{"id": identity}]
    actions = [item["action"] for item in running.crm.get(f"/Accounts/{identity}/__timeline").json()["__timeline"]]
    assert actions == ["restored", "deleted", "added"]


def test_lookups_of_a_deleted_record_are_empty_until_it_is_back(running: Any) -> None:
    """A contact keeps living without its account, and has it again when the account is restored."""
    [account] = running.insert("Accounts", {"Account_Name": "Parent"})
    [contact] = running.insert("Contacts", {"Last_Name": "Child", "Account_Name": {"id": account}})
    running.crm.delete(f"/Accounts/{account}")
    assert running.crm.get(f"/Contacts/{contact}").json()["data"][0]["Account_Name"] is None
    restored(running, account)
    held = running.crm.get(f"/Contacts/{contact}").json()["data"][0]["Account_Name"]
    assert held == {"name": "Parent", "id": account}


def test_after_sixty_days_a_record_is_gone_for_good(running: Any) -> None:
    """It is listed as permanently deleted for sixty days more, and cannot be restored."""
    identity = deleted(running, "Old")
    running.control("POST", "clock/advance", {"seconds": 61 * DAY})
    running.authorise()
    assert listed(running, "permanent")[identity]["display_name"] is None
    assert identity not in listed(running, "recycle")
    assert restored(running, identity).json()["recycle_bin"][0]["code"] == "INVALID_DATA"
    running.control("POST", "clock/advance", {"seconds": 60 * DAY})
    running.authorise()
    assert identity not in listed(running, "all")


def test_what_is_thrown_out_of_the_bin_is_deleted_permanently(running: Any) -> None:
    """One by its path, several by ids or by a filter; unknown ids are refused one by one."""
    one, two, three = (deleted(running, name) for name in ("Bin 1", "Bin 2", "Other 3"))
    assert running.crm.delete(f"/settings/recycle_bin/{one}").status_code == 200
    answer = running.crm.delete("/settings/recycle_bin", params={"ids": f"{two},1"})
    assert (answer.status_code, [item["code"] for item in answer.json()["recycle_bin"]]) == (
        207,
        ["SUCCESS", "INVALID_DATA"],
    )
    condition = {"field": {"api_name": "display_name"}, "comparator": "contains", "value": "other 3"}
    assert running.crm.delete("/settings/recycle_bin", params={"filters": json.dumps(condition)}).status_code == 200
    assert {one, two, three} <= set(listed(running, "permanent"))
    assert running.crm.delete("/settings/recycle_bin").json()["code"] == "EXPECTED_PARAM_MISSING"


def test_the_bin_is_listed_sorted_filtered_and_paged(running: Any) -> None:
    """Filters join conditions on name, module and time; what is no filter is refused."""
    ids = [deleted(running, f"Page {number}") for number in range(3)]
    name = {"field": {"api_name": "display_name"}, "comparator": "starts_with", "value": "Page"}
    module = {"field": {"api_name": "module"}, "comparator": "equal", "value": "Accounts"}
    params = {"filters": json.dumps({"group_operator": "AND", "group": [name, module]})}
    first = running.crm.get(
        "/settings/recycle_bin",
        params={**params, "sort_by": "display_name", "sort_order": "asc", "per_page": "2"},
    ).json()
    assert [item["id"] for item in first["recycle_bin"]] == ids[:2]
    assert first["info"] == {"per_page": 2, "count": 2, "page": 1, "more_records": True}
    other = {"filters": json.dumps({**module, "value": "Deals"})}
    assert running.crm.get("/settings/recycle_bin", params=other).status_code == 204
    for odd in ("x", "[]", json.dumps({**name, "comparator": "odd"}), json.dumps({**name, "field": {}})):
        assert running.crm.get("/settings/recycle_bin", params={"filters": odd}).status_code == 400


def test_restoring_takes_exactly_one_way_to_name_records(running: Any) -> None:
    """By ids at once; by a filter or all as a job, which is done at once here too."""
    one, two = deleted(running, "Way 1"), deleted(running, "Way 2")
    path = "/settings/recycle_bin/actions/restore"
    assert running.crm.post(path, json={}).json()["code"] == "EXPECTED_FIELD_MISSING"
    both = running.crm.post(path, json={"ids": [one], "restore_all_records": True}).json()
    assert both["code"] == "AMBIGUITY_DURING_PROCESSING"
    condition = {"field": {"api_name": "display_name"}, "comparator": "equal", "value": "Way 1"}
    answer = running.crm.post(path, json={"filters": condition})
    assert (answer.status_code, answer.json()["recycle_bin"][0]["code"]) == (202, "SCHEDULED")
    assert running.crm.get(f"/Accounts/{one}").status_code == 200
    assert running.crm.get(f"/Accounts/{two}").status_code == 204
    assert running.crm.post(path, json={"restore_all_records": True}).status_code == 202
    assert running.crm.get(f"/Accounts/{two}").status_code == 200


def test_a_record_whose_unique_value_was_taken_stays_in_the_bin(running: Any) -> None:
    """Two records never share a unique value, restored or not."""
    identity = deleted(running, "Taken", Syncdsl_Key="taken")
    running.insert("Accounts", {"Account_Name": "Taker", "Syncdsl_Key": "taken"})
    answer = restored(running, identity)
    assert (answer.status_code, answer.json()["recycle_bin"][0]["code"]) == (400, "INVALID_DATA")
    assert running.crm.get(f"/Accounts/{identity}").status_code == 204


def test_restoring_needs_the_right_to_update_the_bin(running: Any) -> None:
    """A token that may only read the bin lists it and restores nothing."""
    identity = deleted(running, "Guarded")
    grant = running.control("POST", "grants", {"scopes": ["ZohoCRM.settings.recycle_bin.READ"]})
    data = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": grant["refresh_token"],
    }
    token = running.anybody.post(f"{running.crm_url}/oauth/v2/token", data=data).json()["access_token"]
    root, headers = f"{running.crm_url}/crm/v8/settings/recycle_bin", {"Authorization": f"Zoho-oauthtoken {token}"}
    assert running.anybody.get(root, headers=headers).status_code == 200
    answer = running.anybody.post(f"{root}/{identity}/actions/restore", headers=headers)
    assert answer.json()["code"] == "OAUTH_SCOPE_MISMATCH"


def test_faults_strike_the_bin_as_other_calls(running: Any) -> None:
    """A batch is restored in part, a lost answer leaves the record restored, a list loses rows."""
    ids = [deleted(running, f"Fault {number}") for number in range(4)]
    running.control("POST", "faults", {"kind": "partial_batch", "path": "restore", "count": 1})
    answer = restored(running, *ids)
    assert answer.status_code == 207
    codes = [item["code"] for item in answer.json()["recycle_bin"]]
    assert sorted(set(codes)) == ["INTERNAL_ERROR", "SUCCESS"]
    there = [running.crm.get(f"/Accounts/{identity}").status_code for identity in ids]
    assert there == [200 if code == "SUCCESS" else 204 for code in codes]
    running.control("POST", "faults", {"kind": "truncated_page", "keep": 0, "count": 1})
    assert running.crm.get("/settings/recycle_bin").json()["recycle_bin"] == []
    left = ids[codes.index("INTERNAL_ERROR")]
    running.control("POST", "faults", {"kind": "drop_response", "path": "restore", "count": 1})
    with pytest.raises(Exception, match="disconnected"):
        running.crm.post(f"/settings/recycle_bin/{left}/actions/restore")
    assert running.crm.get(f"/Accounts/{left}").status_code == 200
