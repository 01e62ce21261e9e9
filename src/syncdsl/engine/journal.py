"""The journal at work.

Intents before the call, outcomes after it, and what follows for links, documents and history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.changes.effects import Create
from syncdsl.engine.lines import absorb, line_fields, line_state, pair_fields, settled_link, written_link
from syncdsl.engine.merging import Decision, Stamps, merge_first
from syncdsl.engine.observation import observation_name
from syncdsl.engine.operations import CreateDocument, CreateRecord, LinkRecords, UpdateRecord, VoidDocument
from syncdsl.engine.steps.observe import carried_key, stored_record, with_id
from syncdsl.schema.digest import digest
from syncdsl.schema.values import fields_to_json, is_empty, to_json
from syncdsl.state import HistoryEntry, Instance, Intent, Link

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import LineState
    from syncdsl.engine.writes import Write
    from syncdsl.state.records import Operation

LEASE_SECONDS = 600


class Journal:
    """Commits every intent before its call and every outcome after it."""

    def __init__(self, *, context: Context, run_id: str, fence: int) -> None:
        self._context = context
        self._state = context.run.state
        self._run_id = run_id
        self._fence = fence

    # -- before the call ----------------------------------------------------------------------------------------

    def intend(self, writes: Sequence[Write]) -> None:
        """Commit the intents, with the truths and instances that belong to them, then that they are being sent."""
        now = self._context.run.clock()
        self._state.renew_lease(self._fence, now)
        with self._state.transaction():
            self._state.add_intents([self._intent(write) for write in writes])
            for write in writes:
                for operation in write.operations:
                    self._commit_edge(operation, now)
            self._context.view.flush()
        with self._state.transaction():
            self._state.mark_sent([write.iid for write in writes], now)

    def _commit_edge(self, operation: object, now: dt.datetime) -> None:
        """Commit the truth of an edge and the instance it asks for together with the intent."""
        match operation:
            case CreateDocument():
                for one in operation.triggers:
                    self._context.view.put_truths(one, {operation.source.id: True}, now)
                self._context.view.put_instance(self._instance(operation, None, "requested"))
            case VoidDocument():
                for one in operation.triggers:
                    self._context.view.put_truths(one, {operation.instance.record_id: True}, now)

    def _intent(self, write: Write) -> Intent:
        first = write.operations[0]
        payload = _payload(self._context, write)
        op: Operation
        key: str | None
        match first:
            case CreateRecord() | CreateDocument():
                owner = first.pair.name if isinstance(first, CreateRecord) else first.document.name
                source = first.effect.source
                op, key, instance = "create", first.effect.key, first.effect.instance
            case UpdateRecord():
                owner, source, op, key, instance = first.pair.name, first.effect.partner, "update", None, 0
            case LinkRecords():
                other = first.effect.left if first.effect.key_side == "right" else first.effect.right
                owner, source, op, key, instance = first.pair.name, other, "key", first.link.key, 0
            case VoidDocument():
                owner, source, op, key = first.document.name, first.effect.source, "void", None
                instance = first.instance.number
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
            fence=self._fence,
            state="intent",
            attempts=0,
            first_sent_at=None,
            remote_id=None,
            detail="",
        )

    # -- after the call -----------------------------------------------------------------------------------------

    def done(self, write: Write, found: Record, *, written: dt.datetime | None = None) -> None:
        """Commit that a write happened, the bases as the other system holds them now, and the history.

        `found` is the record as it was read back, `written` the stamp of the write itself where it is known: what
        somebody, such as a workflow, made of the record after that is a change that travels, and no part of the base.
        """
        view = self._context.view
        record = _as_written(write, found, written)
        with self._state.transaction(), self._state.because_of(write.iid):
            self._state.resolve_intent(write.iid, "done", remote_id=record.id)
            for operation in write.operations:
                match operation:
                    case CreateRecord():
                        view.put_link(created_link(self._context, operation, record))
                        if operation.aside is not None:
                            side, record_id = operation.aside
                            view.set_aside(operation.pair.name, side, record_id, operation.effect.reason)
                    case CreateDocument():
                        view.put_instance(self._instance(operation, record.id, "made"))
                    case UpdateRecord():
                        self._absorb(operation, record)
                        self._note_write(operation.pair.name, operation.link_uid, operation.effect.side, record)
                    case VoidDocument():
                        view.put_instance(_closed(operation.instance))
                    case LinkRecords():
                        self._note_write(operation.pair.name, operation.link.uid, operation.effect.key_side, record)
            view.flush()
            self._note_observed(write, found)
            self._state.add_history(self._run_id, self._history(write, record))

    def _note_observed(self, write: Write, record: Record) -> None:
        """Remember the record as it is after a write, so that our own write is no change to be fetched.

        Not for a view, which the record may have left, nor without a version, which would be fetched all the same.
        """
        if record.version is None:
            return
        for observation in self._context.observations.values():
            step = observation.step
            if (step.connection, step.module, step.view) == (write.connection, write.module, None):
                named = with_id(record)
                held = replace(named, fields={name: named.fields[name] for name in step.fields if name in named.fields})
                key_field = self._context.run.schemas[step.connection].modules[step.module].key_field
                self._state.note_written(observation_name(step), stored_record(held), carried_key(held, key_field))

    def refused(self, write: Write, detail: str) -> None:
        """Commit that a write certainly did not happen; an edge fires again next time."""
        self._undone(write, "rejected", detail)

    def dropped(self, write: Write, detail: str, record: Record | None) -> None:
        """Commit that a write was not made because the record moved on, and what it is now as far as that was read."""
        self._undone(write, "dropped", detail)
        if record is not None:
            self._note_observed(write, record)

    def _undone(self, write: Write, state: str, detail: str) -> None:
        now = self._context.run.clock()
        with self._state.transaction():
            self._state.resolve_intent(write.iid, state, detail=detail)
            for operation in write.operations:
                match operation:
                    case CreateDocument():
                        for one in operation.triggers:
                            self._context.view.put_truths(one, {operation.source.id: False}, now)
                        self._context.view.put_instance(self._instance(operation, None, "refused"))
                    case VoidDocument():
                        for one in operation.triggers:
                            self._context.view.put_truths(one, {operation.instance.record_id: False}, now)
                    case CreateRecord() | UpdateRecord() | LinkRecords():
                        pass
            self._context.view.flush()

    def unknown(self, write: Write, detail: str) -> None:
        """Commit that nobody knows; the next run asks the other system before anything else."""
        with self._state.transaction():
            self._state.resolve_intent(write.iid, "ambiguous", detail=detail)

    # -- helpers ------------------------------------------------------------------------------------------------

    def _absorb(self, operation: UpdateRecord, record: Record) -> None:
        index = self._context.view.links(operation.pair.name)
        link = index.by_uid[operation.link_uid]
        left, right = (
            (operation.partner.fields, record.fields)
            if operation.effect.side == "right"
            else (record.fields, operation.partner.fields)
        )
        self._context.view.put_link(
            absorb(
                operation.pair,
                self._context,
                link,
                operation.lines,
                left,
                right,
                keep_left=set(operation.keep_left),
                keep_right=set(operation.keep_right),
            )
        )

    def _note_write(self, pair: str, uid: str, side: SideName, record: Record) -> None:
        link = self._context.view.links(pair).by_uid[uid]
        self._context.view.put_link(written_link(link, side, record))

    def _instance(self, operation: CreateDocument, doc_id: str | None, status: str) -> Instance:
        source = operation.effect.source
        return Instance(
            document=operation.document.name,
            connection=source.connection,
            module=source.module,
            record_id=operation.source.id,
            number=operation.effect.instance,
            key=operation.effect.key,
            doc_id=doc_id,
            doc_status=status,
            inputs={change.field: change.new for change in operation.effect.fields},
        )

    def _history(self, write: Write, record: Record) -> list[HistoryEntry]:
        entries: list[HistoryEntry] = []
        now = self._context.run.clock()
        for operation in write.operations:
            effect = operation.effect
            fields: list[tuple[str, Any, Any, str]] = []
            side: SideName | None = None
            match operation:
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
                case VoidDocument():
                    uid = operation.instance.key
                    fields = [("status", operation.instance.doc_status, "void", effect.location)]
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
                    by=self._context.run.user or None,
                )
                for name, old, new, location in fields
            )
        return entries


def _as_written(write: Write, found: Record, written: dt.datetime | None) -> Record:
    """Return the record as our write left it: with what was sent, where it was modified again before it was read."""
    if written is None or found.modified is None or found.modified <= written:
        return found
    sent = write.new.fields if write.new is not None else write.change.fields if write.change is not None else {}
    fields = {name: value for name, value in {**found.fields, **sent}.items() if not is_empty(value)}
    return replace(found, fields=fields, modified=written)


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


def _closed(instance: Instance) -> Instance:
    return Instance(
        document=instance.document,
        connection=instance.connection,
        module=instance.module,
        record_id=instance.record_id,
        number=instance.number,
        key=instance.key,
        doc_id=instance.doc_id,
        doc_status="void",
        inputs=instance.inputs,
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
            }
        case CreateDocument():
            return {
                "fields": fields_to_json(write.new.fields) if write.new else {},
                "document": True,
                "triggers": list(first.triggers),
                "amount": first.effect.amount,
            }
        case UpdateRecord() | LinkRecords():
            return {"fields": fields_to_json(write.change.fields) if write.change else {}}
        case VoidDocument():
            return {"document": True, "triggers": list(first.triggers)}


def created_link(context: Context, operation: CreateRecord, record: Record) -> Link:
    """Return the link of a record just made: what was written is settled as the other system holds it.

    A line that only leads back (from what was made to what it was made from) is settled unless it brings something:
    then the next run shows it.
    """
    pair, side = operation.pair, operation.effect.source_side
    left, right = (operation.source, record) if side == "left" else (record, operation.source)
    link = Link(
        uid=operation.effect.key,
        pair=pair.name,
        left_id=left.id,
        right_id=right.id,
        key=operation.effect.key,
        status="active",
        lines=(),
        left_base={},
        right_base={},
        suffix=dict(operation.effect.suffix),
        origin="created_right" if side == "left" else "created_left",
        linked_at=context.run.clock(),
    )
    toward = [line for line in pair.lines if (line.to_right if side == "left" else line.to_left) is not None]
    link = absorb(pair, context, link, toward, left.fields, right.fields)
    link = written_link(link, "right" if side == "left" else "left", record)
    back = [line_state(pair, context, line, left, right, None) for line in pair.lines if line not in toward]
    stamps = Stamps(left=left.modified, right=right.modified, window=context.stamp_window)
    decisions: list[tuple[tuple[LineState, ...], Decision]] = [
        ((state,), merge_first((state,), overwrite=None, policy=pair.on_conflict, stamps=stamps)) for state in back
    ]
    return settled_link(pair, context, link, left, right, decisions)
