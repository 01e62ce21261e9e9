"""Removal: the calls that delete records or make them inactive, what they rest on, and what is remembered of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import MovedOn, Written
from syncdsl.engine.answers import Answer
from syncdsl.engine.lines import pair_fields
from syncdsl.schema.values import fields_to_json, to_json
from syncdsl.state import HistoryEntry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Connection, Outcome
    from syncdsl.engine.operations import Evidence, Removal
    from syncdsl.engine.writes import Write


def removed(adapter: Connection, module: str, group: Sequence[Write], names: Sequence[str]) -> Answer:
    """Take the records of one batch away, but for those that changed since they were decided on.

    One that is gone already needs no call: to delete it is done, to make it inactive is left to the next run. Runs in
    a worker thread: it touches nothing but the connection. Raises Fault when the system does not answer.
    """
    found = adapter.fetch(module, [write.record_id or "" for write in group], names)
    outcomes: dict[str, Outcome] = {}
    wanted: list[str] = []
    how = "delete"
    for write in group:
        record_id = write.record_id or ""
        if write.removes is None:
            raise ValueError("a write that removes nothing")
        how = write.removes.how
        record = found.get(record_id)
        if record is None:
            outcomes[record_id] = Written(id=record_id) if how == "delete" else MovedOn()
        elif not write.removes.unchanged(record):
            outcomes[record_id] = MovedOn()
        else:
            wanted.append(record_id)
    if wanted:
        answers = adapter.delete(module, wanted) if how == "delete" else adapter.deactivate(module, wanted)
        outcomes.update(zip(wanted, answers, strict=True))
    return Answer(outcomes=[outcomes[write.record_id or ""] for write in group], read_back=found)


def who_decided(operation: Removal) -> str | None:
    """Return the person because of whose decision a record is taken away; None where the rule says so."""
    return next((decided.by for decided in operation.decided), None) or None


def removal_payload(operation: Removal) -> dict[str, Any]:
    """Return what a removal rests on, for the journal: the rule, the confirmed absence, and what the victim held."""
    evidence = operation.evidence
    effect, side, old = operation.effect, operation.effect.side, _lost(operation)
    return {
        "evidence": _told(evidence),
        "reason": effect.reason,
        "by": who_decided(operation),
        "rule": operation.pair.on_delete.get("left" if side == "right" else "right", "keep"),
        "link": operation.link.uid,
        "base": fields_to_json(operation.link.right_base if side == "right" else operation.link.left_base),
        "version": operation.record.version,
        "old": old,
        "places": [[operation.link.uid, effect.rule, side, name, effect.location] for name in old],
    }


def _told(evidence: Evidence | None) -> dict[str, str] | None:
    """Return how it was known that the partner was gone; None where it is there."""
    if evidence is None:
        return None
    return {
        "connection": evidence.connection,
        "module": evidence.module,
        "id": evidence.id,
        "confirmed": "a direct read did not find it",
        "at": evidence.at.isoformat(),
    }


def removal_history(operation: Removal, iid: str, *, at: dt.datetime, by: str | None) -> list[HistoryEntry]:
    """Return what is remembered of a delete besides the link: every mapped value that went with it."""
    effect = operation.effect
    return [
        HistoryEntry(
            uid=operation.link.uid,
            connection=effect.record.connection,
            module=effect.record.module,
            record_id=operation.record.id,
            field=name,
            old=old,
            new=None,
            cause_rule=effect.rule,
            cause_location=effect.location,
            iid=iid,
            side=effect.side,
            at=at,
            by=by,
        )
        for name, old in _lost(operation).items()
    ]


def _lost(operation: Removal) -> dict[str, Any]:
    """Return the mapped values that go with a record: with one that is made inactive, none."""
    if operation.effect.kind != "delete":
        return {}
    fields = operation.record.fields
    names = pair_fields(operation.pair, operation.effect.side) & fields.keys()
    return {name: to_json(fields[name]) for name in sorted(names)}
