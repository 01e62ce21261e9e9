"""Tests in the form in which they are run: cases spelled out, names resolved, values and conditions lowered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.trial_order import FIRST_DAY

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType
    from syncdsl.syntax.trials import EffectName


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field that a step sets: to the record with `label`, or to what `value` comes to on the day of the step."""

    field: str
    type: FieldType
    span: Span
    text: str
    value: PlanExpression | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetToday:
    """`today: 2026-05-01`."""

    date: dt.date
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRecord:
    """`given` (what exists before the rules are switched on) or `change` of one record."""

    given: bool
    connection: str
    module: str
    label: str
    settings: tuple[Setting, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of an expectation.

    `reads` are the fields it names: as written, the name of the field that is written, and what reads it. `line`: it is
    about a line of a document.
    """

    expression: PlanExpression
    text: str
    span: Span
    reads: tuple[tuple[str, str, PlanExpression], ...]
    line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`expect create invoice: line.rate == 1200.00`.

    It is about effects of the statement `rule`, or where that is None on records of `module`. `lines_field` holds the
    lines of a document.
    """

    effect: EffectName
    subject: str
    connection: str
    module: str
    rule: str | None
    label: str | None
    conditions: tuple[Condition, ...]
    lines_field: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingExpected:
    """`expect nothing else`, or with `again` that another run is quiet."""

    again: bool
    span: Span


RehearsalStep: TypeAlias = SetToday | PutRecord | Expected | NothingExpected


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One test, or one row of its `cases`; `case` is that row as written, `span` the test's first line."""

    name: str
    case: str | None
    steps: tuple[RehearsalStep, ...]
    span: Span

    @property
    def first_change(self) -> int:
        """The number of the first step after which the rules are switched on."""
        for number, step in enumerate(self.steps):
            if not isinstance(step, SetToday) and not (isinstance(step, PutRecord) and step.given):
                return number
        return len(self.steps)

    @property
    def first_day(self) -> dt.date:
        """The day on which the test begins: the last one that stands before the first change."""
        before = [step.date for step in self.steps[: self.first_change] if isinstance(step, SetToday)]
        return before[-1] if before else FIRST_DAY

    @property
    def title(self) -> str:
        """The test's name, with the row of its cases."""
        return f"{self.name} [{self.case}]" if self.case is not None else self.name
