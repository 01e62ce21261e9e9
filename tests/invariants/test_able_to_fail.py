"""Every check can fail: each is tried against an engine that is broken on purpose, and has to notice.

The engine is broken by replacing one function everywhere it is used; the case is the smallest in which it matters.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.simulator import harness
from tests.simulator.cases import Case, Step
from tests.simulator.connection import SimulatedConnection
from tests.simulator.creates import WithoutLookup
from tests.simulator.harness import twins
from tests.simulator.oracles import no_orphans, one_partner_each
from tests.simulator.regressions import check_of
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.switches import Switches
from tests.simulator.violation import Violation

import syncdsl.state.observations
from syncdsl.adapters.protocol import Tier
from syncdsl.engine import journal_entries, lines, matching, merging, recovery, run, writes
from syncdsl.engine.mapping import Mapped
from syncdsl.engine.steps import guard as guarding
from syncdsl.engine.steps import observe
from syncdsl.state import Link, store

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = Rules(lines="plain", conflict="crm")
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


RUN, SWEEP, SETTLE = Step(do="run"), Step(do="run", sweep=True), Step(do="settle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An engine in which `name` of `owner` is replaced by what `made` makes of it; `case` is where it shows."""

    invariant: str
    what: str
    owner: Any
    name: str
    made: Callable[[Any], Any]
    case: Case


def _loudly(mapped_value: Any) -> Any:
    def changed(*args: Any, **named: Any) -> Any:
        outcome = mapped_value(*args, **named)
        if isinstance(outcome, Mapped) and isinstance(outcome.value, str) and not outcome.value.endswith("!"):
            return Mapped(outcome.value + "!")
        return outcome

    return changed


def _a_cent_more(mapped_value: Any) -> Any:
    def changed(*args: Any, **named: Any) -> Any:
        outcome = mapped_value(*args, **named)
        return (
            Mapped(outcome.value + Decimal("0.01")) if isinstance(getattr(outcome, "value", None), Decimal) else outcome
        )

    return changed


def _touching(update: Any) -> Any:
    def changed(self: Any, module: str, changes: Any) -> Any:
        private = "Private" if module == "Accounts" else "private"
        return update(self, module, [replace(one, fields={**one.fields, private: "ours"}) for one in changes])

    return changed


def _asking_policy(merge_changed: Any) -> Any:
    return lambda unit, policy, stamps: (
        merging._by_policy(unit, policy, stamps)
        if any(state.left_changed or state.right_changed for state in unit)
        else merge_changed(unit, policy, stamps)
    )


def _one_unit(units_of: Any) -> Any:
    del units_of
    return lambda states: [tuple(states)]


def _greedy(match_by_keys: Any) -> Any:
    def changed(left: Any, right: Any, keys: Any) -> Any:
        result = match_by_keys(left, right, keys)
        taken: set[str] = set()
        for dispute in [item for item in result.disputes if item.side == "left"]:
            free = [one for one in dispute.candidates if one.id in right.free and one.id not in taken]
            if free:
                taken |= {free[0].id, dispute.record.id}
                result.matches.append(
                    matching.Match(left=dispute.record, right=free[0], how="duplicate", key_text=keys[0])
                )
        result.disputes = [item for item in result.disputes if item.record.id not in taken]
        return result

    return changed


def _without_key_field(_match: Any) -> Any:
    return lambda *_args, **_named: None


def _by_the_clock(guard: Any) -> Any:
    def changed(step: Any, context: Any) -> None:
        guard(step, context)
        if context.run.clock().year > 2026:
            context.change_set = context.change_set.model_copy(
                update={"reported": ("the year is over",), "effects": ()}
            )

    return changed


def _writing_preview(preview: Any) -> Any:
    def changed(one: Any) -> Any:
        for name, connection in one.connections.items():
            if name == "crm":
                connection.system.insert("Accounts", {"Name": "By preview"}, author="engine")
        return preview(one)

    return changed


def _one_more(update_writes: Any) -> Any:
    def changed(*args: Any, **named: Any) -> Any:
        made = update_writes(*args, **named)
        return [
            replace(one, change=replace(one.change, fields={**one.change.fields, "Private": "more"}))
            if one.change is not None and one.module == "Accounts"
            else one
            for one in made
        ]

    return changed


def _no_read_back(absorb: Any) -> Any:
    """Return bases that are not what the other system holds."""

    def changed(pair: Any, context: Any, link: Any, settled: Any, left: Any, right: Any, **named: Any) -> Any:
        wrong = {name: f"{value} as sent" if isinstance(value, str) else value for name, value in right.items()}
        return absorb(pair, context, link, settled, left, wrong, **named)

    return changed


