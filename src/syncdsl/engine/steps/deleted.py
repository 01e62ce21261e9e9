"""Deleted: what becomes of a pair of which one record or both are gone for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.steps.match import mark_gone

if TYPE_CHECKING:
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus


def deleted(pair: Pair, context: Context, link: Link, status: LinkStatus) -> None:
    """`on delete: keep`: the partner stays, the deleted record is never made again."""
    if link.status == status:
        return
    context.view.put_link(mark_gone(link, status))
    context.baseline["deleted records noted"] += 1
    lost = pair.left if status == "left_gone" else pair.right
    lost_id = link.left_id if status == "left_gone" else link.right_id
    if status == "both_gone":
        context.reported.append(f"{pair.name}: both records of a link were deleted ({link.left_id}, {link.right_id})")
    else:
        context.reported.append(
            f"{lost.connection}.{lost.module}/{lost_id} was deleted; its partner is kept and it is not made again"
        )
