"""Records that look free and are not: in doubt, moved from another module's scope, or carrying the key of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.exchange import made_by_people
from syncdsl.engine.lines import FACING
from syncdsl.engine.matching import Dispute
from syncdsl.engine.nesting import inside, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.components import Component
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Pair


def without_unfinished(
    pair: Pair, context: Context, free_left: dict[str, Record], free_right: dict[str, Record]
) -> None:
    """Take out records whose partner may have been made by an earlier run; recovery has said so already."""
    for name, record_id in context.in_doubt:
        if name == pair.name:
            free_left.pop(record_id, None)
            free_right.pop(record_id, None)


def moved(
    pair: Pair, context: Context, free_left: dict[str, Record], free_right: dict[str, Record]
) -> Iterator[Dispute]:
    """Take out records that another module over the same two connections linked, and whose scope they left.

    A second partner is made only if both scopes hold.
    """
    connections = (pair.left.connection, pair.right.connection)
    for other in context.plan.pairs.values():
        if other.name == pair.name or (other.left.connection, other.right.connection) != connections:
            continue
        index = context.view.links(other.name)
        sides: tuple[tuple[SideName, dict[str, Record]], ...] = (("left", free_left), ("right", free_right))
        for side, free in sides:
            theirs = side_of(other, side)
            if theirs.module != side_of(pair, side).module:
                continue
            known = index.by_side(side).many(free)
            observed = context.observations[theirs.observe].records
            for record_id in sorted(known):
                record = free[record_id]
                stays = record_id in observed and inside(other, context, side, observed[record_id])
                if known[record_id].status == "active" and not stays:
                    del free[record_id]
                    yield Dispute(
                        side=side,
                        record=record,
                        candidates=(),
                        reason=f"it moved here from the scope of `{other.name}`, which linked it",
                    )


def strangers_keys(pair: Pair, context: Context, part: Component) -> Iterator[Dispute]:
    """Take out records whose key stands on several records, or on one that is out of scope.

    The latter are partners all the same, as far as anybody can tell without the state: nothing is made beside them.
    """
    for side, other in FACING:
        sources, carriers, there = part.free(side), part.free(other), side_of(pair, other)
        if there.key_field is None or not sources:
            continue
        observed = context.observations[there.observe].records
        keys = {context.pair_key(pair, side, source_id): source_id for source_id in sources}
        for key, ids in sorted(observed.carriers(keys).items(), key=lambda item: keys[item[0]]):
            source_id = keys[key]
            if len(ids) > 1:
                yield Dispute(
                    side=side,
                    record=sources.pop(source_id),
                    candidates=tuple(observed.many(ids).values()),
                    reason=f"{len(ids)} records carry its syncdsl key",
                )
                for record_id in ids:
                    carriers.pop(record_id, None)
            elif ids[0] not in part.side(other):
                record = sources.pop(source_id)
                context.look_again(side_of(pair, side).connection, record.module, source_id)
                context.reported.append(
                    f"{context.name(there.connection, observed[ids[0]]).text} carries the key of "
                    f"{record.module}/{record.id} and is out of scope; both are left alone"
                )


def without_keys(
    pair: Pair, context: Context, side: SideName, records: list[Record]
) -> tuple[list[Record], list[Dispute]]:
    """Return the records of a side that may get a partner, and disputes of those that carry the key of another one.

    Whatever carries a key was made for a record or linked with one. When that one is deleted or out of sight, a new
    partner would bring it back.
    """
    if pair.exchange is not None:
        return made_by_people(pair, context, side, records), []
    field = side_of(pair, side).key_field
    carried = {str(record.fields[field]) for record in records if field is not None and record.fields.get(field)}
    if field is None or not carried:
        return records, []
    known = context.view.known_keys(carried, active=True)
    free: list[Record] = []
    disputes: list[Dispute] = []
    for record in records:
        key = record.fields.get(field)
        if isinstance(key, str) and key.startswith("sd-") and key not in known and not _elsewhere(pair, context, key):
            disputes.append(
                Dispute(
                    side=side,
                    record=record,
                    candidates=(),
                    reason="it carries the syncdsl key of a record that is deleted or out of scope",
                    about="create",
                )
            )
        else:
            free.append(record)
    return free, disputes


def _elsewhere(pair: Pair, context: Context, key: str) -> bool:
    """Return whether a key was given while other organisations were connected: of these it says nothing."""
    now = {name: context.identities[name].organization for name in (pair.left.connection, pair.right.connection)}
    archived = context.run.state.archived_organizations(key)
    return bool(archived) and all(
        any(then.get(name, {}).get("organization") != organization for name, organization in now.items())
        for then in archived
    )
