"""What waits for a person, by record: open items of the review queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from syncdsl.state.tables import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.plan.pairs import MapLine
    from syncdsl.state import State

_WHOLE = frozenset({"match", "duplicate", "parked", "ambiguous", "deleted", "value"})
"""Kinds of items that may be about a whole record."""


class Held:
    """The open items: which fields of a record, or whether all of it, wait."""

    def __init__(self, items: Iterable[tuple[str, str, str, str, str | None, str]]) -> None:
        self._items: dict[tuple[str, str, str], set[tuple[str, str | None, str]]] = {}
        for connection, module, record_id, kind, field, location in items:
            self._items.setdefault((connection, module, record_id), set()).add((kind, field, location))

    @classmethod
    def of_state(cls, state: State) -> Held:
        """Read the open items of a state."""
        columns = (
            REVIEW.c.connection,
            REVIEW.c.module,
            REVIEW.c.record_id,
            REVIEW.c.kind,
            REVIEW.c.field,
            REVIEW.c.location,
        )
        with state.reading() as connection:
            rows = connection.execute(select(*columns).where(REVIEW.c.state != "closed"))
            return cls((row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows)

    def record(self, connection: str, module: str, record_id: str) -> bool:
        """Return whether a record as a whole waits."""
        return any(kind in _WHOLE for kind, _, _ in self._items.get((connection, module, record_id), ()))

    def line(self, connection: str, module: str, record_id: str, line: MapLine) -> bool:
        """Return whether a line of a record waits."""
        return any(
            field in {line.group, line.text} if field is not None else location == line.location
            for _, field, location in self._items.get((connection, module, record_id), ())
        )
