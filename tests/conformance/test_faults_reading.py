"""What the Zoho adapters do when reading meets a fault: nothing is taken for absent, and nothing is missed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.weather import OLD_SECONDS, File, Side, made, new, word

from syncdsl.adapters.services import OwnMemory
from syncdsl.adapters.zoho_books import api as books_api
from syncdsl.adapters.zoho_crm import api as crm_api
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection

RETRY_AFTER = 40
ATTEMPTS = 6
"""How often a call is made in all before it is given up."""


def several(faults: Weather, connection: Connection, side: Side, number: int) -> set[str]:
    """Create records that are old by the time this returns."""
    ids = {made(connection.create(side.module, [new(side)], safe=False))[0] for _ in range(number)}
    faults.passes(OLD_SECONDS)
    return ids


def seconds_between(earlier: dict[str, Any], later: dict[str, Any]) -> float:
    """Return the seconds between two calls of the ledger."""
    moments = [dt.datetime.fromisoformat(call["time"]) for call in (earlier, later)]
    return (moments[1] - moments[0]).total_seconds()


def test_slow_answers_lose_nothing(faults: Weather, connection: Connection, side: Side) -> None:
    """A list that takes minutes is complete, and what is written meanwhile is seen by the next reading."""
    ids = several(faults, connection, side, 3)
    file = File(connection, side)
    faults.order(side, "latency", seconds=300, path=side.lists, count=2)
    assert file.observe().complete
    assert ids <= set(file.records)
    late = faults.add(side)
    file.observe()
    assert late in file.records


def test_a_token_that_ends_during_a_slow_answer_is_renewed(faults: Weather, connection: Connection, side: Side) -> None:
    """The call that was too slow is made again with a new token; those after it ask for one beforehand."""
    ids = several(faults, connection, side, 1)
    for path in (side.lists, "nothing$"):
        faults.order(side, "latency", seconds=3700, path=path, count=1)
        before = faults.last()
        file = File(connection, side)
        assert file.observe().complete
        assert ids <= set(file.records)
        refused = [call["status"] for call in faults.calls(side, before)].count(401)
        assert refused == (1 if path == side.lists else 0)
        faults.passes(3700)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("drop_request", {}),
        ("drop_response", {}),
        ("delayed_landing", {"seconds": 5}),
        ("status", {"status": 500}),
        ("status", {"status": 503, "retry_after": 7}),
        ("status", {"status": 429}),
        ("truncated_page", {"how": "bytes"}),
        ("truncated_page", {"how": "bytes", "keep": 0.9}),
    ],
    ids=["drop_request", "drop_response", "delayed_landing", "500", "503", "429", "half a body", "most of a body"],
)
def test_a_passing_failure_is_waited_out(
    faults: Weather, connection: Connection, side: Side, kind: str, given: dict[str, object]
) -> None:
    """The call is made again on the clock of the adapter, once for each failure, and the result is whole."""
    ids = several(faults, connection, side, 2)
    calm = File(connection, side)
    calm.observe()
    before = faults.last()
    calm.observe(sweep=True)
    usual = len(faults.calls(side, before))
    faults.order(side, kind, **given, path=side.lists, count=2)
    before, then = faults.last(), faults.clock.now()
    file = File(connection, side)
    file.records = dict(calm.records)
    assert file.observe().complete
    assert ids <= set(file.records)
    assert file.records == calm.records
    # A call that lands late is counted when it lands, and once more for its repetition.
    assert len(faults.calls(side, before)) - usual in ({0, 1, 2} if kind == "delayed_landing" else {2})
    assert faults.clock.now() >= then + 2 * int(str(given.get("retry_after", 0)))


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("drop_request", {}, "SD701"),
        ("status", {"status": 500}, "SD705"),
        ("status", {"status": 429}, "SD704"),
        ("truncated_page", {"how": "bytes"}, "SD701"),
    ],
    ids=["drop_request", "500", "429", "half a body"],
)
def test_a_lasting_failure_is_told_after_some_attempts(
    faults: Weather, connection: Connection, side: Side, kind: str, given: dict[str, object], code: str
) -> None:
    """The reading ends with the fault's own code and without an end of observation; then the system is well again."""
    several(faults, connection, side, 1)
    faults.order(side, kind, **given, path=side.lists)
    before = faults.last()
    file = File(connection, side)
    with pytest.raises(Fault) as caught:
        file.observe()
    assert caught.value.code.id == code
    assert len(faults.calls(side, before)) == ATTEMPTS
    assert file.cursor is None
    faults.calm()
    assert file.observe().complete


