"""Notification channels of the CRM: their terms, and the callbacks that reach a receiver."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

WATCH = "/actions/watch"
URL = "http://127.0.0.1:9/notify"


class Receiver(HTTPServer):
    """Takes callbacks and keeps their bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/notify"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen on a free port."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def running(empty: Any) -> Iterator[Any]:
    """Give a sandbox whose channels end with the test."""
    yield empty
    listed = empty.crm.get(WATCH)
    if listed.status_code == 200:
        for row in listed.json()["watch"]:
            empty.crm.delete(WATCH, params={"channel_ids": row["channel_id"]})


def channel(identity: str = "1000000068001", **terms: Any) -> dict[str, Any]:
    return {"channel_id": identity, "events": ["Deals.all"], "notify_url": URL, "token": "secret", **terms}


def enable(running: Any, *channels: dict[str, Any]) -> Any:
    return running.crm.post(WATCH, json={"watch": list(channels)})


def entry(answer: Any) -> dict[str, Any]:
    return dict(answer.json()["watch"][0])


def received(running: Any, receiver: Receiver) -> list[dict[str, Any]]:
    running.control("POST", "deliveries/flush")
    found = list(receiver.got)
    receiver.got.clear()
    return found


def test_writes_reach_the_receiver(running: Any, receiver: Receiver) -> None:
    """One callback for each call and kind of change: ids, changed fields, the channel and its token, no values."""
    assert enable(running, channel(notify_url=receiver.url)).status_code == 201
    deals = running.insert("Deals", *({"Deal_Name": f"N{n}", "Stage": "Qualification"} for n in range(2)))
    [inserted] = received(running, receiver)
    assert (inserted["module"], inserted["operation"], inserted["ids"]) == ("Deals", "insert", deals)
    assert (inserted["channel_id"], inserted["token"]) == ("1000000068001", "secret")
    assert inserted["resource_uri"].endswith("/crm/v8/Deals")
    running.crm.put("/Deals", json={"data": [{"id": deals[0], "Stage": "Closed Won"}]})
    [updated] = received(running, receiver)
    assert updated["operation"] == "update"
    assert updated["affected_fields"] == [{deals[0]: ["Stage", "Probability"]}]
    assert "affected_values" not in updated
    running.crm.delete("/Deals", params={"ids": ",".join(deals)})
    [deleted] = received(running, receiver)
    assert (deleted["operation"], deleted["ids"]) == ("delete", deals)
    running.insert("Accounts", {"Account_Name": "Not watched"})
    assert received(running, receiver) == []


def test_refused_records_are_not_told(running: Any, receiver: Receiver) -> None:
    """Of a mixed call the written records alone are named, of a refused one nothing."""
    enable(running, channel(events=["Accounts.create"], notify_url=receiver.url))
    answer = running.crm.post("/Accounts", json={"data": [{"Account_Name": "Told"}, {"Phone": "1"}]})
    [told] = received(running, receiver)
    assert told["ids"] == [answer.json()["data"][0]["details"]["id"]]
    running.crm.post("/Accounts", json={"data": [{"Phone": "1"}]})
    assert received(running, receiver) == []


def test_an_upsert_tells_inserts_and_updates_apart(running: Any, receiver: Receiver) -> None:
    """One upsert that does both makes two callbacks."""
    running.insert("Accounts", {"Account_Name": "Known", "Syncdsl_Key": "n-1"})
    enable(running, channel(events=["Accounts.all"], notify_url=receiver.url))
    body = [{"Account_Name": "Known", "Phone": "1"}, {"Account_Name": "Unknown"}]
    running.crm.post("/Accounts/upsert", json={"data": body})
    assert [item["operation"] for item in received(running, receiver)] == ["insert", "update"]


def test_conditions_narrow_edits_to_fields(running: Any, receiver: Receiver) -> None:
    """With a condition on `Stage` other edits are not told; creation is told all the same, values on request."""
    condition = {
        "type": "field_selection",
        "module": {"api_name": "Deals"},
        "field_selection": {"group_operator": "or", "group": [{"field": {"api_name": "Stage"}}]},
    }
    terms: dict[str, Any] = {"notification_condition": [condition], "return_affected_field_values": True}
    enable(running, channel(notify_url=receiver.url, **terms))
    [deal] = running.insert("Deals", {"Deal_Name": "C", "Stage": "Qualification"})
    running.crm.put("/Deals", json={"data": [{"id": deal, "Next_Step": "Call"}]})
    running.crm.put("/Deals", json={"data": [{"id": deal, "Stage": "Closed Lost"}]})
    inserted, updated = received(running, receiver)
    assert (inserted["operation"], updated["operation"]) == ("insert", "update")
    assert updated["affected_values"] == [{"record_id": deal, "values": {"Stage": "Closed Lost", "Probability": 0}}]


def test_a_channel_ends_an_hour_after_it_was_made(start: Any, receiver: Receiver) -> None:
    """Without an expiry it lives for an hour of the sandbox's clock, and then is silent and gone."""
    running = start("--records", "0")
    enable(running, channel(events=["Accounts.all"], notify_url=receiver.url))
    running.control("POST", "clock/advance", {"seconds": 3_590})
    running.authorise()
    running.insert("Accounts", {"Account_Name": "In time"})
    assert len(received(running, receiver)) == 1
    running.control("POST", "clock/advance", {"seconds": 11})
    running.authorise()
    running.insert("Accounts", {"Account_Name": "Too late"})
    assert received(running, receiver) == []
    assert running.crm.get(WATCH).status_code == 204
    assert entry(running.crm.put(WATCH, json={"watch": [channel()]}))["code"] == "NOT_SUBSCRIBED"


