"""The rows of a state that decisions rest on, out of one state and into another: what a preview needs to be made again.

The history, the journal, leases and all that tells people who did what stay behind; keys that digests are made with do
too, because whoever had them could try what a digest stands for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Integer, and_, func, insert, or_, select

from syncdsl.state.columns import FieldValues, Json, Moment, decode, encode
from syncdsl.state.portable import plain
from syncdsl.state.records import OPEN_STATES
from syncdsl.state.renaming import LINES, PENDING
from syncdsl.state.tables import (
    ACCESS_GRANT,
    ACTIVATION,
    AGENDA,
    ASSOCIATION,
    HISTORY,
    IDENTITY,
    INSTANCE,
    INTENT,
    LINK,
    MATCH_FORM,
    OBSERVATION,
    OBSERVED_RECORD,
    PAIR_PASS,
    REVIEW,
    RULES,
    SET_ASIDE,
    SWITCH,
    TRUTH,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import ColumnElement, Connection, Table

    from syncdsl.state.store import State

BATCH = 500

DECISIVE: tuple[Table, ...] = (
    IDENTITY,
    RULES,
    SWITCH,
    ACTIVATION,
    OBSERVATION,
    OBSERVED_RECORD,
    AGENDA,
    PAIR_PASS,
    MATCH_FORM,
    LINK,
    SET_ASIDE,
    TRUTH,
    INSTANCE,
    ACCESS_GRANT,
    ASSOCIATION,
    INTENT,
    HISTORY,
    REVIEW,
)
"""In the order in which rows can be put into an empty state."""

LATELY = dt.timedelta(days=2)
"""Writes of this long count in decisions: limits of a day, and fields that are written to and fro."""

_BY_NAME = {table.name: table for table in DECISIVE}


def decisive_rows(
    state: State, *, now: dt.datetime, enforced: Collection[tuple[str, str, str]] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the rows that decisions rest on, each with the name of its table, in a stable order.

    JSON columns are data, moments ISO 8601. Of the history there are only the writes that a decision may ask about:
    those of the last two days, and the last one of each of the fields `enforced` (connection, module, field).
    """
    with state.reading() as connection:
        for table in DECISIVE:
            rows = plain(table)
            wanted = _wanted(table, now, enforced)
            statement = select(rows).order_by(*(rows.c[column.name] for column in table.primary_key))
            if wanted is not None:
                statement = statement.where(wanted)
            for row in connection.execute(statement.execution_options(yield_per=BATCH)).mappings():
                yield table.name, {name: _told(table, name, value) for name, value in row.items()}


def put_rows(state: State, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Put such rows into a state that has none. Raises ValueError or TypeError for what is no row of it."""
    with state.transaction() as connection:
        waiting: list[dict[str, Any]] = []
        at: Table | None = None
        for name, row in rows:
            table = _BY_NAME.get(name)
            if table is None or row.keys() != {column.name for column in table.c}:
                raise ValueError(f"no row of the state: {name}")
            if waiting and (table is not at or len(waiting) >= BATCH):
                _insert(connection, at, waiting)
                waiting = []
            at = table
            waiting.append({column: _stored(table, column, value) for column, value in row.items()})
        if waiting:
            _insert(connection, at, waiting)


def _insert(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None:
        connection.execute(insert(plain(table)), rows)


def _wanted(table: Table, now: dt.datetime, enforced: Collection[tuple[str, str, str]]) -> ColumnElement[bool] | None:
    """Return which rows of a table count; None: all of them."""
    rows = plain(table)
    if table is SWITCH:
        return rows.c.name.in_((PENDING, LINES))
    if table is REVIEW:
        return rows.c.state.in_(("open", "decided"))
    if table is INTENT:
        counts = and_(rows.c.state == "done", rows.c.finished_at >= now - LATELY)
        return or_(rows.c.state.in_(OPEN_STATES), counts, rows.c.iid.in_(_iids(now, enforced)))
    if table is HISTORY:
        return rows.c.seq.in_(_writes(now, enforced))
    return None


def _iids(now: dt.datetime, enforced: Collection[tuple[str, str, str]]) -> Any:
    return select(HISTORY.c.iid).where(HISTORY.c.seq.in_(_writes(now, enforced)))


def _writes(now: dt.datetime, enforced: Collection[tuple[str, str, str]]) -> Any:
    """Return the numbers of the history's rows that decisions may ask about."""
    written = and_(HISTORY.c.kind == "field", HISTORY.c.iid.is_not(None))
    lately = select(INTENT.c.iid).where(INTENT.c.finished_at >= now - LATELY)
    numbers = select(HISTORY.c.seq).where(written, HISTORY.c.iid.in_(lately))
    fields = [
        and_(HISTORY.c.connection == connection, HISTORY.c.module == module, HISTORY.c.field == field)
        for connection, module, field in sorted(enforced)
    ]
    if not fields:
        return numbers
    last = (
        select(func.max(HISTORY.c.seq))
        .where(written, or_(*fields))
        .group_by(HISTORY.c.connection, HISTORY.c.module, HISTORY.c.record_id, HISTORY.c.field)
    )
    return numbers.union(last)


def _told(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, Json | FieldValues):
        return decode(value)
    return value.astimezone(dt.UTC).isoformat() if isinstance(kind, Moment) else value


def _stored(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        if not table.c[name].nullable:
            raise ValueError(f"{table.name}.{name} is missing")
        return None
    if isinstance(kind, Json | FieldValues):
        return encode(value)
    if isinstance(kind, Moment):
        return dt.datetime.fromisoformat(value)
    expected = bool if isinstance(kind, Boolean) else int if isinstance(kind, Integer) else str
    if not isinstance(value, expected):
        raise TypeError(f"{table.name}.{name} is of another kind")
    return value
