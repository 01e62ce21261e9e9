"""Reading CRM records: paging, views, sorting, If-Modified-Since, value shapes."""

import base64
import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

ROWS = 2_150


@pytest.fixture(scope="module")
def filled(start: Any) -> Any:
    """Start a sandbox with more accounts than numbered pages reach."""
    running = start("--records", "0")
    for first in range(0, ROWS, 100):
        names = range(first, min(first + 100, ROWS))
        running.insert("Accounts", *({"Account_Name": f"Account {number:04}"} for number in names))
    return running


def test_fields_are_mandatory(empty: Any) -> None:
    """A list without `fields` is refused."""
    answer = empty.crm.get("/Accounts")
    assert answer.status_code == 400
    assert answer.json()["code"] == "REQUIRED_PARAM_MISSING"
    assert answer.json()["details"] == {"param": "fields"}


def test_an_empty_module_is_204_without_a_body(empty: Any) -> None:
    """No rows means HTTP 204 and nothing else."""
    answer = empty.crm.get("/Deals", params={"fields": "Deal_Name"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_unknown_modules_and_paths_have_their_codes(empty: Any) -> None:
    """A wrong module is INVALID_MODULE, a wrong path INVALID_URL_PATTERN, a wrong method its own code."""
    answer = empty.crm.get("/Nonsense", params={"fields": "id"})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_MODULE")
    answer = empty.crm.get("/Accounts/1/2/3/4")
    assert (answer.status_code, answer.json()["code"]) == (404, "INVALID_URL_PATTERN")
    answer = empty.crm.patch("/Accounts")
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_METHOD")


def test_numbered_pages_end_at_2000_rows_and_tokens_go_on(filled: Any) -> None:
    """Page 10 of 200 is the last numbered one; its token leads to every remaining row once."""
    seen: list[str] = []
    params: dict[str, Any] = {"fields": "Account_Name", "per_page": 200, "sort_order": "asc"}
    for page in range(1, 11):
        answer = filled.crm.get("/Accounts", params={**params, "page": page}).json()
        seen += [row["id"] for row in answer["data"]]
        assert answer["info"]["more_records"]
    refused = filled.crm.get("/Accounts", params={**params, "page": 11})
    assert refused.status_code == 400
    assert refused.json()["code"] == "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
    token = answer["info"]["next_page_token"]
    last = filled.crm.get("/Accounts", params={**params, "page_token": token}).json()
    seen += [row["id"] for row in last["data"]]
    assert not last["info"]["more_records"]
    assert last["info"]["next_page_token"] is None
    assert last["info"]["page"] == 11
    assert len(seen) == len(set(seen)) == ROWS
    assert seen == sorted(seen)


def test_page_tokens_alone_walk_the_whole_module(filled: Any) -> None:
    """A client that only follows tokens, sorted by time, sees every row once although all stamps tie."""
    seen: list[str] = []
    params: dict[str, Any] = {"fields": "id", "sort_by": "Modified_Time", "sort_order": "asc"}
    token: str | None = None
    while True:
        answer = filled.crm.get("/Accounts", params=params | ({"page_token": token} if token else {})).json()
        seen += [row["id"] for row in answer["data"]]
        token = answer["info"]["next_page_token"]
        if token is None:
            break
    assert len(seen) == len(set(seen)) == ROWS


def test_page_tokens_are_bound_to_their_request(filled: Any) -> None:
    """A token does not serve other parameters, does not go with `page`, and cannot be made up."""
    first = filled.crm.get("/Accounts", params={"fields": "Account_Name"}).json()
    token = first["info"]["next_page_token"]
    answers = {
        "TOKEN_BOUND_DATA_MISMATCH": {"fields": "Phone", "page_token": token},
        "AMBIGUITY_DURING_PROCESSING": {"fields": "Account_Name", "page_token": token, "page": "2"},
        "INVALID_DATA": {"fields": "Account_Name", "page_token": "5"},
    }
    for code, params in answers.items():
        answer = filled.crm.get("/Accounts", params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_if_modified_since_is_304_when_nothing_is_newer(empty: Any) -> None:
    """Rows newer than the header come back; a header at the newest stamp gives 304."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Modified once"})
    row = empty.crm.get(f"/Accounts/{identity}").json()["data"][0]
    before = {"If-Modified-Since": "2026-01-01T00:00:00+00:00"}
    found = empty.crm.get("/Accounts", params={"fields": "id", "ids": identity}, headers=before)
    assert [item["id"] for item in found.json()["data"]] == [identity]
    after = {"If-Modified-Since": row["Modified_Time"]}
    quiet = empty.crm.get("/Accounts", params={"fields": "id", "ids": identity}, headers=after)
    assert (quiet.status_code, quiet.content) == (304, b"")
    assert empty.crm.get(f"/Accounts/{identity}", headers=after).status_code == 304
    wrong = empty.crm.get("/Accounts", params={"fields": "id"}, headers={"If-Modified-Since": "yesterday"})
    assert wrong.status_code == 400


def test_stamps_are_whole_seconds_in_the_organisations_zone(empty: Any) -> None:
    """`Modified_Time` has second precision and an offset with a colon, not UTC."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Stamped"})
    stamp = empty.crm.get(f"/Accounts/{identity}").json()["data"][0]["Modified_Time"]
    assert datetime.fromisoformat(stamp).isoformat() == stamp
    assert stamp[-6:] in {"+01:00", "+02:00"}


def test_the_date_header_keeps_up_with_the_stamps(empty: Any) -> None:
    """Every answer tells the server's time, never behind a stamp it has just given."""
    for number in range(30):
        answer = empty.crm.post("/Accounts", json={"data": [{"Account_Name": f"Dated {number}"}]})
        stamp = datetime.fromisoformat(answer.json()["data"][0]["details"]["Modified_Time"])
        assert answer.headers.get_list("Date", split_commas=False) == [answer.headers["Date"]]
        assert stamp <= parsedate_to_datetime(answer.headers["Date"])


def test_views_filter_by_their_criteria(seeded: Any) -> None:
    """Each view shows exactly the records that meet the criteria its metadata publish."""

    def listed(module: str, fields: str, view: str | None = None) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"fields": fields}
        if view is not None:
            views = seeded.crm.get("/settings/custom_views", params={"module": module}).json()["custom_views"]
            params["cvid"] = next(item["id"] for item in views if item["name"] == view)
        return list(seeded.crm.get(f"/{module}", params=params).json()["data"])

    accounts = listed("Accounts", "Account_Type,Owner")
    assert listed("Accounts", "Account_Type,Owner", "All Accounts") == accounts
    customers = [row for row in accounts if row["Account_Type"] == "Customer"]
    assert 0 < len(customers) < len(accounts)
    assert listed("Accounts", "Account_Type,Owner", "Customers") == customers
    me = seeded.crm.get("/users", params={"type": "CurrentUser"}).json()["users"][0]["id"]
    mine = [row for row in accounts if row["Owner"]["id"] == me]
    assert 0 < len(mine) < len(accounts)
    assert listed("Accounts", "Account_Type,Owner", "My Accounts") == mine
    deals = listed("Deals", "Probability")
    still_open = [row for row in deals if 1 <= row["Probability"] <= 99]
    assert 0 < len(still_open) < len(deals)
    assert listed("Deals", "Probability", "Open Deals") == still_open


