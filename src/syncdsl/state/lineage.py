"""How links came to be what they are: every change of a link as history, and history folded to links again. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from syncdsl.schema.values import fields_from_json
from syncdsl.state.columns import Encoded, decode, encode
from syncdsl.state.records import HistoryEntry, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.state.records import Cause, HistoryRow, Side

FACTS = ("pair", "left_id", "right_id", "key", "suffix", "origin", "linked_at")
"""What a row of the kind `link` tells when a link is re-linked; `status` and the bases have rows of their own."""

MADE, ENDED, RELINKED, COMPACTED, RENAMED = "made", "ended", "re-linked", "compacted", "renamed"
"""What a row of the kind `link` says happened, in its `field`.

A compacted one stands for everything before it. A renamed one is of no link (its uid is empty) but of a pair: all links
of the pair `old` are of `new` from there on.
"""

ENGINE_FIELDS = frozenset({"syncdsl key"})
"""Fields of the history that are the engine's own."""

_BASES: tuple[tuple[Side, str], ...] = (("left", "left_base"), ("right", "right_base"))


def changes(
    before: Mapping[str, str] | None, after: Mapping[str, str] | None, uid: str, cause: Cause, at: dt.datetime
) -> list[HistoryEntry]:
    """Return what became of a link, as history: nothing when nothing that `fold` knows has changed.

    `before` and `after` are link facts by name, each as canonical JSON: as text 1, 1.0 and true are three values. None:
    there is no link.
    """
    if before is None:
        return [] if after is None else [_entry(uid, cause, at, "link", MADE, None, _document(after), after)]
    if after is None:
        return [_entry(uid, cause, at, "link", ENDED, _data(before, (*FACTS, "status")), None, before)]
    found: list[HistoryEntry] = []
    moved = [name for name in FACTS if before[name] != after[name]]
    if moved:
        found.append(_entry(uid, cause, at, "link", RELINKED, _data(before, moved), _data(after, moved), after))
    if before["status"] != after["status"]:
        old, new = decode(before["status"]), decode(after["status"])
        found.append(_entry(uid, cause, at, "status", "status", old, new, after))
    for side, name in _BASES:
        if before[name] != after[name]:
            had, has = decode(before[name]), decode(after[name])
            kept = {key for key in had if key in has and encode(had[key]) == encode(has[key])}
            old, new = ({key: base[key] for key in base if key not in kept} for base in (had, has))
            found.append(_entry(uid, cause, at, "base", "base", old, new, after, side))
    return found


def _document(facts: Mapping[str, str]) -> Encoded:
    """Return all facts as one document: there may be a million new links, and each fact is encoded already."""
    return Encoded("{" + ",".join(f'"{name}":{facts[name]}' for name in sorted(facts)) + "}")


def _data(facts: Mapping[str, str], names: Iterable[str] | None = None) -> dict[str, Any]:
    return {name: decode(facts[name]) for name in names or facts}


def _entry(
    uid: str,
    cause: Cause,
    at: dt.datetime,
    kind: Any,
    what: str,
    old: Any,
    new: Any,
    facts: Mapping[str, str],
    side: Side | None = None,
) -> HistoryEntry:
    pair = decode(facts["pair"])
    place, why = cause.places.get(pair), cause.of(uid)
    connection, module = ("", "") if place is None else place.right if side == "right" else place.left
    return HistoryEntry(
        uid=uid,
        connection=connection,
        module=module,
        record_id=decode(facts["right_id" if side == "right" else "left_id"]),
        field=what,
        old=old,
        new=new,
        cause_rule=pair,
        cause_location=place.location if place is not None else "",
        iid=why.iid,
        kind=kind,
        side=side,
        at=at,
        by=why.by or None,
    )


def fold(rows: Iterable[HistoryRow]) -> dict[str, Link]:
    """Return the links that a history, oldest first, comes to, by uid.

    They are exact in ids, key, status, suffix, origin and both bases. What only saves work is not in the history:
    `lines`, `left_written` and `right_written`. Values that were erased are digests in both.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        follow(found, row.entry)
    return {uid: link_of(uid, facts) for uid, facts in found.items()}


def follow(found: dict[str, dict[str, Any]], entry: HistoryEntry) -> None:
    """Let one entry change the facts of links, by uid."""
    match entry.kind:
        case "field":
            return
        case "link":
            if not entry.uid:
                for facts in found.values():
                    if facts["pair"] == entry.old:
                        facts["pair"] = entry.new
            elif entry.new is None:
                found.pop(entry.uid, None)
            elif entry.old is None:
                found[entry.uid] = {**entry.new, "left_base": {**entry.new["left_base"]}}
                found[entry.uid]["right_base"] = {**entry.new["right_base"]}
            elif entry.uid in found:
                found[entry.uid].update(entry.new)
        case "status":
            if entry.uid in found:
                found[entry.uid]["status"] = entry.new
        case "base":
            if entry.uid in found:
                base = found[entry.uid][f"{entry.side}_base"]
                for name in entry.old:
                    base.pop(name, None)
                base.update(entry.new)


def link_of(uid: str, facts: Mapping[str, Any]) -> Link:
    """Return the link of its facts."""
    linked_at = facts["linked_at"]
    return Link(
        uid=uid,
        pair=facts["pair"],
        left_id=facts["left_id"],
        right_id=facts["right_id"],
        key=facts["key"],
        status=facts["status"],
        left_base=fields_from_json(facts["left_base"]),
        right_base=fields_from_json(facts["right_base"]),
        suffix=facts["suffix"],
        origin=facts["origin"],
        linked_at=dt.datetime.fromisoformat(linked_at) if linked_at is not None else None,
    )
