"""The simulator itself: one seed gives one trace, and every switch does what it says."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.simulator.cases import Case, Step
from tests.simulator.connection import SimulatedConnection
from tests.simulator.creates import Tally, create_round
from tests.simulator.draws import Seeded
from tests.simulator.generator import LOSSY, Shape, case
from tests.simulator.harness import twins
from tests.simulator.playing import essence, played
from tests.simulator.rules import LINES, Rules, schemas
from tests.simulator.schedule import OF_LISTS, OF_WRITES, Fate, Rates, Schedule
from tests.simulator.shrinking import shrink
from tests.simulator.switches import Switches
from tests.simulator.system import System
from tests.simulator.timeline import Timeline

from syncdsl.adapters.protocol import (
    Ambiguous,
    Change,
    DuplicateKey,
    NewRecord,
    NotSent,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Tier,
    Written,
)
from syncdsl.diagnostics import Fault
from syncdsl.schema.values import Ref

FIELDS = ("id", "key", "name", "phone")


def books(**switches: object) -> SimulatedConnection:
    """Return a connection to an accounting system with switches."""
    system = System("books", "books-1", schemas()["books"], Timeline(), switches=Switches(**switches))  # type: ignore[arg-type]
    return SimulatedConnection(system, Schedule())


def create(connection: SimulatedConnection, key: str = "sd-1", *, safe: bool = True, name: str = "Acme") -> Outcome:
    """Create a customer and return the outcome."""
    return connection.create("customers", [NewRecord(fields={"name": name}, key=key)], safe=safe)[0]


def listed(connection: SimulatedConnection, cursor: str | None = None) -> tuple[list[str], list[str], ObservationEnd]:
    """Return the names listed, the ids said to be gone, and the end."""
    names: list[str] = []
    gone: list[str] = []
    for item in connection.observe(ObserveRequest(module="customers", fields=FIELDS, cursor=cursor)):
        if isinstance(item, ObservationEnd):
            return names, gone, item
        assert isinstance(item, Page)
        names += [str(record.fields["name"]) for record in item.records]
        gone += item.gone
    raise AssertionError("no end")


def living(connection: SimulatedConnection) -> int:
    """Return how many customers there are."""
    return len(list(connection.system.living("customers")))


@pytest.mark.parametrize("seed", range(4))
def test_one_seed_gives_one_trace(seed: int) -> None:
    """The same seed gives the same case, the same trace, event by event, and the same end; another seed another one."""

    def trace(number: int) -> tuple[str, object]:
        found = case(Seeded(random.Random(number)), shape=Shape(forget=True, jumps=True, merges=True))
        with played(found, settle=False) as pair:
            return pair.schedule.text(), essence(pair)

    assert trace(seed) == trace(seed)
    assert trace(seed) != trace(seed + 100)


def test_drawn_faults_come_from_the_seed_too() -> None:
    """Faults drawn with probabilities are the same for the same seed."""

    def trace(seed: int) -> str:
        rates = Rates(read=0.05, write=0.5, death=0.02)
        with twins(Rules(lines="plain"), schedule=Schedule(seed=seed, rates=rates)) as pair:
            for number in range(6):
                pair.insert("left", Name=f"Partner {number}")
            for _ in range(4):
                pair.apply()
            return pair.schedule.text()

    assert trace(1) == trace(1)
    assert trace(1) != trace(2)


def test_a_case_survives_being_saved() -> None:
    """Any case is the same after it went through JSON."""
    for seed in range(30):
        found = case(Seeded(random.Random(seed)), shape=Shape(forget=True, jumps=True, merges=True, views=True))
        assert Case.from_json(found.to_json()) == found


def test_every_rule_set_compiles() -> None:
    """All lines in all directions are rules without mistakes."""
    for lines in LINES:
        assert Rules(lines=lines, direction="->" if lines == "one way" else "<->").plan.pairs
    assert Rules(lines="plain", mirrored=True).plan.pairs["customers"].left.connection == "books"


@pytest.mark.parametrize(
    ("tier", "safe", "second", "many"),
    [
        (Tier.T0, True, Written, 1),
        (Tier.T1, True, Written, 1),
        (Tier.T1, False, DuplicateKey, 1),
        (Tier.T2, True, DuplicateKey, 1),
        (Tier.T3, True, Written, 2),
    ],
)
def test_tiers(tier: Tier, safe: bool, second: type[Outcome], many: int) -> None:  # noqa: FBT001 - a case of the table
    """What a second create under a key comes to in each tier."""
    connection = books(tier=tier)
    assert isinstance(create(connection), Written)
    assert isinstance(create(connection, safe=safe), second)
    assert living(connection) == many


def test_a_module_without_a_key_field_is_tier_four() -> None:
    """Without its key field a system offers nothing to tell a create by."""
    keyless = schemas(keyless=("right",))["books"].modules["customers"]
    assert books().capabilities.tier_of(keyless) is Tier.T4


@pytest.mark.parametrize(
    ("fate", "outcome", "now", "later"),
    [
        (Fate.LOST_REQUEST, Ambiguous, 0, 0),
        (Fate.LOST_ANSWER, Ambiguous, 1, 1),
        (Fate.DELAYED, Ambiguous, 0, 1),
        (Fate.RATE, NotSent, 0, 0),
        (Fate.TWICE, Written, 1, 1),
    ],
)
def test_fates_of_a_create(fate: Fate, outcome: type[Outcome], now: int, later: int) -> None:
    """What the caller is told, and what there is at once and after a while."""
    connection = books()
    connection.schedule.begin(planned={1: fate})
    assert isinstance(create(connection), outcome)
    assert living(connection) == now
    connection.system.timeline.advance(60)
    connection.system.settle()
    assert living(connection) == later


def test_a_batch_may_be_answered_in_part() -> None:
    """Of a partial batch the first half is answered, and the rest is in doubt."""
    connection = books(batch=4)
    connection.schedule.begin(planned={1: Fate.PARTIAL})
    new = [NewRecord(fields={"name": f"{number}"}, key=f"sd-{number}") for number in range(4)]
    outcomes = connection.create("customers", new, safe=True)
    assert [type(one) for one in outcomes] == [Written, Written, Ambiguous, Ambiguous]
    assert 2 <= living(connection) <= 4


@pytest.mark.parametrize("reading", ["keyset", "newest", "offset"])
def test_readings_see_everything_page_by_page(reading: str) -> None:
    """Every way of listing shows all records, and afterwards what changed; a deletion where there is a list of them."""
    connection = books(reading=reading, page_size=2)
    ids = [connection.system.insert("customers", {"name": f"{number}"}).id for number in range(5)]
    connection.system.timeline.advance(1000)
    names, _, end = listed(connection)
    assert sorted(set(names)) == ["0", "1", "2", "3", "4"]
    assert end.complete
    connection.system.timeline.advance(1000)
    connection.system.edit("customers", ids[3], {"name": "other"})
    connection.system.delete("customers", ids[4])
    names, gone, end = listed(connection, end.cursor)
    assert "other" in names
    # A short list from its newest change on is read to its end all the same.
    assert end.complete == (reading == "newest")
    assert gone == ([ids[4]] if reading != "newest" else [])


def test_offset_pages_shift_under_edits_and_the_adapter_notices() -> None:
    """An edit between two pages moves rows: a reading by number is then not called complete."""
    connection = books(reading="offset", page_size=2)
    ids = [connection.system.insert("customers", {"name": f"{number}"}).id for number in range(5)]
    connection.system.timeline.advance(10)
    connection.schedule.begin(acts={2: [lambda: connection.system.edit("customers", ids[0], {"name": "moved"})]})
    assert not listed(connection)[2].complete


def test_cut_and_empty_answers() -> None:
    """A cut page makes a reading incomplete; an empty or short answer from a full module passes for a complete one."""
    connection = books()
    connection.system.insert("customers", {"name": "Acme"})
    connection.schedule.begin(planned={1: Fate.TRUNCATED})
    assert listed(connection)[2].complete is False
    connection.schedule.begin(planned={1: Fate.EMPTY})
    names, _, end = listed(connection)
    assert names == []
    assert end.complete
    connection.schedule.begin(planned={1: Fate.SHORT})
    names, _, end = listed(connection)
    assert names == []
    assert end.complete


def test_lists_and_searches_lag_behind_writes() -> None:
    """With a commit lag a write is listed later, with an index lag it is found later; by id it is there at once."""
    connection = books(commit_lag=60.0, index_lag=90.0, find_by_index=True)
    held = connection.system.insert("customers", {"name": "Acme", "key": "sd-1"})
    assert connection.fetch("customers", [held.id], FIELDS)
    assert listed(connection)[0] == []
    assert connection.find("customers", "key", ["sd-1"], FIELDS) == {}
    connection.system.timeline.advance(61)
    assert listed(connection)[0] == ["Acme"]
    connection.system.timeline.advance(30)
    assert connection.find("customers", "key", ["sd-1"], FIELDS)


def test_updates_are_refused_when_the_record_moved_on() -> None:
    """A change names what it is based on; a later edit of the same field refuses it."""
    connection = books()
    held = connection.system.insert("customers", {"name": "Acme", "phone": "1"})
    (based_on,) = connection.fetch("customers", [held.id], FIELDS).values()
    connection.system.edit("customers", held.id, {"phone": "2"})
    change = Change(id=held.id, fields={"phone": "3"}, based_on=based_on)
    assert not isinstance(connection.update("customers", [change])[0], Written)
    assert held.now.fields["phone"] == "2"


def test_coercions_workflows_and_refusals() -> None:
    """A system makes its own of values, changes a record after our write, and refuses what it holds for poison."""
    connection = books(
        coercions=(("customers.name", "upper"), ("customers.credit", "round")),
        workflow=(("customers.notes", "seen #", 5.0),),
        poison="bad",
        unique=("customers.name",),
    )
    created = create(connection, name="Acme")
    assert isinstance(created, Written)
    held = connection.system.records[created.id]
    assert held.now.fields["name"] == "ACME"
    connection.system.timeline.advance(6)
    connection.system.settle()
    assert held.now.fields["notes"] == "seen 1"
    assert connection.system.edit("customers", held.id, {"credit": Decimal("2.50")}).now.fields["credit"] == Decimal(3)
    assert not isinstance(create(connection, "sd-2", name="a bad one"), Written)
    assert not isinstance(create(connection, "sd-3", name="Acme"), Written)


def test_stamps_have_a_grain_and_clocks_a_skew() -> None:
    """Stamps are the server's own and cut to its granularity."""
    connection = books(granularity=10, skew=33.0)
    connection.system.timeline.advance(5)
    held = connection.system.insert("customers", {"name": "Acme"})
    assert held.now.stamp.second == 30
    assert connection.system.now.second == 38


