"""The rows of a state from one database to another, as they are stored.

A backup is a file of SQLite wherever the state is kept, and can be restored to either kind.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, delete, func, insert, select, update

from syncdsl.state.columns import Moment
from syncdsl.state.tables import LEASE, METADATA, OBSERVATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

_BATCH = 1000


@cache
def plain(table: Table) -> Table:
    """Return a table whose documents are read and written as the text they are stored as."""
    columns = [
        Column(column.name, column.type if isinstance(column.type, Integer | Boolean | Moment) else Text)
        for column in table.c
    ]
    return Table(table.name, MetaData(), *columns)


def copy_rows(source: Connection, target: Connection, told: Callable[[int], None] | None = None) -> dict[str, int]:
    """Copy every row into a state that has none, and return how many each table got. The lease is no part of it.

    `told` hears of every few rows that were copied.
    """
    counts: dict[str, int] = {}
    for table in METADATA.sorted_tables:
        if table is LEASE:
            continue
        rows = plain(table)
        counts[table.name] = 0
        found = source.execute(select(rows).execution_options(yield_per=_BATCH))
        for part in found.mappings().partitions():
            target.execute(insert(rows), [dict(row) for row in part])
            counts[table.name] += len(part)
            if told is not None:
                told(len(part))
    return counts


def row_counts(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has, the lease left out."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in METADATA.sorted_tables
        if table is not LEASE
    }


def replace_rows(source: Connection, target: Connection) -> dict[str, int]:
    """Put the rows of one state in the place of another's, and return how many each table got.

    The lease stays as it is: its fence only grows, so a run that was overtaken is recognised for ever. The next run
    reads every module completely, because nobody knows what went on since the rows were written.
    """
    for table in reversed(METADATA.sorted_tables):
        if table is not LEASE:
            target.execute(delete(table))
    counts = copy_rows(source, target)
    target.execute(update(OBSERVATION).values(swept=None))
    return counts
