"""Records that look free and are not: in doubt, moved from another module's scope, or carrying the key of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.matching import Dispute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair


def _sides(
    pair: Pair, left: Mapping[str, Record], right: Mapping[str, Record]
) -> tuple[tuple[SideName, Endpoint, Mapping[str, Record]], tuple[SideName, Endpoint, Mapping[str, Record]]]:
    return ("left", pair.left, left), ("right", pair.right, right)


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
        for (side, endpoint, _), free in zip(_sides(pair, free_left, free_right), (free_left, free_right), strict=True):
            theirs = other.left if side == "left" else other.right
            if theirs.module != endpoint.module:
                continue
            known = index.by_left if side == "left" else index.by_right
            inside = context.observations[theirs.observe].records
            for record_id in sorted(free.keys() & known.keys()):
                record = free[record_id]
                stays = record_id in inside and context.in_scope(theirs, inside[record_id])
                if known[record_id].status == "active" and not stays:
                    del free[record_id]
                    yield Dispute(
                        side=side,
                        record=record,
                        candidates=(),
                        reason=f"it moved here from the scope of `{other.name}`, which linked it",
                    )


def strangers_keys(
    pair: Pair,
    context: Context,
    lefts: Mapping[str, Record],
    rights: Mapping[str, Record],
    free_left: dict[str, Record],
    free_right: dict[str, Record],
) -> Iterator[Dispute]:
    """Take out records whose key stands on several records, or on one that is out of scope.

    The latter are partners all the same, as far as anybody can tell without the state: nothing is made beside them.
    """
    for (side, _, _), (_, there, scope), sources, carriers in (
        (*_sides(pair, lefts, rights), free_left, free_right),
        (*_sides(pair, lefts, rights)[::-1], free_right, free_left),
    ):
        if there.key_field is None:
            continue
        holders: dict[str, list[Record]] = {}
        for record in context.observations[there.observe].records.values():
            key = record.fields.get(there.key_field)
            if isinstance(key, str):
                holders.setdefault(key, []).append(record)
        for source_id in sorted(sources) if holders else ():
            found = holders.get(context.pair_key(pair, side, source_id), [])
            if len(found) > 1:
                yield Dispute(
                    side=side,
                    record=sources.pop(source_id),
                    candidates=tuple(found),
                    reason=f"{len(found)} records carry its syncdsl key",
                )
                for record in found:
                    carriers.pop(record.id, None)
            elif found and found[0].id not in scope:
                record = sources.pop(source_id)
                context.reported.append(
                    f"{context.name(there.connection, found[0]).text} carries the key of "
                    f"{record.module}/{record.id} and is out of scope; both are left alone"
                )


def without_keys(
    pair: Pair, context: Context, side: SideName, records: list[Record]
) -> tuple[list[Record], list[Dispute]]:
    """Return the records of a side that may get a partner, and disputes of those that carry the key of another one.

    Whatever carries a key was made for a record or linked with one. When that one is deleted or out of sight, a new
    partner would bring it back.
    """
    endpoint = pair.left if side == "left" else pair.right
    field = endpoint.key_field
    if field is None or not any(record.fields.get(field) for record in records):
        return records, []
    known = {link.key for name in context.plan.pairs for link in context.view.links(name).by_uid.values()}
    free: list[Record] = []
    disputes: list[Dispute] = []
    for record in records:
        key = record.fields.get(field)
        if isinstance(key, str) and key.startswith("sd-") and key not in known:
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