def test_the_recycle_bin_and_merges() -> None:
    """A restored record has its old id; a merged one names its survivor, and what referred to it refers to that."""
    connection = books()
    system = connection.system
    kept, lost = (system.insert("customers", {"name": name}).id for name in ("Kept", "Lost"))
    child = system.insert("customers", {"name": "Child", "parent": Ref("customers", lost)}).id
    system.delete("customers", kept)
    assert system.get("customers", kept) is None
    system.restore(kept)
    assert system.get("customers", kept) is not None
    system.merge(lost, kept)
    assert connection.survivors("customers", [lost]) == {lost: kept}
    assert system.records[child].now.fields["parent"] == Ref("customers", kept)
    system.restore(lost)
    assert system.get("customers", lost) is None


def test_quotas_and_403_for_a_while() -> None:
    """After its calls of a day a system asks to wait; a forbidden one is open again after so many calls."""
    connection = books(quota=2)
    connection.fetch("customers", [], FIELDS)
    connection.fetch("customers", [], FIELDS)
    with pytest.raises(Fault, match="too many calls"):
        connection.fetch("customers", [], FIELDS)
    connection = books()
    connection.forbidden = 1
    with pytest.raises(Fault, match="403"):
        connection.fetch("customers", [], FIELDS)
    assert connection.fetch("customers", [], FIELDS) == {}


