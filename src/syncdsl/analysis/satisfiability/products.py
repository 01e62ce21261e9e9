"""Disjunctions of products: the form in which two conditions are told apart at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

from syncdsl.analysis.satisfiability.formula import Both, Either, Within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.satisfiability.formula import Formula

Product: TypeAlias = dict[int, int]
"""By axis, the cells a record may be in; on an axis that is not named, in any."""

_MOST = 64


class Narrowing(Protocol):
    """What knows how axes depend on each other."""

    def narrowed(self, product: Product, axis: int, cells: int) -> Product | None:
        """Return a product with one axis cut down; None when nothing is left of it."""


def products_of(formula: Formula, axes: Narrowing) -> list[Product] | None:
    """Return a formula as a disjunction of products; None when there would be more than 64."""
    match formula:
        case bool():
            return [{}] if formula else []
        case Within():
            found = axes.narrowed({}, formula.axis, formula.cells)
            return [found] if found is not None else []
        case Both():
            products: list[Product] = [{}]
            for part in formula.parts:
                own = products_of(part, axes)
                if own is None or len(own) * len(products) > _MOST:
                    return None
                joins = (join(one, other, axes) for one in products for other in own)
                products = [item for item in joins if item is not None]
            return products
        case Either():
            united: list[Product] = []
            for alternative in formula.parts:
                own = products_of(alternative, axes)
                if own is None or len(own) + len(united) > _MOST:
                    return None
                united += own
            return united
        case _:
            assert_never(formula)


def join(one: Product, other: Product, axes: Narrowing) -> Product | None:
    """Return the intersection of two products; None when it is empty."""
    found: Product | None = one
    for axis, cells in other.items():
        if found is None:
            return None
        found = axes.narrowed(found, axis, cells)
    return found


def contradict(ones: Sequence[Product], others: Sequence[Product], axes: Narrowing) -> bool:
    """Return whether no product of the one list shares a record with one of the other."""
    for one in ones:
        for other in others:
            if _apart(one, other):
                continue
            if join(one, other, axes) is not None:
                return False
    return True


def neighbours(conditions: Sequence[Sequence[Product] | None]) -> list[int]:
    """Return for each condition, as bits, those that are not told apart from it by any single axis.

    `None` stands for a condition whose products are too many; it is a neighbour of all.
    """
    everyone = (1 << len(conditions)) - 1
    inside: dict[int, dict[int, int]] = {}
    named: dict[int, int] = {}
    for number, products in enumerate(conditions):
        for axis in {axis for product in products or () for axis in product}:
            if products is not None and all(axis in product for product in products):
                named[axis] = named.get(axis, 0) | 1 << number
                cells = inside.setdefault(axis, {})
                for product in products:
                    for bit in _bits(product[axis]):
                        cells[bit] = cells.get(bit, 0) | 1 << number
    found: list[int] = []
    for products in conditions:
        near = everyone if products is None else 0
        for product in products or ():
            allowed = everyone
            for axis, cells_here in product.items():
                here = everyone & ~named.get(axis, 0)
                known = inside.get(axis, {})
                for bit in _bits(cells_here):
                    here |= known.get(bit, 0)
                allowed &= here
            near |= allowed
        found.append(near)
    return found


def _bits(cells: int) -> Iterator[int]:
    while cells:
        lowest = cells & -cells
        yield lowest.bit_length() - 1
        cells ^= lowest


def _apart(one: Product, other: Product) -> bool:
    for axis, cells in one.items():
        own = other.get(axis)
        if own is not None and not own & cells:
            return True
    return False
