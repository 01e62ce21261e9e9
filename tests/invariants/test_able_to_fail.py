"""Every check can fail: each is tried against an engine that is broken on purpose, and has to notice.

The engine is broken by replacing one function everywhere it is used; the case is the smallest in which it matters.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.simulator import mistakes
from tests.simulator.cases import Case, Step
from tests.simulator.connection import SimulatedConnection
from tests.simulator.creates import WithoutLookup
from tests.simulator.deals import INVOICING
from tests.simulator.harness import twins
from tests.simulator.mistakes import Broken, break_engine
from tests.simulator.oracles import no_orphans, one_partner_each
from tests.simulator.regressions import check_of
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.switches import Switches
from tests.simulator.violation import Violation

import syncdsl.state.observations
from syncdsl.adapters.protocol import Tier
from syncdsl.engine import execution, journal_entries, lines, live, matching, merging, recovery, run, writes
from syncdsl.engine.steps import absence, deleted, edges, match, replay
from syncdsl.engine.steps import guard as guarding
from syncdsl.state import Link, store

PLAIN = Rules(lines="plain", conflict="crm")
IDLE = Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100")
FAMILIES = Rules(lines="plain", nested="delete", guard="deletes <= 100")
RICH = Rules(lines="rich", conflict="review")


def left(**fields: Any) -> Step:
    """Return a step that makes an account."""
    return Step(do="insert", side="left", fields={"Name": "Acme", **fields})


def right(**fields: Any) -> Step:
    """Return a step that makes a customer."""
    return Step(do="insert", side="right", fields={"name": "Acme", **fields})


def edit(side: Any, **fields: Any) -> Step:
    """Return a step that edits the first record of a side."""
    return Step(do="edit", side=side, fields=fields)


def child(**fields: Any) -> Step:
    """Return a step that makes a contact below the first account."""
    return Step(do="insert", side="left", child=True, fields={"Name": "Ann", "Email": "ann@x.example", **fields})


def deal(stage: str) -> Step:
    """Return a step that makes a deal of the first account."""
    return Step(do="insert", side="left", deal=True, fields={"Name": "Deal", "Stage": stage, "Amount": Decimal(1)})


def move(stage: str) -> Step:
    """Return a step that brings the first deal to a stage."""
    return Step(do="edit", side="left", deal=True, fields={"Stage": stage})


def status(value: str) -> Step:
    """Return a step in which a person changes the first document."""
    return Step(do="edit", side="right", deal=True, fields={"status": value})


RUN, SWEEP, SETTLE = Step(do="run"), Step(do="run", sweep=True), Step(do="settle")
BROKEN = (
    Broken(
        invariant="I01",
        what="a value is changed on its way",
        owner=lines,
        name="mapped_value",
        made=mistakes.loudly,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), RUN)),
    ),
    Broken(
        invariant="I02",
        what="no history is written",
        owner=journal_entries,
        name="history_of",
        made=lambda _: lambda *_args: [],
        case=Case(rules=Rules(lines="plain"), steps=(left(Phone="1"), right(phone="2"), RUN)),
    ),
    Broken(
        invariant="I03",
        what="an update writes a field that no line maps",
        owner=SimulatedConnection,
        name="update",
        made=mistakes.touching,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I04",
        what="the policy decides also where one side alone changed",
        owner=merging,
        name="merge_changed",
        made=mistakes.asking_policy,
        case=Case(rules=RICH, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I05",
        what="all lines are one unit",
        owner=lines,
        name="units_of",
        made=mistakes.one_unit,
        case=Case(rules=RICH, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I08",
        what="what is absent is not asked for by its id",
        owner=absence.Absence,
        name="fetch",
        made=lambda _: lambda *_args: {},
        case=Case(rules=PLAIN, steps=(left(), SETTLE, Step(do="run", sweep=True, faults=((3, Fate.EMPTY),)))),
    ),
    Broken(
        invariant="I06",
        what="an edited record is made inactive",
        owner=deleted,
        name="_edited",
        made=lambda _: lambda *_args: None,
        case=Case(
            rules=IDLE,
            steps=(left(Phone="1"), SETTLE, edit("right", phone="2"), Step(do="delete", side="left"), RUN),
        ),
    ),
    Broken(
        invariant="I07",
        what="a record is deleted that should be made inactive",
        owner=deleted,
        name="remove_partner",
        made=lambda remove: lambda *args, **named: remove(*args[:-1], "delete", **named),
        case=Case(rules=IDLE, steps=(left(), SETTLE, Step(do="delete", side="left"))),
    ),
    Broken(
        invariant="I08",
        what="an empty answer makes partners inactive",
        owner=absence.Absence,
        name="fetch",
        made=lambda _: lambda *_args: {},
        also=((execution.Execution, "_still_gone", mistakes.asking_nobody),),
        case=Case(rules=IDLE, steps=(left(), SETTLE, Step(do="run", sweep=True, faults=((4, Fate.EMPTY),)))),
    ),
    Broken(
        invariant="I08",
        what="children are gone when the reading of their parents was cut",
        owner=match,
        name="_lost",
        made=mistakes.gone_with_their_parents,
        also=((execution.Execution, "_still_gone", mistakes.asking_nobody),),
        case=Case(
            rules=FAMILIES,
            left=Switches(page_size=1),
            steps=(
                left(),
                left(Name="Beta"),
                child(),
                SETTLE,
                Step(do="run", sweep=True, faults=((5, Fate.TRUNCATED),)),
            ),
        ),
    ),
    Broken(
        invariant="I09",
        what="an amount is changed on its way",
        owner=lines,
        name="mapped_value",
        made=mistakes.a_cent_more,
        case=Case(rules=Rules(lines="rich", conflict="crm"), steps=(left(Credit=Decimal("1.00")), RUN)),
    ),
    Broken(
        invariant="I13",
        what="of several candidates the first is taken",
        owner=matching,
        name="match_by_keys",
        made=mistakes.greedy,
        case=Case(rules=PLAIN, steps=(left(), right(), right(), RUN)),
    ),
    Broken(
        invariant="I15",
        what="keys on records are not looked at",
        owner=recovery.Recovery,
        name="match_by_key",
        made=mistakes.without_key_field,
        case=Case(rules=Rules(lines="plain", dedupe=""), right=Switches(tier=Tier.T3), steps=(left(), RUN)),
    ),
    Broken(
        invariant="I17",
        what="the machine's clock decides something",
        owner=guarding,
        name="guard",
        made=mistakes.by_the_clock,
        case=Case(rules=PLAIN, steps=(left(),)),
    ),
    Broken(
        invariant="I18",
        what="a preview writes",
        owner=run,
        name="preview",
        made=mistakes.writing_preview,
        case=Case(rules=PLAIN, steps=(left(), RUN)),
    ),
    Broken(
        invariant="I19",
        what="more is sent than was previewed",
        owner=writes,
        name="update_writes",
        made=mistakes.one_more,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("right", phone="2"), edit("right", phone="3"))),
    ),
    Broken(
        invariant="I20",
        what="more is sent than was announced",
        owner=writes,
        name="update_writes",
        made=mistakes.one_more,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("right", phone="2"), RUN)),
    ),
    Broken(
        invariant="I28",
        what="a change of the left does not travel",
        owner=merging,
        name="merge_changed",
        made=lambda _: lambda *_args: "settled",
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I29",
        what="bases are what was sent, not what was read back",
        owner=lines,
        name="absorb",
        made=mistakes.no_read_back,
        case=Case(
            rules=PLAIN,
            left=Switches(coercions=(("Accounts.Name", "lower"),)),
            right=Switches(coercions=(("customers.name", "upper"),)),
            steps=(left(Phone="1"), RUN),
        ),
    ),
    Broken(
        invariant="I29",
        what="that a partner was made inactive is not remembered",
        owner=deleted,
        name="mark_gone",
        made=lambda _: lambda link, _status: link,
        case=Case(rules=IDLE, steps=(left(), SETTLE, Step(do="delete", side="left"))),
    ),
    Broken(
        invariant="I33",
        what="a child is made before its parent",
        owner=writes,
        name="_partner",
        made=mistakes.without_waiting,
        case=Case(rules=Rules(lines="references", conflict="crm", nested="keep"), steps=(left(), child(), RUN)),
    ),
    Broken(
        invariant="I24",
        what="the fence is not checked",
        owner=store.State,
        name="check_fence",
        made=mistakes.unfenced,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), Step(do="wait", pick=5))),
    ),
    Broken(
        invariant="I30",
        what="the cursor is ahead of what was read",
        owner=syncdsl.state.observations.Observations,
        name="end_observation",
        made=mistakes.cursor_at_once,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I31",
        what="the cursor is ahead of what was read",
        owner=syncdsl.state.observations.Observations,
        name="end_observation",
        made=mistakes.cursor_at_once,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I36",
        what="what an earlier run left open is forgotten",
        owner=recovery.Recovery,
        name="resolve",
        made=mistakes.forgetful,
        case=Case(
            rules=Rules(lines="plain", dedupe="", conflict="crm", direction="->"),
            right=Switches(tier=Tier.T3, commit_lag=50_000.0),
            steps=(left(), Step(do="run", faults=((5, Fate.LOST_ANSWER),)), RUN),
        ),
    ),
    Broken(
        invariant="I40",
        what="the organisation is not compared",
        owner=store.State,
        name="check_identity",
        made=lambda _: lambda *_args: None,
        case=Case(rules=PLAIN, steps=(left(), RUN)),
    ),
    Broken(
        invariant="I25",
        what="a live document is not counted",
        owner=live,
        name="live_instance",
        made=lambda _: lambda *_args: None,
        case=Case(rules=INVOICING, steps=(left(), SETTLE, deal("Won"), RUN, move("Open"), RUN, move("Won"), RUN)),
    ),
    Broken(
        invariant="I25",
        what="stages between two runs are not known",
        owner=replay,
        name="courses",
        made=lambda _: lambda *_args: {},
        case=Case(rules=INVOICING, steps=(left(), SETTLE, deal("Open"), RUN, move("Won"), move("Open"), RUN)),
    ),
    Broken(
        invariant="I26",
        what="what is true when it is first seen counts as having turned true",
        owner=edges,
        name="_before",
        made=lambda before: lambda *args: bool(before(*args)),
        case=Case(rules=INVOICING, steps=(left(), SETTLE, deal("Won"), RUN, status("void"), RUN)),
    ),
    Broken(
        invariant="I27",
        what="every document counts as a draft",
        owner=live,
        name="standing_in",
        made=lambda _: lambda *_args: "draft",
        case=Case(rules=INVOICING, steps=(left(), SETTLE, deal("Won"), RUN, status("sent"), RUN, move("Lost"), RUN)),
    ),
)


@pytest.mark.parametrize("broken", [pytest.param(item, id=f"{item.invariant}: {item.what}") for item in BROKEN])
def test_a_broken_engine_is_noticed(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check holds for the engine as it is, and fails for the broken one."""
    check = check_of(broken.invariant)
    check(broken.case)
    break_engine(monkeypatch, broken)
    with pytest.raises(Violation):
        check(broken.case)


