"""Opening the database: private files, WAL with full synchronisation, integrity, copy before a migration."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE, NEWER_STATE, NO_STATE
from syncdsl.state.migration import current_revision, known_revisions, migrate, newest_revision

if TYPE_CHECKING:
    from sqlalchemy import Engine

BUSY_MILLISECONDS = 10_000
_MAGIC = b"SQLite format 3\x00"


class Database:
    """An open database, and whether it may be written."""

    def __init__(self, engine: Engine, *, read_only: bool, path: Path) -> None:
        self.engine = engine
        self.read_only = read_only
        self.path = path

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str, *, base: Path, read_only: bool) -> Database:
    """Open the database of a URL; see `syncdsl.state.open_state`."""
    path = _path(url, base)
    if path.is_dir():
        raise Fault(NO_STATE, f"the state `{path}` is a folder", help="name a file in the environment's `state`")
    if path.is_file() and path.stat().st_size:
        _check_magic(path)
    try:
        return _open_copy(path) if read_only else _open_file(path)
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from None
    except OSError as error:
        raise Fault(NO_STATE, f"the state `{path}` cannot be opened: {error.strerror or type(error).__name__}") from None


def _path(url: str, base: Path) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Fault(NO_STATE, "the state is not a database URL", help='use `state = "sqlite:///.syncdsl/state.db"`') from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Fault(
            NO_STATE,
            f"the state cannot be kept in {parsed.get_backend_name()} yet",
            help='use `state = "sqlite:///.syncdsl/state.db"`',
        )
    return base / parsed.database


def _damaged(path: Path, error: Exception) -> Fault:
    return Fault(
        DAMAGED_STATE,
        f"the state `{path}` cannot be read: {error}",
        help="restore a copy, or move the file away and run again: links are rebuilt from the keys on the records",
    )


def _check_magic(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _damaged(path, ValueError("it is not an SQLite database"))


def _open_file(path: Path) -> Database:
    """Open for writing: the folder and every file of the database belong to their user alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file():
        _migrate_file(path)
    else:
        # Created with its mode, never widened: the umask of the user does not matter.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": True})
    _configure(engine)
    with engine.begin() as connection:
        if current_revision(connection) is None:
            migrate(connection)
    for companion in (path, *_companions(path)):
        if companion.exists():
            companion.chmod(0o600)
    return Database(engine, read_only=False, path=path)


def _companions(path: Path) -> tuple[Path, ...]:
    return (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))


def _migrate_file(path: Path) -> None:
    """Check a file, and bring it to the newest revision after copying it."""
    if not path.stat().st_size:
        return
    with closing(sqlite3.connect(path)) as raw:
        _check_integrity(raw, path)
        revision = _revision(raw)
        if revision == newest_revision() or revision is None:
            return
        _refuse_newer(revision, path)
        backup = path.with_name(f"{path.name}.backup-{revision}")
        os.close(os.open(backup, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        backup.chmod(0o600)
        with closing(sqlite3.connect(backup)) as copy:
            raw.backup(copy)
    engine = create_engine(f"sqlite:///{path}")
    _configure(engine)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


def _check_integrity(raw: sqlite3.Connection, path: Path) -> None:
    answer = raw.execute("PRAGMA quick_check(1)").fetchone()
    if answer != ("ok",):
        raise _damaged(path, ValueError(str(answer[0]) if answer else "no answer"))


def _revision(raw: sqlite3.Connection) -> str | None:
    known = raw.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if known is None:
        if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            raise sqlite3.DatabaseError("it is the database of another program")
        return None
    row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _refuse_newer(revision: str, path: Path) -> None:
    if revision not in known_revisions():
        raise Fault(
            NEWER_STATE,
            f"the state `{path}` has revision {revision}, this syncdsl knows up to {newest_revision()}",
            help="upgrade syncdsl, or restore the copy that was made before the migration",
        )


def _open_copy(path: Path) -> Database:
    """Open for reading: an in-memory copy, so that no byte on disk changes, whatever SQLite would like to tidy up."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    _configure(engine, journal=False)
    if path.is_file() and path.stat().st_size:
        raw = engine.raw_connection()
        try:
            # A database in WAL mode cannot be opened without touching its index: the log is read beside a private copy.
            with closing(_private_copy(path)) as source:
                _check_integrity(source, path)
                revision = _revision(source)
                if revision is not None and revision != newest_revision():
                    _refuse_newer(revision, path)
                target: Any = raw.driver_connection
                source.backup(target)
        finally:
            raw.close()
    with engine.begin() as connection:
        migrate(connection)
    return Database(engine, read_only=True, path=path)


def _private_copy(path: Path) -> sqlite3.Connection:
    import shutil  # noqa: PLC0415 - only previews copy
    import tempfile  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory(prefix="syncdsl-") as scratch:
        copy = Path(scratch) / "state.db"
        shutil.copyfile(path, copy)
        log = _companions(path)[0]
        if log.exists():
            shutil.copyfile(log, _companions(copy)[0])
        memory = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(copy)) as source:
            source.backup(memory)
    return memory


def _configure(engine: Engine, *, journal: bool = True) -> None:
    """Set the pragmas of every connection: with synchronous=FULL a committed intent survives a power cut."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        if journal:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
