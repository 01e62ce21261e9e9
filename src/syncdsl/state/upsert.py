"""Inserting what may be there already, in the words of either database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, TableClause

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
    statement = _putting(_inserting(connection, table), names, tuple(rows[0]))
    connection.execute(statement, list(unique.values()))


def insert_missing(connection: Connection, table: TableClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows of which none with their key is there."""
    if rows:
        connection.execute(_inserting(connection, table).on_conflict_do_nothing(), rows)


def _inserting(connection: Connection, table: TableClause) -> Insert:
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
