"""The questions that the checker asks of conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.satisfiability.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.satisfiability.answers import Answer
    from syncdsl.analysis.satisfiability.record_type import RecordType
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan


def witness(
    conditions: Sequence[PlanExpression],
    record: RecordType,
    tables: Mapping[str, TablePlan],
    *,
    unless: Sequence[PlanExpression] = (),
) -> Answer:
    """Return a record that meets all `conditions` and none of `unless`, if there is one."""
    known = Conditions((*conditions, *unless), record, tables)
    count = len(conditions)
    return known.decide(range(count), range(count, count + len(unless)))


def implies(
    premises: Sequence[PlanExpression],
    conclusion: PlanExpression,
    record: RecordType,
    tables: Mapping[str, TablePlan],
) -> bool:
    """Return whether it is proven that every record that meets the premises meets the conclusion."""
    known = Conditions((*premises, conclusion), record, tables)
    return known.impossible(range(len(premises)), (len(premises),))


def always(condition: PlanExpression, record: RecordType, tables: Mapping[str, TablePlan]) -> bool:
    """Return whether it is proven that every record meets a condition."""
    return implies((), condition, record, tables)


def never(conditions: Sequence[PlanExpression], record: RecordType, tables: Mapping[str, TablePlan]) -> bool:
    """Return whether it is proven that no record meets all conditions."""
    return Conditions(conditions, record, tables).impossible(range(len(conditions)))


def disjoint(one: PlanExpression, other: PlanExpression, record: RecordType, tables: Mapping[str, TablePlan]) -> bool:
    """Return whether it is proven that no record meets both conditions."""
    return never((one, other), record, tables)
