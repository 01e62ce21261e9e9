"""Axes: the values of one field cut into cells on which every test answers the same.

A cell has one example value. Bit `n` of a set of cells stands for cell `n`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.analysis.satisfiability.line import line_of
from syncdsl.analysis.satisfiability.realising import reference_at
from syncdsl.plan.comparing import form_of
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    EmailType,
    IdType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from syncdsl.analysis.satisfiability.line import Line
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Path: TypeAlias = tuple[str, ...]
_BLANK = " "
_WORDS = ("Acme", "Globex", "Initech", "Hooli", "Umbrella", "Stark", "Wayne", "Wonka")


class Axis:
    """One field. `exhaustive`: its cells are all its values, so that any test of it can be evaluated cell by cell."""

    exhaustive = False

    def __init__(self, path: Path, values: Sequence[Value]) -> None:
        self.path = path
        self.values = tuple(values)
        self.full = (1 << len(values)) - 1
        self.empty = sum(1 << bit for bit, value in enumerate(values) if is_empty(value))

    def compare(self, op: Operator, constant: Value, kind: FieldType) -> int | None:
        """Return the cells whose values compare so with a constant; None where this axis cannot tell."""
        del kind
        if is_empty(constant):
            return {"==": self.empty, "!=": self.full & ~self.empty}.get(op, 0)
        return None

    def among(self, constants: Iterable[Value], kind: FieldType) -> int | None:
        """Return the cells whose values equal one of the constants."""
        found = 0
        for constant in constants:
            cells = self.compare("==", constant, kind)
            if cells is None:
                return None
            found |= cells
        return found

    def example(self, cells: int) -> Value:
        """Return the value that shows a set of cells best: one with a value where there is one."""
        order = sorted(range(len(self.values)), key=lambda bit: (is_empty(self.values[bit]), bit))
        return next(self.values[bit] for bit in order if cells >> bit & 1)


class ExhaustiveAxis(Axis):
    """A pick list, or true and false."""

    exhaustive = True

    def __init__(self, path: Path, values: Sequence[Value]) -> None:
        super().__init__(path, values)
        self._cells: dict[type, dict[Value, int]] = {}

    def compare(self, op: Operator, constant: Value, kind: FieldType) -> int | None:
        """Return the cells whose values compare so with a constant; None where they have to be tried one by one."""
        if op not in {"==", "!="} or not isinstance(kind, ChoiceType | TextType | IdType | UrlType | BooleanType):
            return None
        form = form_of(kind)
        cells = self._cells.get(type(kind))
        if cells is None:
            cells = self._cells[type(kind)] = {}
            for bit, value in enumerate(self.values):
                cells[form(value)] = cells.get(form(value), 0) | 1 << bit
        found = cells.get(form(constant), 0)
        return found if op == "==" else self.full & ~found


class TextAxis(Axis):
    """Texts: those that are named, by their canonical form, and all others."""

    def __init__(self, path: Path, kind: FieldType, constants: Iterable[Value], example: int, *, filled: bool) -> None:
        self._kind = type(kind)
        self._form = form_of(kind)
        named = {form: form for text in constants if isinstance(form := self._form(text), str)}
        other = _other(kind, set(named), example)
        values: list[Value] = [*sorted(named), other]
        if not filled:
            values += [None, _BLANK]  # nothing but spaces equals empty, and yet `is empty` says no
        super().__init__(path, values)
        self._cells: dict[Value, int] = {}
        for bit, value in enumerate(self.values):
            form = self._form(value)
            self._cells[form] = self._cells.get(form, 0) | 1 << bit

    def compare(self, op: Operator, constant: Value, kind: FieldType) -> int | None:
        """Return the cells whose values compare so with a constant."""
        same = type(kind) is self._kind or {type(kind), self._kind} <= {ChoiceType, IdType, UrlType}
        if not same or op not in {"==", "!="} or not (constant is None or isinstance(constant, str)):
            return None
        cells = self._cells.get(self._form(constant), 0)
        return cells if op == "==" else self.full & ~cells


class LineAxis(Axis):
    """Numbers, days or instants: points and the intervals between them."""

    def __init__(self, path: Path, line: Line, points: Iterable[Fraction]) -> None:
        self._line = line
        self._positions = line.cells(points)
        super().__init__(path, [*(line.value(position) for position in self._positions), None])

    def compare(self, op: Operator, constant: Value, kind: FieldType) -> int | None:
        """Return the cells whose values compare so with a constant."""
        if is_empty(constant):
            return super().compare(op, constant, kind)
        point = self._line.position(constant)
        if point is None or line_of(kind, 0) is None:
            return None
        below = (1 << bisect_left(self._positions, point)) - 1
        up_to = (1 << bisect_right(self._positions, point)) - 1
        filled = self.full & ~self.empty
        match op:
            case "<":
                return below
            case "<=":
                return up_to
            case ">":
                return filled & ~up_to
            case ">=":
                return filled & ~below
            case "==":
                return up_to & ~below
            case "!=":
                return self.full & ~(up_to & ~below)


def axis_of(path: Path, kind: FieldType, constants: Sequence[Value], example: int, *, filled: bool) -> Axis:
    """Return the axis of a field; `constants` are all values that any test compares it with.

    `filled`: it is never empty. `example` varies what the examples of equal fields show.
    """
    line = line_of(kind, example)
    if line is not None:
        return LineAxis(path, line, [point for item in constants if (point := line.position(item)) is not None])
    match kind:
        case BooleanType():
            return ExhaustiveAxis(path, (True, False, None))
        case ChoiceType() if kind.options:  # without any, the snapshot does not know them
            return ExhaustiveAxis(path, (*dict.fromkeys(item for item in kind.options if item), None))
        case ChoicesType():
            return Axis(path, (kind.options[:1] or ("…",), None))
        case ReferenceType():
            return Axis(path, (reference_at(path), None))
        case RowsType():
            return Axis(path, (((("", "…"),),), None))
        case _:
            return TextAxis(path, kind, constants, example, filled=filled)


def _other(kind: FieldType, forms: set[str], example: int) -> str:
    """Return a text of a kind that is none of the named ones."""
    form = form_of(kind)
    number = example
    while True:
        word = _WORDS[number % len(_WORDS)]
        tail = str(number // len(_WORDS)) if number >= len(_WORDS) else ""
        match kind:
            case EmailType():
                text = f"{word.lower()}{tail}@example.com"
            case PhoneType():
                text = f"+49 30 {901_820 + number}"
            case UrlType():
                text = f"https://{word.lower()}{tail}.example.com"
            case IdType():
                text = str(1001 + number)
            case TextType() | _:
                text = word + tail
        if form(text) not in forms:
            return text
        number += 1
