"""The journal at work.

Intents before the call, outcomes after it, and what follows for links, documents and history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.changes.effects import Create
from syncdsl.engine.created import created_link
from syncdsl.engine.late_updates import overwritten
from syncdsl.engine.lines import absorb, line_fields, pair_fields, written_link
from syncdsl.engine.observation import observation_name
from syncdsl.engine.operations import (
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    LinkRecords,
    UpdateRecord,
    VoidDocument,
)
from syncdsl.engine.removal import removal_history, removal_payload
from syncdsl.engine.steps.observe import carried_key, stored_record
from syncdsl.schema.digest import digest
from syncdsl.schema.values import fields_to_json, is_empty, to_json
from syncdsl.state import HistoryEntry, Instance, Intent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.operations import Operation as AnyOperation
    from syncdsl.engine.reviewing import Decided
    from syncdsl.engine.writes import Write
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import StoredRecord
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
        payload = {**_payload(self._context, write), "server_time": self._context.server_time.isoformat()}
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
            case DeleteRecord() | DeactivateRecord():
                owner, source, op, key, instance = first.pair.name, first.effect.partner, first.effect.kind, None, 0
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
                    case DeleteRecord() | DeactivateRecord():
                        raise ValueError("what takes a record away is told by `removed`")
            view.flush()
            self._state.close_reviews(_decided_in(write), self._context.run.clock())
            self._note_observed(write, found)
            self._state.add_history(self._run_id, self._history(write, record))

    def removed(self, write: Write) -> None:
        """Commit that a record was taken away: the link as it is from now on, and what the record held.

        A deleted one is forgotten as observed: where the system tells no deletions it would seem to be there still.
        """
        with self._state.transaction(), self._state.because_of(write.iid):
            self._state.resolve_intent(write.iid, "done", remote_id=write.record_id)
            for operation in write.operations:
                if isinstance(operation, DeleteRecord | DeactivateRecord):
                    self._context.view.put_link(operation.link)
                    run = self._context.run
                    entries = removal_history(operation, write.iid, at=run.clock(), by=run.user or None)
                    self._state.add_history(self._run_id, entries)
                if isinstance(operation, DeleteRecord):
                    for step in self._steps(write.connection, write.module):
                        self._state.unstage(observation_name(step), {operation.record.id: "absent"})
            self._context.view.flush()

    def came_back(self, connection: str, record: Record) -> None:
        """Commit that a record that was gone is there again, so that the next run looks at it."""
        with self._state.transaction():
            for step in self._steps(connection, record.module):
                if step.view is None:
                    self._state.stage(observation_name(step), [self._held(step, record)])
                else:
                    self._state.put_on_agenda({observation_name(step): {record.id: "outside"}})

    def _steps(self, connection: str, module: str) -> list[ObserveStep]:
        return [
            observation.step
            for observation in self._context.observations.values()
            if (observation.step.connection, observation.step.module) == (connection, module)
        ]

    def _held(self, step: ObserveStep, record: Record) -> tuple[StoredRecord, str | None]:
        """Return a record as the observation of a step keeps it, with the key it carries."""
        held = replace(record, fields={name: record.fields[name] for name in step.fields if name in record.fields})
        key_field = self._context.run.schemas[step.connection].modules[step.module].key_field
        return stored_record(held), carried_key(held, key_field)

    def _note_observed(self, write: Write, record: Record) -> None:
        """Remember the record as it is after a write, so that our own write is no change to be fetched.

        Not for a view, which the record may have left, nor without a version, which would be fetched all the same.
        """
        if record.version is None:
            return
        for step in self._steps(write.connection, write.module):
            if step.view is None:
                self._state.note_written(observation_name(step), *self._held(step, record))

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
                    case CreateRecord() | UpdateRecord() | LinkRecords() | DeleteRecord() | DeactivateRecord():
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
                case DeleteRecord() | DeactivateRecord():
                    raise ValueError("what takes a record away has a history of its own")
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
                    by=_person(operation, name) or self._context.run.user or None,
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


def _decided_in(write: Write) -> list[str]:
    """Return the review items whose decisions a write carried out."""
    return sorted({decided.review for operation in write.operations for decided in getattr(operation, "decided", ())})


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
            return {"fields": fields_to_json(write.change.fields) if write.change else {}, **overwritten(write)}
        case DeleteRecord() | DeactivateRecord():
            return removal_payload(first)
        case VoidDocument():
            return {"document": True, "triggers": list(first.triggers)}
