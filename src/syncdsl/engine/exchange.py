"""Exchange: which documents a `transactions` statement takes, and until when it changes them.

Taken are documents that people made since the statement was switched on: none from before, none that syncdsl made
itself, be it as the partner of another one or for a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.lines import FACING, SIDES
from syncdsl.engine.steps.observe import carried_key
from syncdsl.plan.renames import original_name
from syncdsl.schema.digest import digest
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.plan.plan import Plan


def switch_on(pair: Pair, context: Context) -> None:
    """Note, by each system's own clock, since when documents are taken; what is there at that moment is not.

    Stamps are whole seconds: what was made in the second of the reading and is in it was made before. Documents that an
    earlier state knew as partners are found again by the keys on them, and go on.
    """
    began = [side for side in SIDES if context.view.activation(switch_of(context.plan, pair, side)) is None]
    if began:
        context.known_again |= set(_partners(pair, context))
    for side in began:
        observation = context.observations[_endpoint(pair, side).observe]
        context.view.activate(switch_of(context.plan, pair, side), observation.server_time)
        second = observation.server_time.replace(microsecond=0)
        for some in observation.records.batches():
            for record in some:
                known = (pair.name, side, record.id) in context.known_again
                if not known and record.created is not None and record.created >= second:
                    context.view.set_aside(pair.name, side, record.id, "it was there when `transactions` began")


def _partners(pair: Pair, context: Context) -> Iterator[tuple[str, SideName, str]]:
    """Return the documents, with pair and side, of which one carries the key of the other."""
    for side, other in FACING:
        there = context.observations[_endpoint(pair, other).observe].records
        if _endpoint(pair, other).key_field is None:
            continue
        for some in context.observations[_endpoint(pair, side).observe].records.batches():
            keys = {context.pair_key(pair, side, record.id): record.id for record in some}
            for key, ids in there.carriers(keys).items():
                yield pair.name, side, keys[key]
                yield from ((pair.name, other, record_id) for record_id in ids)


def is_taken(pair: Pair, context: Context, side: SideName, record: Record) -> bool:
    """Return whether a document without a partner was made since its kind is exchanged, or is known from before."""
    since = context.view.activation(switch_of(context.plan, pair, side))
    if since is None:
        return False
    new = record.created is not None and record.created >= since.replace(microsecond=0)
    return new or (pair.name, side, record.id) in context.known_again


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
