"""What a run leaves in the review queue of its refused writes, and of those that went through at last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.engine.agenda import records_of
from syncdsl.engine.dismissals import about, write_digest
from syncdsl.engine.refusals import Tries, refusal, tries_of
from syncdsl.engine.report import NOT_SENT
from syncdsl.engine.reviewing import described, items_of, subject_of
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from syncdsl.changes.effects import Effect, Hold
    from syncdsl.engine.context import Context
    from syncdsl.engine.report import ApplyReport, Failure
    from syncdsl.state import ReviewItem
    from syncdsl.state.records import RecordId


def commit_refusals(context: Context, report: ApplyReport, run_id: str) -> None:
    """Note in the queue which writes were refused, and that those refused before went through this time.

    What was dismissed and is refused again is another write than that one: it is asked about anew.
    """
    state = context.run.state
    refused: dict[str, tuple[Hold, list[Failure]]] = {}
    for failure in report.failed:
        # What was not sent was no question of its content.
        if failure.code != NOT_SENT:
            hold = refusal(failure)
            refused.setdefault(context.item_id(hold), (hold, []))[1].append(failure)
    known = {item.id: item for item in state.reviews(kinds=("value",)) if item.field == REFUSED}
    if not refused and not known:
        return
    through = {about(effect) for effect in report.done}
    # What this run wrote itself is no change to whatever was refused beside it.
    written = {place for effect in report.done for place in _places(effect)} if refused else set()
    with state.transaction():
        for told in items_of([hold for hold, _ in refused.values()], context, run_id):
            before = known.get(told.id)
            tries = _tries(context, before, refused[told.id][1], written)
            if before is None:
                state.open_reviews([replace(told, right=tries.model_dump(mode="json"))])
                continue
            if before.state == "decided":
                state.undo_review(told.id)
            if (now := described(before, told)) != before:
                state.describe_review(now)
            state.note_tries(told.id, tries.model_dump(mode="json"))
        stands = refused.keys() | context.reviews.standing
        state.close_reviews(
            [item.id for item in known.values() if item.id not in stands and subject_of(item) in through],
            context.run.clock(),
        )


def _tries(context: Context, item: ReviewItem | None, failures: list[Failure], written: Collection[RecordId]) -> Tries:
    """Return what is kept of the tries of an item, with those of this run; of several writes of one record all are."""
    before = tries_of(item) if item is not None else None
    writes = [write_digest(context, one.operation, written) for one in failures if one.operation is not None]
    writes += context.dismissed[item.id] if item is not None else []
    return Tries(
        writes=tuple(sorted(set(writes))),
        records=tuple(dict.fromkeys(place for one in failures for place in _places(one.effect))),
        times=1 + (before.times if before is not None else 0),
        last=context.run.clock(),
    )


def _places(effect: Effect) -> Iterator[RecordId]:
    """Yield the records that an effect is about, as far as they are there."""
    yield from ((name.connection, name.module, name.id) for name in records_of(effect) if name.id is not None)
