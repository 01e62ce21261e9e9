"""Rows of a table as JSON data, a page at a time: there may be a million."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, Text, select, tuple_, type_coerce

from syncdsl.state.columns import FieldValues, Json, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

_PAGE = 500


def pages(connection: Connection, table: Table, condition: ColumnElement[bool]) -> Iterator[list[dict[str, Any]]]:
    """Yield rows as JSON data, a page at a time, in the order of the primary key: there may be a million."""
    keys = list(table.primary_key.columns)
    raw = [type_coerce(c, Text).label(c.name) if isinstance(c.type, Json | FieldValues) else c for c in table.c]
    documents = {c.name for c in table.c if isinstance(c.type, Json | FieldValues)}
    last: tuple[Any, ...] | None = None
    while True:
        statement = select(*raw).where(condition).order_by(*keys).limit(_PAGE)
        if last is not None:
            statement = statement.where(tuple_(*keys) > last)
        rows = connection.execute(statement).mappings().all()
        if not rows:
            return
        last = tuple(rows[-1][key.name] for key in keys)
        yield [{name: _plain(value, name in documents) for name, value in row.items()} for row in rows]


def _plain(value: Any, document: bool) -> Any:  # noqa: FBT001 - a helper of one caller
    if document and value is not None:
        return decode(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
