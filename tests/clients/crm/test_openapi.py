"""Answers of the sandbox fit the CRM's OpenAPI descriptions, well and badly asked, for every call that it has."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.clients.crm.descriptions import operation, problems

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.crm.conftest import Running

ROOT = "/crm/v8"
RECORDS = "/{module_api_name}"
RELATED = "/{module_api_name}/{record_id}/{related_list_api_name}"
CHANNEL = {"channel_id": "5", "events": ["Deals.all"], "notify_url": "http://127.0.0.1:9/x", "token": "t"}
CONDITION = {
    "type": "field_selection",
    "module": {"api_name": "Deals"},
    "field_selection": {"group_operator": "or", "group": [{"field": {"api_name": "Stage"}}]},
}
LATE = {"If-Modified-Since": "2100-01-01T00:00:00+00:00"}
EARLY = {"If-Unmodified-Since": "2020-01-01T00:00:00+00:00"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call, the operation it is one of, and the status it has. `{name}` stands for an id that the fixture knows."""

    file: str
    path: str
    method: str
    call: str
    status: int
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def case(file: str, path: str, method: str, call: str, status: int, **more: Any) -> Case:
    return Case(file=f"{file}.json", path=ROOT + path, method=method, call=call, status=status, **more)


def query(text: str) -> dict[str, str]:
    return {"select_query": text}


