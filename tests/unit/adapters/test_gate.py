"""The gate over what processes share, with the real shared file and a clock of the test's own."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.adapters.conftest import DROP, SECRETS, Clock, Script

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import ConnectionSettings, NotSent
from syncdsl.adapters.services import Services
from syncdsl.adapters.transport.answer import Answer, HeldBackError, LostError
from syncdsl.adapters.transport.breaker import FAILURES
from syncdsl.adapters.transport.rate import Ending, Gate
from syncdsl.adapters.transport.windows import CallLimits
from syncdsl.adapters.zoho.connect import connect
from syncdsl.adapters.zoho.limits import BOOKS, CRM
from syncdsl.adapters.zoho_crm.dialect import CrmDialect
from syncdsl.diagnostics import Fault
from syncdsl.state.shared import SharedFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY: Any = (429, {"code": "TOO_MANY_REQUESTS", "message": "too many requests"}, {"Retry-After": "30"})
DOWN: Any = (503, {"message": "down"}, {})
FINE: Any = (200, {"data": [{"id": "1"}]}, {})


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Return services over a shared file."""
    with closing(SharedFile(tmp_path / "shared.db")) as shared:
        yield Services(clock=Clock(), shared=shared)


def gate(services: Services, **limits: int) -> Gate:
    return Gate("org", limits=CallLimits(**limits), services=services, patience=60.0)


def test_two_gates_share_the_minute(services: Services) -> None:
    """A hundred and one calls over two gates: the last one waits a minute, the others not at all."""
    gates = [gate(services, per_minute=100), gate(services, per_minute=100)]
    for number in range(101):
        with gates[number % 2].call():
            pass
    assert isinstance(services.clock, Clock)
    assert [round(wait) for wait in services.clock.waits] == [60]


