"""Tests as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.format.layout import concat
from syncdsl.format.lines import identifiers, path, text
from syncdsl.syntax.parts import Bad
from syncdsl.syntax.trials import (
    Assignment,
    Case,
    Cases,
    Change,
    Expect,
    ExpectNothing,
    Given,
    TestDate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.format.layout import Doc
    from syncdsl.format.lines import Lines
    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.trials import Test, TestStep


def put_test(lines: Lines, test: Test) -> None:
    """Put a test and its steps."""
    lines.begin(test.span.start, test.header.end)
    lines.put(0, f"test {text(test.name)}:", opens=True, kind="test")
    for step in test.steps:
        _put_step(lines, step)


def _put_step(lines: Lines, step: TestStep) -> None:
    match step:
        case TestDate():
            lines.simple(step, 1, f"today: {step.date}")
        case Given() | Change():
            word = "given" if isinstance(step, Given) else "change"
            header = f"{word} {path(step.subject)} {text(step.label)}:"
            assignments = [item for item in step.assignments if isinstance(item, Assignment)]
            lines.listed(step, 1, header, assignments, lambda item: _assignment(lines, item))
        case Expect():
            lines.begin(step.span.start, step.span.end)
            lines.put(1, _expect(lines, step))
        case ExpectNothing():
            lines.simple(step, 1, f"expect nothing {'again' if step.again else 'else'}")
        case Cases():
            lines.header(step, 1, f"cases {identifiers(step.names)}:")
            for row in step.rows:
                if isinstance(row, Case):
                    lines.begin(row.span.start, row.span.end)
                    lines.put(2, _separated(lines, row.values, row.span.start, row.span.end))
        case Bad():  # only in files with errors, which are refused
            raise AssertionError(step)
        case _:
            assert_never(step)


def _assignment(lines: Lines, item: Assignment) -> Doc:
    value = lines.expression(item.value, lines.boundary(item.target.span.end, "="), item.span.end)
    return concat(f"{path(item.target)} = ", value)


def _expect(lines: Lines, step: Expect) -> Doc:
    label = f" {text(step.label)}" if step.label is not None else ""
    header = f"expect {step.effect.value} {path(step.subject)}{label}"
    if not step.conditions:
        return header
    return concat(f"{header}: ", _separated(lines, step.conditions, step.subject.span.end, step.span.end))


def _separated(lines: Lines, values: Sequence[Expression], start: int, end: int) -> Doc:
    """Lay out expressions with commas between them; each takes the comments up to the next one."""
    docs: list[Doc] = []
    at = start
    for index, value in enumerate(values):
        if index:
            docs.append(", ")
        comma = lines.boundary(value.span.end, ",") if index + 1 < len(values) else end
        docs.append(lines.expression(value, at, comma))
        at = comma
    return concat(*docs)
