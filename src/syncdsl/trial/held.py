"""What waits for a person, by rule and record: unsettled items of the review queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from syncdsl.state.tables import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.changes.effects import RecordName
    from syncdsl.plan.pairs import MapLine
    from syncdsl.state import State

_WHOLE = frozenset({"match", "duplicate", "parked", "ambiguous", "deleted", "value"})
"""Kinds of items that may be about a whole record."""


class _Question(NamedTuple):
    kind: str
    field: str | None
    location: str


class Held:
    """The unsettled items: which lines of a record, or whether all of it, wait.

    A question is told once, and is about its candidates as much as about its subject.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._questions: dict[tuple[str, str, str, str], set[_Question]] = {}
        for item in items:
            question = _Question(item.kind, item.field, item.location)
            records = [(item.connection, item.module, item.record_id)]
            records += [(one.get("connection"), one.get("module"), one.get("id")) for one in item.candidates or ()]
            for record in records:
                self._questions.setdefault((item.rule, *record), set()).add(question)

    @classmethod
    def of_state(cls, state: State) -> Held:
        """Read the unsettled items of a state."""
        names = ("rule", "connection", "module", "record_id", "kind", "field", "location", "candidates")
        with state.reading() as connection:
            rows = connection.execute(select(*[REVIEW.c[name] for name in names]).where(REVIEW.c.state != "closed"))
            return cls(rows)

    def record(self, rule: str, record: RecordName) -> bool:
        """Return whether a record as a whole waits."""
        return any(question.kind in _WHOLE for question in self._of(rule, record))

    def line(self, rule: str, record: RecordName, line: MapLine) -> bool:
        """Return whether a line of a record waits."""
        return any(
            question.field in {line.group, line.text}
            if question.field is not None
            else question.location == line.location
            for question in self._of(rule, record)
        )

    def _of(self, rule: str, record: RecordName) -> set[_Question]:
        key = (rule, record.connection, record.module, str(record.id))
        return self._questions.get(key, set())
