"""The shared file: small texts that the processes of a machine read and change in turn, such as counts of calls.

It is not part of the state: a preview writes it, losing it costs a new access token and the counts of a day, and it is
never migrated but begun anew.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NO_STATE
from syncdsl.state.processes import alive, started
from syncdsl.state.untouched import companions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BUSY_MILLISECONDS = 30_000
"""How long others may take in all: every one of them takes milliseconds."""

FORM = 1
"""The form of the file. One of another form is emptied: only versions that run at the same time would notice."""

_PRIVATE = 0o600

Result = TypeVar("Result")


class SharedFile:
    """An open shared file, for all threads of a process.

    Its methods raise Fault SD808 when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, or make one that only its user may read."""
        self._path = path
        self._lock = threading.Lock()
        self._connection = self._opened()

    def read(self, name: str) -> str | None:
        """Return a text; None when there is none."""
        with self._lock:
            try:
                row = self._connection.execute("SELECT value FROM text WHERE name = ?", (name,)).fetchone()
            except sqlite3.Error as error:
                raise self._unusable(error) from None
        return None if row is None else str(row[0])

    def change(self, name: str, by: Callable[[str | None], tuple[str | None, Result]]) -> Result:
        """Replace a text by the first thing that `by` makes of it, and return the second; None removes it.

        The file is locked meanwhile. An error of `by` leaves the text as it was.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    row = self._connection.execute("SELECT value FROM text WHERE name = ?", (name,)).fetchone()
                    before = None if row is None else str(row[0])
                    after, result = by(before)
                    self._put(name, before, after)
                    self._connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self._unusable(error) from None
        return result

    def holder(self) -> str:
        """Return a name for this process, for others to ask about."""
        return _holder(os.getpid())

    def gone(self, holder: str) -> bool:
        """Return whether a process has certainly ended; one of another machine cannot be asked about."""
        if holder == self.holder():
            return False
        try:
            host, pid, start = json.loads(holder)
        except (ValueError, TypeError):
            return True
        if host != socket.gethostname():
            return False
        return not alive(int(pid)) or started(int(pid)) != start

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _put(self, name: str, before: str | None, after: str | None) -> None:
        if after == before:
            return
        if after is None:
            self._connection.execute("DELETE FROM text WHERE name = ?", (name,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO text VALUES (?, ?)", (name, after))

    def _opened(self) -> sqlite3.Connection:
        try:
            # Made before SQLite would make it, with the mode that it then gives to its companions, too.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, _PRIVATE))
            for file in (self._path, *companions(self._path)):
                with suppress(FileNotFoundError):
                    file.chmod(_PRIVATE)
            connection = sqlite3.connect(
                self._path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            # A power cut may take the last counts with it, never the file.
            connection.execute("PRAGMA synchronous = NORMAL")
            _form(connection)
        except sqlite3.Error as error:
            connection.close()
            raise self._unusable(error) from None
        return connection

    def _unusable(self, error: OSError | sqlite3.Error) -> Fault:
        reason = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
        return Fault(
            NO_STATE,
            f"`{self._path}` cannot be used: {reason}",
            help="move it away while no syncdsl runs: it holds counts of calls and access tokens, and is made anew",
        )


def _form(connection: sqlite3.Connection) -> None:
    """Give the file its form, unless it has it: then nothing is written."""
    if connection.execute("PRAGMA user_version").fetchone() == (FORM,):
        return
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone() != (FORM,):
        connection.execute("DROP TABLE IF EXISTS text")
        connection.execute("CREATE TABLE text (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        connection.execute(f"PRAGMA user_version = {FORM}")
    connection.execute("COMMIT")


@cache
def _holder(pid: int) -> str:
    return json.dumps([socket.gethostname(), pid, started(pid)])
