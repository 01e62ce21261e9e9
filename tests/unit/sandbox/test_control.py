"""The control endpoints: held responses, ordered failures, the ledger."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

POST_AND_WAIT = """
import sys, httpx
url, token, organisation = sys.argv[1:]
httpx.post(url, params={"organization_id": organisation}, headers={"Authorization": token},
           json={"contact_name": "Orphan"}, timeout=60)
"""

Eventually = Callable[[Callable[[], bool]], None]


def control(running: Any, name: str, **body: Any) -> Any:
    return httpx.post(f"{running.crm_url}/_sandbox/{name}", json=body).json()


def held(running: Any) -> dict[str, Any]:
    return dict(httpx.get(f"{running.books_url}/_sandbox/held").json())


def test_a_held_create_is_committed_and_blocks_nobody(empty: Any, eventually: Eventually) -> None:
    """While the response is held the record is there and other calls go through; release lets it go."""
    control(empty, "hold-next-create", system="books", module="contacts")
    assert held(empty) == {"armed": True, "held": 0}
    empty.insert("Accounts", {"Account_Name": "Not what is waited for"})
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(empty.books.post, "/contacts", json={"contact_name": "Held back"})
        eventually(lambda: held(empty) == {"armed": False, "held": 1})
        others = {**dict(empty.books.headers)}
        params = {**dict(empty.books.params), "contact_name": "Held back"}
        found = httpx.get(f"{empty.books_url}/books/v3/contacts", params=params, headers=others).json()
        assert len(found["contacts"]) == 1
        assert not waiting.done()
        assert empty.ledger()[-2]["created"] == [found["contacts"][0]["contact_id"]]
        assert control(empty, "release") == {"released": 1}
        assert waiting.result(10).status_code == 201
    assert held(empty) == {"armed": False, "held": 0}


def test_only_creates_are_held(empty: Any) -> None:
    """An upsert that updates, an update and a refused create leave the order waiting."""
    [identity] = empty.insert("Accounts", {"Account_Name": "Old"})
    control(empty, "hold-next-create", system="crm", module="Accounts")
    empty.crm.post("/Accounts/upsert", json={"data": [{"Account_Name": "Old"}]})
    empty.crm.put("/Accounts", json={"data": [{"id": identity, "Phone": "1"}]})
    empty.crm.post("/Accounts", json={"data": [{}]})
    empty.crm.post("/Contacts", json={"data": [{"Last_Name": "Other module"}]})
    assert held(empty) == {"armed": True, "held": 0}
    control(empty, "release")
    assert held(empty) == {"armed": False, "held": 0}


def test_upserts_that_create_are_held(empty: Any, eventually: Eventually) -> None:
    """Creating by upsert counts as a create in both systems."""
    headers = {"X-Unique-Identifier-Key": "cf_syncdsl_key", "X-Unique-Identifier-Value": "h", "X-Upsert": "true"}
    calls: list[Callable[[], httpx.Response]] = [
        lambda: empty.crm.post("/Accounts/upsert", json={"data": [{"Account_Name": "Fresh"}]}),
        lambda: empty.books.put("/contacts", json={"contact_name": "Fresh"}, headers=headers),
    ]
    for call in calls:
        control(empty, "hold-next-create")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(call)
            eventually(lambda: held(empty)["held"] == 1)
            control(empty, "release")
            assert waiting.result(10).status_code == 201


def test_the_death_of_a_held_client_does_no_harm(empty: Any, eventually: Eventually) -> None:
    """A client killed while its create is held leaves one record and a healthy server."""
    control(empty, "hold-next-create", system="books", module="contacts")
    arguments = (
        f"{empty.books_url}/books/v3/contacts",
        empty.books.headers["Authorization"],
        empty.books.params["organization_id"],
    )
    client = subprocess.Popen([sys.executable, "-c", POST_AND_WAIT, *arguments])
    eventually(lambda: held(empty)["held"] == 1)
    client.kill()
    client.wait(10)
    eventually(lambda: held(empty)["held"] == 0)
    found = empty.books.get("/contacts", params={"contact_name": "Orphan"}).json()["contacts"]
    assert len(found) == 1
    assert control(empty, "release") == {"released": 0}
    assert httpx.get(f"{empty.crm_url}/_sandbox/health").json() == {"status": "ok"}


def test_ordered_failures_touch_nothing(empty: Any) -> None:
    """The next calls fail in the system's own words, as often as ordered, and are in the ledger."""
    control(empty, "fail-next", system="books", status=429, retry_after=3, count=2, method="POST")
    assert empty.books.get("/contacts").status_code == 200
    for _ in range(2):
        answer = empty.books.post("/contacts", json={"contact_name": "Never"})
        assert (answer.status_code, answer.json()["code"]) == (429, 43)
        assert answer.headers["Retry-After"] == "3"
    assert empty.books.get("/contacts", params={"contact_name": "Never"}).json()["contacts"] == []
    assert [entry["status"] for entry in empty.ledger()][-3:] == [429, 429, 200]
    control(empty, "fail-next", system="crm", status=500)
    answer = empty.crm.get("/org")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert empty.crm.get("/org").status_code == 200


