"""What runs wrote: how much of each kind, and the writes of one run, as the journal tells it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import func, or_, select

from syncdsl.state.part import Part, chunks
from syncdsl.state.records import ReviewItem, Run
from syncdsl.state.tables import INTENT, JOURNAL_EVENT, REVIEW, RUN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from syncdsl.state.records import IntentState, Operation

WriteKind: TypeAlias = Literal["added", "updated", "deleted", "acted", "failed", "dropped", "unknown"]
"""What a write came to: what it did, or why it did nothing. `dropped`: its record moved on after the preview."""

_DID: dict[Operation, WriteKind] = {
    "create": "added",
    "update": "updated",
    "key": "updated",
    "delete": "deleted",
    "deactivate": "deleted",
    "void": "deleted",
    "send": "acted",
    "accept": "acted",
    "decline": "acted",
}
_CAME_TO: dict[IntentState, WriteKind] = {
    "rejected": "failed",
    "dropped": "dropped",
    "ambiguous": "unknown",
    "quarantined": "unknown",
}
_ENDED = ("done", *_CAME_TO)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """How many writes of a run came to what; `acted` are documents that were sent, accepted or declined."""

    added: int = 0
    updated: int = 0
    deleted: int = 0
    acted: int = 0
    failed: int = 0
    dropped: int = 0
    unknown: int = 0

    @property
    def any(self) -> bool:
        """Whether there was any write."""
        return any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWrite:
    """One write of a run: of which rule, to which record, made for which `source`, and what came of it.

    `record_id` is None where nothing was made. `detail` says in words why it is in its state.
    """

    iid: str
    op: Operation
    state: IntentState
    rule: str
    connection: str
    module: str
    record_id: str | None
    source: tuple[str, str, str]
    detail: str
    at: dt.datetime

    @property
    def kind(self) -> WriteKind:
        """What it came to."""
        return kind_of(self.op, self.state)


def kind_of(op: Operation, state: IntentState) -> WriteKind:
    """Return what a write came to."""
    return _DID[op] if state == "done" else _CAME_TO[state]


class RunWrites(Part):
    """Runs, found and told.

    The journal is ordered by time and not by run, so its column `run` is read from end to end, one narrow column of
    each row; only the rows of the runs asked for are joined with their intent, by its unique index. Of 100,000
    writes that takes a twentieth of a second.
    """

    def run_counts(self, run_ids: Iterable[str]) -> dict[str, RunCounts]:
        """Return how much of each kind some runs wrote; a run that wrote nothing is left out."""
        found: dict[str, dict[str, int]] = {}
        for some in chunks(run_ids):
            statement = (
                select(JOURNAL_EVENT.c.run, INTENT.c.op, JOURNAL_EVENT.c.state, func.count())
                .join(INTENT, INTENT.c.iid == JOURNAL_EVENT.c.iid)
                .where(JOURNAL_EVENT.c.run.in_(some), JOURNAL_EVENT.c.state.in_(_ENDED))
                .group_by(JOURNAL_EVENT.c.run, INTENT.c.op, JOURNAL_EVENT.c.state)
            )
            with self.reading() as connection:
                for run_id, op, state, count in connection.execute(statement):
                    counts = found.setdefault(run_id, {})
                    kind = kind_of(op, state)
                    counts[kind] = counts.get(kind, 0) + count
        return {run_id: RunCounts(**counts) for run_id, counts in found.items()}

    def run_writes(self, run_id: str) -> list[RunWrite]:
        """Return the writes of a run that came to something, in the order in which that was known."""
        event, intent = JOURNAL_EVENT.c, INTENT.c
        statement = (
            select(
                event.iid,
                intent.op,
                event.state,
                intent.pair_or_document,
                intent.connection,
                intent.module,
                func.coalesce(intent.remote_id, intent.record_id).label("record_id"),
                intent.source_connection,
                intent.source_module,
                intent.source_id,
                event.detail,
                event.at,
            )
            .join(INTENT, intent.iid == event.iid)
            .where(event.run == run_id, event.state.in_(_ENDED))
            .order_by(event.seq)
        )
        with self.reading() as connection:
            return [
                RunWrite(
                    iid=row.iid,
                    op=row.op,
                    state=row.state,
                    rule=row.pair_or_document,
                    connection=row.connection,
                    module=row.module,
                    record_id=row.record_id,
                    source=(row.source_connection, row.source_module, row.source_id),
                    detail=row.detail,
                    at=row.at,
                )
                for row in connection.execute(statement)
            ]

    def runs_called(self, prefix: str) -> list[Run]:
        """Return the runs whose id begins so."""
        statement = select(RUN).where(RUN.c.id.startswith(prefix, autoescape=True)).order_by(RUN.c.started, RUN.c.id)
        with self.reading() as connection:
            return [Run(**row) for row in connection.execute(statement).mappings()]

    def troubled_runs(self, limit: int) -> list[Run]:
        """Return the last runs that a fault ended, that died, or of which writes were refused; the newest first."""
        found: list[Run] = []
        for run in self._newest_first():
            if run.error is not None or run.ended is None or (run.summary or {}).get("failed"):
                found.append(run)
            if len(found) == limit:
                break
        return found

    def reviews_opened_by(self, run_id: str) -> list[ReviewItem]:
        """Return the review items that a run opened, whatever became of them since."""
        statement = select(REVIEW).where(REVIEW.c.opened_run == run_id).order_by(REVIEW.c.kind, REVIEW.c.id)
        with self.reading() as connection:
            return [ReviewItem(**row) for row in connection.execute(statement).mappings()]

    def _newest_first(self) -> Iterator[Run]:
        order = RUN.c.started.desc(), RUN.c.id
        last: Run | None = None
        while True:
            statement = select(RUN).order_by(*order).limit(200)
            if last is not None:
                later = (RUN.c.started == last.started) & (RUN.c.id > last.id)
                statement = statement.where(or_(RUN.c.started < last.started, later))
            with self.reading() as connection:
                page = [Run(**row) for row in connection.execute(statement).mappings()]
            if not page:
                return
            yield from page
            last = page[-1]
