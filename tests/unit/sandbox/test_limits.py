"""Limits by the sandbox's clock: what is counted, how it is refused, and when it is allowed again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

MIDNIGHT = 1_800_057_600


@pytest.fixture
def sandbox(empty: Any) -> Iterator[Any]:
    """Give a sandbox without limits, whose clock stands an hour after midnight."""
    empty.control("PUT", "clock", {"now": MIDNIGHT + 3_600, "frozen": True})
    empty.authorise()
    yield empty
    empty.control("PUT", "limits", None)
    empty.control("DELETE", "faults")


def limit(running: Any, **limits: Any) -> None:
    running.control("PUT", "limits", limits)


def used(running: Any, system: str) -> dict[str, Any]:
    return dict(running.control("GET", "limits")["used"][system])


def advance(running: Any, seconds: float) -> None:
    running.control("POST", "clock/advance", {"seconds": seconds})


def books(running: Any) -> tuple[int, int]:
    answer = running.books.get("/contacts")
    return answer.status_code, answer.json()["code"]


def test_without_limits_nothing_is_refused(sandbox: Any) -> None:
    """The default allows any number of calls, and counts them."""
    before = used(sandbox, "books")["minute"]
    assert {books(sandbox)[0] for _ in range(120)} == {200}
    assert used(sandbox, "books")["minute"] == before + 120


def test_books_counts_any_sliding_minute(sandbox: Any) -> None:
    """A call becomes free sixty seconds after it was made, not at the full minute; refused ones are not counted."""
    limit(sandbox, books={"per_minute": 3})
    assert [books(sandbox) for _ in range(2)] == [(200, 0)] * 2
    advance(sandbox, 50)
    assert [books(sandbox) for _ in range(3)] == [(200, 0), (429, 44), (429, 44)]
    advance(sandbox, 9.5)
    assert books(sandbox) == (429, 44)
    advance(sandbox, 0.5)
    assert [books(sandbox) for _ in range(3)] == [(200, 0), (200, 0), (429, 44)]
    assert used(sandbox, "books")["most_in_a_minute"] == 3


def test_books_may_block_for_an_hour(sandbox: Any) -> None:
    """Where configured, one call too many closes the organisation, and Retry-After tells for how long."""
    limit(sandbox, books={"per_minute": 1, "block_seconds": 3600})
    assert books(sandbox) == (200, 0)
    answer = sandbox.books.get("/contacts")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, 43, "3600")
    advance(sandbox, 3_590)
    answer = sandbox.books.get("/contacts")
    assert (answer.json()["code"], answer.headers["Retry-After"]) == (43, "10")
    advance(sandbox, 10)
    sandbox.authorise()
    assert books(sandbox) == (200, 0)


def test_books_counts_a_day_of_the_organisation(sandbox: Any) -> None:
    """The daily limit has code 45 and ends at midnight."""
    limit(sandbox, books={"per_day": 2})
    assert [books(sandbox) for _ in range(3)] == [(200, 0), (200, 0), (429, 45)]
    advance(sandbox, 22 * 3_600)
    sandbox.authorise()
    assert books(sandbox) == (429, 45)
    advance(sandbox, 3_600)
    sandbox.authorise()
    assert books(sandbox) == (200, 0)


@pytest.mark.parametrize(("system", "code"), [("crm", "TOO_MANY_REQUESTS"), ("books", 1070)])
def test_calls_at_the_same_time_are_limited(sandbox: Any, system: str, code: object) -> None:
    """While slow calls run, one too many is refused; afterwards it is allowed."""
    sandbox.control("PUT", "clock", {"frozen": False})
    limit(sandbox, **{system: {"concurrency": 2}})
    order = {"kind": "latency", "system": system, "seconds": 0.3, "method": "GET", "count": 5}
    sandbox.control("POST", "faults", order)
    client, path = (sandbox.crm, "/org") if system == "crm" else (sandbox.books, "/contacts")
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: client.get(path), range(5)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 3
    assert {answer.json()["code"] for answer in refused} == {code}
    assert client.get(path).status_code == 200
    assert used(sandbox, system)["running"] == 0


def test_heavy_calls_have_a_limit_of_their_own(sandbox: Any) -> None:
    """Big writes, view lists and COQL share a smaller limit; light calls go on beside them."""
    sandbox.control("PUT", "clock", {"frozen": False})
    limit(sandbox, crm={"heavy_concurrency": 0})
    vendors = [{"Vendor_Name": f"V{number}"} for number in range(11)]
    query = {"select_query": "select id from Vendors where id is not null"}
    heavy = [
        sandbox.crm.post("/Vendors", json={"data": vendors}),
        sandbox.crm.post("/coql", json=query),
        sandbox.crm.get("/Accounts", params={"fields": "Account_Name", "cvid": "1"}),
    ]
    assert [answer.status_code for answer in heavy] == [429] * 3
    assert sandbox.crm.post("/Vendors", json={"data": vendors[:10]}).status_code == 201


def test_crm_credits_cost_what_is_documented(sandbox: Any) -> None:
    """One a call, one per ten records written, COQL by rows, more for lists of deletions and views."""
    limit(sandbox, crm={"credits": 1_000})
    costs = []

    def cost(call: Any) -> None:
        before = used(sandbox, "crm")["credits"]
        call()
        costs.append(used(sandbox, "crm")["credits"] - before)

    select = "select id from Accounts where id is not null"
    cost(lambda: sandbox.crm.get("/org"))
    cost(lambda: sandbox.crm.post("/Vendors", json={"data": [{"Vendor_Name": "V"}] * 10}))
    cost(lambda: sandbox.crm.post("/Vendors", json={"data": [{"Vendor_Name": "V"}] * 100}))
    for rows in ("", " limit 200", " limit 5, 1000", " limit 1500 offset 10"):
        cost(lambda rows=rows: sandbox.crm.post("/coql", json={"select_query": select + rows}))
    cost(lambda: sandbox.crm.get("/Accounts/deleted", params={"type": "all"}))
    cost(lambda: sandbox.crm.get("/Accounts", params={"fields": "Account_Name", "cvid": "1"}))
    assert costs == [1, 1, 10, 1, 1, 2, 3, 2, 3]


def test_crm_credits_come_back_a_day_later(sandbox: Any) -> None:
    """From half the credits on a header tells the rest; without any left calls are refused for 24 hours."""
    limit(sandbox, crm={"credits": 4})
    answers = [sandbox.crm.get("/org") for _ in range(5)]
    assert [answer.headers.get("X-API-CREDITS-REMAINING") for answer in answers] == [None, "2", "1", "0", None]
    assert (answers[4].status_code, answers[4].json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert "Retry-After" not in answers[4].headers
    advance(sandbox, 86_399)
    sandbox.authorise()
    assert sandbox.crm.get("/org").status_code == 429
    advance(sandbox, 1)
    assert sandbox.crm.get("/org").status_code == 200


def test_the_documented_limits_are_an_option(start: Any) -> None:
    """`--limits zoho` puts all of them in force from the start."""
    running = start("--records", "0", "--limits", "zoho")
    limits = running.control("GET", "limits")["limits"]
    assert limits["books"] == {"per_minute": 100, "per_day": 10_000, "concurrency": 10, "block_seconds": None}
    assert limits["oauth"] == {"issued": 10, "live": 30, "refresh_tokens": 20}
    assert limits["crm"]["concurrency"] == 10
    running.control("PUT", "clock", {"frozen": True})
    assert [books(running)[1] for _ in range(101)][-2:] == [0, 44]


@pytest.mark.parametrize("mistake", [{"crm": 5}, {"books": {"per_hour": 1}}, {"books": {"per_minute": -1}}, [], "zoho"])
def test_bad_limits_are_refused(sandbox: Any, mistake: Any) -> None:
    """Limits that make no sense are HTTP 400 with a message and change nothing."""
    answer = sandbox.anybody.put(f"{sandbox.crm_url}/_sandbox/limits", json=mistake)
    assert answer.status_code == 400
    assert answer.json()["error"]