METADATA = [
    case("modules", "/settings/modules", "GET", "/settings/modules", 200),
    case("modules", "/settings/modules/{api_name}", "GET", "/settings/modules/Deals", 200),
    case("modules", "/settings/modules/{api_name}", "GET", "/settings/modules/Nope", 400),
    case("fields", "/settings/fields", "GET", "/settings/fields", 200, query={"module": "Quotes"}),
    case("fields", "/settings/fields", "GET", "/settings/fields", 400, query={"module": "Nope"}),
    case("fields", "/settings/fields", "GET", "/settings/fields", 400),
    case("fields", "/settings/fields/{field}", "GET", "/settings/fields/{stage}", 200, query={"module": "Deals"}),
    case("fields", "/settings/fields/{field}", "GET", "/settings/fields/1", 204, query={"module": "Deals"}),
    *(
        case("fields", "/settings/fields", "POST", "/settings/fields", status, query={"module": "Vendors"}, body=body)
        for status, body in (
            (201, {"fields": [{"field_label": "Walked", "data_type": "text", "length": 20}]}),
            (400, {"fields": [{"field_label": "Untyped"}]}),
            (400, {"fields": [{"field_label": "Odd", "data_type": "odd"}]}),
            (400, {"fields": [{"field_label": "Walked", "data_type": "text"}]}),
            (400, {}),
        )
    ),
    case("custom_views", "/settings/custom_views", "GET", "/settings/custom_views", 200, query={"module": "Deals"}),
    case("custom_views", "/settings/custom_views", "GET", "/settings/custom_views", 400),
    case(
        "custom_views",
        "/settings/custom_views/{id}",
        "GET",
        "/settings/custom_views/{view}",
        200,
        query={"module": "Accounts"},
    ),
    case(
        "custom_views", "/settings/custom_views/{id}", "GET", "/settings/custom_views/1", 400, query={"module": "Deals"}
    ),
    case("layouts", "/settings/layouts", "GET", "/settings/layouts", 200, query={"module": "Deals"}),
    case("layouts", "/settings/layouts", "GET", "/settings/layouts", 400),
    case("layouts", "/settings/layouts/{id}", "GET", "/settings/layouts/{layout}", 200, query={"module": "Deals"}),
    case("pipeline", "/settings/pipeline", "GET", "/settings/pipeline", 200, query={"layout_id": "{layout}"}),
    case("pipeline", "/settings/pipeline", "GET", "/settings/pipeline", 400),
    case("pipeline", "/settings/pipeline", "GET", "/settings/pipeline", 400, query={"layout_id": "1"}),
    case("related_lists", "/settings/related_lists", "GET", "/settings/related_lists", 200, query={"module": "Deals"}),
    case("org", "/org", "GET", "/org", 200),
    case("users", "/users", "GET", "/users", 200),
    case("users", "/users", "GET", "/users", 204, query={"type": "NotConfirmedUsers"}),
    case("users", "/users", "GET", "/users", 400, query={"type": "Odd"}),
    case("users", "/users/{user}", "GET", "/users/{user}", 200),
    case("users", "/users/actions/count", "GET", "/users/actions/count", 200),
    case("currencies", "/org/currencies", "GET", "/org/currencies", 200),
    case("currencies", "/org/currencies/{id}", "GET", "/org/currencies/1", 204),
]
READS = [
    case("record", RECORDS, "GET", "/Contacts", 200, query={"fields": "Last_Name,Owner,Account_Name", "per_page": "3"}),
    case("record", RECORDS, "GET", "/Accounts", 400),
    case("record", RECORDS, "GET", "/Nope", 400, query={"fields": "id"}),
    case("record", RECORDS, "GET", "/Accounts", 400, query={"fields": "id", "page": "11"}),
    case("record", RECORDS, "GET", "/Accounts", 400, query={"fields": "id", "page_token": "odd"}),
    case("record", RECORDS, "GET", "/Accounts", 304, query={"fields": "id"}, headers=LATE),
    case("record", f"{RECORDS}/{{id}}", "GET", "/Quotes/{quote}", 200),
    case("record", f"{RECORDS}/{{id}}", "GET", "/Accounts/1", 204),
    case("record", f"{RECORDS}/{{id}}", "GET", "/Accounts/odd", 400),
    case("record", f"{RECORDS}/search", "GET", "/Accounts/search", 200, query={"word": "a"}),
    case("record", f"{RECORDS}/search", "GET", "/Accounts/search", 204, query={"word": "not there at all"}),
    case("record", f"{RECORDS}/search", "GET", "/Accounts/search", 400),
    case("record", f"{RECORDS}/search", "GET", "/Accounts/search", 400, query={"criteria": "(odd"}),
    case("record", f"{RECORDS}/actions/count", "GET", "/Accounts/actions/count", 200),
    case("record", f"{RECORDS}/deleted", "GET", "/Accounts/deleted", 200),
    case("record", f"{RECORDS}/deleted", "GET", "/Accounts/deleted", 400, query={"type": "odd"}),
    case("coql", "/coql", "POST", "/coql", 200, body=query("select Account_Name, Owner from Accounts where id > 0")),
    case(
        "coql",
        "/coql",
        "POST",
        "/coql",
        200,
        body=query("select count(id), Stage from Deals where id > 0 group by Stage"),
    ),
    case("coql", "/coql", "POST", "/coql", 400, body=query("select Account_Name from Accounts")),
    case("coql", "/coql", "POST", "/coql", 400, body=query("select Odd from Accounts where id > 0")),
    case("coql", "/coql", "POST", "/coql", 400, body=query("select id from Accounts where id > 0 limit 9999")),
    case("related_records", RELATED, "GET", "/Deals/{deal}/Stage_History", 200, query={"fields": "Stage"}),
    case("related_records", RELATED, "GET", "/Deals/{deal}/Odd", 400, query={"fields": "Stage"}),
    case("related_records", RELATED, "GET", "/Accounts/{account}/Deals", 200, query={"fields": "Deal_Name,Owner"}),
]
WRITES = [
    case("record", RECORDS, "POST", "/Accounts", 201, body={"data": [{"Account_Name": "W", "Syncdsl_Key": "w"}]}),
    case("record", RECORDS, "POST", "/Accounts", 400, body={"data": [{"Account_Name": "W", "Phone": 5}]}),
    case("record", RECORDS, "POST", "/Accounts", 400, body={"data": [{"Phone": 5}]}),
    case("record", RECORDS, "POST", "/Accounts", 400, body={}),
    case(
        "record",
        RECORDS,
        "POST",
        "/Accounts",
        207,
        body={"data": [{"Account_Name": "W", "Syncdsl_Key": "w"}, {"Account_Name": "V"}]},
    ),
    case("record", f"{RECORDS}/upsert", "POST", "/Accounts/upsert", 200, body={"data": [{"Account_Name": "W"}]}),
    case("record", f"{RECORDS}/upsert", "POST", "/Accounts/upsert", 201, body={"data": [{"Account_Name": "U"}]}),
    case("record", RECORDS, "PUT", "/Accounts", 200, body={"data": [{"id": "{account}", "Phone": "1"}]}),
    case("record", f"{RECORDS}/{{id}}", "PUT", "/Accounts/{account}", 200, body={"data": [{"Phone": "2"}]}),
    case(
        "record", f"{RECORDS}/{{id}}", "PUT", "/Accounts/{account}", 412, body={"data": [{"Phone": "3"}]}, headers=EARLY
    ),
    case(
        "related_records",
        RELATED,
        "PUT",
        "/Deals/{deal}/Contact_Roles",
        200,
        body={"data": [{"id": "{contact}", "Contact_Role": "Buyer"}]},
    ),
    case("related_records", RELATED, "DELETE", "/Deals/{deal}/Contact_Roles", 207, query={"ids": "{contact},1"}),
    case("record", RECORDS, "DELETE", "/Accounts", 207, query={"ids": "{account},1"}),
    case("record", RECORDS, "DELETE", "/Accounts", 400),
    case("record", f"{RECORDS}/{{id}}", "DELETE", "/Accounts/1", 400),
]
BIN, MERGE = "/settings/recycle_bin", "/{module}/{masterrecordid}/actions/merge"
GONE = [
    case("recycle_bin", BIN, "GET", BIN, 200),
    case("recycle_bin", BIN, "GET", BIN, 204, query={"ids": "1"}),
    case("recycle_bin", BIN, "GET", BIN, 400, query={"filters": "odd"}),
    case("recycle_bin", f"{BIN}/{{record_id}}", "GET", f"{BIN}/{{gone}}", 200),
    case("recycle_bin", f"{BIN}/{{record_id}}", "GET", f"{BIN}/1", 204),
    case("recycle_bin", BIN, "DELETE", BIN, 207, query={"ids": "{gone},1"}),
    case("recycle_bin", BIN, "DELETE", BIN, 400),
    case("recycle_bin", f"{BIN}/{{record_id}}", "DELETE", f"{BIN}/1", 400),
    case("find_and_merge", MERGE, "GET", "/Contacts/{contact}/actions/merge", 204),
    case("find_and_merge", MERGE, "GET", "/Contacts/1/actions/merge", 400),
    case("find_and_merge", MERGE, "GET", "/Products/1/actions/merge", 400),
    *(
        case("find_and_merge", MERGE, "POST", "/Contacts/{contact}/actions/merge", status, body={"merge": [order]})
        for status, order in (
            (400, {"data": []}),
            (400, {"data": [{}]}),
            (400, {"data": [{"id": "1"}]}),
            (400, {"data": [{"id": "{contact}"}]}),
            (400, {"data": [{"id": "{double}"}] * 3}),
            (201, {"data": [{"id": "{double}", "_fields": [{"api_name": "Phone"}]}]}),
        )
    ),
]
CHANNELS = [
    case("notifications", "/actions/watch", "GET", "/actions/watch", 204),
    case("notifications", "/actions/watch", "POST", "/actions/watch", 201, body={"watch": [CHANNEL]}),
    case("notifications", "/actions/watch", "GET", "/actions/watch", 200),
    case(
        "notifications",
        "/actions/watch",
        "PUT",
        "/actions/watch",
        200,
        body={"watch": [{**CHANNEL, "notification_condition": [CONDITION]}]},
    ),
    case(
        "notifications",
        "/actions/watch",
        "PATCH",
        "/actions/watch",
        200,
        body={"watch": [{"channel_id": "5", "_delete_events": True, "events": ["Deals.edit"]}]},
    ),
    case("notifications", "/actions/watch", "POST", "/actions/watch", 202, body={"watch": [{}]}),
    case("notifications", "/actions/watch", "POST", "/actions/watch", 400, body={}),
    case("notifications", "/actions/watch", "DELETE", "/actions/watch", 200, query={"channel_ids": "5"}),
    case("notifications", "/actions/watch", "DELETE", "/actions/watch", 202, query={"channel_ids": "5"}),
]


