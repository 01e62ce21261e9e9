"""The state: one object over its parts, one transaction for whatever belongs together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError as SqlDatabaseError
from sqlalchemy.exc import IntegrityError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE
from syncdsl.schema.digest import digest
from syncdsl.state.documents import Documents
from syncdsl.state.journal import JournalTable
from syncdsl.state.lease import Lease
from syncdsl.state.links import Links
from syncdsl.state.observations import Observations
from syncdsl.state.records import NotUniqueError, ReadOnlyStateError
from syncdsl.state.runs import Runs
from syncdsl.state.tables import IDENTITY, INSTANCE, LINK, SET_ASIDE, TRUTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from syncdsl.state.database import Database

_DIGESTED = (IDENTITY, LINK, SET_ASIDE, TRUTH, INSTANCE)


class State(Links, Observations, JournalTable, Documents, Runs, Lease):
    """Everything that is remembered between runs. One thread uses it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._fence: int | None = None
        self._run: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write inside one transaction; an inner one joins the outer.

        Raises Fault SD804 when another run has taken the lease since: nothing of the transaction is kept then.
        """
        if self._connection is not None:
            yield self._connection
            return
        if self._database.read_only:
            raise ReadOnlyStateError("a state opened for reading is not written")
        try:
            with self._database.engine.begin() as connection:
                self._connection = connection
                try:
                    yield connection
                    self.check_fence(connection)
                finally:
                    self._connection = None
        except IntegrityError as error:
            raise NotUniqueError(str(error.orig)) from None
        except SqlDatabaseError as error:
            raise Fault(DAMAGED_STATE, f"the state `{self._database.path}` cannot be written: {error.orig}") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read: inside a transaction with its own writes, else what is committed."""
        if self._connection is not None:
            yield self._connection
            return
        try:
            with self._database.engine.connect() as connection:
                yield connection
        except SqlDatabaseError as error:
            raise Fault(DAMAGED_STATE, f"the state `{self._database.path}` cannot be read: {error.orig}") from None

    def digest(self) -> str:
        """Return the digest of what decisions rest on: links, bases, truths, documents; not caches, journal, history."""
        content: dict[str, list[list[str]]] = {}
        with self.reading() as connection:
            for table in _DIGESTED:
                rows = connection.execute(select(*[column.label(None) for column in table.c]))
                content[table.name] = sorted([repr(value) for value in row] for row in rows)
        return digest(content)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
