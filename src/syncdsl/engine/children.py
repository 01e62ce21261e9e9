"""A create without an answer in a module that has no key field: the record is looked for below its parent.

A contact person carries no key. What tells it is its parent, whose children can all be read, and what was written.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Tier
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import Ref, fields_from_json

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import Intent

TIMEOUT = dt.timedelta(seconds=60)
"""How long a call can be under way before it is given up."""


def can_be_looked_for(intent: Intent, context: Context) -> bool:
    """Return whether what a create made can be told from all others although it carries no key."""
    module = context.run.schemas[intent.connection].modules.get(intent.module)
    capabilities = context.run.connections[intent.connection].capabilities
    if module is None or module.parent_field is None or capabilities.tier_of(module) is Tier.T4:
        return False
    return isinstance(fields_from_json(intent.payload.get("fields", {})).get(module.parent_field), Ref)


def may_still_land(intent: Intent, context: Context) -> bool:
    """Return whether a call that got no answer may have its effect later: then nothing found means nothing."""
    settle = dt.timedelta(seconds=context.run.connections[intent.connection].capabilities.settle_seconds)
    sent = intent.last_sent_at or intent.first_sent_at
    # A clock that was set back by hours says nothing; it must not make anybody wait for hours.
    return sent is not None and abs(context.run.clock() - sent) < TIMEOUT + settle


def children_like(intent: Intent, context: Context, wanted: tuple[str, ...]) -> list[Record]:
    """Return the children of the parent that hold what a create wrote and are nobody's partner yet."""
    module = context.run.schemas[intent.connection].modules[intent.module]
    written = fields_from_json(intent.payload.get("fields", {}))
    field = module.parent_field or ""
    parent = written[field]
    names = tuple(dict.fromkeys((*wanted, *written)))
    below = context.run.connections[intent.connection].find(intent.module, field, [parent], names).get(parent, [])
    pair = context.plan.pairs.get(intent.pair_or_document)
    taken = _partners(pair, context, intent, [record.id for record in below])
    return [
        record
        for record in below
        if record.id not in taken
        and all(
            canonical(record.fields.get(name), module.fields[name].value) == canonical(value, module.fields[name].value)
            for name, value in written.items()
        )
    ]


def _partners(pair: Pair | None, context: Context, intent: Intent, ids: list[str]) -> set[str]:
    if pair is None:
        return set()
    index = context.view.links(pair.name)
    return set((index.by_right if intent.payload.get("source_side") == "left" else index.by_left).many(ids))
