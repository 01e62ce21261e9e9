"""Which documents a `transactions` statement should have taken, told from the records and the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.exchange import switch_of

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Pair
    from syncdsl.state.records import Side


def is_taken(run: Run, pair: Pair, side: Side, record: Record) -> bool:
    """Return whether a document was made since its kind is exchanged, to the second."""
    since = run.state.activation(switch_of(run.plan, pair, side))
    return since is not None and record.created is not None and record.created >= since.replace(microsecond=0)


def is_new(run: Run, pair: Pair, side: Side, record: Record) -> bool:
    """Return whether syncdsl made nothing of a document: it carries no key, and was made for no record."""
    endpoint = pair.left if side == "left" else pair.right
    if endpoint.key_field is not None and record.fields.get(endpoint.key_field):
        return False
    return not any(
        instance.doc_id == record.id
        for document in run.plan.documents.values()
        if (document.connection, document.module) == (endpoint.connection, endpoint.module)
        for instance in run.state.instances(document.name)
    )
