"""A state in a file of SQLite: private, WAL with full synchronisation, integrity, copy before a migration."""

from __future__ import annotations

import glob
import os
import socket
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NEWER_STATE, NO_STATE
from syncdsl.state.databases import HELP, Database
from syncdsl.state.faults import broken_promise, damaged, fault_of, unusable
from syncdsl.state.migration import OWN_TABLES, current_revision, known_revisions, migrate, newest_revision
from syncdsl.state.processes import alive, started
from syncdsl.state.untouched import companions, copy_unlogged, reading_untouched

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine

BUSY_MILLISECONDS = 10_000
READING = {"syncdsl_begin": "BEGIN"}
"""Options of a connection that only reads: one snapshot for all its statements, and no lock that others wait for."""

LARGE = 32 * 1024 * 1024
"""Bytes from which on a file is neither copied to memory nor read through when it is opened."""

CACHE_KILOBYTES = 48 * 1024
"""How much of a file SQLite keeps in memory: with its usual 2 MB it reads pages of large indexes again and again."""

_PRIVATE = 0o600


class SqliteFile(Database):
    """An open file. Only programs on this machine use it."""

    reading = READING

    def __init__(self, engine: Engine, *, read_only: bool, path: Path, single: bool = False) -> None:
        super().__init__(engine, read_only=read_only, place=str(path))
        self.path = path
        self.single = single

    def under_way(self, connection: Connection) -> bool:
        """Return whether the transaction is open: SQLite gives one up by itself when the disk is full."""
        driver: Any = connection.connection.driver_connection
        return bool(driver.in_transaction)

    def now(self, connection: Connection) -> dt.datetime | None:  # noqa: ARG002 - the base class's signature
        """Return None: the clock of this machine is the only one."""
        return None

    def mark(self, pid: int) -> str | None:
        """Return when a process began."""
        return started(pid)

    def ended(self, pid: int, host: str, mark: str | None) -> bool:
        """Return whether a process of this machine has ended; one of another machine cannot be asked about."""
        return host == socket.gethostname() and not (alive(pid) and started(pid) == mark)

    def fault_of(self, error: BaseException) -> Fault:
        """Return the fault that an error of SQLite stands for."""
        return fault_of(self.path, error)

    def broken_promise(self, error: BaseException) -> bool:
        """Return whether an error means that a row is not unique."""
        return broken_promise(error)

    def unusable(self, reason: str) -> Fault:
        """Return the fault of a file that nothing is known to be wrong with."""
        return unusable(self.path, reason)

    def scrub(self, tables: Iterable[str]) -> None:  # noqa: ARG002 - a file is rewritten as a whole
        """Rewrite the file and empty its log: nothing that was replaced or removed is left in either.

        Raises Fault SD808 when another program has the file open and reads an older state of it.
        """
        try:
            with closing(self.engine.raw_connection()) as raw:
                driver: Any = raw.driver_connection
                driver.execute("VACUUM")
                answer = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except (sqlite3.Error, DBAPIError) as error:
            raise self.fault_of(error) from None
        if answer[0]:
            raise self.unusable("another program reads it, so its log still holds what was removed")

    def copies(self) -> list[Path]:
        """Return the copies of before migrations."""
        return sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}.backup-*"))


def open_sqlite(url: URL, *, base: Path, read_only: bool, scratch: bool) -> Database:
    """Open the file of a URL; see `syncdsl.state.open_state`."""
    path = path_of(url, base)
    try:
        if path.is_dir():
            raise Fault(NO_STATE, f"the state `{path}` is a folder", help="name a file in the environment's `state`")
        if path.exists() and not path.is_file():
            raise unusable(path, "it is not a file")
        return _open_copy(path, read_only=read_only) if read_only or scratch else _open_file(path)
    except (sqlite3.Error, DBAPIError) as error:
        raise fault_of(path, error) from None
    except UnicodeDecodeError:
        # What SQLite says of a damaged schema quotes it as it is.
        raise damaged(path, "its schema is damaged") from None
    except OSError as error:
        raise unusable(path, error.strerror or type(error).__name__) from None


def path_of(url: URL, base: Path) -> Path:
    """Return the file of a URL. Raises Fault SD808 when it names none, or anything beside it."""
    name = url.database or ""
    if not name or name == ":memory:" or "\0" in name or url.query or url.host:
        # A state in memory would forget which creates are in doubt, and options could switch its safety off.
        raise Fault(NO_STATE, "the state's URL has to name a file and nothing else", help=HELP)
    # SQLite keeps its companions beside the file that a link leads to.
    return Path(os.path.realpath(base / name))


def _open_file(path: Path) -> Database:
    """Open for writing: the folder and every file of the database belong to their user alone."""
    revision = None
    if path.exists():
        revision = checked_revision(path)
    else:
        _make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE))
    for file in (path, *companions(path)):
        # SQLite gives the companions it makes the mode of the database itself, whatever the umask says.
        if file.exists() and file.stat().st_mode & 0o777 != _PRIVATE:
            file.chmod(_PRIVATE)
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"check_same_thread": True, "timeout": BUSY_MILLISECONDS / 1000})
    _configure(engine, path)
    try:
        if revision != newest_revision():
            with engine.begin() as connection:
                _upgrade(connection, path)
    except BaseException:
        engine.dispose()
        raise
    return SqliteFile(engine, read_only=False, path=path)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, 0700 whatever the umask; existing ones are not ours."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        place.chmod(0o700)


