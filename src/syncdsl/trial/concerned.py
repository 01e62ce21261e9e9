"""The part of a plan that a test can concern: in every other module there is no record, and none can come."""

from __future__ import annotations

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


def concerned(plan: Plan, modules: Collection[Module]) -> Plan:
    """Return the plan without the steps over modules that hold nothing when only `modules` are written by hand.

    Such steps decide nothing, so what a run comes to is the same, only sooner. Kept are both sides of every pair that
    has records on one, the parents of nested ones, the documents of records, and what rules look up.
    """
    reached = set(modules)
    pairs: set[str] = set()
    records: set[str] = set()
    before = -1
    while before != len(reached) + len(pairs) + len(records):
        before = len(reached) + len(pairs) + len(records)
        for pair in plan.pairs.values():
            sides = _sides(pair)
            if pair.name in pairs or sides & reached:
                pairs.add(pair.name)
                reached |= sides
                if pair.parent is not None:
                    pairs.add(pair.parent.pair)
        for record in plan.records.values():
            if (record.endpoint.connection, record.endpoint.module) in reached:
                records.add(record.name)
                documents = [one for one in plan.documents.values() if one.record == record.name]
                reached |= {(one.connection, one.module) for one in documents}
    seen = reached | set(_looked_up(plan, pairs, records))
    if not any(isinstance(step, ObserveStep) and (step.connection, step.module) in seen for step in plan.steps):
        return plan  # a run reads something, and here it does not matter what
    dropped = [step.id for step in plan.steps if not _kept(step, pairs, records, reached, seen)]
    if not any(module == _USERS for _, module in reached):
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


def _kept(
    step: Step, pairs: Collection[str], records: Collection[str], reached: Collection[Module], seen: Collection[Module]
) -> bool:
    match step:
        case ObserveStep():
            return (step.connection, step.module) in seen
        case MatchStep() | MergeStep():
            return step.pair in pairs
        case TriggerStep():
            return step.record in records
        case WriteStep():
            return (step.connection, step.module) in reached
        case GuardStep():
            return True
