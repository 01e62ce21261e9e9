"""Each fault over real HTTP: what the client sees, what is stored, and that the seed decides."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import pytest

from syncdsl.sandbox.faults import Order


@pytest.fixture
def sandbox(empty: Any) -> Iterator[Any]:
    """Give a sandbox without standing orders, whose clock stands."""
    empty.control("PUT", "clock", {"frozen": True})
    empty.authorise()
    yield empty
    empty.control("DELETE", "faults")


def order(running: Any, kind: str, **more: Any) -> int:
    return int(running.control("POST", "faults", {"kind": kind, **more})["id"])


def accounts(running: Any, name: str) -> int:
    query = f"select id from Accounts where Account_Name = '{name}'"  # noqa: S608 - COQL of a test
    answer = running.crm.post("/coql", json={"select_query": query})
    return len(answer.json()["data"]) if answer.status_code == 200 else 0


def insert(running: Any, name: str) -> httpx.Response:
    answer: httpx.Response = running.crm.post("/Accounts", json={"data": [{"Account_Name": name}]})
    return answer


def last(running: Any) -> dict[str, Any]:
    return dict(running.ledger()[-1])


def now(running: Any) -> float:
    return float(running.control("GET", "clock")["now"])


def test_latency_moves_a_frozen_clock_and_takes_time_on_a_running_one(sandbox: Any) -> None:
    """A slow answer costs seconds of the frozen clock, or real ones."""
    before = now(sandbox)
    order(sandbox, "latency", seconds=30, count=1)
    assert sandbox.crm.get("/org").status_code == 200
    assert now(sandbox) == before + 30
    sandbox.control("PUT", "clock", {"frozen": False})
    order(sandbox, "latency", seconds=0.2, count=1)
    began = time.monotonic()
    assert sandbox.crm.get("/org").status_code == 200
    assert 0.2 <= time.monotonic() - began < 5


def test_a_dropped_request_was_never_there(sandbox: Any) -> None:
    """The connection closes, nothing is stored, and the ledger has the request without an answer."""
    order(sandbox, "drop_request", system="crm", method="POST", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        insert(sandbox, "Dropped request")
    assert (last(sandbox)["status"], last(sandbox)["faults"], last(sandbox)["wrote"]) == (0, ["drop_request"], False)
    assert accounts(sandbox, "Dropped request") == 0
    assert insert(sandbox, "Dropped request").status_code == 201


def test_a_dropped_response_comes_after_the_commit(sandbox: Any) -> None:
    """The connection closes, the record is stored, and the ledger tells what was answered."""
    order(sandbox, "drop_response", path="/contacts$", method="POST", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.books.post("/contacts", json={"contact_name": "Dropped response"})
    entry = last(sandbox)
    assert (entry["status"], entry["faults"], entry["wrote"]) == (201, ["drop_response"], True)
    found = sandbox.books.get("/contacts", params={"contact_name": "Dropped response"}).json()["contacts"]
    assert [row["contact_id"] for row in found] == entry["created"]


def test_a_delayed_landing_waits_for_the_clock(sandbox: Any) -> None:
    """The connection closes at once; the write happens when the clock gets there, stamped with that moment."""
    order(sandbox, "delayed_landing", seconds=60, method="POST", path="/Accounts$", count=1)
    began = now(sandbox)
    with pytest.raises(httpx.RemoteProtocolError):
        insert(sandbox, "Landing")
    sandbox.control("POST", "clock/advance", {"seconds": 59})
    assert accounts(sandbox, "Landing") == 0
    assert sandbox.control("GET", "faults")["landing"] == 1
    sandbox.control("POST", "clock/advance", {"seconds": 10})
    entry = last(sandbox)
    assert (entry["status"], entry["faults"]) == (201, ["delayed_landing"])
    record = sandbox.crm.get(f"/Accounts/{entry['created'][0]}").json()["data"][0]
    assert datetime.fromisoformat(record["Created_Time"]).timestamp() == int(began + 60)


def test_a_landing_needs_no_advance_while_the_clock_runs(sandbox: Any, eventually: Any) -> None:
    """With a running clock the write lands by itself."""
    sandbox.control("PUT", "clock", {"frozen": False})
    order(sandbox, "delayed_landing", seconds=0.1, method="POST", path="/Accounts$", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        insert(sandbox, "Landing by itself")
    eventually(lambda: accounts(sandbox, "Landing by itself") == 1)


@pytest.mark.parametrize("code", [43, 44, 45, 1070])
def test_refusals_in_the_words_of_books(sandbox: Any, code: int) -> None:
    """A 429 of Books has one of four codes, with Retry-After where ordered."""
    wait = 3600 if code == 43 else None
    order(sandbox, "status", system="books", status=429, code=code, retry_after=wait, count=1)
    answer = sandbox.books.post("/contacts", json={"contact_name": "Refused"})
    assert (answer.status_code, answer.json()["code"]) == (429, code)
    assert answer.headers.get("Retry-After") == (str(wait) if wait else None)
    assert sandbox.books.get("/contacts", params={"contact_name": "Refused"}).json()["contacts"] == []


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TOO_MANY_REQUESTS"), (500, "INTERNAL_ERROR"), (503, "INTERNAL_ERROR")]
)
def test_refusals_in_the_words_of_the_crm(sandbox: Any, status: int, code: str) -> None:
    """A refused call names CRM's code and does nothing."""
    order(sandbox, "status", system="crm", status=status, count=1)
    answer = insert(sandbox, "Refused")
    assert (answer.status_code, answer.json()["code"], answer.headers.get("Retry-After")) == (status, code, None)
    assert accounts(sandbox, "Refused") == 0