def test_every_fate_is_drawn() -> None:
    """The generator leaves no fault, no deed and no switch of the honest systems out."""
    cases = [
        case(Seeded(random.Random(seed)), shape=Shape(forget=True, jumps=True, merges=True)) for seed in range(300)
    ]
    fates = {fate for one in cases for step in one.steps for _, fate in step.faults}
    assert fates >= {*OF_LISTS, *OF_WRITES}
    deeds = {step.do for one in cases for step in one.steps}
    assert deeds >= {"insert", "edit", "delete", "restore", "merge", "run", "settle", "forget", "jump"}
    assert {one.right.tier for one in cases} == {Tier.T0, Tier.T1, Tier.T2}
    assert len(LOSSY) > 4


def test_shrinking_leaves_out_what_a_failure_does_not_need() -> None:
    """A case that fails because of one step shrinks to that step in the plainest surroundings."""
    found = case(Seeded(random.Random(5)), shape=Shape(edits=12, runs=4))
    guilty = Step(do="insert", side="left", fields={"Name": "Guilty", "Phone": "1"})
    small = shrink(
        replace(found, steps=(*found.steps, guilty)),
        lambda one: any(step.fields.get("Name") == "Guilty" for step in one.steps),
    )
    assert small.steps == (Step(do="insert", side="left", fields={"Name": "Guilty"}),)
    assert small.left == small.right == Switches()


def test_creates_under_faults_in_small() -> None:
    """In tiers 0 to 2 none is made twice and none is lost; without lookup before resending some are made twice."""
    total = Tally()
    for tier in (Tier.T0, Tier.T1, Tier.T2, Tier.T3):
        total.add(create_round(1, tier, many=120))
    assert (total.doubled, total.lost) == (0, 0)
    assert total.share >= 30
    assert create_round(1, Tier.T3, many=120, lookup=False).doubled
