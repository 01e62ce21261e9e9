"""Which effects meet which expectations, and which came nearest to one that nothing meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.changes.rehearsed import Judged
from syncdsl.plan.evaluation import compile_expression
from syncdsl.trial.happenings import rows_of, show_value
from syncdsl.trial.places import spot
from syncdsl.trial.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.rehearsals import Condition, Expected
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Value
    from syncdsl.trial.happenings import Happened
    from syncdsl.trial.memory_pair import MemoryPair

_NOT_WRITTEN = "not written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How an effect compares with an expectation: the word, the subject and the label fit, and these conditions hold.

    `near`: how much of it fits, for what comes nearest.
    """

    kind: bool
    subject: bool
    label: bool
    judged: tuple[Judged, ...]
    done: bool

    @property
    def whole(self) -> bool:
        """Whether the effect meets the expectation."""
        return self.kind and self.subject and self.label and self.done and all(item.holds for item in self.judged)

    @property
    def close(self) -> bool:
        """Whether it is the right effect on the right record, and only its values or its success are not."""
        return self.kind and self.subject and self.label

    @property
    def near(self) -> tuple[int, ...]:
        """What makes one effect nearer than another, most important first."""
        fitting = sum(item.holds for item in self.judged)
        return (self.subject and self.label, self.subject, self.kind, fitting, self.done)


def compare(expected: Expected, item: Happened, plan: Plan, pair: MemoryPair) -> Met:
    """Return how an effect compares with an expectation."""
    subject = _is_subject(expected, item)
    label = expected.label is None or _is_about(expected, item, pair)
    return Met(
        kind=item.word == expected.effect.value,
        subject=subject,
        label=label,
        judged=_judged(expected, item, plan, pair) if subject else (),
        done=item.refused is None,
    )


def assign(table: Sequence[Sequence[Met]]) -> list[int | None]:
    """Return for each expectation (a row) the effect (a column) that meets it, each effect for one expectation only.

    As many expectations as possible are met, whatever their order: a broad one leaves its effect to a narrow one.
    """
    owner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, met in enumerate(table[row]):
            if not met.whole or column in tried:
                continue
            tried.add(column)
            if column not in owner or place(owner[column], tried):
                owner[column] = row
                return True
        return False

    for row in range(len(table)):
        place(row, set())
    taken = {row: column for column, row in owner.items()}
    return [taken.get(row) for row in range(len(table))]


def _is_subject(expected: Expected, item: Happened) -> bool:
    there = (item.connection, item.module) == (expected.connection, expected.module)
    if expected.rule is None:
        return there
    # A hold stands at the record it is about, which may be on either side; a condition reads one side alone.
    return item.rule == expected.rule and (there or not expected.conditions or item.word == "hold")


def _is_about(expected: Expected, item: Happened, pair: MemoryPair) -> bool:
    label = f'"{expected.label}"'
    return any(pair.label_of(identifier) == label for identifier in item.records)


def _judged(expected: Expected, item: Happened, plan: Plan, pair: MemoryPair) -> tuple[Judged, ...]:
    """Return what comes of the conditions, those on lines all over the one line of which most hold."""
    rows: list[Mapping[str, Value]] = [{}]
    if any(condition.line for condition in expected.conditions):
        rows = [dict(row) for row in rows_of(item.fields.get(expected.lines_field or ""))] or rows
    candidates = [
        tuple(_judge(condition, expected, item, row, plan, pair) for condition in expected.conditions) for row in rows
    ]
    return max(candidates, key=lambda judged: sum(one.holds for one in judged))


def _judge(
    condition: Condition,
    expected: Expected,
    item: Happened,
    row: Mapping[str, Value],
    plan: Plan,
    pair: MemoryPair,
) -> Judged:
    """Judge one condition. Of an update only the fields that it writes are known, so others make nothing hold."""
    sight = Sight(store=pair.stores[expected.connection], row=row)
    written = dict(row) if condition.line else item.fields
    known = item.word == "create" or all(name in written for _, name, _ in condition.reads)
    evaluate = compile_expression(condition.expression, plan.tables)
    holds = known and evaluate(item.fields, sight) is True
    actual = tuple(
        (
            text,
            show_value(compile_expression(read, plan.tables)(item.fields, sight), pair)
            if name in written
            else _NOT_WRITTEN,
        )
        for text, name, read in condition.reads
    )
    return Judged(text=condition.text, place=spot(condition.span), holds=holds, actual=actual)
