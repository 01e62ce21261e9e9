"""Keeping a schema that another state takes the place of: as a copy, or under another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from syncdsl.state.keeping import refuse_others
from syncdsl.state.postgres import PostgresSchema, faults, new_engine, require_driver
from syncdsl.state.postgres_copy import copy_tables, make_schema, tables_of
from syncdsl.state.postgres_url import schema_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection

    from syncdsl.state.store import State


def schema_exists(url: URL) -> bool:
    """Return whether a schema has tables."""
    return bool(_ask(url, lambda connection: tables_of(connection, schema_of(url))))


def copy_schema(state: State, stamp: str) -> str:
    """Copy the schema of an open state, and return in words where the copy is."""
    database = state.database
    assert isinstance(database, PostgresSchema)  # noqa: S101 - the caller knows
    kept = _name(database.schema, stamp)
    with state.transaction() as connection:
        make_schema(connection, database.place, kept)
        copy_tables(connection, database.schema, kept)
    return f"the schema {kept}"


def rename_schema(url: URL, stamp: str) -> str:
    """Give a schema that cannot be opened another name, and return it in words.

    A program at work on it is stopped by that: it finds its tables no more. Raises Fault SD805 when it is not ours.
    """
    schema = schema_of(url)
    kept = _name(schema, stamp)

    def rename(connection: Connection) -> None:
        refuse_others(shown(url, schema), tables_of(connection, schema))
        connection.exec_driver_sql(f'ALTER SCHEMA "{schema}" RENAME TO "{kept}"')

    _ask(url, rename)
    return f"the schema {kept}"


def _name(schema: str, stamp: str) -> str:
    return f"{schema}_before_{stamp}"


def _ask(url: URL, question: Callable[[Connection], Any]) -> Any:
    schema = schema_of(url)
    place = shown(url, schema)
    require_driver()
    engine = new_engine(url, place)
    try:
        with faults(url, place), engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            return question(connection)
    finally:
        engine.dispose()
