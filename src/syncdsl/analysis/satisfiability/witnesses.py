"""From a product to a record that was evaluated."""

from __future__ import annotations

from itertools import islice
from itertools import product as every_choice
from typing import TYPE_CHECKING, Protocol

from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.analysis.satisfiability.axes import Axis
    from syncdsl.analysis.satisfiability.products import Product
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.schema.values import Value

MOST_TRIES = 96
"""How many records are evaluated for one product."""
_MOST_VALUES = 8


class Axes(Protocol):
    """What is needed to know of the axes."""

    axes: list[Axis | None]
    full: list[int]
    opaque_reads: dict[int, tuple[tuple[str, ...], ...]]

    def number_at(self, path: tuple[str, ...]) -> int | None:
        """Return the number of a field's axis."""


def confirm(
    product: Product, checks: Sequence[tuple[Evaluator, bool]], axes: Axes
) -> Mapping[tuple[str, ...], Value] | None:
    """Return a record inside a product that meets every check when it is evaluated."""
    for values in _candidates(product, axes):
        record = Realised(values)
        if all((record.evaluate(evaluate) is True) is expected for evaluate, expected in checks):
            return values
    return None


def _candidates(product: Product, axes: Axes) -> Iterator[dict[tuple[str, ...], Value]]:
    """Return records inside a product: one is enough, unless there are tests that only evaluating can judge."""
    varied: dict[int, None] = {}
    for number in product:
        for path in axes.opaque_reads.get(number, ()):
            axis = axes.number_at(path)
            if axis is not None:
                varied[axis] = None
    fixed: dict[tuple[str, ...], Value] = {
        axis.path: axis.example(axis.full) for axis in axes.axes if axis is not None and not axis.empty
    }
    for number, cells in sorted(product.items()):  # in the order in which conditions name the fields
        axis_here = axes.axes[number]
        if axis_here is not None and number not in varied and cells != axis_here.full:
            fixed[axis_here.path] = axis_here.example(cells)
    choices: list[list[tuple[tuple[str, ...], Value]]] = []
    for number in varied:
        axis_here = axes.axes[number]
        if axis_here is not None:
            choices.append(list(_values(axis_here, product.get(number, axis_here.full))))
    for chosen in islice(every_choice(*choices), MOST_TRIES):
        yield {**fixed, **dict(chosen)}


def _values(axis: Axis, cells: int) -> Iterator[tuple[tuple[str, ...], Value]]:
    bits = [bit for bit in range(len(axis.values)) if cells >> bit & 1]
    bits.sort(key=lambda bit: (is_empty(axis.values[bit]), bit))
    if len(bits) > _MOST_VALUES:
        bits = [*bits[: _MOST_VALUES - 1], bits[-1]]
    return ((axis.path, axis.values[bit]) for bit in bits)
