"""The review queue: what waits for a person, what was decided, and what has been settled since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from syncdsl.state.part import Part, chunks
from syncdsl.state.records import ReviewItem
from syncdsl.state.tables import REVIEW

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from syncdsl.state.records import ReviewState

_NAMES = [column.name for column in REVIEW.c]
_DESCRIBED = ("location", "reason", "label", "candidates", "choices")
"""What an item says about its question; the question stays the same when it changes."""

REFUSED = "refused"
"""What stands for the field in the question of a refused write: all of the record is in question."""

UNSETTLED: tuple[ReviewState, ...] = ("open", "decided")
"""States of an item whose question still stands."""


class Reviews(Part):
    """Every question once: an item's id follows from its question, and is the key of the table."""

    def reviews(
        self,
        *,
        states: Collection[str] = UNSETTLED,
        kinds: Collection[str] = (),
        module: tuple[str, str] | None = None,
    ) -> list[ReviewItem]:
        """Return items in these states, the oldest first; without `kinds` and `module` (connection, module) all."""
        statement = select(REVIEW).where(REVIEW.c.state.in_(list(states))).order_by(REVIEW.c.opened, REVIEW.c.id)
        if kinds:
            statement = statement.where(REVIEW.c.kind.in_(list(kinds)))
        if module is not None:
            statement = statement.where(REVIEW.c.connection == module[0], REVIEW.c.module == module[1])
        with self.reading() as connection:
            return [ReviewItem(**row) for row in connection.execute(statement).mappings()]

    def review(self, item_id: str) -> ReviewItem | None:
        """Return one item, whatever its state."""
        with self.reading() as connection:
            row = connection.execute(select(REVIEW).where(REVIEW.c.id == item_id)).mappings().first()
            return ReviewItem(**row) if row else None

    def review_counts(self) -> dict[tuple[str, str], int]:
        """Return how many items there are of each (state, kind)."""
        statement = select(REVIEW.c.state, REVIEW.c.kind, func.count()).group_by(REVIEW.c.state, REVIEW.c.kind)
        with self.reading() as connection:
            return {(state, kind): count for state, kind, count in connection.execute(statement)}

    def open_review_subjects(self) -> set[tuple[str, str, str]]:
        """Return (connection, module, id) of every record in question: subjects and candidates of unsettled items.

        A run that looks at these can tell which questions still stand.
        """
        statement = select(REVIEW.c.connection, REVIEW.c.module, REVIEW.c.record_id, REVIEW.c.candidates)
        found: set[tuple[str, str, str]] = set()
        with self.reading() as connection:
            for row in connection.execute(statement.where(REVIEW.c.state.in_(UNSETTLED))):
                found.add((row.connection, row.module, row.record_id))
                found.update((item["connection"], item["module"], item["id"]) for item in row.candidates if item["id"])
        return found

    def open_reviews(self, items: Iterable[ReviewItem]) -> None:
        """Open new items; one that was closed and comes up again is asked anew, one that stands is left as it is."""
        with self.transaction() as connection:
            for some in chunks(items):
                rows: dict[str, dict[str, Any]] = {
                    item.id: {name: getattr(item, name) for name in _NAMES} for item in some
                }
                known = select(REVIEW.c.id, REVIEW.c.state).where(REVIEW.c.id.in_(list(rows)))
                for item_id, state in connection.execute(known).all():
                    row = rows.pop(item_id)
                    if state == "closed":
                        connection.execute(update(REVIEW).where(REVIEW.c.id == item_id).values(row))
                if rows:
                    connection.execute(insert(REVIEW), list(rows.values()))

    def describe_review(self, item: ReviewItem) -> None:
        """Replace what an item says about its question: place, reason, names and choices."""
        values = {name: getattr(item, name) for name in _DESCRIBED}
        with self.transaction() as connection:
            connection.execute(update(REVIEW).where(REVIEW.c.id == item.id).values(values))

    def note_tries(self, item_id: str, tries: dict[str, Any]) -> None:
        """Remember what is known of the tries of a refused write; it stands in place of a value in question."""
        with self.transaction() as connection:
            connection.execute(
                update(REVIEW).where(REVIEW.c.id == item_id, REVIEW.c.field == REFUSED).values(right=tries)
            )

    def decide_review(self, item_id: str, decision: dict[str, Any], by: str, at: dt.datetime) -> bool:
        """Store what a person chose; return whether the question still stood. The last word counts."""
        values = {"state": "decided", "decision": decision, "decided_by": by, "decided_at": at}
        return self._change(item_id, UNSETTLED, values)

    def undo_review(self, item_id: str) -> bool:
        """Take a decision back; return whether there was one that no run has carried out yet."""
        values = {"state": "open", "decision": None, "decided_by": None, "decided_at": None}
        return self._change(item_id, ("decided",), values)

    def close_reviews(self, item_ids: Iterable[str], at: dt.datetime) -> None:
        """Close items whose question no longer stands; what was decided stays on file."""
        statement = update(REVIEW).where(REVIEW.c.state.in_(UNSETTLED)).values(state="closed", closed=at)
        with self.transaction() as connection:
            for some in chunks(item_ids):
                connection.execute(statement.where(REVIEW.c.id.in_(some)))

    def _change(self, item_id: str, states: tuple[ReviewState, ...], values: dict[str, Any]) -> bool:
        statement = update(REVIEW).where(REVIEW.c.id == item_id, REVIEW.c.state.in_(states)).values(values)
        with self.transaction() as connection:
            return connection.execute(statement).rowcount > 0
