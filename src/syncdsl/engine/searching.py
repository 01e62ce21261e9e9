"""Find: what a person means by a few letters, in the modules of the CRM that the rules sync, and what becomes of it.

Searches the left modules. A record's children in other synced modules are listed below it. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.changes.effects import RecordName
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.verify import NOTHING_TO_SEARCH, UNKNOWN_MODULE_STATEMENT
from syncdsl.engine.standing import Standing, Standings
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.model import Model
from syncdsl.schema.types import ReferenceType
from syncdsl.schema.values import Ref, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Pair

Place: TypeAlias = tuple[str, str]
"""A connection and one of its modules."""

LIMIT = 20
"""How many hits of a module are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A module whose records belong to those of another: `field` refers to them."""

    place: Place
    field: str


class Hit(Model):
    """A record that was found: what each `module` statement over its module makes of it, and the records below it."""

    record: RecordName
    standings: tuple[Standing, ...]
    children: tuple[Hit, ...] = ()


class Search(Model):
    """What was searched for, where, and what was found. `more` names modules that may hold further hits."""

    text: str
    places: tuple[Place, ...]
    hits: tuple[Hit, ...]
    more: tuple[Place, ...] = ()

    @property
    def records(self) -> list[RecordName]:
        """Every record that was found, each below what it belongs to, in the order in which they are shown."""
        return [record for hit in self.hits for record in _records(hit)]


def search(run: Run, text: str, *, module: str | None = None, limit: int = LIMIT) -> Search:
    """Search the CRM by names; records that belong to a hit are listed below it and not again by themselves.

    With `module` only what that `module` statement syncs, with those nested in it. Raises Fault: SD841 when there is no
    such module, SD842 when the rules sync none.
    """
    pairs = _chosen(run, module)
    places = list(dict.fromkeys((pair.left.connection, pair.left.module) for pair in pairs))
    children = {place: [child for child in _children(run, place, places) if child.place != place] for place in places}
    finder = _Finder(run, pairs, children)
    hits: list[Hit] = []
    more: list[Place] = []
    seen: set[tuple[Place, str]] = set()
    below = {child.place for found in children.values() for child in found}
    for place in sorted(places, key=lambda item: item in below):
        connection, name = place
        records = run.connections[connection].search(name, text, finder.fields(place), limit)
        if len(records) >= limit:
            more.append(place)
        for hit in finder.hits(place, [record for record in records if (place, record.id) not in seen]):
            hits.append(hit)
            seen.update(_within(hit))
    return Search(text=text, places=tuple(places), hits=tuple(hits), more=tuple(more))


def _chosen(run: Run, module: str | None) -> list[Pair]:
    pairs = list(run.plan.pairs.values())
    if module is not None:
        pairs = [pair for pair in pairs if pair.name == module or pair.name.startswith(f"{module}.")]
        if not pairs:
            names = ", ".join(f"`{known}`" for known in run.plan.pairs) or "none"
            raise Fault(
                UNKNOWN_MODULE_STATEMENT,
                f"the rules have no module `{module}`",
                help=f"the modules of these rules: {names}",
            )
    if not pairs:
        raise Fault(
            NOTHING_TO_SEARCH,
            "the rules sync no module that can be searched",
            help="`find` searches the left modules of `module` statements; these rules have none",
        )
    return pairs


def _children(run: Run, place: Place, places: Iterable[Place]) -> Iterable[Child]:
    """Yield the synced modules whose records refer to those of `place`: by the rules' `parent`, else by a reference."""
    connection, module = place
    for other in places:
        if other[0] != connection:
            continue
        named = [
            pair.parent.field_of("left")
            for pair in run.plan.pairs.values()
            if pair.parent is not None and (pair.left.connection, pair.left.module) == other
        ]
        fields = run.schemas[connection].modules[other[1]].fields
        referring = [
            name
            for name in (*named, *sorted(fields))
            if name in fields and isinstance(kind := fields[name].value, ReferenceType) and module in kind.modules
        ]
        if referring:
            yield Child(place=other, field=referring[0])


class _Finder:
    """Turns records into hits."""

    def __init__(self, run: Run, pairs: Sequence[Pair], children: Mapping[Place, Sequence[Child]]) -> None:
        self._run = run
        self._pairs = pairs
        self._children = children
        self._standings = Standings(run)

    def fields(self, place: Place) -> tuple[str, ...]:
        """Return the fields that telling a record's standing needs."""
        connection, module = place
        names = {self._run.schemas[connection].modules[module].label_field}
        for step in self._run.plan.steps:
            if isinstance(step, ObserveStep) and (step.connection, step.module) == place:
                names.update(step.fields)
        return tuple(sorted(names))

    def hits(self, place: Place, records: Sequence[Record], *, deep: bool = True) -> list[Hit]:
        """Return a hit for every record, in their order."""
        below = self._below(place, records) if deep else {}
        return [
            Hit(
                record=self._name(place, record),
                standings=tuple(self._standings.of(pair, record) for pair in self._over(place)),
                children=tuple(below.get(record.id, ())),
            )
            for record in records
        ]

    def _over(self, place: Place) -> list[Pair]:
        return [pair for pair in self._pairs if (pair.left.connection, pair.left.module) == place]

    def _below(self, place: Place, records: Sequence[Record]) -> dict[str, list[Hit]]:
        """Return the children of records, by the record's id."""
        found: dict[str, list[Hit]] = {}
        connection, module = place
        for child in self._children[place] if records else ():
            parents = [Ref(module, record.id) for record in records]
            answer = self._run.connections[connection].find(
                child.place[1], child.field, parents, self.fields(child.place)
            )
            for parent, held in answer.items():
                if isinstance(parent, Ref):
                    found.setdefault(parent.id, []).extend(self.hits(child.place, held, deep=False))
        return found

    def _name(self, place: Place, record: Record) -> RecordName:
        connection, module = place
        label = show(record.fields.get(self._run.schemas[connection].modules[module].label_field))
        return RecordName(connection=connection, module=module, id=record.id, label=label or record.id)


def _records(hit: Hit) -> list[RecordName]:
    return [hit.record, *(record for child in hit.children for record in _records(child))]


def _within(hit: Hit) -> Iterable[tuple[Place, str]]:
    """Yield a hit's record and those below it."""
    for record in _records(hit):
        yield (record.connection, record.module), str(record.id)


__all__ = ["Hit", "Search", "search"]