def _upgrade(connection: Connection, path: Path) -> None:
    """Bring the database to the newest revision, an older one after copying it.

    The connection holds the write lock: what is copied is what is migrated, and of two programs only one does it.
    """
    revision = current_revision(connection)
    if revision == newest_revision():
        return
    if revision is not None:
        copy_beside(path, path.with_name(f"{path.name}.backup-{revision}"))
    migrate(connection)


def copy_beside(path: Path, target: Path) -> None:
    """Copy what is committed in a database into a private file; that appears complete or not at all."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    part.chmod(_PRIVATE)
    with reading_untouched(path) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    single_file(part)
    part.replace(target)


def single_file(path: Path) -> None:
    """Make a database one file without a log, which is easier to put back; this also waits until it is on the disk."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()


def checked_revision(path: Path) -> str | None:
    """Return the revision of a file, None when it is empty, without changing it.

    A large one is not read through, so that opening it costs the same however much is in it: damage is noticed where it
    is met, and `syncdsl state check` looks for it. Raises Fault SD805 or SD806 when this version cannot work with it.
    """
    if path.stat().st_size > LARGE:
        with closing(sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000)) as source:
            return _known_revision(source, path)
    with reading_untouched(path) as source:
        return _checked(source, path)


def _checked(source: sqlite3.Connection, path: Path) -> str | None:
    answer = source.execute("PRAGMA quick_check(1)").fetchone()
    if answer != ("ok",):
        raise damaged(path, str(answer[0]) if answer else "it cannot be checked")
    return _known_revision(source, path)


def _known_revision(source: sqlite3.Connection, path: Path) -> str | None:
    tables = {str(name) for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    if not tables >= OWN_TABLES:
        raise damaged(path, "it is the database of another program")
    revisions = [str(number) for (number,) in source.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) != 1:
        raise damaged(path, f"it has {len(revisions)} revisions")
    revision = revisions[0]
    if revision not in known_revisions():
        raise Fault(
            NEWER_STATE,
            f"the state `{path}` has revision {revision}, this syncdsl knows up to {newest_revision()}",
            help="upgrade syncdsl, or restore the copy that was made before the migration",
        )
    return revision


def _open_copy(path: Path, *, read_only: bool) -> Database:
    """Open a copy that nobody else sees, so that no byte of the file changes, whatever is written or tidied up.

    A small one lives in memory. A large one is a file without a name, which ends with the process however that ends.
    """
    with tempfile.TemporaryDirectory(prefix="syncdsl-", ignore_cleanup_errors=True) as folder:
        place = "" if not path.exists() or path.stat().st_size <= LARGE else str(Path(folder) / "state.db")
        url = URL.create("sqlite", database=place or None)
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        _configure(engine, None)
        try:
            _fill(engine, path, there=bool(place) and copy_unlogged(path, Path(place)))
        except BaseException:
            engine.dispose()
            raise
    return SqliteFile(engine, read_only=read_only, path=path, single=True)


def _fill(engine: Engine, path: Path, *, there: bool) -> None:
    """Copy what is committed in a file, unless that is `there` already, and bring it to the newest revision."""
    revision = None
    raw = engine.raw_connection()
    with closing(raw):
        target: Any = raw.driver_connection
        # It is thrown away: nothing of it has to survive anything.
        target.execute("PRAGMA journal_mode = MEMORY").fetchone()
        target.execute("PRAGMA synchronous = OFF")
        if there:
            revision = _known_revision(target, path)
        elif path.exists():
            with reading_untouched(path) as source:
                revision = _checked(source, path) if path.stat().st_size <= LARGE else _known_revision(source, path)
                if revision is not None:
                    source.backup(target)
                    # The copy took over that its original keeps a write-ahead log, which needs a file beside it.
                    target.execute("PRAGMA journal_mode = MEMORY").fetchone()
    if revision != newest_revision():
        with engine.begin() as connection:
            migrate(connection)


def _configure(engine: Engine, path: Path | None) -> None:
    """Set up every connection: with WAL and synchronous=FULL a committed intent survives a power cut.

    Transactions begin and end where SQLAlchemy says so, not where the driver guesses: a writing one takes the write
    lock first of all, so that what it reads stays true until it has written.
    """
    # Said plainly: SQLAlchemy compiles these three anew each time, which costs more than what stands between them.
    dialect: Any = engine.dialect
    dialect.do_savepoint = lambda connection, name: connection.exec_driver_sql(f"SAVEPOINT {name}")
    dialect.do_release_savepoint = lambda connection, name: connection.exec_driver_sql(f"RELEASE SAVEPOINT {name}")
    dialect.do_rollback_to_savepoint = lambda connection, name: connection.exec_driver_sql(f"ROLLBACK TO {name}")

    @event.listens_for(engine, "connect")
    def on_connect(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
        if path is None:
            return
        if raw.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
            raise unusable(path, "its file system does not support a write-ahead log")
        raw.execute("PRAGMA synchronous = FULL")
        # On macOS a plain fsync leaves data in the drive's cache; elsewhere this does nothing.
        raw.execute("PRAGMA fullfsync = ON")
        raw.execute("PRAGMA checkpoint_fullfsync = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("syncdsl_begin", "BEGIN IMMEDIATE"))
