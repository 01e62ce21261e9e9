"""A state in a schema of a PostgreSQL server, where programs on several machines share it."""

from __future__ import annotations

import datetime as dt
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_EXTRA
from syncdsl.diagnostics.codes.runs import NEWER_STATE
from syncdsl.state.databases import Database
from syncdsl.state.migration import OWN_TABLES, known_revisions, migrate, newest_revision
from syncdsl.state.postgres_copy import copy_tables, make_schema, tables_of
from syncdsl.state.postgres_faults import broken_promise, damaged, fault_of, unusable
from syncdsl.state.postgres_url import schema_of, shown
from syncdsl.state.processes import alive, machine, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True, "syncdsl_reads": True}
"""Options of a connection that only reads: one snapshot for all its statements, and no lock that others wait for."""

LOCK_SECONDS = 10
IDLE_SECONDS = 300
"""After this long without a statement the server ends a transaction that writes: its program was stopped, or is gone,
and others wait for it."""

_BEGIN = (
    f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'; "
)
_AS_IT_STANDS = {"no_parameters": True}
"""Several statements in one go are sent without parameters."""
_LOCK = "LOCK TABLE lease IN EXCLUSIVE MODE"
"""Readers go on; nobody else writes until the commit, so the fence cannot change between its check and the commit."""


class PostgresSchema(Database):
    """An open schema. Programs on other machines use it too: time is the server's, and they cannot be asked about."""

    reading = READING
    savepoints = True

    def __init__(
        self, engine: Engine, *, place: str, schema: str, password: str | None, read_only: bool = False
    ) -> None:
        super().__init__(engine, read_only=read_only, place=place)
        self.schema = schema
        self._password = password

    def under_way(self, connection: Connection) -> bool:
        """Return whether the transaction is open: one in which a statement failed would commit nothing, silently."""
        if connection.closed or connection.invalidated:
            return False
        driver: Any = connection.connection.driver_connection
        return str(driver.info.transaction_status.name) in {"INTRANS", "ACTIVE"}

    def now(self, connection: Connection) -> dt.datetime | None:
        """Return the server's time."""
        found = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found.astimezone(dt.UTC) if isinstance(found, dt.datetime) else None

    def mark(self, pid: int) -> str | None:
        """Return when a process began, and on which machine: hosts of one name are no rarity."""
        return f"{machine()}/{started(pid)}"

    def ended(self, pid: int, host: str, mark: str | None) -> bool:
        """Return whether a process has certainly ended: one of this machine, by more than its name."""
        here, _, start = (mark or "").rpartition("/")
        if host != socket.gethostname() or not here or here != machine():
            return False
        return not (alive(pid) and str(started(pid)) == start)

    def fault_of(self, error: BaseException) -> Fault:
        """Return the fault that an error of the server stands for."""
        return fault_of(self.place, error, self._password)

    def broken_promise(self, error: BaseException) -> bool:
        """Return whether an error means that a row is not unique."""
        return broken_promise(error)

    def unusable(self, reason: str) -> Fault:
        """Return the fault of a schema that nothing is known to be wrong with."""
        return unusable(self.place, reason)


def open_postgres(url: URL, *, read_only: bool, scratch: bool) -> Database:
    """Open the schema of a URL; see `syncdsl.state.open_state`.

    What is only read is read in place where it is of the newest revision, and else as a copy, which can be migrated.
    """
    schema = schema_of(url)
    place = shown(url, schema)
    require_driver()
    with faults(url, place):
        if not scratch:
            opened = _open_schema(url, place=place, schema=schema, read_only=read_only)
            if opened is not None:
                return opened
        from syncdsl.state.postgres_preview import open_preview  # noqa: PLC0415 - it builds on this file

        return open_preview(url, place=place, schema=schema, read_only=read_only)


def _open_schema(url: URL, *, place: str, schema: str, read_only: bool) -> PostgresSchema | None:
    """Open a schema itself; None when it is to be read only and is not of the newest revision."""
    # A connection that a server or a firewall closed meanwhile is made anew before it is used.
    engine = new_engine(url, place, pool_pre_ping=True)
    try:
        _configure(engine, f'"{schema}", pg_temp')
        if read_only:
            with engine.connect().execution_options(**READING) as connection:
                newest = checked_revision(connection, place, schema) == newest_revision()
            if not newest:
                engine.dispose()
                return None
        else:
            with engine.connect().execution_options(syncdsl_reads=True) as connection, connection.begin():
                _prepare(connection, place, schema)
    except BaseException:
        engine.dispose()
        raise
    return PostgresSchema(engine, place=place, schema=schema, password=url.password, read_only=read_only)


