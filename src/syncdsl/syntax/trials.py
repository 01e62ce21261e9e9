"""Nodes of `test` statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.syntax.expressions import _Node

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.diagnostics import Span
    from syncdsl.syntax.expressions import Expression, Path, TextLiteral
    from syncdsl.syntax.parts import Bad, Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDate(_Node):
    """`today: 2026-05-01`; None for a date that does not exist, which was reported."""

    __test__ = False
    date: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(_Node):
    """`Stage = "Qualification"`."""

    target: Path
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(_Node):
    """`given deal "D1": Stage = "Qualification"`: what exists before the rules are switched on."""

    subject: Path
    label: TextLiteral
    assignments: tuple[Assignment | Bad, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(_Node):
    """`change deal "D1": Stage = "Closed Won"`: what is created or altered afterwards."""

    subject: Path
    label: TextLiteral
    assignments: tuple[Assignment | Bad, ...]


class EffectName(Enum):
    """An effect that a test expects."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LINK = "link"
    UNLINK = "unlink"
    SKIP = "skip"
    HOLD = "hold"
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(_Node):
    """`expect create invoice: line.rate == 1200.00`; with a label it is about one record."""

    effect: EffectName
    subject: Path
    label: TextLiteral | None
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectNothing(_Node):
    """`expect nothing else`; with `again`: `expect nothing again`, a second run is quiet."""

    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(_Node):
    """One row of `cases`."""

    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases(_Node):
    """`cases a, b:` and its rows; the test is repeated for each."""

    names: tuple[Identifier, ...]
    rows: tuple[Case | Bad, ...]


TestStep: TypeAlias = "TestDate | Given | Change | Expect | ExpectNothing | Cases | Bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(_Node):
    """`test "a won deal becomes one invoice":` and its steps."""

    __test__ = False
    name: TextLiteral
    steps: tuple[TestStep, ...]
    header: Span = field(compare=False, repr=False)
