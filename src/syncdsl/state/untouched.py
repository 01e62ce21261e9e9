"""Reading a database file without changing anything on disk, whoever else has it open."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_MEMORY = 32 * 1024 * 1024
"""Bytes up to which a copy is made in memory."""

_COMPANIONS = ("-wal", "-shm", "-journal")


def companions(path: Path) -> tuple[Path, ...]:
    """Return the files that SQLite keeps beside a database: its log, the index of the log, a rollback journal."""
    return tuple(path.with_name(path.name + suffix) for suffix in _COMPANIONS)


@contextmanager
def reading_untouched(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection on what is committed in a file. No byte, mode or time of any file changes.

    SQLite itself would create the log or its index, or tidy up after a crash; each way below avoids that. Nothing here
    opens and closes the file behind SQLite's back while it may be in use by this process: that would drop its locks.
    """
    log, index, journal = companions(path)
    if log.exists() and index.exists():
        # In use, or left by a crash: the log is read through its index, or through one built in memory.
        with closing(_connect(path, "mode=ro&readonly_shm=1")) as connection:
            yield connection
    elif log.exists() or journal.exists():
        # Left half tidied up: SQLite may do so in a copy.
        with tempfile.TemporaryDirectory(prefix="syncdsl-") as scratch:
            copy = Path(scratch) / path.name
            shutil.copyfile(path, copy)
            for companion in (log, journal):
                if companion.exists():
                    shutil.copyfile(companion, copy.with_name(companion.name))
            with closing(_connect(copy, "mode=rw")) as connection:
                yield connection
    else:
        with tempfile.TemporaryDirectory(prefix="syncdsl-") as scratch:
            small = path.stat().st_size <= IN_MEMORY
            with closing(_unlogged(path, ":memory:" if small else str(Path(scratch) / path.name))) as connection:
                yield connection


def copy_unlogged(path: Path, place: Path) -> bool:
    """Copy a file that has no log to a new place, byte by byte and once; return False for one that has a log.

    Nobody has it open then, unless to begin to write: it is copied anew where that happened meanwhile.
    """
    for _ in range(5):
        if any(companion.exists() for companion in companions(path)):
            place.unlink(missing_ok=True)  # of a try before, which is older than the log
            return False
        before = _stamp(path)
        shutil.copyfile(path, place)
        if _stamp(path) == before:
            with closing(_connect(place, "mode=ro&immutable=1")) as copy:
                _refuse_part(place, copy)
            return True
    raise sqlite3.OperationalError("another program keeps changing it")


def _unlogged(path: Path, place: str) -> sqlite3.Connection:
    """Return a copy of a file without a log, made anew when somebody begins to write meanwhile."""
    for _ in range(5):
        before = _stamp(path)
        memory = sqlite3.connect(place)
        try:
            with closing(_connect(path, "mode=ro&immutable=1")) as source:
                _refuse_part(path, source)
                source.backup(memory)
        except BaseException:
            memory.close()
            if _stamp(path) == before:
                raise
            continue
        if _stamp(path) == before:
            return memory
        memory.close()
    raise sqlite3.OperationalError("another program keeps changing it")


def _refuse_part(path: Path, source: sqlite3.Connection) -> None:
    """Refuse half a page: SQLite would take it for a whole one, and the first byte of a file for nothing."""
    if path.stat().st_size % source.execute("PRAGMA page_size").fetchone()[0]:
        raise sqlite3.DatabaseError("its end is missing")


def _stamp(path: Path) -> tuple[int, int, int, bool]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, companions(path)[0].exists()


def _connect(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, timeout=10)
