"""Search for a record: alternatives are tried one after the other, those left with one choice first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from syncdsl.analysis.satisfiability.formula import Both, Either, Within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.satisfiability.formula import Formula
    from syncdsl.analysis.satisfiability.products import Product

MOST_STEPS = 100_000
"""How many choices are looked at before the answer is `Unknown`: about half a second."""
MOST_CANDIDATES = 12
"""How many products are offered for a record that may turn out not to meet the conditions."""


class Exhausted(Exception):  # noqa: N818 - it is caught where it is raised for, and means a limit, no error
    """The limit of the search was reached."""


class Axes(Protocol):
    """What the search needs to know of the axes."""

    full: list[int]

    def narrowed(self, product: Product, axis: int, cells: int) -> Product | None:
        """Return a product with one axis cut down; None when nothing is left of it."""


class Search:
    """One search. `found` says whether it came upon any product."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._steps = 0
        self.found = 0

    def run(self, formula: Formula) -> Iterator[Product]:
        """Return products that make a formula true, in a fixed order.

        Raises Exhausted when a limit is reached.
        """
        if formula is False:
            return
        start = ({}, []) if formula is True else self._assume({}, [], formula)
        if start is None:
            return
        waiting: list[tuple[Product, list[Either]]] = [start]
        while waiting:
            product, choices = waiting.pop()
            settled = self._propagate(product, choices)
            if settled is None:
                continue
            product, open_choices = settled
            if not open_choices:
                self.found += 1
                yield product
                if self.found >= MOST_CANDIDATES:
                    raise Exhausted
                continue
            place = min(range(len(open_choices)), key=lambda index: len(open_choices[index]))
            rest = [Either(tuple(item)) for index, item in enumerate(open_choices) if index != place]
            for part in reversed(open_choices[place]):
                next_state = self._assume(product, rest, part)
                if next_state is not None:
                    waiting.append(next_state)

    def _assume(
        self, product: Product, choices: list[Either], part: Within | Both | Either
    ) -> tuple[Product, list[Either]] | None:
        """Return the state in which a part holds as well."""
        self._count(1)
        match part:
            case Within():
                found = self._axes.narrowed(product, part.axis, part.cells)
                return (found, choices) if found is not None else None
            case Either():
                return product, [*choices, part]
            case Both():
                more = list(choices)
                for piece in part.parts:
                    if isinstance(piece, Either):
                        more.append(piece)
                        continue
                    narrowed = self._axes.narrowed(product, piece.axis, piece.cells)
                    if narrowed is None:
                        return None
                    product = narrowed
                return product, more
            case _:
                assert_never(part)

    def _propagate(
        self, product: Product, choices: Sequence[Either]
    ) -> tuple[Product, list[list[Within | Both]]] | None:
        """Drop alternatives that are ruled out, and take those that are the last of their choice."""
        pending = list(choices)
        while True:
            self._count(len(pending))
            forced: Within | Both | None = None
            left: list[list[Within | Both]] = []
            remaining: list[Either] = []
            for choice in pending:
                if forced is not None:
                    remaining.append(choice)
                    continue
                if any(isinstance(part, Within) and self._holds(product, part) for part in choice.parts):
                    continue
                possible = [part for part in choice.parts if self._possible(product, part)]
                if not possible:
                    return None
                if len(possible) == 1:
                    (forced,) = possible
                    continue
                left.append(possible)
                remaining.append(Either(tuple(possible)))
            if forced is None:
                return product, left
            state = self._assume(product, remaining, forced)
            if state is None:
                return None
            product, pending = state

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise Exhausted

    def _holds(self, product: Product, part: Within) -> bool:
        return part.axis in product and not product[part.axis] & ~part.cells

    def _possible(self, product: Product, part: Within | Both) -> bool:
        pieces = part.parts if isinstance(part, Both) else (part,)
        return all(
            product.get(piece.axis, self._axes.full[piece.axis]) & piece.cells
            for piece in pieces
            if isinstance(piece, Within)
        )
