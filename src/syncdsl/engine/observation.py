"""What was read of one module: its records, kept in the state, and those of them that have something to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator

    from syncdsl.engine.long_agenda import LongAgenda
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Link, State, StoredRecord
    from syncdsl.state.records import Side

KEPT = 2_000
"""How many records of a module stay in memory after they were looked up."""


def observation_name(step: ObserveStep) -> str:
    """Return the name under which an observation is remembered: module and view, whatever the rules call it."""
    return f"{step.connection}.{step.module}" + (f"|{step.view}" if step.view else "")


class Records(Mapping[str, Record]):
    """The records of an observation, read from the state as they are needed: a module may have a million."""

    def __init__(self, state: State, step: ObserveStep) -> None:
        self._state = state
        self._name = observation_name(step)
        self._module = step.module
        self._kept: dict[str, Record | None] = {}

    def __getitem__(self, record_id: str) -> Record:
        """Return one record; raises KeyError when it is not in the observation."""
        return self.many((record_id,))[record_id]

    def __iter__(self) -> Iterator[str]:
        """Return every id, in order."""
        after = ""
        while found := self._state.stored_ids(self._name, after, 1_000):
            yield from found
            after = found[-1]

    def __len__(self) -> int:
        """Return how many there are."""
        return self._state.stored_count(self._name)

    def many(self, ids: Iterable[str]) -> dict[str, Record]:
        """Return those of some records that there are, in the order given, with one look."""
        wanted = list(dict.fromkeys(ids))
        known = {record_id: self._kept[record_id] for record_id in wanted if record_id in self._kept}
        known.update(self._load([record_id for record_id in wanted if record_id not in known]))
        return {record_id: found for record_id in wanted if (found := known[record_id]) is not None}

    def batches(self) -> Iterator[list[Record]]:
        """Return every record, some at a time, in order of ids."""
        for some in self._state.every_record(self._name):
            yield [self._restore(stored) for stored in some]

    def unlinked(self, pair: str, side: Side) -> Iterator[list[Record]]:
        """Return the records that no stored link of a pair names, some at a time, in order of ids."""
        for some in self._state.unlinked(pair, side, self._name):
            yield [self._restore(stored) for stored in some]

    def joined(self, pair: str, rights: Records) -> Iterator[list[tuple[Link, Record | None, Record | None]]]:
        """Return every stored link of a pair with its records, these on the left, some at a time, in order of ids."""
        for joints in self._state.joined(pair, self._name, rights._name):
            yield [
                (
                    link,
                    None if left is None else self._restore(left),
                    None if right is None else rights._restore(right),
                )
                for link, left, right in joints
            ]

    def carriers(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return, for each of some syncdsl keys, the ids of the records that carry it."""
        return self._state.carriers(self._name, keys)

    def refresh(self, ids: Iterable[str]) -> None:
        """Look some records up anew."""
        for record_id in ids:
            self._kept.pop(record_id, None)

    def _load(self, ids: list[str]) -> dict[str, Record | None]:
        if not ids:
            return {}
        found = self._state.stored(self._name, ids)
        loaded = {record_id: self._restore(found[record_id]) if record_id in found else None for record_id in ids}
        if len(self._kept) + len(ids) > KEPT:
            # All at once: what is dropped is looked up again when it is needed.
            self._kept.clear()
        self._kept.update(loaded)
        return loaded

    def _restore(self, stored: StoredRecord) -> Record:
        return Record(
            module=self._module,
            id=stored.id,
            fields=stored.fields,
            version=stored.version,
            modified=stored.modified,
            created=stored.created,
        )


@dataclass(kw_only=True)
class Observation:
    """The reading of one observe step.

    `records` are those in scope of the step's view. `agenda` are the ids that have something to decide, each with the
    reason: among them those confirmed absent (`gone`) and those that exist and are not in the view (`outside`).
    `complete`: every record of the module was read; `whole`: it was, now or before, with the fields of this step.
    `outsiders` are the linked records outside the view, where a complete reading has told. `survivors` tells what
    merged records were merged into.
    """

    step: ObserveStep
    records: Records
    server_time: dt.datetime
    complete: bool
    whole: bool = True
    agenda: dict[str, str] | LongAgenda = field(default_factory=dict)
    outsiders: list[str] = field(default_factory=list)
    survivors: dict[str, str] = field(default_factory=dict)

    def focus(self, agenda: dict[str, str]) -> None:
        """Leave only some records to be looked at."""
        self.agenda = agenda
        self.__dict__.pop("gone", None)

    def note(self, ids: Iterable[str], why: str) -> None:
        """Take note of what was put on the agenda of the state in the course of this run."""
        if isinstance(self.agenda, dict):
            self.agenda.update(dict.fromkeys(ids, why))
        self.__dict__.pop("gone", None)

    def because(self, why: str) -> list[str]:
        """Return the records that are looked at for one reason, in order of ids."""
        if isinstance(self.agenda, dict):
            return sorted(record_id for record_id, reason in self.agenda.items() if reason == why)
        return self.agenda.because(why)

    def named(self, ids: Collection[str]) -> set[str]:
        """Return those of some records that are looked at."""
        return {*ids} & self.agenda.keys() if isinstance(self.agenda, dict) else self.agenda.named(ids)

    @property
    def has_news(self) -> bool:
        """Whether anything is looked at for another reason than that it was looked at before."""
        return any(why != "again" for why in _reasons(self.agenda))

    @cached_property
    def gone(self) -> frozenset[str]:
        """The ids of records confirmed absent that were not looked at since."""
        return frozenset(self.because("gone"))


def _reasons(agenda: dict[str, str] | LongAgenda) -> Iterable[str]:
    return agenda.values() if isinstance(agenda, dict) else agenda.reasons