def test_resending_without_lookup_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """I11: without lookup before resending, tier T3 has two records of one key."""
    case = Case(
        rules=Rules(lines="plain", dedupe="", direction="->"),
        right=Switches(tier=Tier.T3),
        steps=(left(), Step(do="run", faults=((5, Fate.LOST_ANSWER),)), RUN),
    )
    check = check_of("I11")
    check(case)
    for name in ("resolve", "match_by_key", "safe_create"):
        monkeypatch.setattr(recovery.Recovery, name, getattr(WithoutLookup, name))
    with pytest.raises(Violation):
        check(case)


def test_a_record_in_two_links_is_noticed() -> None:
    """I10: two links with one record, or one key, are no bijection."""
    link = Link(uid="1", pair="customers", left_id="a", right_id="b", key="1")
    for left_id, right_id, key in (("c", "b", "2"), ("a", "d", "2"), ("c", "d", "1")):
        with pytest.raises(Violation):
            one_partner_each([link, replace(link, uid="2", left_id=left_id, right_id=right_id, key=key)])
    one_partner_each([link, replace(link, uid="2", key="2", left_id="c", right_id="d")])


def test_an_orphan_is_noticed() -> None:
    """I12: a record that the engine made and nothing knows of is an orphan."""
    with twins(Rules(lines="one way", direction="->")) as pair:
        pair.insert("left", Name="Acme")
        pair.settle()
        no_orphans(pair, pair.preview())
        pair.right.insert("customers", {"name": "Orphan"}, author="engine", key="sd-orphan")
        with pytest.raises(Violation):
            no_orphans(pair, pair.preview())
