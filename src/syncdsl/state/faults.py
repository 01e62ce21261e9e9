"""What SQLite complains about, in the words of the program: damage is told from trouble around the file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE, NO_STATE

if TYPE_CHECKING:
    from pathlib import Path

_WAITING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_AROUND = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_ROWID}


def damaged(path: Path, reason: str) -> Fault:
    """Return the fault of a file that cannot be what it should be."""
    return Fault(
        DAMAGED_STATE,
        f"the state `{path}` cannot be read: {reason}",
        help="restore a copy with `syncdsl state restore FILE`, or move the file away and run again: links are rebuilt "
        "from the keys on the records",
    )


def unusable(path: Path, reason: str) -> Fault:
    """Return the fault of a file that nothing is known to be wrong with."""
    return Fault(NO_STATE, f"the state `{path}` cannot be used: {reason}")


def broken_promise(error: BaseException) -> bool:
    """Return whether an error means that a row is not unique."""
    return _code(error) in _UNIQUE


def fault_of(path: Path, error: BaseException) -> Fault:
    """Return the fault an error of the database stands for."""
    # The low byte is the kind of error, the others its variety.
    kind = (_code(error) or sqlite3.SQLITE_ERROR) & 0xFF
    if kind in _WAITING:
        return unusable(path, "another program keeps it locked")
    if kind in _AROUND:
        return unusable(path, str(_original(error)))
    return damaged(path, str(_original(error)))


def _original(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error


def _code(error: BaseException) -> int | None:
    code = getattr(_original(error), "sqlite_errorcode", None)
    return code if isinstance(code, int) else None