@contextmanager
def faults(url: URL, place: str) -> Iterator[None]:
    """Turn errors of the server and its driver into faults."""
    import psycopg  # noqa: PLC0415 - an optional package, and slow to load

    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        raise fault_of(place, error, url.password) from None


def require_driver() -> None:
    """Refuse to go on without the driver. Raises Fault SD612."""
    try:
        import psycopg  # noqa: F401, PLC0415 - an optional package, and slow to load
    except ImportError:
        raise Fault(
            MISSING_EXTRA,
            "the state is on a PostgreSQL server, whose driver `psycopg` is not installed",
            help="run `pip install 'syncdsl[postgres]'`",
        ) from None


def new_engine(url: URL, place: str, **options: Any) -> Engine:
    """Return an engine for a server. Parameters, which hold values of records, are never logged.

    What is set up for the role to end statements and transactions that take long is for other programs: copying a state
    takes as long as it takes, and a transaction that writes has a limit of its own.
    """
    libpq = {name: value for name, value in url.query.items() if name != "schema"}
    libpq.setdefault("connect_timeout", "10")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg", query=libpq),
        connect_args={"application_name": "syncdsl", "client_encoding": "utf8"},
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine, "connect", insert=True)
    def on_connect(raw: Any, _record: object) -> None:
        before = raw.autocommit
        raw.autocommit = True
        raw.execute("SET statement_timeout TO 0")
        raw.execute("SET idle_in_transaction_session_timeout TO 0")
        raw.autocommit = before
        if raw.info.parameter_status("server_encoding") != "UTF8":
            raw.close()
            raise unusable(
                place,
                "its database does not hold every character",
                "make one with `createdb --encoding UTF8 --template template0 NAME`",
            )

    return engine


def _configure(engine: Engine, path: str) -> None:
    """Set up every connection: a committed intent survives a power cut whatever the role's settings say.

    A transaction that writes takes the state's lock first of all, so that what it reads stays true until it has
    written. What comes to it after waiting is what is committed by then: READ COMMITTED.
    """

    @event.listens_for(engine, "connect", insert=True)
    def on_connect(raw: Any, _record: object) -> None:
        before = raw.autocommit
        raw.autocommit = True
        raw.execute(f"SET search_path TO {path}")
        raw.execute("SET default_transaction_isolation TO 'read committed'")
        raw.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        raw.autocommit = before

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("syncdsl_reads"):
            connection.exec_driver_sql(_BEGIN + _LOCK, execution_options=_AS_IT_STANDS)


def _prepare(connection: Connection, place: str, schema: str) -> None:
    """Make the schema, or bring an older one to the newest revision after copying it; all of it or nothing.

    Of two programs only one does it, the other waits.
    """
    connection.exec_driver_sql(_BEGIN, execution_options=_AS_IT_STANDS)
    if checked_revision(connection, place, schema) == newest_revision():
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"syncdsl {schema}"})
    revision = checked_revision(connection, place, schema)
    if revision == newest_revision():
        return
    if revision is None:
        make_schema(connection, place, schema)
    else:
        connection.exec_driver_sql(_LOCK)
        backup = f"{schema}_backup_{revision}"
        for table in sorted(tables_of(connection, backup)):
            connection.exec_driver_sql(f'DROP TABLE {backup}."{table}" CASCADE')
        make_schema(connection, place, backup)
        copy_tables(connection, schema, backup)
    migrate(connection)


def checked_revision(connection: Connection, place: str, schema: str) -> str | None:
    """Return the revision of a schema, None when it is missing or empty.

    Raises Fault SD805 or SD806 when this version cannot work with it.
    """
    tables = tables_of(connection, schema)
    if not tables:
        return None
    if not tables >= OWN_TABLES:
        raise damaged(place, "it holds the tables of another program, or lacks some of its own")
    found = connection.exec_driver_sql(f'SELECT version_num FROM "{schema}".alembic_version').scalars().all()  # noqa: S608 - a checked name
    if len(found) != 1:
        raise damaged(place, f"it has {len(found)} revisions")
    revision = str(found[0])
    if revision not in known_revisions():
        raise Fault(
            NEWER_STATE,
            f"the state `{place}` has revision {revision}, this syncdsl knows up to {newest_revision()}",
            help=f"upgrade syncdsl, or go back to the copy made before the migration, a schema `{schema}_backup_…`",
        )
    return revision