def test_a_view_cannot_be_sorted_and_must_exist(seeded: Any) -> None:
    """`cvid` excludes `sort_by`; an unknown view is an error, not everything."""
    views = seeded.crm.get("/settings/custom_views", params={"module": "Accounts"}).json()["custom_views"]
    both = {"fields": "id", "cvid": views[0]["id"], "sort_by": "id"}
    assert seeded.crm.get("/Accounts", params=both).json()["code"] == "AMBIGUITY_DURING_PROCESSING"
    unknown = seeded.crm.get("/Accounts", params={"fields": "id", "cvid": "1"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "INVALID_DATA")


def test_values_have_the_documented_shapes(seeded: Any) -> None:
    """Lookups carry name and id, owners an e-mail address too, empty values are null."""
    rows = seeded.crm.get("/Contacts", params={"fields": "Account_Name,Owner,Fax,Full_Name,Last_Name"}).json()
    row = next(item for item in rows["data"] if item["Account_Name"])
    assert set(row["Account_Name"]) == {"name", "id"}
    assert set(row["Owner"]) == {"name", "id", "email"}
    assert row["Fax"] is None
    assert row["Full_Name"].endswith(row["Last_Name"])
    whole = seeded.crm.get(f"/Contacts/{row['id']}").json()["data"][0]
    assert whole["Account_Name"] == row["Account_Name"]
    assert whole["Currency"] in {"EUR", "USD", "GBP"}
    assert whole["Syncdsl_Key"] is None


def test_one_record_by_id(empty: Any) -> None:
    """An unknown id is 204, a malformed one INVALID_DATA."""
    assert empty.crm.get("/Accounts/4150868000009999999").status_code == 204
    answer = empty.crm.get("/Accounts/abc")
    assert (answer.status_code, answer.json()["message"]) == (400, "the id given seems to be invalid")


def test_a_page_token_lives_for_a_day(start: Any) -> None:
    """A token still works just before its expiry, and is EXPIRED_VALUE after it."""
    running = start("--records", "0")
    running.insert("Accounts", *({"Account_Name": f"T {number}"} for number in range(3)))
    params = {"fields": "id", "per_page": "1"}
    token = running.crm.get("/Accounts", params=params).json()["info"]["next_page_token"]
    later = {**params, "page_token": token}
    running.control("POST", "clock/advance", {"seconds": 24 * 3600 - 60})
    running.authorise()
    assert running.crm.get("/Accounts", params=later).json()["info"]["page"] == 2
    running.control("POST", "clock/advance", {"seconds": 120})
    running.authorise()
    answer = running.crm.get("/Accounts", params=later)
    assert (answer.status_code, answer.json()["code"]) == (400, "EXPIRED_VALUE")


def test_page_tokens_end_at_100000_rows(empty: Any) -> None:
    """A token that has led past 100,000 rows leads no further; one that was made up leads nowhere."""
    empty.insert("Accounts", {"Account_Name": "Last 1"}, {"Account_Name": "Last 2"})
    params = {"fields": "id", "per_page": "1", "sort_order": "asc"}
    token = empty.crm.get("/Accounts", params=params).json()["info"]["next_page_token"]
    binding, expiry, page, _, value, identity = json.loads(base64.urlsafe_b64decode(token))

    def made(*state: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()

    far = {**params, "page_token": made(binding, expiry, page, 100_000, value, identity)}
    assert empty.crm.get("/Accounts", params=far).json()["code"] == "PAGINATION_LIMIT_EXCEEDED"
    for wrong in (made(binding, expiry, page, 1, 2**70, identity), made(binding, expiry), made("x"), "%%%"):
        answer = empty.crm.get("/Accounts", params={**params, "page_token": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_DATA")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"converted": "perhaps"}, "INVALID_DATA"),
        ({"sort_by": "Phone"}, "INVALID_DATA"),
        ({"sort_order": "up"}, "INVALID_DATA"),
        ({"per_page": "201"}, "INVALID_DATA"),
        ({"page": "0"}, "INVALID_DATA"),
        ({"ids": "1,abc"}, "INVALID_DATA"),
        ({"ids": ",".join(["1"] * 101)}, "LIMIT_EXCEEDED"),
        ({"fields": ",".join(f"F{number}" for number in range(51))}, "LIMIT_EXCEEDED"),
        ({"fields": ""}, "REQUIRED_PARAM_MISSING"),
    ],
)
def test_wrong_parameters_of_a_list_are_refused(empty: Any, params: dict[str, str], code: str) -> None:
    """Each parameter has its limits, and the answer the code of what is wrong."""
    answer = empty.crm.get("/Accounts", params={"fields": "id", **params})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
