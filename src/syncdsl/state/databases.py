"""What the state asks of a database, and which one a URL leads to: SQLite's file or a schema on PostgreSQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NO_STATE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

HELP = (
    "use a file, `sqlite:///.syncdsl/state.db`, or a schema on a PostgreSQL server, "
    "`postgresql://user@host/database?schema=acme`"
)


class Database(ABC):
    """An open database.

    `place` names it in messages. `reading` are the options of a connection that only reads. In a `single` database all
    that is written lives in one session, so what reads shares it with what writes. Where `savepoints` are needed, a
    statement that fails takes its transaction with it.
    """

    reading: Mapping[str, Any]
    single: bool = False
    savepoints: bool = False

    def __init__(self, engine: Engine, *, read_only: bool, place: str) -> None:
        self.engine = engine
        self.read_only = read_only
        self.place = place

    @abstractmethod
    def under_way(self, connection: Connection) -> bool:
        """Return whether the database has the transaction still open, and willing to go on."""

    @abstractmethod
    def now(self, connection: Connection) -> dt.datetime | None:
        """Return the time by the database's clock, where programs on several machines share it; else None."""

    @abstractmethod
    def mark(self, pid: int) -> str | None:
        """Return what tells a process from every other one that could have its number."""

    @abstractmethod
    def ended(self, pid: int, host: str, mark: str | None) -> bool:
        """Return whether a process has certainly ended."""

    @abstractmethod
    def fault_of(self, error: BaseException) -> Fault:
        """Return the fault that an error of the database stands for."""

    @abstractmethod
    def broken_promise(self, error: BaseException) -> bool:
        """Return whether an error means that a row is not unique."""

    @abstractmethod
    def unusable(self, reason: str) -> Fault:
        """Return the fault of a database that nothing is known to be wrong with."""

    def scrub(self, tables: Iterable[str]) -> None:
        """Rewrite tables: nothing that was replaced or removed is left in their free space."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in tables:
                connection.exec_driver_sql(f'VACUUM FULL "{name}"')

    def copies(self) -> list[Path]:
        """Return the copies that this program made of the database, where it knows of them."""
        return []

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str, *, base: Path, read_only: bool, scratch: bool) -> Database:
    """Open the database of a URL; see `syncdsl.state.open_state`."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Fault(NO_STATE, "the state is not a database URL", help=HELP) from None
    match parsed.get_backend_name():
        case "sqlite":
            from syncdsl.state.sqlite_file import open_sqlite  # noqa: PLC0415 - only the one that is used

            return open_sqlite(parsed, base=base, read_only=read_only, scratch=scratch)
        case "postgresql":
            from syncdsl.state.postgres import open_postgres  # noqa: PLC0415 - the same

            return open_postgres(parsed, read_only=read_only, scratch=scratch)
        case other:
            raise Fault(NO_STATE, f"the state cannot be kept in {other}", help=HELP)