def test_the_ledger_tells_every_request_without_secrets(empty: Any) -> None:
    """Sequence, system, method, path, query, status, body and created ids are there; tokens are not."""
    last = empty.ledger()[-1]["seq"]
    secrets = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
    }
    url = f"{empty.crm_url}/oauth/v2/token"
    token = httpx.post(url, data=secrets).json()["access_token"]
    httpx.post(url, params=secrets)
    httpx.post(url, files={key: (None, value) for key, value in secrets.items()})
    [identity] = empty.insert("Accounts", {"Account_Name": "Müller", "Description": f"has {token}"})
    entries = empty.ledger(last)
    assert [entry["seq"] for entry in entries] == [last + number for number in (1, 2, 3, 4)]
    created = entries[-1]
    assert (created["system"], created["method"], created["path"]) == ("crm", "POST", "/crm/v8/Accounts")
    assert (created["status"], created["created"]) == (201, [identity])
    assert "Müller" in created["body"]
    for entry in entries:
        for secret in ("sandbox-secret", "sandbox-refresh", token):
            assert secret not in str(entry)
    only = httpx.get(f"{empty.crm_url}/_sandbox/ledger", params={"after": last, "system": "books"}).json()
    assert only == {"entries": []}


def test_control_mistakes_are_named(empty: Any) -> None:
    """Bad orders are HTTP 400 with a message and arm nothing."""
    for name, body in (
        ("hold-next-create", {"system": "x"}),
        ("hold-next-create", {"path": "("}),
        ("hold-next-create", {"path": 1}),
        ("fail-next", {}),
        ("fail-next", {"status": 200}),
        ("fail-next", {"status": 500, "count": 0}),
    ):
        answer = httpx.post(f"{empty.crm_url}/_sandbox/{name}", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert httpx.post(f"{empty.crm_url}/_sandbox/fail-next", content=b"[").status_code == 400
    assert not held(empty)["armed"]


def test_the_summary_counts_by_system_method_and_path(start: Any) -> None:
    """Calls, writes and failures are counted in all and by path template; `after` leaves the earlier ones out."""
    running = start("--records", "0")
    [first, _] = running.insert("Accounts", {"Account_Name": "A"}, {"Account_Name": "B"})
    running.crm.get(f"/Accounts/{first}")
    running.crm.get("/Accounts/1")
    running.crm.post("/Accounts", json={"data": [{}]})
    running.customer("C")
    summary = running.control("GET", "ledger/summary?after=1")
    assert {key: summary[key] for key in ("calls", "writes", "failures", "last")} == {
        "calls": 5,
        "writes": 2,
        "failures": 1,
        "last": 6,
    }
    assert summary["groups"] == [
        {"system": "books", "method": "POST", "path": "/books/v3/contacts", "calls": 1, "writes": 1, "failures": 0},
        {"system": "crm", "method": "POST", "path": "/crm/v8/Accounts", "calls": 2, "writes": 1, "failures": 1},
        {"system": "crm", "method": "GET", "path": "/crm/v8/Accounts/{id}", "calls": 2, "writes": 0, "failures": 0},
    ]
    later = running.control("GET", f"ledger/summary?after={summary['last']}")
    assert (later["calls"], later["groups"]) == (0, [])


def test_the_ledger_is_filtered_paged_and_emptied(start: Any) -> None:
    """Filters combine, `limit` pages, a long ledger comes whole and in order, and numbers go on after emptying."""
    running = start("--records", "0")
    for number in range(30):
        running.insert("Vendors", {"Vendor_Name": f"V{number}"})
    for _ in range(1_000):
        running.crm.get("/org")

    def wanted(query: str) -> list[int]:
        return [entry["seq"] for entry in running.control("GET", f"ledger?{query}")["entries"]]

    assert wanted("") == list(range(1, 1_032))
    assert wanted("writes=true") == list(range(2, 32))
    assert wanted("method=POST&system=crm&path=/crm/v8/Vendors&status=201&after=5&limit=3") == [6, 7, 8]
    assert wanted("after=8&limit=2") == [9, 10]
    assert wanted("path=/crm/v8/V_ndors") == []
    for mistake in ("after=x", "limit=-1", "colour=red"):
        assert running.anybody.get(f"{running.crm_url}/_sandbox/ledger?{mistake}").status_code == 400
    assert running.control("DELETE", "ledger") == {"removed": 1_031}
    assert wanted("") == []
    running.crm.get("/org")
    assert wanted("") == [1_032]


def test_the_page_shows_what_is_going_on(empty: Any) -> None:
    """Addresses, clock, faults, limits and the last calls are on one page, and nothing in it is taken for markup."""
    empty.control("POST", "faults", {"kind": "latency", "seconds": 2, "path": "<b>", "count": 3})
    empty.control("PUT", "limits", {"books": {"per_minute": 77}})
    empty.crm.get("/Accounts/<script>")
    for url in (empty.crm_url, empty.books_url):
        answer = empty.anybody.get(f"{url}/_sandbox")
        assert answer.headers["Content-Type"].startswith("text/html")
        page = answer.text
        for shown in (empty.crm_url, empty.books_url, "latency", "seconds=2.0", "&lt;b&gt;", "per_minute 77", "runs"):
            assert shown in page, shown
        assert "&lt;script&gt;" in page or "%3Cscript%3E" in page
        assert "<script" not in page
        assert "src=" not in page
        assert "http" not in page.replace(empty.crm_url, "").replace(empty.books_url, "")
    empty.control("DELETE", "faults")
    empty.control("PUT", "limits", None)


def test_the_ledger_tells_begun_calls_and_clients_that_are_gone(empty: Any) -> None:
    """A call is open until it is answered; when its client gives up before, its entry says so, and no other does."""
    empty.control("POST", "faults", {"kind": "latency", "seconds": 1, "path": "/contacts$", "count": 1})
    after = empty.control("GET", "ledger/summary")["last"]
    with pytest.raises(httpx.ReadTimeout):
        empty.books.post("/contacts", json={"contact_name": "Slow"}, timeout=0.2)
    begun = empty.control("GET", "ledger/open")["open"]
    assert [(call["system"], call["method"], call["path"]) for call in begun] == [
        ("books", "POST", "/books/v3/contacts")
    ]
    while empty.control("GET", "ledger/open")["open"]:
        pass
    empty.customer("Quick")
    entries = empty.ledger(after)
    assert [(entry["wrote"], entry["client_gone"]) for entry in entries] == [(True, True), (True, False)]
