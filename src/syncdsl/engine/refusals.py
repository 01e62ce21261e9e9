"""Writes that the other system refuses, in the review queue: seen until one goes through, whatever else a run does.

Every run tries a refused write again: somebody corrects the value, or the other system is told to take it. The item
stands while the record has something to write, and closes with the write that is taken. Where nobody will do either,
the write is dismissed (`engine.dismissals`).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import ValidationError

from syncdsl.changes.effects import Create, Hold, Link
from syncdsl.engine.operations import SetAside
from syncdsl.schema.model import Model
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.changes.effects import Effect, RecordName
    from syncdsl.engine.operations import Operation
    from syncdsl.engine.report import Failure
    from syncdsl.state import ReviewItem


class Tries(Model):
    """What an item of a refused write keeps of its tries.

    `writes` are the digests of what was refused last, `records` (connection, module, id) those that the writes are
    about; `times` counts the runs that tried, the last of them at `last`.
    """

    writes: tuple[str, ...]
    records: tuple[tuple[str, str, str], ...]
    times: int
    last: dt.datetime


def tries_of(item: ReviewItem) -> Tries | None:
    """Return what is kept of the tries of a refused write; None for other items, and those of an earlier version."""
    if item.field != REFUSED or not isinstance(item.right, dict):
        return None
    try:
        return Tries.model_validate(item.right)
    except ValidationError:
        return None


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
        (item.effect.rule, name.connection, name.module, name.id or name.label)
        for item in operations
        if not isinstance(item, SetAside)
        for name in (subject(item.effect),)
    }
    for item in items:
        if item.field == REFUSED and (item.rule, item.connection, item.module, item.record_id) in tried:
            yield item.id