def test_an_expired_token_is_gone(sandbox: Any) -> None:
    """The call and all later ones with its token are refused; a new token works."""
    order(sandbox, "expired_token", system="crm", count=1)
    assert [sandbox.crm.get("/org").json()["code"] for _ in range(2)] == ["INVALID_TOKEN"] * 2
    sandbox.authorise()
    assert sandbox.crm.get("/org").status_code == 200


def test_a_truncated_page_loses_rows_or_breaks_off(sandbox: Any) -> None:
    """Rows are missing although the page counts them, or the body ends early; everything is still stored."""
    identities = sandbox.insert("Vendors", *({"Vendor_Name": f"V{number}"} for number in range(4)))
    order(sandbox, "truncated_page", system="crm", path="/Vendors$", count=1)
    page = sandbox.crm.get("/Vendors", params={"fields": "Vendor_Name"}).json()
    assert (len(page["data"]), page["info"]["count"]) == (2, 4)
    order(sandbox, "truncated_page", system="crm", path="/Vendors$", how="bytes", keep=0.9, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.crm.get("/Vendors", params={"fields": "Vendor_Name"})
    page = sandbox.crm.get("/Vendors", params={"fields": "Vendor_Name"}).json()
    assert {row["id"] for row in page["data"]} == set(identities)


def test_a_batch_is_done_in_part_and_the_seed_says_which(sandbox: Any) -> None:
    """Refused records have an error in their place and are not stored; the same seed refuses the same places."""
    refused: list[list[int]] = []
    for seed in (7, 7, 8, 9):
        identity = order(sandbox, "partial_batch", seed=seed)
        names = [f"Batch {identity} {number}" for number in range(10)]
        answer = sandbox.crm.post("/Accounts", json={"data": [{"Account_Name": name} for name in names]})
        assert answer.status_code == 207
        entries = answer.json()["data"]
        refused.append([place for place, entry in enumerate(entries) if entry["code"] == "INTERNAL_ERROR"])
        assert len(refused[-1]) == 5
        assert [accounts(sandbox, name) for name in names] == [int(place not in refused[-1]) for place in range(10)]
        sandbox.control("DELETE", f"faults/{identity}")
    assert refused[0] == refused[1]
    assert len({tuple(places) for places in refused}) > 1


def test_a_partial_batch_names_the_places_that_were_sent(sandbox: Any) -> None:
    """A record's own mistake keeps the index it had in the whole batch."""
    order(sandbox, "partial_batch", share=0.3, count=1, seed=1)
    records = [{"Account_Name": f"Own {number}", "Website": "w" * 500} for number in range(4)]
    entries = sandbox.crm.post("/Accounts", json={"data": records}).json()["data"]
    own = {place: entry for place, entry in enumerate(entries) if entry["code"] == "INVALID_DATA"}
    assert len(own) == 3
    assert all(entry["details"]["json_path"].startswith(f"$.data[{place}]") for place, entry in own.items())


def test_coerced_values_are_stored_changed(sandbox: Any) -> None:
    """Text is trimmed, or its case changed, and numbers are rounded, in the fields that were named."""
    order(sandbox, "coerce", field="Description", how="upper", count=2)
    order(sandbox, "coerce", field="Annual_Revenue", how="round", count=1)
    sent = {"Account_Name": "Coerced", "Description": " kept ", "Annual_Revenue": 10.6}
    [identity] = sandbox.insert("Accounts", sent)
    stored = sandbox.crm.get(f"/Accounts/{identity}").json()["data"][0]
    assert (stored["Account_Name"], stored["Description"], stored["Annual_Revenue"]) == ("Coerced", " KEPT ", 11)
    assert "kept" in next(entry["body"] for entry in sandbox.ledger() if identity in entry["created"])
    order(sandbox, "coerce", system="books", how="lower", field="contact_name", count=1)
    identity = sandbox.customer("SHOUTED")
    assert sandbox.books.get(f"/contacts/{identity}").json()["contact"]["contact_name"] == "shouted"


@pytest.mark.parametrize("system", ["crm", "books"])
def test_a_workflow_edits_after_our_write(sandbox: Any, system: str) -> None:
    """The reply tells what was sent; the stored record has the workflow's value and a later stamp."""
    if system == "crm":
        order(sandbox, "workflow", module="Accounts", field="Phone", value="+49 1", count=1)
        [identity] = sandbox.insert("Accounts", {"Account_Name": "Edited by a workflow"})
        record = sandbox.crm.get(f"/Accounts/{identity}").json()["data"][0]
        value, created, modified = record["Phone"], record["Created_Time"], record["Modified_Time"]
    else:
        order(sandbox, "workflow", module="contacts", field="notes", value="+49 1", count=1)
        record = sandbox.books.get(f"/contacts/{sandbox.customer('Edited by a workflow')}").json()["contact"]
        value, created, modified = record["notes"], record["created_time"], record["last_modified_time"]
    assert value == "+49 1"
    assert datetime.fromisoformat(modified) > datetime.fromisoformat(created)
    assert sandbox.ledger()[-2]["faults"] == ["workflow"]


def test_a_skewed_clock_shows_in_the_date_and_where_ordered_in_stamps(sandbox: Any) -> None:
    """The Date header is off; with `stamps` so is what the call writes, and the clock itself stays right."""
    right = int(now(sandbox))
    order(sandbox, "clock_skew", system="crm", seconds=-90, count=1)
    assert parsedate_to_datetime(sandbox.crm.get("/org").headers["Date"]).timestamp() == right - 90
    order(sandbox, "clock_skew", system="crm", seconds=120, stamps=True, count=1)
    [identity] = sandbox.insert("Accounts", {"Account_Name": "Skewed"})
    answer = sandbox.crm.get(f"/Accounts/{identity}")
    assert datetime.fromisoformat(answer.json()["data"][0]["Created_Time"]).timestamp() == right + 120
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == right


def test_a_lagging_index_hides_recent_writes_from_searches_alone(sandbox: Any) -> None:
    """A search finds a record only when it is old enough; COQL, lists and reads see it at once."""
    order(sandbox, "index_lag", system="crm", path="/search$", seconds=30)
    [identity] = sandbox.insert("Accounts", {"Account_Name": "Lagging"})
    asked = {"criteria": "(Account_Name:equals:Lagging)"}
    assert sandbox.crm.get("/Accounts/search", params=asked).status_code == 204
    assert accounts(sandbox, "Lagging") == 1
    assert sandbox.crm.get(f"/Accounts/{identity}").status_code == 200
    sandbox.control("POST", "clock/advance", {"seconds": 29})
    assert sandbox.crm.get("/Accounts/search", params=asked).status_code == 204
    sandbox.control("POST", "clock/advance", {"seconds": 1})
    assert [row["id"] for row in sandbox.crm.get("/Accounts/search", params=asked).json()["data"]] == [identity]


def test_a_lagging_index_hides_recent_writes_from_the_filters_of_books(sandbox: Any) -> None:
    """A filter finds a contact only when it is old enough; reading it by its id works at once."""
    order(sandbox, "index_lag", system="books", path="/contacts$", method="GET", seconds=30)
    identity = sandbox.customer("Lagging")
    asked = {"contact_name": "Lagging"}
    assert sandbox.books.get("/contacts", params=asked).json()["contacts"] == []
    assert sandbox.books.get(f"/contacts/{identity}").status_code == 200
    sandbox.control("POST", "clock/advance", {"seconds": 30})
    found = sandbox.books.get("/contacts", params=asked).json()["contacts"]
    assert [row["contact_id"] for row in found] == [identity]


def test_chance_is_repeatable(sandbox: Any) -> None:
    """The same seed strikes the same calls, another seed others; spared calls come first."""

    def struck(seed: int) -> list[bool]:
        identity = order(sandbox, "status", system="crm", status=500, probability=0.5, seed=seed, after=2)
        outcome = [sandbox.crm.get("/org").status_code == 500 for _ in range(14)]
        sandbox.control("DELETE", f"faults/{identity}")
        return outcome

    first, second, other = struck(3), struck(3), struck(4)
    assert first == second != other
    assert first[:2] == [False, False]
    assert True in first


def test_orders_are_shown_and_taken_back(sandbox: Any) -> None:
    """Standing orders tell how often they struck; one or all can be taken back."""
    first = order(sandbox, "status", status=500, path="/nowhere$", count=2)
    second = order(sandbox, "latency", seconds=1, method="GET")
    sandbox.crm.get("/org")
    shown = sandbox.control("GET", "faults")["faults"]
    assert [(item["id"], item["kind"], item["seen"], item["struck"]) for item in shown] == [
        (first, "status", 0, 0),
        (second, "latency", 1, 1),
    ]
    assert sandbox.control("DELETE", f"faults/{first}") == {"removed": 1}
    assert sandbox.anybody.delete(f"{sandbox.crm_url}/_sandbox/faults/{first}").status_code == 404
    assert sandbox.control("DELETE", "faults") == {"removed": 1}
    assert sandbox.control("GET", "faults")["faults"] == []


@pytest.mark.parametrize(
    "mistake",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "latency"},
        {"kind": "latency", "seconds": -1},
        {"kind": "latency", "seconds": 1, "colour": "red"},
        {"kind": "status", "status": 200},
        {"kind": "drop_request", "path": "("},
        {"kind": "drop_request", "count": 0},
        {"kind": "drop_request", "probability": 2},
        {"kind": "coerce", "how": "reverse"},
    ],
)
def test_bad_orders_are_refused(sandbox: Any, mistake: dict[str, Any]) -> None:
    """An order that makes no sense is HTTP 400 with a message, and nothing stands."""
    answer = sandbox.anybody.post(f"{sandbox.crm_url}/_sandbox/faults", json=mistake)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.control("GET", "faults")["faults"] == []


def test_every_kind_is_described() -> None:
    """The page about the sandbox has a row for each kind of fault, and names no other."""
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    table = page[page.index("| `kind` |") : page.index("`POST /hold-next-create`")]
    described = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)[1:]
    kinds = [get_args(get_type_hints(kind)["kind"])[0] for kind in get_args(Order)]
    assert described == kinds
