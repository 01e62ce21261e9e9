"""What is in scope of a pair: its own conditions, and for nested modules those of everything above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.exchange import is_taken
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair

PARENT = -2
"""The number under which the parents of nested records are filed, beside the forms of their keys."""


def side_of(pair: Pair, side: SideName) -> Endpoint:
    """Return a side of a pair."""
    return pair.left if side == "left" else pair.right


def inside(pair: Pair, context: Context, side: SideName, record: Record, *, linked: bool = False) -> bool:
    """Return whether a record is in scope of a pair: a nested one only under a parent that is.

    Documents are exchanged while they are `linked`, and else when they are new.

    A parent that waits for its partner is in scope: its children wait with it, and are seen to.
    """
    if not context.in_scope(side_of(pair, side), record):
        return False
    if pair.exchange is not None:
        return linked or is_taken(pair, context, side, record)
    if pair.parent is None:
        return True
    reference = parent_of(pair, context, side, record)
    if reference is None:
        return False
    above = context.plan.pairs[pair.parent.pair]
    found = context.observations[side_of(above, side).observe].records.get(reference.id)
    if found is None or not inside(above, context, side, found):
        return False
    if (side, reference.id) in context.view.set_asides(above.name):
        return False
    link = context.view.links(above.name).by_side(side).get(reference.id)
    if link is None:
        return True
    other: SideName = "right" if side == "left" else "left"
    partner_id = link.right_id if side == "left" else link.left_id
    partner = context.observations[side_of(above, other).observe].records.get(partner_id)
    return link.status == "active" and partner is not None and context.in_scope(side_of(above, other), partner)


def family(pair: Pair, context: Context, side: SideName, record: Record) -> str | None:
    """Return what tells the children of one parent from those of others, alike on both sides; None without one."""
    reference = parent_of(pair, context, side, record)
    if reference is None or pair.parent is None:
        return None
    link = context.view.links(pair.parent.pair).by_side(side).get(reference.id)
    return link.uid if link is not None else f"new {side} {reference.id}"


def parent_of(pair: Pair, context: Context, side: SideName, record: Record) -> Ref | None:
    """Return the reference of a nested record to its parent, where that is a record of the module above."""
    if pair.parent is None:
        return None
    reference = record.fields.get(pair.parent.field_of(side))
    module = side_of(context.plan.pairs[pair.parent.pair], side).module
    return reference if isinstance(reference, Ref) and reference.module == module else None
