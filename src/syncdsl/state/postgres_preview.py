"""A preview's own copy of a state on a PostgreSQL server: tables of its session, which may be written and go with it.

Nothing of the real tables changes and nobody waits: the copy is one snapshot, and after it was made the real tables
cannot even be named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from syncdsl.state.migration import migrate, newest_revision
from syncdsl.state.postgres import PostgresSchema, checked_revision, new_engine
from syncdsl.state.postgres_copy import TEMPORARY, copy_tables

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine


class PostgresPreview(PostgresSchema):
    """An open copy. It lives in one session, so reading and writing share it."""

    reading = {"syncdsl_reads": True}  # noqa: RUF012 - replaces the one of the class above, and nobody changes either
    single = True


def open_preview(url: URL, *, place: str, schema: str, read_only: bool) -> PostgresPreview:
    """Copy a state into a session's own tables, migrate the copy where it is old, and open it."""
    engine = new_engine(url, place, poolclass=StaticPool)

    @event.listens_for(engine, "connect", insert=True)
    def on_connect(raw: Any, _record: object) -> None:
        before = raw.autocommit
        raw.autocommit = True
        # Before the first table of the session is made: memory for them, where a quick answer matters more.
        raw.execute("SET temp_buffers TO '64MB'")
        raw.execute(f'SET search_path TO "{schema}", {TEMPORARY}')
        raw.autocommit = before

    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            revision = checked_revision(connection, place, schema)
            if revision is not None:
                copy_tables(connection, schema, TEMPORARY)
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
            _turn_away(connection)
            if revision != newest_revision():
                with connection.begin():
                    migrate(connection)
        _begin_at_once(engine)
    except BaseException:
        engine.dispose()
        raise
    return PostgresPreview(engine, place=place, schema=schema, password=url.password, read_only=read_only)


def _begin_at_once(engine: Engine) -> None:
    """Let a transaction that writes be under way from its begin on; the driver waits for its first statement."""

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("syncdsl_reads"):
            connection.exec_driver_sql("SELECT 1")


def _turn_away(connection: Connection) -> None:
    """Let the session see its own tables alone."""
    with connection.begin():
        connection.exec_driver_sql(f"SET search_path TO {TEMPORARY}")
