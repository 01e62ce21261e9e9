"""Outcomes: what became of the writes of one call, gathered so that it is committed at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.state import Answered, Resolution

if TYPE_CHECKING:
    from syncdsl.engine.context import Context
    from syncdsl.engine.writes import Write
    from syncdsl.state import Grant, HistoryEntry, StoredRecord
    from syncdsl.state.records import IntentState


@dataclass(slots=True, kw_only=True)
class Outcomes:
    """Changes of the state that wait for the end of an answer; those of links wait in the run's view.

    A write costs a score of statements when each is made alone, and a few when a hundred writes are told together.
    """

    resolutions: list[Resolution] = field(default_factory=list)
    causes: dict[str, Answered] = field(default_factory=dict)
    reviews: list[str] = field(default_factory=list)
    written: dict[str, list[tuple[StoredRecord, str | None]]] = field(default_factory=dict)
    absent: dict[str, dict[str, str]] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    given: list[Grant] = field(default_factory=list)
    taken: list[Grant] = field(default_factory=list)

    def resolve(self, write: Write, state: IntentState, remote_id: str | None = None, detail: str = "") -> None:
        """Note what became of a write."""
        self.resolutions.append(Resolution(iid=write.iid, state=state, remote_id=remote_id, detail=detail))

    def names_another(self, uid: str, cause: Answered) -> bool:
        """Return whether a link changed for another reason already: a change has one cause."""
        return self.causes.get(uid, cause) != cause

    def commit(self, context: Context, run_id: str) -> None:
        """Store everything, inside the transaction of the answer: the history of links before that of fields."""
        state = context.run.state
        state.resolve_intents(self.resolutions)
        with state.because_of(self.causes):
            context.view.flush()
        if self.given or self.taken:
            state.put_grants(self.given)
            state.forget_grants(self.taken)
        for name, ids in self.absent.items():
            state.unstage(name, ids)
        state.close_reviews(sorted({*self.reviews}), context.run.clock())
        for name, records in self.written.items():
            state.note_written(name, records)
        # All of one moment, and none before that of its link: stories are told in order of time.
        now = context.run.clock()
        state.add_history(run_id, [replace(entry, at=now) for entry in self.history])
