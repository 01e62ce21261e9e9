"""What performing a change set takes: calls, time under the rate limits, and what is left of the day."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, assert_never

from syncdsl.adapters.costing import Costing, Work, plain_allowance, plain_toll
from syncdsl.changes.change_set import Estimate, GuardVerdict
from syncdsl.engine.operations import (
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    GiveAccess,
    LinkRecords,
    SetAside,
    TakeAccess,
    UpdateDocument,
    UpdateRecord,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import Operation


def estimates(context: Context) -> tuple[Estimate, ...]:
    """Return what the operations of a context take of each system, at least; one with nothing to do is left out."""
    by_system: defaultdict[str, dict[str, Work]] = defaultdict(dict)
    for (connection, module), work in sorted(_work(context.operations).items()):
        by_system[connection][module] = work
    return tuple(_estimate(context, connection, works) for connection, works in by_system.items())


def budget_verdicts(context: Context, expected: Sequence[Estimate]) -> Iterator[GuardVerdict]:
    """Yield what estimates come to against the budget of the environment, and what the systems still allow."""
    budget = context.run.budget
    calls, seconds = sum(item.calls for item in expected), sum(item.seconds for item in expected)
    if budget.calls is not None:
        yield GuardVerdict(
            kind="budget",
            text=f"calls <= {budget.calls:,}",
            location=budget.location,
            value=f"{calls:,}",
            limit=f"{budget.calls:,}",
            exceeded=calls > budget.calls,
        )
    if budget.minutes is not None:
        yield GuardVerdict(
            kind="budget",
            text=f"minutes <= {budget.minutes:g}",
            location=budget.location,
            value=f"about {seconds / 60:,.1f}",
            limit=f"{budget.minutes:g}",
            exceeded=seconds > budget.minutes * 60,
        )
    for item in expected:
        if item.left is not None:
            yield GuardVerdict(
                kind="quota",
                text=f"{item.connection}: what is left of the day",
                location=budget.location,
                value=f"{item.cost:,} of {item.left:,}",
                limit=f"{item.left:,}",
                exceeded=item.cost > item.left,
            )


def _work(operations: Iterable[Operation]) -> dict[tuple[str, str], Work]:
    creates: defaultdict[tuple[str, str], int] = defaultdict(int)
    removals: defaultdict[tuple[str, str], int] = defaultdict(int)
    actions: defaultdict[tuple[str, str], int] = defaultdict(int)
    # A key and the values that go with it travel in one write.
    updates: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for operation in operations:
        place = target_of(operation)
        match operation:
            case CreateRecord() | CreateDocument():
                creates[place] += 1
            case UpdateRecord() | UpdateDocument():
                updates[place].add(operation.record.id)
            case LinkRecords():
                if operation.effect.write_key:
                    record = operation.right if operation.effect.key_side == "right" else operation.left
                    updates[place].add(record.id)
            case DeleteRecord() | DeactivateRecord() | TakeAccess():
                removals[place] += 1
            case ActOnDocument():
                actions[place] += 1
            case GiveAccess():
                if operation.record is None:
                    creates[place] += 1
                else:
                    updates[place].add(operation.record.id)
            case SetAside():
                pass
            case _:
                assert_never(operation)
    return {
        place: Work(
            creates=creates[place], updates=len(updates[place]), removals=removals[place], actions=actions[place]
        )
        for place in {*creates, *updates, *removals, *actions}
    }


def _estimate(context: Context, connection: str, works: dict[str, Work]) -> Estimate:
    adapter = context.run.connections[connection]
    if isinstance(adapter, Costing):
        tolls = [adapter.toll(module, work) for module, work in works.items()]
        allowance = adapter.allowance()
    else:
        tolls = [plain_toll(adapter.capabilities, work) for work in works.values()]
        allowance = plain_allowance(adapter.capabilities)
    calls = sum(toll.calls for toll in tolls)
    return Estimate(
        connection=connection,
        calls=calls,
        cost=sum(toll.cost for toll in tolls),
        seconds=math.ceil(allowance.seconds(calls)),
        left=allowance.left,
    )
