from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.adapters.priority import Priority
from syncdsl.adapters.transport.breaker import FAILURES, FIRST_SECONDS, LONGEST_SECONDS, Breaker
from syncdsl.adapters.transport.windows import DAY, GRAIN, LEASE, MARGIN, MINUTE, Call, CallLimits, Reason, Usage, Wait

NOW = 1_700_000_000.0
BUSY_MINUTE = CallLimits(per_minute=5)


def call(ticket: str = "a", **given_: Any) -> Call:
    return Call(ticket=ticket, holder="p", **given_)


def alive(_holder: str) -> bool:
    return False


def made(usage: Usage, number: int, limits: CallLimits, now: float, cost: int = 1) -> None:
    """Make calls that end at once."""
    for index in range(number):
        assert usage.ask(call(f"made{index}", cost=cost, priority=Priority.EFFECT), limits, now) is None
        usage.end(f"made{index}", limits, now)


step = st.tuples(
    st.floats(min_value=0.0, max_value=25.0),
    st.floats(min_value=0.0, max_value=40.0),
    st.sampled_from(Priority),
)


@given(steps=st.lists(step, max_size=60), per_minute=st.integers(1, 6), concurrency=st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_no_sliding_minute_has_too_many_calls(
    steps: list[tuple[float, float, Priority]], per_minute: int, concurrency: int
) -> None:
    """Wherever between a call's beginning and end the other side counts it, no minute has more than are allowed.

    Arrivals are anywhere, calls take any time, and whoever has to wait asks again exactly when told.
    """
    limits = CallLimits(per_minute=per_minute, concurrency=concurrency)
    usage, now = Usage(), NOW
    flying: dict[str, float] = {}
    spans: list[tuple[float, float]] = []

    def ends(until: float) -> None:
        for ticket, end in sorted(flying.items(), key=lambda item: item[1]):
            if end <= until:
                usage.settle(end, limits, alive)
                usage.end(ticket, limits, end)
                del flying[ticket]

    for number, (pause, lasting, priority) in enumerate(steps):
        now += pause
        asked = call(str(number), priority=priority)
        while True:
            ends(now)
            usage = Usage.from_text(usage.to_text())
            usage.settle(now, limits, alive)
            wait = usage.ask(asked, limits, now)
            if wait is None:
                break
            now = max(now, min(flying.values())) if wait.until is None else wait.until
        flying[asked.ticket] = now + lasting
        spans.append((now, now + lasting))
        assert len(flying) <= concurrency
    for _, moment in spans:
        # A minute is worst when it begins as a call ends: that one and every other that touches it may count in it.
        assert sum(1 for begin, end in spans if begin < moment + MINUTE and end >= moment) <= per_minute


def test_the_whole_budget_of_a_minute_can_be_used() -> None:
    """There is no spacing: all calls of a minute may be made at once, and again a minute later."""
    usage = Usage()
    for minute in range(10):
        now = NOW + minute * (MINUTE + MARGIN)
        usage.settle(now, BUSY_MINUTE, alive)
        made(usage, 5, BUSY_MINUTE, now)
        wait = usage.ask(call(), BUSY_MINUTE, now)
        assert wait == Wait(reason=Reason.MINUTE, until=now + MINUTE + MARGIN)
        usage.withdraw("a")


@given(costs=st.lists(st.tuples(st.floats(0.0, 20_000.0), st.integers(1, 30)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_sliding_day_costs_too_much(costs: list[tuple[float, int]]) -> None:
    """The parts that a day is counted in lose nothing: in no 24 hours more is spent than is allowed."""
    limits = CallLimits(per_day=100)
    usage, now, spent = Usage(), NOW, list[tuple[float, int]]()
    for number, (pause, cost) in enumerate(costs):
        now += pause
        usage.settle(now, limits, alive)
        if usage.ask(call(str(number), cost=cost, priority=Priority.EFFECT), limits, now) is None:
            usage.end(str(number), limits, now)
            spent.append((now, cost))
    for moment, _ in spent:
        assert sum(cost for other, cost in spent if moment <= other < moment + DAY) <= 100


def test_a_part_of_the_day_is_kept_for_effects_and_notices() -> None:
    limits = CallLimits(per_day=100)
    usage = Usage()
    made(usage, 80, limits, NOW)
    for priority in Priority:
        wait = usage.ask(call(str(priority), priority=priority), limits, NOW)
        assert (wait is None) == (priority <= Priority.NOTICE)
    made(usage, 18, limits, NOW)
    wait = usage.ask(call(priority=Priority.EFFECT), limits, NOW)
    assert wait is not None
    assert wait.reason is Reason.DAY
    assert wait.until is not None
    assert NOW + DAY < wait.until <= NOW + DAY + GRAIN + MARGIN


def test_the_urgent_goes_first() -> None:
    """A place that becomes free is the waiting effect's, however much other work asks before it."""
    limits = CallLimits(concurrency=1)
    usage = Usage()
    assert usage.ask(call("first", priority=Priority.BACKFILL), limits, NOW) is None
    assert usage.ask(call("effect", priority=Priority.EFFECT), limits, NOW) is not None
    usage.end("first", limits, NOW)
    assert usage.ask(call("sweep", priority=Priority.VERIFY), limits, NOW) is not None
    assert usage.ask(call("effect", priority=Priority.EFFECT), limits, NOW) is None


def test_the_precedence_of_one_who_no_longer_asks_ends() -> None:
    limits = CallLimits(concurrency=1)
    usage = Usage()
    usage.ask(call("first"), limits, NOW)
    usage.ask(call("dead", priority=Priority.EFFECT), limits, NOW)
    usage.end("first", limits, NOW)
    usage.settle(NOW + 60, limits, alive)
    assert usage.ask(call("sweep", priority=Priority.VERIFY), limits, NOW + 60) is None


def test_few_heavy_calls_are_under_way() -> None:
    limits = CallLimits(concurrency=5, heavy=1)
    usage = Usage()
    assert usage.ask(call("a", heavy=True), limits, NOW) is None
    assert usage.ask(call("b", heavy=True), limits, NOW) == Wait(reason=Reason.SLOT, until=None)
    usage.withdraw("b")
    assert usage.ask(call("c"), limits, NOW) is None


@pytest.mark.parametrize("dead", ["gone", "silent"])
def test_the_place_of_a_crashed_process_becomes_free(dead: str) -> None:
    """At once when its process is known to be dead, else after the lease; its call counts in the minute."""
    limits = CallLimits(per_minute=2, concurrency=1)
    usage = Usage()
    usage.ask(call("crashed"), limits, NOW)
    later = NOW + LEASE + (-1 if dead == "gone" else 1)
    usage.settle(NOW + LEASE - 1, limits, alive)
    assert usage.ask(call(), limits, NOW + LEASE - 1) is not None
    usage.settle(later, limits, lambda _holder: dead == "gone")
    assert usage.ask(call(), limits, later) is None
    usage.end("a", limits, later)
    assert usage.ask(call("b"), limits, later) is not None


def test_a_pause_holds_for_everybody() -> None:
    limits = CallLimits()
    usage = Usage()
    usage.pause(NOW, 30)
    usage.pause(NOW, 5)
    assert usage.ask(call(priority=Priority.EFFECT), limits, NOW) == Wait(reason=Reason.PAUSE, until=NOW + 30)
    usage.settle(NOW + 30, limits, alive)
    assert usage.ask(call(priority=Priority.EFFECT), limits, NOW + 30) is None


def test_a_clock_that_is_set_back_blocks_nobody_for_long() -> None:
    """What was counted an hour ahead counts as of now, and a pause is as long as it was."""
    limits = CallLimits(per_minute=5, per_day=100)
    usage = Usage()
    made(usage, 5, limits, NOW + 3600)
    usage.pause(NOW + 3600, 30)
    usage.settle(NOW, limits, alive)
    wait = usage.ask(call(), limits, NOW)
    assert wait == Wait(reason=Reason.PAUSE, until=NOW + 30)
    later = NOW + MINUTE + MARGIN
    usage.settle(later, limits, alive)
    assert usage.ask(call(), limits, later) is None


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"minute": 5}', '{"flights": {"a": {"x": 1}}}'])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert Usage.from_text(text) == Usage()


def opened(now: float) -> Breaker:
    breaker = Breaker()
    for number in range(FAILURES):
        assert breaker.refuses(now, ()) is None
        breaker.failed(str(number), now)
    return breaker


def test_the_breaker_opens_after_many_failures_in_a_row() -> None:
    breaker = opened(NOW)
    assert breaker.refuses(NOW, ()) == NOW + FIRST_SECONDS
    interrupted = Breaker()
    for number in range(3 * FAILURES):
        interrupted.failed(str(number), NOW)
        if number % (FAILURES - 1) == 0:
            interrupted.succeeded()
    assert interrupted.refuses(NOW, ()) is None


def test_one_call_probes_and_its_success_closes_the_breaker() -> None:
    breaker, later = opened(NOW), NOW + FIRST_SECONDS
    assert breaker.refuses(later, ()) is None
    breaker.passed("probe")
    assert breaker.refuses(later, {"probe"}) is not None
    breaker.succeeded()
    assert breaker.refuses(later, ()) is None


def test_a_failed_probe_opens_it_for_longer_up_to_a_bound() -> None:
    breaker, now = opened(NOW), NOW
    spans = []
    for number in range(6):
        now += breaker.span
        breaker.passed(f"probe{number}")
        breaker.failed("under way before", now)
        breaker.failed(f"probe{number}", now)
        spans.append(breaker.span)
        assert breaker.refuses(now, ()) == now + breaker.span
    assert spans == [60.0, 120.0, 240.0, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]


def test_a_probe_that_vanished_is_replaced() -> None:
    breaker = opened(NOW)
    breaker.passed("probe")
    assert breaker.refuses(NOW + FIRST_SECONDS, ()) is None
