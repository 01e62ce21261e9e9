"""Links with their bases, and records that are set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from syncdsl.state.part import Part
from syncdsl.state.records import Link
from syncdsl.state.tables import LINK, SET_ASIDE

if TYPE_CHECKING:
    from sqlalchemy import RowMapping


class Links(Part):
    """Who is whose partner: within a pair a record has at most one, and no two links share a key."""

    def links(self, pair: str) -> list[Link]:
        """Return the links of a pair, in order of their uid."""
        with self.reading() as connection:
            rows = connection.execute(select(LINK).where(LINK.c.pair == pair).order_by(LINK.c.uid)).mappings()
            return [_link(row) for row in rows]

    def link(self, pair: str, *, left_id: str | None = None, right_id: str | None = None) -> Link | None:
        """Return the link of a record, by either side's id."""
        condition = LINK.c.left_id == left_id if left_id is not None else LINK.c.right_id == right_id
        with self.reading() as connection:
            row = connection.execute(select(LINK).where(LINK.c.pair == pair, condition)).mappings().first()
            return _link(row) if row else None

    def put_link(self, link: Link) -> None:
        """Add a link, or replace the one with its uid.

        Raises NotUniqueError when one of its records, or its key, belongs to another link.
        """
        values: dict[str, Any] = {name: getattr(link, name) for name in LINK.c.keys()}
        values["lines"] = list(link.lines)
        statement = insert(LINK).values(values)
        with self.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["uid"], set_=values))

    def set_asides(self, pair: str) -> set[tuple[str, str]]:
        """Return the (side, id) of the records of a pair that are neither matched nor created again."""
        with self.reading() as connection:
            rows = connection.execute(select(SET_ASIDE.c.side, SET_ASIDE.c.record_id).where(SET_ASIDE.c.pair == pair))
            return {(row.side, row.record_id) for row in rows}

    def set_aside(self, pair: str, side: str, record_id: str, reason: str) -> None:
        """Set a record aside; doing it again changes the reason."""
        values = {"pair": pair, "side": side, "record_id": record_id, "reason": reason}
        statement = insert(SET_ASIDE).values(values)
        with self.transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["pair", "side", "record_id"], set_={"reason": reason})
            )


def _link(row: RowMapping) -> Link:
    return Link(**{**row, "lines": tuple(row["lines"])})


