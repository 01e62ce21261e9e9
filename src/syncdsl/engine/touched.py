"""Touched: which lines of a pair have anything to decide over two records that are linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.lines import line_fields
from syncdsl.schema.canonical import has_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.schema.values import Value
    from syncdsl.state import Link


class Touched:
    """Compares the fields that the lines of a pair read or write with the bases of links.

    A line all of whose fields are as they were last synced makes the same of them as then: it is settled, whatever it
    makes, and its bases stay as they are. That is so for nearly every line of nearly every link, and it is known
    without evaluating anything. A line that is enforced, or that the link does not know yet, always counts as touched.
    """

    def __init__(self, pair: Pair, context: Context) -> None:
        self._lines = pair.lines
        self._digests = tuple(sorted({line.digest for line in pair.lines}))
        self._enforced = {number for number, line in enumerate(pair.lines) if line.enforce}
        self._unit = [_unit(pair, number) for number in range(len(pair.lines))]
        self._left = _fields(pair, context, "left")
        self._right = _fields(pair, context, "right")

    def lines(self, link: Link, left: Record, right: Record) -> list[MapLine]:
        """Return the touched lines, and with each the others of its group, in their order."""
        touched = set(self._enforced)
        if link.lines != self._digests:
            touched.update(number for number, line in enumerate(self._lines) if line.digest not in link.lines)
        for fields, base, compared in (
            (left.fields, link.left_base, self._left),
            (right.fields, link.right_base, self._right),
        ):
            for name, has, numbers in compared:
                value, held = fields.get(name), base.get(name)
                # What is equal is as it was, and needs no form.
                if value != held and not has(value, held):
                    touched |= numbers
        if not touched:
            return []
        units = {number for one in touched for number in self._unit[one]}
        return [self._lines[number] for number in sorted(units)]

    def knows_all(self, link: Link) -> bool:
        """Return whether a link knows the lines of the pair, and no others."""
        return link.lines == self._digests


def _unit(pair: Pair, number: int) -> list[int]:
    group = pair.lines[number].group
    return [number] if group is None else [place for place, line in enumerate(pair.lines) if line.group == group]


def _fields(pair: Pair, context: Context, side: SideName) -> list[tuple[str, Callable[[Value, Value], bool], set[int]]]:
    """Return the mapped fields of a side, each with what compares it with its base, and the lines it has a part in."""
    endpoint = pair.left if side == "left" else pair.right
    numbers: dict[str, set[int]] = {}
    for number, line in enumerate(pair.lines):
        for name in line_fields(line, side):
            numbers.setdefault(name, set()).add(number)
    return [
        (name, has_form(context.type_of(endpoint.connection, endpoint.module, name)), some)
        for name, some in sorted(numbers.items())
    ]