def _never_due(_due: Any) -> Any:
    return lambda *_args: True


def _forgetful(resolve: Any) -> Any:
    def changed(self: Any, context: Any) -> Any:
        for intent in context.run.state.open_intents():
            self._drop(intent, context)
        return []

    del resolve
    return changed


def _unfenced(check: Any) -> Any:
    del check
    return lambda *_args: None


def _cursor_at_once(end_observation: Any) -> Any:
    def changed(self: Any, step: str, fields: Any, cursor: Any, **named: Any) -> Any:
        end_observation(self, step, fields, "2027-01-01T00:00:00+00:00 settled" if cursor else cursor, **named)

    return changed


BROKEN = (
    Broken(
        invariant="I01",
        what="a value is changed on its way",
        owner=lines,
        name="mapped_value",
        made=_loudly,
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
        made=_touching,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I04",
        what="the policy decides also where one side alone changed",
        owner=merging,
        name="merge_changed",
        made=_asking_policy,
        case=Case(rules=RICH, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I05",
        what="all lines are one unit",
        owner=lines,
        name="units_of",
        made=_one_unit,
        case=Case(rules=RICH, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I08",
        what="what is absent is not asked for by its id",
        owner=observe.Reading,
        name="_fetch",
        made=lambda _: lambda *_args: {},
        case=Case(rules=PLAIN, steps=(left(), SETTLE, Step(do="run", sweep=True, faults=((3, Fate.EMPTY),)))),
    ),
    Broken(
        invariant="I09",
        what="an amount is changed on its way",
        owner=lines,
        name="mapped_value",
        made=_a_cent_more,
        case=Case(rules=Rules(lines="rich", conflict="crm"), steps=(left(Credit=Decimal("1.00")), RUN)),
    ),
    Broken(
        invariant="I13",
        what="of several candidates the first is taken",
        owner=matching,
        name="match_by_keys",
        made=_greedy,
        case=Case(rules=PLAIN, steps=(left(), right(), right(), RUN)),
    ),
    Broken(
        invariant="I15",
        what="keys on records are not looked at",
        owner=recovery.Recovery,
        name="match_by_key",
        made=_without_key_field,
        case=Case(rules=Rules(lines="plain", dedupe=""), right=Switches(tier=Tier.T3), steps=(left(), RUN)),
    ),
    Broken(
        invariant="I17",
        what="the machine's clock decides something",
        owner=guarding,
        name="guard",
        made=_by_the_clock,
        case=Case(rules=PLAIN, steps=(left(),)),
    ),
    Broken(
        invariant="I18",
        what="a preview writes",
        owner=run,
        name="preview",
        made=_writing_preview,
        case=Case(rules=PLAIN, steps=(left(), RUN)),
    ),
    Broken(
        invariant="I19",
        what="more is sent than was previewed",
        owner=writes,
        name="update_writes",
        made=_one_more,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("right", phone="2"), edit("right", phone="3"))),
    ),
    Broken(
        invariant="I20",
        what="more is sent than was announced",
        owner=writes,
        name="update_writes",
        made=_one_more,
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
        made=_no_read_back,
        case=Case(
            rules=PLAIN,
            left=Switches(coercions=(("Accounts.Name", "lower"),)),
            right=Switches(coercions=(("customers.name", "upper"),)),
            steps=(left(Phone="1"), RUN),
        ),
    ),
    Broken(
        invariant="I24",
        what="the fence is not checked",
        owner=store.State,
        name="check_fence",
        made=_unfenced,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), Step(do="wait", pick=5))),
    ),
    Broken(
        invariant="I30",
        what="the cursor is ahead of what was read",
        owner=syncdsl.state.observations.Observations,
        name="end_observation",
        made=_cursor_at_once,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I31",
        what="the cursor is ahead of what was read",
        owner=syncdsl.state.observations.Observations,
        name="end_observation",
        made=_cursor_at_once,
        case=Case(rules=PLAIN, steps=(left(Phone="1"), SETTLE, edit("left", Phone="2"), RUN)),
    ),
    Broken(
        invariant="I36",
        what="what an earlier run left open is forgotten",
        owner=recovery.Recovery,
        name="resolve",
        made=_forgetful,
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
)


def break_engine(monkeypatch: pytest.MonkeyPatch, broken: Broken) -> None:
    """Replace a function wherever modules of the engine, and the harness, have imported it."""
    original = getattr(broken.owner, broken.name)
    changed = broken.made(original)
    monkeypatch.setattr(broken.owner, broken.name, changed)
    for name, module in list(sys.modules.items()):
        if (name.startswith("syncdsl.") or module is harness) and getattr(module, broken.name, None) is original:
            monkeypatch.setattr(module, broken.name, changed)


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
