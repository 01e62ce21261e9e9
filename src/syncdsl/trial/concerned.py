"""The part of a plan that a run of a test concerns: over modules without any record there is nothing to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.plan.restriction import without
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from syncdsl.plan.pairs import Assignment, Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.steps import Step

    Module = tuple[str, str]

_USERS = "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a test can come to concern: modules that may hold records in the course of it, pairs, and records."""

    modules: frozenset[Module]
    pairs: frozenset[str]
    records: frozenset[str]


def reach(plan: Plan, modules: Collection[Module]) -> Reach:
    """Return what can be concerned when somebody writes to `modules` and the rules go on from there."""
    reached = set(modules)
    pairs: set[str] = set()
    records: set[str] = set()
    before = -1
    while before != len(reached) + len(pairs) + len(records):
        before = len(reached) + len(pairs) + len(records)
        for pair in plan.pairs.values():
            if pair.name in pairs or _sides(pair) & reached:
                pairs.add(pair.name)
                reached |= _sides(pair)
                if pair.parent is not None:
                    pairs.add(pair.parent.pair)
        for record in plan.records.values():
            if (record.endpoint.connection, record.endpoint.module) in reached:
                records.add(record.name)
                reached |= {
                    (one.connection, one.module) for one in plan.documents.values() if one.record == record.name
                }
    return Reach(modules=frozenset(reached), pairs=frozenset(pairs), records=frozenset(records))


def concerned(plan: Plan, within: Reach, filled: Collection[Module]) -> Plan:
    """Return the plan for one run without the steps that have nothing to decide, while `filled` modules hold records.

    A pair with no record on either side decides nothing, so what the run comes to is the same, only sooner. Triggers
    are kept: they remember since when they are switched on.
    """
    pairs = {name for name in within.pairs if _sides(plan.pairs[name]) & set(filled)}
    for name in tuple(pairs):
        parent = plan.pairs[name].parent
        if parent is not None:
            pairs.add(parent.pair)
    seen = set().union(*(_sides(plan.pairs[name]) for name in pairs), _looked_up(plan, pairs, within.records))
    for name in within.records:
        endpoint = plan.records[name].endpoint
        seen.add((endpoint.connection, endpoint.module))
        seen |= {(one.connection, one.module) for one in plan.documents.values() if one.record == name}
    seen |= within.modules & set(filled)  # what rules step to through references
    if not any(isinstance(step, ObserveStep) and (step.connection, step.module) in seen for step in plan.steps):
        return plan  # a run reads something, and here it does not matter what
    dropped = [step.id for step in plan.steps if not _kept(step, pairs, within, seen)]
    if not any(module == _USERS for _, module in within.modules):
        plan = plan.model_copy(update={"access": ()})
    return without(plan, dropped)


def _sides(pair: Pair) -> set[Module]:
    return {(side.connection, side.module) for side in (pair.left, pair.right)}


def _looked_up(plan: Plan, pairs: Collection[str], records: Collection[str]) -> Iterator[Module]:
    for name in pairs:
        pair = plan.pairs[name]
        for line in pair.lines:
            for assignment, connection in (
                (line.to_right, pair.right.connection),
                (line.to_left, pair.left.connection),
            ):
                for module in _lookups(assignment):
                    yield connection, module
    for document in plan.documents.values():
        if document.record in records:
            cells = (item for line in document.lines for item in line.assignments)
            for assignment in (*document.assignments, *cells):
                for module in _lookups(assignment):
                    yield document.connection, module


def _lookups(assignment: Assignment | None) -> Iterator[str]:
    for cell in (assignment, *assignment.cells) if assignment is not None else ():
        if cell.lookup is not None:
            yield cell.lookup.module
        if cell.tax is not None:
            yield cell.tax.module


def _kept(step: Step, pairs: Collection[str], within: Reach, seen: Collection[Module]) -> bool:
    match step:
        case ObserveStep():
            return (step.connection, step.module) in seen
        case MatchStep() | MergeStep():
            return step.pair in pairs
        case TriggerStep():
            return step.record in within.records
        case WriteStep():
            return (step.connection, step.module) in within.modules
        case GuardStep():
            return True
