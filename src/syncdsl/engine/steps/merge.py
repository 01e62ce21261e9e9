"""Merge: what each pair of records, and each record without a partner, comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.steps.contact import first_contact
from syncdsl.engine.steps.create import create_partner, draft_partners
from syncdsl.engine.steps.deleted import deleted
from syncdsl.engine.steps.disputes import hold_dispute
from syncdsl.engine.steps.linked import linked
from syncdsl.engine.steps.merged import merged

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.steps import MergeStep


def merge(step: MergeStep, context: Context) -> None:
    """Turn a pair's matches into operations and holds."""
    pair = context.plan.pairs[step.pair]
    result = context.matches[pair.name]
    for link, status in result.gone:
        deleted(pair, context, link, status)
    for swallowed in result.merged:
        merged(pair, context, swallowed)
    for dispute in result.disputes:
        hold_dispute(pair, context, dispute)
    # Everything that will have a partner is known before any reference is looked at: records may refer to each other.
    for record in result.create_right:
        context.plan_partner(
            pair.left.connection, pair.left.module, record.id, pair.right.connection, pair.right.module
        )
    for record in result.create_left:
        context.plan_partner(
            pair.right.connection, pair.right.module, record.id, pair.left.connection, pair.left.module
        )
    for found in result.matches:
        first_contact(pair, context, found)
    alone: list[tuple[Record, SideName]] = [
        *((record, "left") for record in result.create_right),
        *((record, "right") for record in result.create_left),
    ]
    drafts = draft_partners(pair, context, alone)
    decided = {swallowed.link.uid for swallowed in result.merged}
    for item in result.linked:
        if item.link.uid not in decided:
            linked(pair, context, item)
    for record, side, draft in drafts:
        create_partner(pair, context, record, side, found=draft)
