"""Inserting what may be there already, in the words of either database."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Dialect, TableClause
    from sqlalchemy import Insert as PlainInsert

    Insert = sqlite.Insert | postgresql.Insert


def upsert(
    connection: Connection,
    table: TableClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] = (),
) -> None:
    """Insert rows, each replacing what it names of the one with its key: the primary key, unless another is given.

    Every row names the same columns. Of several with one key the last counts, as if they came one after the other.
    """
    if not rows:
        return
    names = tuple(key) or tuple(column.name for column in table.primary_key)
    unique = {tuple(row[name] for name in names): row for row in rows}
    statement = _putting(inserting(connection, table), names, tuple(rows[0]))
    insert_rows(connection, statement, list(unique.values()))


def insert_missing(connection: Connection, table: TableClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows of which none with their key is there."""
    if rows:
        connection.execute(inserting(connection, table).on_conflict_do_nothing(), rows)


def insert_rows(connection: Connection, statement: PlainInsert, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns: there may be a million, so each goes to the driver as it is.

    `Connection.execute` makes of every one what it might need for its result, which takes longer than storing it.
    """
    text, order, processors = _compiled(statement, connection.dialect, tuple(rows[0]))
    if processors:
        rows = [{**row, **{name: process(row[name]) for name, process in processors.items()}} for row in rows]
    if order is None:
        connection.exec_driver_sql(text, [dict(row) for row in rows])
    else:
        pick = itemgetter(*order)
        connection.exec_driver_sql(text, [pick(row) for row in rows])


@lru_cache(maxsize=256)
def _compiled(
    statement: PlainInsert, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None, dict[str, Callable[[Any], Any]]]:
    """Return an insert as text, the order of its parameters unless they have names, and what stores which columns."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    found = {name: statement.table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    order = None if compiled.positiontup is None else tuple(compiled.positiontup)
    return str(compiled), order, {name: process for name, process in found.items() if process is not None}


def inserting(connection: Connection, table: TableClause) -> Insert:
    """Return an insert in the words of the connection's database."""
    return _insert(connection.dialect.name, table)


@lru_cache(maxsize=256)
def _insert(dialect: str, table: TableClause) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@lru_cache(maxsize=256)
def _putting(statement: Insert, key: tuple[str, ...], names: tuple[str, ...]) -> Insert:
    changed = {name: statement.excluded[name] for name in names if name not in key}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=changed)
