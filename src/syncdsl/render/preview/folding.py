"""Changes of one group that are alike: with the same values, or at least of the same fields."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.changes.effects import Update
from syncdsl.schema.digest import digest

if TYPE_CHECKING:
    from syncdsl.changes.effects import Change

SHAPES = 60
"""How many sets of fields are told apart in a group."""

VALUES = 200
"""How many values of the same fields are told apart; any later ones count among the others."""

Fields: TypeAlias = tuple[str, ...]
"""The names of the fields that a change writes."""


@dataclass(slots=True, kw_only=True)
class Fold:
    """Changes of the same fields; with the same values before and after when `same`.

    `fields` is None for the few changes of sets of fields beyond the most that are told apart. `number` is the fold's
    place in its outline.
    """

    fields: Fields | None
    same: bool
    count: int = 0
    number: int = 0
    samples: list[Change] = field(default_factory=list)

    def add(self, effect: Change, samples: int) -> None:
        """Count a change, and keep it while there are fewer samples than these."""
        self.count += 1
        if len(self.samples) < samples:
            self.samples.append(effect)


class _Shape:
    """The changes of one set of fields: by their values while these are few, the others together."""

    __slots__ = ("alike", "rest")

    def __init__(self, fields: Fields | None) -> None:
        self.alike: dict[str, Fold] = {}
        self.rest = Fold(fields=fields, same=False)


class Folding:
    """Takes the changes of a group one by one, and then tells its folds."""

    __slots__ = ("_samples", "_shapes", "names")

    def __init__(self) -> None:
        self._samples = 0
        self._shapes: dict[Fields | None, _Shape] = {}
        self.names: Counter[str] = Counter()

    def add(self, effect: Change, samples: int) -> None:
        """Count a change; up to `samples` of a fold are kept."""
        self._samples = samples
        fields: Fields | None = fields_of(effect)
        if isinstance(effect, Update):
            self._count(effect)
        shape = self._shapes.get(fields)
        if shape is None:
            if len(self._shapes) >= SHAPES:
                fields = None
            shape = self._shapes.setdefault(fields, _Shape(fields))
        if not isinstance(effect, Update) or fields is None:
            shape.rest.add(effect, samples)
            return
        key = _values(effect)
        fold = shape.alike.get(key)
        if fold is None:
            if len(shape.alike) >= VALUES:
                shape.rest.add(effect, samples)
                return
            fold = shape.alike[key] = Fold(fields=fields, same=True)
        fold.add(effect, samples)

    def folds(self) -> tuple[Fold, ...]:
        """Return the folds, the largest first; what is alike with nothing goes to the others of its fields."""
        found: list[Fold] = []
        for shape in self._shapes.values():
            rest = shape.rest
            single = [(key, fold) for key, fold in shape.alike.items() if fold.count == 1]
            if len(single) + rest.count == 1 and single:
                # The only change of these fields: all of it can be shown.
                single = []
            early = [fold.samples[0] for _, fold in single]
            for key, _ in single:
                del shape.alike[key]
            rest.count += len(early)
            rest.samples = [*early, *rest.samples][: self._samples]
            found += shape.alike.values()
            if rest.count:
                found.append(rest)
        return tuple(sorted(found, key=lambda fold: -fold.count))

    def fold_of(self, effect: Change) -> Fold:
        """Return the fold that a change was counted in, after the folds were told."""
        fields = fields_of(effect)
        shape = self._shapes.get(fields) or self._shapes[None]
        if isinstance(effect, Update) and shape.rest.fields is not None:
            return shape.alike.get(_values(effect), shape.rest) if shape.alike else shape.rest
        return shape.rest

    def _count(self, effect: Update) -> None:
        for change in effect.fields:
            if change.field in self.names or len(self.names) < SHAPES:
                self.names[change.field] += 1


def fields_of(effect: Change) -> Fields:
    """Return the names of the fields that an update changes; new records have what they have, and are one fold."""
    return tuple(change.field for change in effect.fields) if isinstance(effect, Update) else ()


def _values(effect: Update) -> str:
    return digest([[change.old, change.new] for change in effect.fields])
