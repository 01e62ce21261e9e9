"""Created: the link of a record that was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.lines import absorb, line_state, settled_link, written_link
from syncdsl.engine.merging import Stamps, merge_first
from syncdsl.state import Link

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.merging import Decision, LineState
    from syncdsl.engine.operations import CreateRecord


def created_link(context: Context, operation: CreateRecord, record: Record) -> Link:
    """Return the link of a record just made: what was written is settled as the other system holds it.

    A line that only leads back (from what was made to what it was made from) is settled unless it brings something:
    then the next run shows it.
    """
    pair, side = operation.pair, operation.effect.source_side
    left, right = (operation.source, record) if side == "left" else (record, operation.source)
    # A record whose partner is made again has a link: what is made takes the place of what is gone.
    known = context.view.links(pair.name).by_side(side).get(operation.source.id)
    link = Link(
        uid=known.uid if known is not None else operation.effect.key,
        pair=pair.name,
        left_id=left.id,
        right_id=right.id,
        key=operation.effect.key,
        status="active",
        lines=(),
        left_base={},
        right_base={},
        suffix=dict(operation.effect.suffix),
        origin="created_right" if side == "left" else "created_left",
        linked_at=context.run.clock(),
    )
    toward = [line for line in pair.lines if (line.to_right if side == "left" else line.to_left) is not None]
    link = absorb(pair, context, link, toward, left.fields, right.fields)
    link = written_link(link, "right" if side == "left" else "left", record)
    back = [line_state(pair, context, line, left, right, None) for line in pair.lines if line not in toward]
    stamps = Stamps(left=left.modified, right=right.modified, window=context.stamp_window)
    decisions: list[tuple[tuple[LineState, ...], Decision]] = [
        ((state,), merge_first((state,), overwrite=None, policy=pair.on_conflict, stamps=stamps)) for state in back
    ]
    return settled_link(pair, context, link, left, right, decisions)
