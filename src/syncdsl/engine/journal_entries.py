"""Journal entries: what is kept of a write, its intent before the call and the history of its fields after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.changes.effects import Create
from syncdsl.engine.access.writing import access_payload, access_subject, access_uid
from syncdsl.engine.edge_times import before_edge
from syncdsl.engine.late_updates import overwritten
from syncdsl.engine.lines import line_fields, pair_fields
from syncdsl.engine.operations import (
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    GiveAccess,
    LinkRecords,
    TakeAccess,
    UpdateDocument,
    UpdateRecord,
)
from syncdsl.engine.removal import removal_payload
from syncdsl.engine.writes import instance_of
from syncdsl.schema.digest import digest
from syncdsl.schema.values import fields_to_json, to_json
from syncdsl.state import HistoryEntry, Intent

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.operations import Operation as AnyOperation
    from syncdsl.engine.reviewing import Decided
    from syncdsl.engine.writes import Write
    from syncdsl.state.records import Operation


def intent_of(context: Context, write: Write, fence: int) -> Intent:
    """Return the intent of a write under the fence of the run's lease, as it is committed before it is sent."""
    first = write.operations[0]
    payload = {**_payload(context, write), "server_time": context.server_time.isoformat()}
    op: Operation
    key: str | None
    match first:
        case CreateRecord() | CreateDocument():
            owner = first.pair.name if isinstance(first, CreateRecord) else first.document.name
            source = first.effect.source
            op, key, instance = "create", first.effect.key, first.effect.instance
        case UpdateRecord():
            owner, source, op, key, instance = first.pair.name, first.effect.partner, "update", None, 0
        case UpdateDocument():
            owner, source, op, key = first.document.name, first.effect.partner, "update", None
            instance = first.number
        case LinkRecords():
            other = first.effect.left if first.effect.key_side == "right" else first.effect.right
            owner, source, op, key, instance = first.pair.name, other, "key", first.link.key, 0
        case DeleteRecord() | DeactivateRecord():
            owner, source, op, key, instance = first.pair.name, first.effect.partner, first.effect.kind, None, 0
        case ActOnDocument():
            owner, source, op, key = first.document.name, first.effect.source, first.effect.kind, None
            instance = first.number
        case GiveAccess() | TakeAccess():
            owner, source, op, key, instance = *access_subject(first), 0
    return Intent(
        iid=write.iid,
        op=op,
        connection=write.connection,
        module=write.module,
        record_id=write.record_id,
        key=key,
        pair_or_document=owner,
        source_connection=source.connection,
        source_module=source.module,
        source_id=source.id or "",
        instance=instance,
        payload=payload,
        payload_hash=digest(payload),
        fence=fence,
        state="intent",
        attempts=0,
        first_sent_at=None,
        remote_id=None,
        detail="",
    )


def _payload(context: Context, write: Write) -> dict[str, Any]:
    """Return what recovery and a person need to know of a write: never a secret, for fields are all there is."""
    first = write.operations[0]
    match first:
        case CreateRecord():
            pair, side = first.pair, first.effect.source_side
            here = pair.left if side == "left" else pair.right
            names = pair_fields(pair, side)
            toward: SideName = "right" if side == "left" else "left"
            lines = [line for line in pair.lines if (line.to_right if toward == "right" else line.to_left) is not None]
            fed = set().union(*(line_fields(line, side) for line in lines)) if lines else names
            return {
                "fields": fields_to_json(write.new.fields) if write.new else {},
                "source_side": side,
                "source_base": fields_to_json(
                    context.canonical_fields(here.connection, here.module, first.source.fields, fed)
                ),
                "base_fields": sorted(set().union(*(line_fields(line, toward) for line in lines))) if lines else [],
                "lines": sorted(line.digest for line in lines),
                "suffix": first.effect.suffix,
                "aside": list(first.aside) if first.aside is not None else None,
                **({"amount": first.effect.amount} if first.effect.amount is not None else {}),
            }
        case CreateDocument():
            return {
                "fields": fields_to_json(write.new.fields) if write.new else {},
                "document": True,
                **_edges(context, first),
                "amount": first.effect.amount,
                "part": first.part,
                "turn": first.turn,
            }
        case UpdateRecord() | UpdateDocument() | LinkRecords():
            return {"fields": fields_to_json(write.change.fields) if write.change else {}, **overwritten(write)}
        case DeleteRecord() | DeactivateRecord():
            return removal_payload(first)
        case ActOnDocument():
            return {"document": True, **_edges(context, first)}
        case GiveAccess() | TakeAccess():
            return access_payload(first)


