"""Where tests begin: empty, or from what several of them are given, linked once and copied for each."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from syncdsl.analysis.rehearsals import PutRecord
from syncdsl.state import State, open_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterator, Sequence

    from syncdsl.analysis.rehearsals import Rehearsal
    from syncdsl.trial.memory_pair import MemoryPair


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is there when everything given is linked: both systems, a copy of the state, and what waits.

    `on`: whether the rules are switched on already.
    """

    pair: MemoryPair
    state: sqlite3.Connection
    holds: frozenset[str]
    on: bool


class Beginnings:
    """The beginnings that tests share, each kept from the first of them on; all are in memory.

    There is one database, which gets another content for each test: what SQLAlchemy has compiled for it stays.
    """

    def __init__(self, rehearsals: Sequence[Rehearsal], folder: Path) -> None:
        self._wanted = Counter(given(rehearsal) for rehearsal in rehearsals)
        self._kept: dict[Hashable, Beginning] = {}
        self._database = open_state("sqlite:///none.db", base=folder, scratch=True).database
        self._empty = self._copied()

    def of(self, rehearsal: Rehearsal) -> Beginning | None:
        """Return where a test begins, if another one began there before."""
        return self._kept.get(given(rehearsal))

    def open(self, beginning: Beginning | None) -> State:
        """Return a state that is empty, or as it was then; the one before is lost."""
        with self._raw() as raw:
            (beginning.state if beginning is not None else self._empty).backup(raw)
        return State(self._database)

    def keep(self, rehearsal: Rehearsal, pair: MemoryPair, holds: frozenset[str], *, on: bool) -> None:
        """Keep where a test begins, if another one begins there, too."""
        key = given(rehearsal)
        if self._wanted[key] > 1:
            self._kept[key] = Beginning(pair=pair.copy(), state=self._copied(), holds=holds, on=on)

    def close(self) -> None:
        """Forget everything."""
        for copy in (self._empty, *(kept.state for kept in self._kept.values())):
            copy.close()
        self._database.close()

    def _copied(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:")
        with self._raw() as raw:
            raw.backup(copy)
        return copy

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        with closing(self._database.engine.raw_connection()) as connection:
            raw: Any = connection.driver_connection
            yield raw


@contextmanager
def opened_beginnings(rehearsals: Sequence[Rehearsal]) -> Iterator[Beginnings]:
    """Yield beginnings; they are gone at the end."""
    with TemporaryDirectory(prefix="syncdsl-test-", ignore_cleanup_errors=True) as folder:
        # Nothing is written there: it is where the file of the state would be.
        found = Beginnings(rehearsals, Path(folder))
    try:
        yield found
    finally:
        found.close()


def given(rehearsal: Rehearsal) -> Hashable:
    """Return what tells beginnings apart: what is given, on which day, and which modules are written to later."""
    puts = [step for step in rehearsal.steps if isinstance(step, PutRecord)]
    records = tuple(
        (
            step.connection,
            step.module,
            step.label,
            tuple(
                (one.field, one.label, one.value.model_dump_json() if one.value is not None else None)
                for one in step.settings
            ),
        )
        for step in puts
        if step.given
    )
    day: dt.date = rehearsal.first_day
    return records, day, frozenset((step.connection, step.module) for step in puts)
