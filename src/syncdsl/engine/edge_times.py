"""As of when the truth of a condition was known: an edge that did not come about is judged again from there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import ActOnDocument, CreateDocument


def before_edge(context: Context, triggers: Sequence[str], source: Record) -> dict[str, dt.datetime]:
    """Return, by the digest of a trigger, as of when its truth was committed before an edge of a record.

    Of a record that was never looked at it is the moment before it was made.
    """
    made = (source.created or context.server_time) - dt.timedelta(microseconds=1)
    return {one: context.view.truth_times(one, [source.id]).get(source.id, made) for one in triggers}


def looked_at(context: Context, operation: CreateDocument | ActOnDocument) -> dt.datetime:
    """Return when the record of an operation was read, by its system's own clock."""
    endpoint = context.plan.records[operation.document.record].endpoint
    return context.observations[endpoint.observe].server_time
