"""Exchange: which documents a `transactions` statement takes, and until when it changes them.

Taken are documents that people made since the statement was switched on: none from before, none that syncdsl made
itself, be it as the partner of another one or for a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.lines import SIDES
from syncdsl.engine.steps.observe import carried_key
from syncdsl.plan.renames import original_name
from syncdsl.schema.digest import digest
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.plan.plan import Plan


def switch_on(pair: Pair, context: Context) -> None:
    """Note, by each system's own clock, since when documents are taken; what is there at that moment is not.

    Stamps are whole seconds: what was made in the second of the reading and is in it was made before.
    """
    for side in SIDES:
        name = switch_of(context.plan, pair, side)
        if context.view.activation(name) is not None:
            continue
        observation = context.observations[_endpoint(pair, side).observe]
        now = observation.server_time
        context.view.activate(name, now)
        second = now.replace(microsecond=0)
        for some in observation.records.batches():
            for record in some:
                if record.created is not None and record.created >= second:
                    context.view.set_aside(pair.name, side, record.id, "it was there when `transactions` began")


def is_taken(pair: Pair, context: Context, side: SideName, record: Record) -> bool:
    """Return whether a document was made since its kind is exchanged."""
    since = context.view.activation(switch_of(context.plan, pair, side))
    return since is not None and record.created is not None and record.created >= since.replace(microsecond=0)


def made_by_people(pair: Pair, context: Context, side: SideName, records: Iterable[Record]) -> list[Record]:
    """Return the documents that carry no key of syncdsl's and were made for no record."""
    endpoint = _endpoint(pair, side)
    made = {
        instance.doc_id
        for document in context.plan.documents.values()
        if (document.connection, document.module) == (endpoint.connection, endpoint.module)
        for instances in context.view.instances(document.name).values()
        for instance in instances
    }
    return [record for record in records if carried_key(record, endpoint.key_field) is None and record.id not in made]


def no_longer_follows(pair: Pair, target: Record) -> str | None:
    """Return the state in which a document on the right is not changed any more; None while it is."""
    if pair.exchange is None or pair.exchange.status_field is None:
        return None
    state = show(target.fields.get(pair.exchange.status_field))
    return state if state and state not in pair.exchange.follows else None


def switch_of(plan: Plan, pair: Pair, side: SideName) -> str:
    """Return the name under which it is noted since when the documents of a side are taken."""
    return digest({"exchange": original_name(plan.moved, "module", pair.name), "side": side})


def _endpoint(pair: Pair, side: SideName) -> Endpoint:
    return pair.left if side == "left" else pair.right
