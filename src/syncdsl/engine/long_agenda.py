"""An agenda that is too long to be held in memory: after a first reading it names every record of a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from syncdsl.state import State

LONG = 20_000
"""How many records of a module an agenda in memory names at most."""
PAGE = 2_000


class LongAgenda(Mapping[str, str]):
    """The reasons by record of one observation, read from the state as they are asked for.

    What is fetched in between is on the agenda of the state at once, so that it is here as well.
    """

    def __init__(self, state: State, name: str) -> None:
        self._state = state
        self._name = name

    def __getitem__(self, record_id: str) -> str:
        """Return the reason of a record; raises KeyError when it is not on the agenda."""
        return self._state.agenda_of(self._name, (record_id,))[record_id]

    def named(self, ids: Iterable[str]) -> set[str]:
        """Return those of some records that it names."""
        return set(self._state.agenda_of(self._name, ids))

    def because(self, why: str) -> list[str]:
        """Return the records that it names for one reason, in order."""
        return self._state.agenda_because(self._name, why)

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many records it names for each reason."""
        return self._state.agenda_reasons(self._name)

    def __iter__(self) -> Iterator[str]:
        """Return every id, in order."""
        after = ""
        while found := self._state.agenda_after(self._name, after, PAGE):
            yield from found
            after = found[-1]

    def __len__(self) -> int:
        """Return how many records it names."""
        return sum(self.reasons.values())


def in_order(ids: Collection[str]) -> Iterable[str]:
    """Return the ids of an agenda, or others, in order."""
    return ids if isinstance(ids, LongAgenda) else sorted(ids)


def agenda_of(state: State, name: str) -> dict[str, str] | LongAgenda:
    """Return the agenda of an observation."""
    many = sum(state.agenda_reasons(name).values()) > LONG
    return LongAgenda(state, name) if many else state.agenda(name)