def test_channels_are_renewed_changed_and_ended(running: Any) -> None:
    """PUT gives other terms, PATCH changes some or takes events out, DELETE ends; others are not subscribed."""
    until = (datetime.now(UTC) + timedelta(days=6)).isoformat(timespec="seconds")
    enable(running, channel(events=["Deals.create", "Accounts.edit"]))
    assert len(running.crm.get(WATCH, params={"channel_id": "1000000068001"}).json()["watch"]) == 2
    [only] = running.crm.get(WATCH, params={"module": "Deals"}).json()["watch"]
    assert only["events"] == ["Deals.create"]
    renewed = entry(running.crm.put(WATCH, json={"watch": [channel(channel_expiry=until)]}))
    stamp = renewed["details"]["events"][0]["channel_expiry"]
    assert datetime.fromisoformat(stamp) == datetime.fromisoformat(until)
    running.crm.patch(WATCH, json={"watch": [{"channel_id": "1000000068001", "token": "other"}]})
    [listed] = running.crm.get(WATCH).json()["watch"]
    assert (listed["token"], listed["channel_expiry"], listed["events"]) == ("other", stamp, ["Deals.all"])
    out = {"channel_id": "1000000068001", "events": ["Deals.all"], "_delete_events": True}
    assert entry(running.crm.patch(WATCH, json={"watch": [out]}))["status"] == "success"
    assert running.crm.get(WATCH).status_code == 204
    enable(running, channel())
    gone = running.crm.delete(WATCH, params={"channel_ids": "1000000068001,2"}).json()["watch"]
    assert [item["code"] for item in gone] == ["SUCCESS", "NOT_SUBSCRIBED"]
    assert running.crm.delete(WATCH).json()["code"] == "REQUIRED_PARAM_MISSING"


@pytest.mark.parametrize(
    ("terms", "code", "name"),
    [
        ({"channel_id": None}, "MANDATORY_NOT_FOUND", "channel_id"),
        ({"channel_id": "abc"}, "INVALID_DATA", "channel_id"),
        ({"events": None}, "MANDATORY_NOT_FOUND", "events"),
        ({"events": []}, "INVALID_DATA", "events"),
        ({"events": ["Nope.all"]}, "INVALID_DATA", "events"),
        ({"events": ["Deals.read"]}, "INVALID_DATA", "events"),
        ({"notify_url": None}, "MANDATORY_NOT_FOUND", "notify_url"),
        ({"notify_url": "https://hooks.example.com/x"}, "INVALID_DATA", "notify_url"),
        ({"token": "x" * 51}, "INVALID_DATA", "token"),
        ({"channel_expiry": "2100-01-01T00:00:00+00:00"}, "INVALID_DATA", "channel_expiry"),
        ({"channel_expiry": "2020-01-01T00:00:00+00:00"}, "INVALID_DATA", "channel_expiry"),
        ({"return_affected_field_values": "yes"}, "INVALID_DATA", "return_affected_field_values"),
        ({"notification_condition": [{}]}, "INVALID_DATA", "notification_condition"),
    ],
)
def test_wrong_terms_are_refused(running: Any, terms: dict[str, Any], code: str, name: str) -> None:
    """A channel with a wrong term is not made; the entry names the term. A sound one beside it is."""
    answer = enable(running, {**channel(), **terms}, channel("7"))
    bad, good = answer.json()["watch"]
    assert (answer.status_code, bad["code"], bad["details"]["api_name"]) == (202, code, name)
    assert good["status"] == "success"
    assert [row["channel_id"] for row in running.crm.get(WATCH).json()["watch"]] == ["7"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"watch": {}}', b'{"watch": []}', b'{"watch": [1]}'])
def test_malformed_bodies_are_refused(running: Any, body: bytes) -> None:
    """A body without a list of channels is HTTP 400."""
    assert running.crm.post(WATCH, content=body).status_code == 400


def test_a_merge_is_told_as_a_deletion_and_edits(running: Any, receiver: Receiver) -> None:
    """The merged record is deleted, the master and what was pointed anew are edited."""
    master, other = running.insert("Accounts", {"Account_Name": "M", "Phone": "1"}, {"Account_Name": "O"})
    [contact] = running.insert("Contacts", {"Last_Name": "C", "Account_Name": {"id": other}})
    enable(running, channel(events=["Accounts.all", "Contacts.all"], notify_url=receiver.url))
    data = [{"id": other, "_fields": [{"api_name": "Phone"}]}]
    assert running.crm.post(f"/Accounts/{master}/actions/merge", json={"merge": [{"data": data}]}).status_code == 201
    told = [(body["module"], body["operation"], body["ids"]) for body in received(running, receiver)]
    assert sorted(told) == [
        ("Accounts", "delete", [other]),
        ("Accounts", "update", [master]),
        ("Contacts", "update", [contact]),
    ]
