"""Going through a whole pair: its links with the records of both sides, and the records that have no link."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, select

from syncdsl.state.links import STORED, link_of
from syncdsl.state.observations import observed_columns, record_of
from syncdsl.state.part import Part
from syncdsl.state.tables import LINK, OBSERVED_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select

    from syncdsl.state.records import Link, Side, StoredRecord

SIZE = 1_000
"""How many links or records are in memory at a time."""


class Joint(NamedTuple):
    """A link with its records as they are on file; None is one that is not."""

    link: Link
    left: StoredRecord | None
    right: StoredRecord | None


class Joined(Part):
    """Looks at everything in order of ids: what belongs together is read together, and once."""

    def joined(self, pair: str, left_step: str, right_step: str, size: int = SIZE) -> Iterator[list[Joint]]:
        """Yield all links of a pair with their records in two observations, in order of left ids."""
        values = {"pair": pair, "left_step": left_step, "right_step": right_step, "size": size, "after": ""}
        while True:
            with self.reading() as connection:
                found = [_joint(row) for row in connection.execute(_joined(), values).all()]
            if not found:
                return
            yield found
            values["after"] = found[-1].link.left_id

    def unlinked(self, pair: str, side: Side, step: str, size: int = SIZE) -> Iterator[list[StoredRecord]]:
        """Yield the records of an observation that no link of a pair names on that side, in order of ids."""
        values = {"pair": pair, "step": step, "size": size, "after": ""}
        while True:
            with self.reading() as connection:
                found = [record_of(row) for row in connection.execute(_unlinked(side), values).all()]
            if not found:
                return
            yield found
            values["after"] = found[-1].id


@cache
def _joined() -> Select[Any]:
    left, right = OBSERVED_RECORD.alias("left_record"), OBSERVED_RECORD.alias("right_record")
    return (
        select(*STORED, *observed_columns(left), *observed_columns(right))
        .outerjoin_from(LINK, left, and_(left.c.step == bindparam("left_step"), left.c.record_id == LINK.c.left_id))
        .outerjoin(right, and_(right.c.step == bindparam("right_step"), right.c.record_id == LINK.c.right_id))
        .where(LINK.c.pair == bindparam("pair"), LINK.c.left_id > bindparam("after"))
        .order_by(LINK.c.left_id)
        .limit(bindparam("size"))
    )


@cache
def _unlinked(side: Side) -> Select[Any]:
    own = LINK.c.left_id if side == "left" else LINK.c.right_id
    linked = exists().where(LINK.c.pair == bindparam("pair"), own == OBSERVED_RECORD.c.record_id)
    return (
        select(*observed_columns(OBSERVED_RECORD))
        .where(OBSERVED_RECORD.c.step == bindparam("step"), OBSERVED_RECORD.c.record_id > bindparam("after"), ~linked)
        .order_by(OBSERVED_RECORD.c.record_id)
        .limit(bindparam("size"))
    )


_LINK = len(STORED)
_RECORD = len(observed_columns(OBSERVED_RECORD))


def _joint(row: Sequence[Any]) -> Joint:
    left, right = row[_LINK : _LINK + _RECORD], row[_LINK + _RECORD :]
    return Joint(
        link_of(row[:_LINK]),
        None if left[0] is None else record_of(left),
        None if right[0] is None else record_of(right),
    )