def test_a_place_becomes_free_when_a_call_ends(services: Services) -> None:
    """With two places, eight threads over two gates are never more than two at once, and all come through."""
    gates = [gate(services, concurrency=2), gate(services, concurrency=2)]
    inside, most, lock = 0, 0, threading.Lock()

    def work(own: Gate) -> None:
        nonlocal inside, most
        for _ in range(3):
            with own.call():
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work, args=(gates[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    assert most <= 2


def test_a_day_that_is_used_up_is_not_waited_for(services: Services) -> None:
    own = gate(services, per_day=10)
    for _ in range(8):
        with own.call():
            pass
    with pytest.raises(HeldBackError) as caught, own.call():
        pass
    assert caught.value.wait > 86_000
    with working_as(Priority.EFFECT), own.call():
        pass


def test_calls_side_by_side_are_not_starved(services: Services) -> None:
    """While other work keeps asking, an effect gets the next place."""
    own = gate(services, concurrency=1)
    order: list[str] = []
    began = threading.Event()

    def sweep() -> None:
        for _ in range(200):
            with own.call(priority=Priority.VERIFY):
                order.append("sweep")
                began.set()

    def effect() -> None:
        began.wait(timeout=10)
        for _ in range(3):
            with own.call(priority=Priority.EFFECT):
                order.append("effect")

    threads = [threading.Thread(target=sweep), threading.Thread(target=sweep), threading.Thread(target=effect)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    last = max(index for index, what in enumerate(order) if what == "effect")
    assert last < 350


def test_nothing_is_stored_where_nothing_is_limited(services: Services) -> None:
    with gate(services).call() as passage:
        passage.ended = Ending.ANSWERED
    assert services.shared.read("calls org") is None


def test_an_interrupted_wait_leaves_no_trace(services: Services) -> None:
    class Interrupted(Clock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt(seconds)

    own = gate(Services(clock=Interrupted(), shared=services.shared), per_minute=1)
    with own.call():
        pass

    with pytest.raises(KeyboardInterrupt), own.call(priority=Priority.EFFECT):
        pass
    assert '"waiting":{}' in (services.shared.read("calls org") or "")


def test_lost_answers_open_the_breaker_for_all(services: Services) -> None:
    for _ in range(FAILURES):
        with pytest.raises(LostError), gate(services).call():
            raise LostError("lost")
    with pytest.raises(HeldBackError) as caught, gate(services).call():
        pass
    assert caught.value.failing
    services.clock.sleep(30)
    with gate(services).call() as passage:
        passage.ended = Ending.ANSWERED
    assert services.shared.read("calls org") is None


def test_retry_after_holds_for_every_connection(script: Script) -> None:
    """One connection is told to wait; another one of the same organisation does not even ask meanwhile."""
    settings = script.settings()
    script.answers = [BUSY, FINE, FINE]
    first = connect(settings, root="", dialect=CrmDialect(), limits=CRM)
    second = connect(settings, root="", dialect=CrmDialect(), limits=CRM)
    script.lines += [first, second]
    began = script.clock.now()
    assert isinstance(first.client.write("POST", "/x", body={}), Answer)
    assert isinstance(second.client.write("POST", "/x", body={}), Answer)
    assert script.clock.now() - began >= 30
    script.answers = [(429, {}, {"Retry-After": "3600"})]
    with pytest.raises(Fault) as caught:
        first.client.read("GET", "/x")
    assert caught.value.code.id == "SD704"
    calls = len(script.calls)
    with pytest.raises(Fault) as caught:
        second.client.read("GET", "/x")
    assert caught.value.code.id == "SD704"
    assert "60 min" in caught.value.message
    assert second.client.write("POST", "/x", body={}) == NotSent(reason="it asked to wait")
    assert len(script.calls) == calls


def test_a_system_that_keeps_failing_is_left_alone(script: Script) -> None:
    client = script.client()
    script.answers = [DOWN] * 6 + [DROP] * 4
    for code in ("SD705", "SD709"):
        with pytest.raises(Fault) as caught:
            client.read("GET", "/x")
        assert caught.value.code.id == code
    assert len(script.calls) == FAILURES
    assert isinstance(client.write("POST", "/x", body={}), NotSent)
    script.clock.sleep(30)
    assert client.read("GET", "/x").data == {"data": [{"id": "1"}]} or script.answers == []


def settings(**options: Any) -> ConnectionSettings:
    return ConnectionSettings(
        name="here", adapter="zoho_books", data_centre="eu", organization="1", url=None, secrets=SECRETS, **options
    )


def limits_of(given: ConnectionSettings, plan: str | None = None) -> CallLimits:
    line = connect(given, root="", dialect=CrmDialect(), limits=BOOKS)
    if plan is not None:
        line.adopt_plan(plan)
    return line.gate._limits


def test_documented_limits_hold_unless_the_settings_or_the_plan_say_otherwise() -> None:
    own = settings(options={"limits": {"per_day": 77}})
    local = settings(options={"limits": {"per_minute": 7}})
    here = {"url": "http://127.0.0.1:1", "data_centre": None}
    assert limits_of(settings()) == CallLimits(per_minute=100, per_day=1000, concurrency=5)
    assert limits_of(settings(), "Professional - Yearly") == CallLimits(per_minute=100, per_day=5000, concurrency=10)
    assert limits_of(settings(), "unheard of") == limits_of(settings())
    assert limits_of(own, "Professional").per_day == 77
    assert not limits_of(ConnectionSettings(**{**_of(settings()), **here}), "Professional").any
    assert limits_of(ConnectionSettings(**{**_of(local), **here})) == CallLimits(per_minute=7)


def _of(given: ConnectionSettings) -> dict[str, Any]:
    return {name: getattr(given, name) for name in ConnectionSettings.__slots__}


@pytest.mark.parametrize(
    "options",
    [
        {"limit": {}},
        {"limits": 5},
        {"limits": {"per_hour": 5}},
        {"limits": {"per_day": 0}},
        {"limits": {"per_day": True}},
        {"automation": "no"},
        {"automation": [True]},
    ],
)
def test_an_option_that_is_not_known_or_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Fault) as caught:
        limits_of(settings(options=options))
    assert caught.value.code.id == "SD602"
    assert "`here`" in caught.value.message