def test_a_system_that_keeps_failing_is_left_alone(faults: Weather, connection: Connection, side: Side) -> None:
    """After ten failures in a row nothing is asked for half a minute; then one call finds the system well."""
    several(faults, connection, side, 1)
    faults.order(side, "status", status=500, path=side.lists)
    for expected in ("SD705", "SD709"):
        with pytest.raises(Fault) as caught:
            File(connection, side).observe()
        assert caught.value.code.id == expected
    faults.calm()
    before = faults.last()
    with pytest.raises(Fault) as caught:
        File(connection, side).observe()
    assert caught.value.code.id == "SD709"
    assert faults.calls(side, before) == []
    faults.passes(31)
    assert File(connection, side).observe().complete


def test_retry_after_is_waited_on_the_clock(faults: Weather, connection: Connection, side: Side) -> None:
    """The call is made again as soon as it was asked to, give or take the jitter, and not before."""
    ids = several(faults, connection, side, 1)
    faults.order(side, "status", status=429, retry_after=RETRY_AFTER, path=side.lists, count=1)
    then, before = faults.clock.now(), faults.last()
    file = File(connection, side)
    assert file.observe().complete
    assert ids <= set(file.records)
    refused, again, *_ = faults.calls(side, before)
    assert refused["status"] == 429
    assert RETRY_AFTER - 0.01 <= seconds_between(refused, again) <= RETRY_AFTER + 1
    assert faults.clock.now() >= then + RETRY_AFTER


def test_whoever_shares_an_organisation_waits_as_well(faults: Weather, side: Side) -> None:
    """What one connection was asked to wait for, another one waits out before its first call."""
    shared = OwnMemory()
    first, second = (faults.connect(side, shared=shared) for _ in range(2))
    ids = several(faults, first, side, 1)
    faults.order(side, "status", status=429, retry_after=70, path=side.lists, count=1)
    before = faults.last()
    with pytest.raises(Fault) as caught:
        File(first, side).observe()
    assert caught.value.code.id == "SD704"
    faults.passes(20)
    file = File(second, side)
    assert file.observe().complete
    assert ids <= set(file.records)
    refused, next_one, *_ = faults.calls(side, before)
    assert 70 - 0.01 <= seconds_between(refused, next_one) <= 71


def test_a_longer_wait_than_a_run_has_patience_for_is_told_to_all(faults: Weather, side: Side) -> None:
    """With ten minutes to wait the fault says so at once, and others make no call until they are over."""
    shared = OwnMemory()
    first, second, stranger = (faults.connect(side, shared=memory) for memory in (shared, shared, OwnMemory()))
    several(faults, first, side, 1)
    faults.order(side, "status", status=429, retry_after=600, path=side.lists, count=1)
    then, before = faults.clock.now(), faults.last()
    for connection in (first, second):
        with pytest.raises(Fault) as caught:
            File(connection, side).observe()
        assert caught.value.code.id == "SD704"
    assert faults.clock.now() == then
    assert [call["status"] for call in faults.calls(side, before)] == [429]
    assert File(stranger, side).observe().complete
    faults.passes(600)
    assert File(second, side).observe().complete


def test_an_expired_token_costs_one_call_more(faults: Weather, connection: Connection, side: Side) -> None:
    """The refused call is made again with a new token, and nothing else is."""
    ids = several(faults, connection, side, 2)
    calm = File(connection, side)
    calm.observe()
    before = faults.last()
    calm.observe(sweep=True)
    usual = len(faults.calls(side, before))
    faults.order(side, "expired_token", path=side.lists, count=1)
    before = faults.last()
    file = File(connection, side)
    file.records = dict(calm.records)
    file.observe()
    calls = faults.calls(side, before)
    assert len(calls) == usual + 1
    assert [call["status"] for call in calls].count(401) == 1
    assert ids <= set(file.records)


