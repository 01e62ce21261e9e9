"""Changes of the state that wait to be written, in order: the many that only settle links go to a file."""

from __future__ import annotations

import pickle
import tempfile
from typing import IO, TYPE_CHECKING, TypeAlias

from syncdsl.state import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syncdsl.state import State

KEPT = 2_000
"""How many links wait in memory."""

Change: TypeAlias = "Link | Callable[[State], None]"


class Pending:
    """A list of changes. Beyond some thousand its links wait in a temporary file that only this process can open."""

    def __init__(self) -> None:
        self._changes: list[Change | None] = []
        """In order; None stands for the next link in the file."""
        self._file: IO[bytes] | None = None
        self._spilled = 0
        self._links = 0

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._changes)

    def add(self, change: Change) -> None:
        """Add a change behind those that wait."""
        self._changes.append(change)
        if isinstance(change, Link):
            self._links += 1
            if self._links >= KEPT:
                self._spill()

    def drain(self) -> Iterator[Change]:
        """Return every change in order, and forget it."""
        changes, file = self._changes, self._file
        self._changes, self._file, self._spilled, self._links = [], None, 0, 0
        if file is not None:
            file.seek(0)
        for change in changes:
            if change is not None:
                yield change
            elif file is not None:
                yield pickle.load(file)  # noqa: S301 - this process wrote the file, nobody else can
        if file is not None:
            file.close()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        for place in range(self._spilled, len(self._changes)):
            change = self._changes[place]
            if isinstance(change, Link):
                pickle.dump(change, self._file, pickle.HIGHEST_PROTOCOL)
                self._changes[place] = None
        self._spilled = len(self._changes)
        self._links = 0