def _edges(context: Context, operation: CreateDocument | ActOnDocument) -> dict[str, Any]:
    """Return the edges that an operation carries out, and as of when each was judged before."""
    before = before_edge(context, operation.triggers, operation.source)
    return {"triggers": list(operation.triggers), "since": {one: at.isoformat() for one, at in before.items()}}


def history_of(context: Context, write: Write, record: Record) -> list[HistoryEntry]:
    """Return the history of a write: the fields of `record` as the write left them, each with what was there before."""
    entries: list[HistoryEntry] = []
    now = context.run.clock()
    for operation in write.operations:
        effect = operation.effect
        fields: list[tuple[str, Any, Any, str]] = []
        side: SideName | None = None
        match operation:
            case UpdateDocument():
                fields = [
                    (change.field, change.old, to_json(record.fields.get(change.field)), change.location)
                    for change in operation.effect.fields
                ]
                uid = operation.key
            case CreateRecord() | CreateDocument() | UpdateRecord():
                fields = [
                    (change.field, change.old, to_json(record.fields.get(change.field)), change.location)
                    for change in operation.effect.fields
                    if change.field in operation.values
                ]
                uid = operation.effect.key if isinstance(operation.effect, Create) else _uid(operation)
                side = _written_side(operation)
            case LinkRecords():
                uid, side = operation.link.uid, operation.effect.key_side
                fields = [("syncdsl key", None, operation.link.key, effect.location)]
            case GiveAccess():
                uid, side = access_uid(write.connection, record.id), "right"
                fields = [
                    (change.field, change.old, to_json(record.fields.get(change.field)), change.location)
                    for change in operation.effect.fields
                ]
            case DeleteRecord() | DeactivateRecord() | TakeAccess():
                raise ValueError("what takes a record away has a history of its own")
            case ActOnDocument():
                instance = instance_of(context, operation)
                uid = instance.key if instance is not None else write.iid
                name = operation.document.status_field or "status"
                fields = [(name, operation.before or None, to_json(record.fields.get(name)), effect.location)]
        entries.extend(
            HistoryEntry(
                uid=uid,
                connection=write.connection,
                module=write.module,
                record_id=record.id,
                field=name,
                old=old,
                new=new,
                cause_rule=effect.rule,
                cause_location=location,
                iid=write.iid,
                side=side,
                at=now,
                by=_person(operation, name) or context.run.user or None,
            )
            for name, old, new, location in fields
        )
    return entries


def _person(operation: AnyOperation, field: str) -> str | None:
    """Return the person because of whose decision a field was written."""
    decisions: tuple[Decided, ...] = getattr(operation, "decided", ())
    return next((item.by for item in decisions if not item.fields or field in item.fields), None) or None


def _uid(operation: CreateRecord | CreateDocument | UpdateRecord) -> str:
    return operation.link_uid if isinstance(operation, UpdateRecord) else operation.effect.key


def _written_side(operation: CreateRecord | CreateDocument | UpdateRecord) -> SideName | None:
    """Return the side of its pair that an operation writes; a document has none."""
    match operation:
        case CreateRecord():
            return "right" if operation.effect.source_side == "left" else "left"
        case UpdateRecord():
            return operation.effect.side
        case CreateDocument():
            return None