@pytest.fixture(scope="module")
def ids(running: Running) -> dict[str, str]:
    """Return ids of records and metadata that the calls name."""
    get = running.client.get

    def insert(module: str, **values: Any) -> str:
        answer = running.client.post(f"{ROOT}/{module}", json={"data": [values]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"][0]["details"]["id"])

    product = insert("Products", Product_Name="Walked")
    account = insert("Accounts", Account_Name="Walked")
    insert("Deals", Deal_Name="Of an account", Stage="Qualification", Account_Name={"id": account})
    gone = insert("Accounts", Account_Name="Gone")
    running.client.delete(f"{ROOT}/Accounts/{gone}")
    fields = get(f"{ROOT}/settings/fields", params={"module": "Deals"}).json()["fields"]
    views = get(f"{ROOT}/settings/custom_views", params={"module": "Accounts"}).json()["custom_views"]
    return {
        "account": account,
        "contact": insert("Contacts", Last_Name="Walked"),
        "double": insert("Contacts", Last_Name="Walked"),
        "gone": gone,
        "deal": insert("Deals", Deal_Name="Walked", Stage="Qualification"),
        "quote": insert("Quotes", Subject="Walked", Quoted_Items=[{"Product_Name": {"id": product}, "Quantity": 1}]),
        "stage": next(item["id"] for item in fields if item["api_name"] == "Stage"),
        "view": views[-1]["id"],
        "layout": get(f"{ROOT}/settings/layouts", params={"module": "Deals"}).json()["layouts"][0]["id"],
        "user": get(f"{ROOT}/users").json()["users"][0]["id"],
    }


def filled(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with the ids in the place of their names."""
    match value:
        case dict():
            return {name: filled(item, ids) for name, item in value.items()}
        case list():
            return [filled(item, ids) for item in value]
        case str():
            for name, identity in ids.items():
                value = value.replace(f"{{{name}}}", identity)
            return value
        case _:
            return value


@pytest.mark.parametrize(
    "asked",
    [*METADATA, *READS, *WRITES, *GONE, *CHANNELS],
    ids=lambda asked: f"{asked.method} {asked.call} {asked.status}",
)
def test_an_answer_fits_its_description(running: Running, ids: dict[str, str], specs: Path, asked: Case) -> None:
    """Status and body are described for the call; what is not held against them is listed with its reason."""
    more = {} if asked.body is None else {"json": filled(asked.body, ids)}
    answer = running.client.request(
        asked.method,
        ROOT + filled(asked.call, ids),
        params=filled(asked.query, ids),
        headers=asked.headers,
        **more,
    )
    assert answer.status_code == asked.status, answer.text
    body = answer.json() if answer.content else None
    assert (body is None) is (asked.status in {204, 304})
    assert problems(specs, asked.file, asked.path, asked.method, asked.status, body) == []


def test_a_wrong_answer_would_be_noticed(running: Running, specs: Path) -> None:
    """The exceptions leave the descriptions their force: another type, a lost key or an unknown state is a problem."""
    path = f"{ROOT}/settings/pipeline"
    layout = running.client.get(f"{ROOT}/settings/layouts", params={"module": "Deals"}).json()["layouts"][0]["id"]
    right = running.client.get(path, params={"layout_id": layout}).json()
    spoilt = []
    for key, value in (("display_value", 5), ("maps", None), ("default", "yes")):
        wrong = copy.deepcopy(right)
        wrong["pipeline"][0][key] = value
        spoilt.append(wrong)
    lost = copy.deepcopy(right)
    del lost["pipeline"][0]["maps"][0]["forecast_type"]
    error = {"code": "ODD", "message": "m", "status": "error", "details": {}}
    for status, wrong in [*((200, item) for item in (*spoilt, lost)), (400, error)]:
        assert problems(specs, "pipeline.json", path, "GET", status, wrong), wrong


def test_every_described_read_that_the_sandbox_has_is_walked(specs: Path) -> None:
    """The cases name operations that exist, so that a renamed path cannot pass unseen."""
    for asked in (*METADATA, *READS, *WRITES, *GONE, *CHANNELS):
        assert operation(specs, asked.file, asked.path, asked.method)["responses"]
