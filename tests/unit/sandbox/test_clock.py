"""The clock of the sandbox: frozen, set, advanced, and what follows it."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def frozen(start: Any) -> Any:
    """Start a sandbox whose clock stands at a moment."""
    running = start("--records", "0")
    clock(running, now=1_800_000_000.5, frozen=True)
    running.authorise()
    return running


def clock(running: Any, **order: Any) -> dict[str, Any]:
    return dict(running.control("PUT", "clock", order))


def advance(running: Any, seconds: float) -> float:
    return float(running.control("POST", "clock/advance", {"seconds": seconds})["now"])


def test_a_frozen_clock_stands_and_goes_where_it_is_sent(frozen: Any) -> None:
    """Both ports show one clock; it moves by orders alone."""
    shown = [httpx.get(f"{url}/_sandbox/clock").json() for url in (frozen.crm_url, frozen.books_url)]
    assert shown[0] == shown[1]
    assert shown[0]["frozen"]
    before = shown[0]["now"]
    assert advance(frozen, 90.25) == before + 90.25
    assert clock(frozen, now=1_800_000_100) == {"now": 1_800_000_100, "frozen": True}


def test_stamps_dates_and_the_ledger_follow(frozen: Any) -> None:
    """A record's stamps, the Date header and the ledger's time are the frozen moment."""
    now = clock(frozen)["now"]
    [identity] = frozen.insert("Accounts", {"Account_Name": "Frozen"})
    answer = frozen.crm.get(f"/Accounts/{identity}")
    record = answer.json()["data"][0]
    assert datetime.fromisoformat(record["Modified_Time"]).timestamp() == int(now)
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == int(now)
    assert datetime.fromisoformat(frozen.ledger()[-1]["time"]).timestamp() == now
    contact = frozen.books.get(f"/contacts/{frozen.customer('Frozen')}").json()["contact"]
    assert datetime.fromisoformat(contact["last_modified_time"]).timestamp() == int(now)


def test_tokens_expire_by_the_clock(frozen: Any) -> None:
    """An hour on the clock ends an access token, a second less does not."""
    frozen.authorise()
    advance(frozen, 3_599)
    assert frozen.crm.get("/org").status_code == 200
    advance(frozen, 1)
    assert frozen.crm.get("/org").json()["code"] == "INVALID_TOKEN"


def test_a_running_clock_goes_on_from_where_it_was_set(frozen: Any) -> None:
    """A clock that runs again goes on from its moment, and setting it does not stop it."""
    assert not clock(frozen, frozen=False)["frozen"]
    assert not clock(frozen, now=2_000_000_000)["frozen"]
    first = clock(frozen)["now"]
    second = clock(frozen)["now"]
    clock(frozen, frozen=True)
    assert 2_000_000_000 <= first < second < 2_000_000_060


@pytest.mark.parametrize(
    ("method", "path", "order"),
    [
        ("PUT", "clock", {"now": "noon"}),
        ("PUT", "clock", {"frozen": 1}),
        ("PUT", "clock", {"now": 1e12}),
        ("POST", "clock/advance", {}),
        ("POST", "clock/advance", {"seconds": -1}),
        ("POST", "clock/advance", {"seconds": True}),
        ("PUT", "clock", []),
    ],
)
def test_mistakes_are_named(frozen: Any, method: str, path: str, order: Any) -> None:
    """A bad order is HTTP 400 with a message and moves nothing."""
    before = clock(frozen)
    answer = httpx.request(method, f"{frozen.crm_url}/_sandbox/{path}", json=order)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert clock(frozen) == before