@pytest.mark.parametrize("by", ["key", "name"])
def test_a_lagging_index_hides_nothing_just_written(
    faults: Weather, connection: Connection, side: Side, by: str
) -> None:
    """A record is found right after it was created, and by its new value and no longer by its old one when changed."""
    faults.order(side, "index_lag", seconds=300)
    key = word()
    record = new(side, key)
    field, value = (side.key, key) if by == "key" else (side.name, record.fields[side.name])
    [identifier] = made(connection.create(side.module, [record], safe=True))
    found = connection.find(side.module, field, [value, word()], (side.name,))
    assert {one: [item.id for item in items] for one, items in found.items()} == {value: [identifier]}
    if by == "name":
        other = word()
        faults.edit(side, identifier, **{side.name: other})
        found = connection.find(side.module, side.name, [value, other], ())
        assert {one: [item.id for item in items] for one, items in found.items()} == {other: [identifier]}


def test_a_lagging_index_only_puts_off_what_an_observation_sees(
    faults: Weather, connection: Connection, side: Side
) -> None:
    """What the index does not know yet is seen once it does, as long as it lags no more than readings overlap."""
    [edited] = several(faults, connection, side, 1)
    file = File(connection, side)
    file.observe()
    faults.order(side, "index_lag", seconds=100)
    late = faults.add(side)
    faults.edit(side, edited, **{side.text: "later"})
    file.observe()
    file.observe(sweep=True)
    assert connection.fetch(side.module, [edited, late], ()).keys() == {edited, late}
    faults.passes(101)
    file.observe()
    assert late in file.records
    assert file.text(edited) == "later"


@pytest.mark.parametrize("seconds", [-3600, 100, 3600])
@pytest.mark.parametrize("after", [0, 1])
def test_a_wrong_date_moves_no_cursor_past_what_is_known(
    faults: Weather, connection: Connection, side: Side, seconds: int, after: int
) -> None:
    """Whatever the `Date` header says, what is written from then on is seen by the next reading.

    Within the same second that holds as far as the declared overlap goes.
    """
    overlap = connection.capabilities.overlap_seconds
    several(faults, connection, side, 1)
    recent = faults.add(side)
    file = File(connection, side)
    faults.order(side, "clock_skew", seconds=seconds)
    assert file.observe().complete
    assert recent in file.records
    faults.passes(after)
    late = faults.add(side)
    if after or seconds < overlap:
        if after:
            faults.edit(side, recent, **{side.text: "later"})
        file.observe()
        assert late in file.records
    faults.calm()
    for _ in range(2):
        faults.passes(OLD_SECONDS)
        latest = faults.add(side)
        file.observe()
        assert latest in file.records
    assert not after or file.text(recent) == "later"


@pytest.mark.parametrize("seconds", [-3600, 100, 3600])
def test_a_wrong_date_ends_no_reading_early(
    faults: Weather, connection: Connection, side: Side, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several pages of changes behind a reading with a wrong `Date` header are all read by the next one."""
    several(faults, connection, side, 1)
    file = File(connection, side)
    faults.order(side, "clock_skew", seconds=seconds)
    file.observe()
    faults.calm()
    monkeypatch.setattr(crm_api, "PER_PAGE", 2)
    monkeypatch.setattr(books_api, "PER_PAGE", 2)
    faults.passes(1)
    late = {faults.add(side) for _ in range(5)}
    file.observe()
    assert late <= set(file.records)


@pytest.mark.parametrize("seconds", [-100, 0, 1])
def test_a_second_edit_in_the_second_of_the_reading_is_seen(
    faults: Weather, connection: Connection, side: Side, seconds: int
) -> None:
    """Stamps are whole seconds: as long as the `Date` header is not two ahead, a stamp so fresh proves nothing."""
    [identifier] = several(faults, connection, side, 1)
    file = File(connection, side)
    faults.edit(side, identifier, **{side.text: "first"})
    faults.order(side, "clock_skew", seconds=seconds)
    file.observe()
    assert file.text(identifier) == "first"
    faults.edit(side, identifier, **{side.text: "second"})
    faults.calm()
    faults.passes(OLD_SECONDS)
    file.observe()
    assert file.text(identifier) == "second"


def test_stamps_that_are_ahead_hide_nothing(faults: Weather, connection: Connection, side: Side) -> None:
    """A record stamped by a server whose clock is ahead moves no cursor past those that others stamp."""
    several(faults, connection, side, 1)
    faults.order(side, "clock_skew", seconds=90, stamps=True, count=1)
    ahead = faults.add(side)
    faults.calm()
    file = File(connection, side)
    file.observe()
    assert ahead in file.records
    faults.passes(1)
    late = faults.add(side)
    file.observe()
    assert late in file.records
