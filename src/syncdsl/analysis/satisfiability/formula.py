"""Conditions in negation normal form over axes: on each axis a set of cells, as the bits of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Within:
    """The record's cell on axis `axis` is one of `cells`: neither none nor all of them."""

    axis: int
    cells: int


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold: at most one `Within` per axis, and alternatives."""

    parts: tuple[Within | Either, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds: at most one `Within` per axis."""

    parts: tuple[Within | Both, ...]


Formula: TypeAlias = "Within | Both | Either | bool"


def within(axis: int, cells: int, full: int) -> Formula:
    """Return that a record's cell is one of `cells`."""
    return Within(axis, cells) if 0 < cells < full else cells == full


def both(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction, with the sets of one axis intersected."""
    axes: dict[int, int] = {}
    others: dict[Either, None] = {}
    for part in parts:
        if part is True:
            continue
        if part is False:
            return False
        for piece in part.parts if isinstance(part, Both) else (part,):
            if isinstance(piece, Either):
                others[piece] = None
                continue
            cells = axes.get(piece.axis, piece.cells) & piece.cells
            if not cells:
                return False
            axes[piece.axis] = cells
    found: list[Within | Either] = [*(Within(axis, cells) for axis, cells in axes.items()), *others]
    if not found:
        return True
    return found[0] if len(found) == 1 else Both(tuple(found))


def either(parts: Iterable[Formula], full: list[int]) -> Formula:
    """Return the disjunction, with the sets of one axis united; `full` are all cells by axis."""
    axes: dict[int, int] = {}
    others: dict[Both, None] = {}
    for part in parts:
        if part is False:
            continue
        if part is True:
            return True
        for piece in part.parts if isinstance(part, Either) else (part,):
            if isinstance(piece, Both):
                others[piece] = None
                continue
            cells = axes.get(piece.axis, 0) | piece.cells
            if cells == full[piece.axis]:
                return True
            axes[piece.axis] = cells
    found: list[Within | Both] = [*(Within(axis, cells) for axis, cells in axes.items()), *others]
    if not found:
        return False
    return found[0] if len(found) == 1 else Either(tuple(found))
