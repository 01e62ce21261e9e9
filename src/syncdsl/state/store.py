"""The state: one object over its parts, one transaction for whatever belongs together."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Text, func, select, type_coerce
from sqlalchemy.exc import DBAPIError

from syncdsl.schema.digest import digest
from syncdsl.state.alerts import Alerts
from syncdsl.state.archive import Archive
from syncdsl.state.associations import Associations
from syncdsl.state.attempts import Attempts
from syncdsl.state.call_backs import CallBacks
from syncdsl.state.columns import Moment
from syncdsl.state.documents import Documents
from syncdsl.state.erasure import Erasure
from syncdsl.state.field_writes import FieldWrites
from syncdsl.state.forms import Forms
from syncdsl.state.grants import Grants
from syncdsl.state.history import History
from syncdsl.state.joined import Joined
from syncdsl.state.journal import JournalTable
from syncdsl.state.lease import Lease
from syncdsl.state.listing import Listing
from syncdsl.state.lookup import Lookup
from syncdsl.state.observations import Observations
from syncdsl.state.records import Cause, NotUniqueError, ReadOnlyStateError
from syncdsl.state.renaming import Renaming
from syncdsl.state.retention import Retention
from syncdsl.state.reviews import Reviews
from syncdsl.state.rules import Rules
from syncdsl.state.run_writes import RunWrites
from syncdsl.state.runs import Runs
from syncdsl.state.serving import ServingLease
from syncdsl.state.tables import (
    ACCESS_GRANT,
    HISTORY,
    IDENTITY,
    INSTANCE,
    JOURNAL_EVENT,
    LINK,
    METADATA,
    SET_ASIDE,
    TRUTH,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Column, ColumnElement, Connection

    from syncdsl.state.databases import Database

_DIGESTED = (IDENTITY, LINK, SET_ASIDE, TRUTH, INSTANCE, ACCESS_GRANT)
_TOLD = frozenset({LINK.c.origin, LINK.c.linked_at, ACCESS_GRANT.c.since})
"""What is remembered for people alone, partly by the local clock."""


class State(
    Listing,
    Observations,
    Forms,
    Joined,
    JournalTable,
    FieldWrites,
    Retention,
    Lookup,
    Erasure,
    Documents,
    Grants,
    Associations,
    Reviews,
    Rules,
    Renaming,
    Archive,
    History,
    Runs,
    RunWrites,
    Attempts,
    Alerts,
    CallBacks,
    ServingLease,
    Lease,
):
    """Everything that is remembered between runs. One thread uses it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._reader: Connection | None = None
        self._fence: int | None = None
        self._run: str | None = None
        self._cause = Cause()

    @property
    def database(self) -> Database:
        """The database that it is kept in."""
        return self._database

    @property
    def place(self) -> str:
        """Where it is, for messages; never with a password."""
        return self._database.place

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write inside one transaction; an inner one joins the outer, and alone is undone when it alone fails.

        Raises Fault SD804 when another run has taken the lease since: nothing of the transaction is kept then.
        """
        with self.writing() as connection:
            yield connection

    @contextmanager
    def writing(self, *, fenced: bool = True, single: bool = False) -> Iterator[Connection]:
        """Write inside one transaction, as `transaction` does.

        Only the lease itself is written without being `fenced`. A `single` statement undoes itself when it fails.
        """
        if self._database.read_only:
            raise ReadOnlyStateError("a state opened for reading is not written")
        kept = (self._fence, self._run, self._lease_seconds, self._lease_renewed)
        try:
            if self._connection is not None:
                with self._joined(self._connection, single=single):
                    yield self._connection
            elif self._database.single and self._reader is not None:
                with self._shared(self._reader) as connection:
                    yield connection
            else:
                with self._begun(fenced=fenced) as connection:
                    yield connection
        except BaseException as error:
            self._fence, self._run, self._lease_seconds, self._lease_renewed = kept
            if self._database.broken_promise(error):
                said = str(error.orig if isinstance(error, DBAPIError) else error)
                # What follows on more lines may be values of records.
                raise NotUniqueError(said.partition("\n")[0]) from None
            if isinstance(error, DBAPIError):
                raise self._database.fault_of(error) from None
            raise

    @contextmanager
    def _begun(self, *, fenced: bool) -> Iterator[Connection]:
        """Begin a transaction, with the write lock: the fence cannot change between its check and the commit."""
        with self._database.engine.begin() as connection:
            if fenced:
                self.check_fence(connection)
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None
            self._still_begun(connection)

    @contextmanager
    def _shared(self, reader: Connection) -> Iterator[Connection]:
        """Write in the one session there is while it reads; the end of the reading commits."""
        with reader.begin_nested():
            self._connection = reader
            try:
                yield reader
            finally:
                self._connection = None

    @contextmanager
    def _joined(self, connection: Connection, *, single: bool) -> Iterator[None]:
        """Join the transaction that is under way."""
        self._still_begun(connection)
        with nullcontext() if single and not self._database.savepoints else connection.begin_nested():
            yield

    def _still_begun(self, connection: Connection) -> None:
        """Refuse to go on after the database gave a transaction up by itself: what follows would be kept alone."""
        if not self._database.under_way(connection):
            raise self._database.unusable("a write failed before")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one snapshot: inside a transaction with its own writes, else what is committed."""
        outer = self._connection or self._reader
        try:
            if outer is not None:
                yield outer
                return
            with self._database.engine.connect() as connection:
                self._reader = connection.execution_options(**self._database.reading)
                try:
                    yield self._reader
                finally:
                    self._reader = None
                    if self._database.single and not connection.invalidated:
                        connection.commit()
        except DBAPIError as error:
            raise self._database.fault_of(error) from None

    def digest(self) -> str:
        """Return the digest of what decisions rest on.

        These are links, bases, truths, documents and grants; caches, journal and history do not count.
        """
        content: dict[str, list[list[str]]] = {}
        with self.reading() as connection:
            for table in _DIGESTED:
                rows = connection.execute(select(*[_stored(column) for column in table.c if column not in _TOLD]))
                # As stored: documents are canonical, so equal content is equal text.
                content[table.name] = sorted([repr(value) for value in row] for row in rows)
        return digest(content)

    def position(self) -> str:
        """Return what tells whether anything was written since, at a cost that does not grow with the state."""
        with self.reading() as connection:
            newest = [connection.execute(select(func.max(table.c.seq))).scalar() for table in (JOURNAL_EVENT, HISTORY)]
        return digest({"journal": newest[0], "history": newest[1], "identity": self.identity()})

    def scrub(self) -> None:
        """Rewrite the database, so that what was replaced or removed is not in its free space or its log either."""
        self._database.scrub([table.name for table in METADATA.sorted_tables])

    def copies(self) -> list[Path]:
        """Return the copies of the state that were made beside it: what is erased here is still in them."""
        return self._database.copies()

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _stored(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as it is stored, where that is the same in every database."""
    if isinstance(column.type, Moment | Boolean):
        return column
    return type_coerce(column, Text).label(None)
