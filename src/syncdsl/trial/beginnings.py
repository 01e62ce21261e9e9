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
from syncdsl.state import open_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterator, Sequence

    from syncdsl.analysis.rehearsals import Rehearsal
    from syncdsl.state import State
    from syncdsl.trial.memory_pair import MemoryPair

EMPTY = "empty.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is there when everything given is linked: both systems, the state in a file, and what waits.

    `on`: whether the rules are switched on already.
    """

    pair: MemoryPair
    file: str
    holds: frozenset[str]
    on: bool


class Beginnings:
    """The beginnings that tests share, each kept from the first of them on."""

    def __init__(self, folder: Path, rehearsals: Sequence[Rehearsal]) -> None:
        self._folder = folder
        self._wanted = Counter(given(rehearsal) for rehearsal in rehearsals)
        self._kept: dict[Hashable, Beginning] = {}
        self._open: State | None = None
        open_state(f"sqlite:///{EMPTY}", base=folder).close()

    def of(self, rehearsal: Rehearsal) -> Beginning | None:
        """Return where a test begins, if another one began there before."""
        return self._kept.get(given(rehearsal))

    def open(self, beginning: Beginning | None) -> State:
        """Return a new state in memory, empty or as it was; the one before is closed."""
        self.close()
        name = beginning.file if beginning is not None else EMPTY
        self._open = open_state(f"sqlite:///{name}", base=self._folder, scratch=True)
        return self._open

    def keep(self, rehearsal: Rehearsal, pair: MemoryPair, state: State, holds: frozenset[str], *, on: bool) -> None:
        """Keep where a test begins, if another one begins there, too."""
        key = given(rehearsal)
        if self._wanted[key] < 2:
            return
        name = f"given{len(self._kept)}.db"
        with state.reading() as connection, closing(sqlite3.connect(self._folder / name)) as copy:
            raw: Any = connection.connection.driver_connection
            raw.backup(copy)
        self._kept[key] = Beginning(pair=pair.copy(), file=name, holds=holds, on=on)

    def close(self) -> None:
        """Close the state that is open."""
        if self._open is not None:
            self._open.close()
            self._open = None


@contextmanager
def opened_beginnings(rehearsals: Sequence[Rehearsal]) -> Iterator[Beginnings]:
    """Yield beginnings in a folder of their own, which is removed at the end."""
    with TemporaryDirectory(prefix="syncdsl-test-", ignore_cleanup_errors=True) as name:
        found = Beginnings(Path(name), rehearsals)
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
