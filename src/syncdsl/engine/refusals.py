"""Writes that the other system refuses, in the review queue: seen until one goes through, whatever else a run does.

Every run tries a refused write again, so there is nothing to decide: somebody corrects the value, or the other system
is told to take it. The item stands while the record has something to write, and closes with the write that is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Hold, Link
from syncdsl.engine.operations import SetAside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.changes.effects import Effect, RecordName
    from syncdsl.engine.operations import Operation
    from syncdsl.engine.report import Failure
    from syncdsl.state import ReviewItem

REFUSED = "refused"
"""What stands for the field in the question of a refused write: all of the record is in question."""


def refusal(failure: Failure) -> Hold:
    """Return the question of a write that was refused."""
    effect = failure.effect
    system = _target(effect).connection
    return Hold(
        rule=effect.rule,
        location=effect.location,
        reason=f"{system} refused it ({failure.code}): {failure.message}",
        why="value",
        record=subject(effect),
        field=REFUSED,
    )


def subject(effect: Effect) -> RecordName:
    """Return the record that a write is about, as people look for it: one that exists."""
    if isinstance(effect, Create):
        return effect.source
    return _target(effect)


def _target(effect: Effect) -> RecordName:
    if isinstance(effect, Link):
        return effect.right if effect.key_side == "right" else effect.left
    return effect.record


def still_tried(items: Iterable[ReviewItem], operations: Iterable[Operation]) -> Iterator[str]:
    """Return the ids of items of refused writes whose record is written to again by this run."""
    tried = {
        (item.effect.rule, subject(item.effect).connection, subject(item.effect).module, subject(item.effect).id)
        for item in operations
        if not isinstance(item, SetAside)
    }
    for item in items:
        if item.field == REFUSED and (item.rule, item.connection, item.module, item.record_id) in tried:
            yield item.id
