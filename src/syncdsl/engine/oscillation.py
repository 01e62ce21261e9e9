"""Oscillation: a field that is written to and fro, because something else undoes each write.

Whatever the mapping, an echo of our own write is no change. What is left are automations of the other system, another
integration, or two rule files: each change of theirs is one, and so is each of ours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import FieldChange
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.state import Link

MOST = 4
"""How often a field of one record is written between the same two values before a person is asked."""

HOURS = 24
"""Within how many hours, by the systems' own clocks."""


def oscillating(
    context: Context, link: Link, connection: str, side: SideName, changes: Sequence[FieldChange]
) -> FieldChange | None:
    """Return a change that would be one too many; None when all may be written.

    The state is asked only for records that we wrote within the window ourselves.
    """
    written = link.right_written if side == "right" else link.left_written
    since = context.server_time - dt.timedelta(hours=HOURS)
    if not changes or written is None or dt.datetime.fromisoformat(written) < since:
        return None
    earlier: dict[str, list[tuple[Any, Any]]] = {}
    for write in context.run.state.field_writes(link.uid, since):
        if write.connection == connection:
            earlier.setdefault(write.field, []).append((write.old, write.new))
    return next((change for change in changes if _to_and_fro(earlier.get(change.field, []), change)), None)


def _to_and_fro(writes: Sequence[tuple[Any, Any]], change: FieldChange) -> bool:
    """Return whether the latest writes and this one lead between two values only."""
    if len(writes) < MOST:
        return False
    latest = writes[-MOST:]
    # Where the first of them started from does not matter: it was no answer to a write of ours.
    seen = [latest[0][1], *(value for write in latest[1:] for value in write), change.old, change.new]
    different: list[Any] = []
    for value in seen:
        if value not in different:
            different.append(value)
    return len(different) <= 2
