"""The journal at work.

Intents before the call, outcomes after it, and what follows for links, documents and history.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.engine.access.writing import grant_of, leaving_history
from syncdsl.engine.created import created_link
from syncdsl.engine.document_values import as_json, held
from syncdsl.engine.edge_times import before_edge, looked_at
from syncdsl.engine.journal_entries import history_of, intent_of
from syncdsl.engine.lines import absorb, written_link
from syncdsl.engine.observation import observation_name
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
from syncdsl.engine.outcomes import Outcomes
from syncdsl.engine.removal import removal_history, who_decided
from syncdsl.engine.steps.observe import carried_key, stored_record
from syncdsl.engine.writes import instance_of
from syncdsl.schema.values import is_empty
from syncdsl.state import Answered, Instance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.writes import Write
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Link, StoredRecord
    from syncdsl.state.records import IntentState

LEASE_SECONDS = 600
_REACHED = {"send": "sent", "accept": "accepted", "decline": "declined", "void": "void"}


class Journal:
    """Commits every intent before its call and every outcome after it.

    What the writes of one call came to is told inside `answer`, and committed together.
    """

    def __init__(self, *, context: Context, run_id: str, fence: int) -> None:
        self._context = context
        self._state = context.run.state
        self._run_id = run_id
        self._fence = fence
        self._outcomes = Outcomes()
        self._before: dict[tuple[str, str], dt.datetime] = {}
        self.made: dict[tuple[str, str, int], Record] = {}
        """The documents made by this run, by their name, record and number."""

    # -- before the call ----------------------------------------------------------------------------------------

    def intend(self, writes: Sequence[Write]) -> None:
        """Commit the intents, with the truths and instances that belong to them, then that they are being sent."""
        now = self._context.run.clock()
        self._state.renew_lease(self._fence, now)
        with self._state.transaction():
            self._state.add_intents([intent_of(self._context, write, self._fence) for write in writes])
            for write in writes:
                for operation in write.operations:
                    self._commit_edge(operation)
            self._context.view.flush()
        with self._state.transaction():
            self._state.mark_sent([write.iid for write in writes], now)

    def _commit_edge(self, operation: object) -> None:
        """Commit the truth of an edge and the instance it asks for together with the intent."""
        match operation:
            case CreateDocument():
                self._edges(operation)
                self._context.view.put_instance(self._instance(operation, None, "requested"))
                if operation.document.write_backs:
                    # What is written back follows the create: should this run end between the two, the next one looks.
                    source = operation.effect.source
                    for step in self._steps(source.connection, source.module):
                        self._state.put_on_agenda({observation_name(step): {operation.source.id: "changed"}})
            case ActOnDocument():
                self._edges(operation)

    def _edges(self, operation: CreateDocument | ActOnDocument) -> None:
        """Commit the edges that an operation carries out, as of the reading that showed them."""
        self._before |= {
            (one, operation.source.id): at
            for one, at in before_edge(self._context, operation.triggers, operation.source).items()
        }
        for one in operation.triggers:
            self._context.view.put_truths(one, {operation.source.id: True}, looked_at(self._context, operation))

    def _take_back(self, operation: CreateDocument | ActOnDocument) -> None:
        """Let the edges of an operation fire again, judged from where they were judged before."""
        for one in operation.triggers:
            before = self._before.get((one, operation.source.id), looked_at(self._context, operation))
            self._context.view.put_truths(one, {operation.source.id: False}, before)

    # -- after the call -----------------------------------------------------------------------------------------

    @contextmanager
    def answer(self, writes: Sequence[Write]) -> Iterator[None]:
        """Commit what one call came to, told inside, in one transaction."""
        self._look_up(writes)
        self._outcomes = Outcomes()
        with self._state.transaction():
            yield
            self._commit()

    def _commit(self) -> None:
        outcomes, self._outcomes = self._outcomes, Outcomes()
        outcomes.commit(self._context, self._run_id)

    def _look_up(self, writes: Sequence[Write]) -> None:
        """Look the links of some writes up together, so that they are at hand one by one."""
        updated: defaultdict[str, list[str]] = defaultdict(list)
        made: defaultdict[tuple[str, SideName], list[str]] = defaultdict(list)
        for operation in (operation for write in writes for operation in write.operations):
            match operation:
                case UpdateRecord():
                    updated[operation.pair.name].append(operation.link_uid)
                case LinkRecords():
                    updated[operation.pair.name].append(operation.link.uid)
                case CreateRecord():
                    made[operation.pair.name, operation.effect.source_side].append(operation.source.id)
                case (
                    CreateDocument()
                    | UpdateDocument()
                    | DeleteRecord()
                    | DeactivateRecord()
                    | ActOnDocument()
                    | GiveAccess()
                    | TakeAccess()
                ):
                    pass
        for pair, uids in updated.items():
            self._context.view.links(pair).by_uid.many(uids)
        for (pair, side), ids in made.items():
            self._context.view.links(pair).by_side(side).many(ids)

    def _put_link(self, link: Link, write: Write, by: str | None = None) -> None:
        cause = Answered(iid=write.iid, by=by or self._context.run.user)
        if self._outcomes.names_another(link.uid, cause):
            self._commit()
        self._outcomes.causes[link.uid] = cause
        self._context.view.put_link(link)

    def done(self, write: Write, found: Record, *, written: dt.datetime | None = None) -> None:
        """Tell that a write happened: the bases as the other system holds them now, and the history.

        `found` is the record as it was read back, `written` the stamp of the write itself where it is known: what
        somebody, such as a workflow, made of the record after that is a change that travels, and no part of the base.
        """
        view = self._context.view
        record = _as_written(write, found, written)
        self._outcomes.resolve(write, "done", remote_id=record.id)
        for operation in write.operations:
            match operation:
                case CreateRecord():
                    self._put_link(created_link(self._context, operation, record), write)
                    if operation.aside is not None:
                        side, record_id = operation.aside
                        view.set_aside(operation.pair.name, side, record_id, operation.effect.reason)
                case CreateDocument():
                    base = held(self._context, operation.document, record.fields, operation.values)
                    made = replace(self._instance(operation, record.id, "made"), base=as_json(base))
                    view.put_instance(made)
                    self.made[operation.document.name, operation.source.id, made.number] = record
                case UpdateRecord():
                    link = self._absorbed(operation, record)
                    self._put_link(written_link(link, operation.effect.side, record), write)
                case ActOnDocument():
                    self._acted(operation)
                case UpdateDocument():
                    self._followed(operation, record)
                case LinkRecords():
                    link = view.links(operation.pair.name).by_uid[operation.link.uid]
                    self._put_link(written_link(link, operation.effect.key_side, record), write)
                case GiveAccess():
                    self._outcomes.given.append(grant_of(operation, record, run_at=self._context.run.clock()))
                case DeleteRecord() | DeactivateRecord() | TakeAccess():
                    raise ValueError("what takes a record away is told by `removed`")
        self._outcomes.reviews += _decided_in(write)
        self._note_observed(write, found)
        self._outcomes.history += history_of(self._context, write, record)

    def removed(self, write: Write) -> None:
        """Tell that a record was taken away: the link as it is from now on, and what the record held.

        A deleted one is forgotten as observed: where the system tells no deletions it would seem to be there still.
        """
        run = self._context.run
        self._outcomes.resolve(write, "done", remote_id=write.record_id)
        for operation in write.operations:
            if isinstance(operation, DeleteRecord | DeactivateRecord):
                by = who_decided(operation) or run.user or None
                self._put_link(operation.link, write, by)
                self._outcomes.history += removal_history(operation, write.iid, at=run.clock(), by=by)
            if isinstance(operation, DeleteRecord):
                for step in self._steps(write.connection, write.module):
                    self._outcomes.absent.setdefault(observation_name(step), {})[operation.record.id] = "absent"
            if isinstance(operation, TakeAccess):
                self._outcomes.taken.append(operation.grant)
                self._outcomes.history += leaving_history(operation, write.iid, at=run.clock(), by=run.user or None)
        self._outcomes.reviews += _decided_in(write)

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
                self._outcomes.written.setdefault(observation_name(step), []).append(self._held(step, record))

    def refused(self, write: Write, detail: str) -> None:
        """Tell that a write certainly did not happen; an edge fires again next time."""
        self._undone(write, "rejected", detail)

    def dropped(self, write: Write, detail: str, record: Record | None) -> None:
        """Tell that a write was not made because the record moved on, and what it is now as far as that was read."""
        self._undone(write, "dropped", detail)
        if record is not None:
            self._note_observed(write, record)

    def _undone(self, write: Write, state: IntentState, detail: str) -> None:
        self._outcomes.resolve(write, state, detail=detail)
        for operation in write.operations:
            match operation:
                case CreateDocument():
                    self._take_back(operation)
                    self._context.view.put_instance(self._instance(operation, None, "refused"))
                case ActOnDocument():
                    self._take_back(operation)
                case (
                    CreateRecord()
                    | UpdateRecord()
                    | UpdateDocument()
                    | LinkRecords()
                    | DeleteRecord()
                    | DeactivateRecord()
                    | GiveAccess()
                    | TakeAccess()
                ):
                    pass

    def unknown(self, write: Write, detail: str) -> None:
        """Tell that nobody knows; the next run asks the other system before anything else."""
        self._outcomes.resolve(write, "ambiguous", detail=detail)

    # -- helpers ------------------------------------------------------------------------------------------------

    def _absorbed(self, operation: UpdateRecord, record: Record) -> Link:
        """Return the link of an update, with what both records hold now as its bases."""
        link = self._context.view.links(operation.pair.name).by_uid[operation.link_uid]
        left, right = (
            (operation.partner.fields, record.fields)
            if operation.effect.side == "right"
            else (record.fields, operation.partner.fields)
        )
        return absorb(
            operation.pair,
            self._context,
            link,
            operation.lines,
            left,
            right,
            keep_left=set(operation.keep_left),
            keep_right=set(operation.keep_right),
        )

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
            part=operation.part,
            turn=operation.turn,
        )

    def _followed(self, operation: UpdateDocument, record: Record) -> None:
        """Remember what a draft took on, as it holds it now; or what was written back."""
        instance = instance_of(self._context, operation)
        if instance is None:
            return
        if operation.effect.side == "left":
            self._context.view.put_instance(replace(instance, base={**instance.base, **operation.given}))
            return
        inputs = {name: value for name, value in instance.inputs.items() if name not in operation.values}
        base = {name: value for name, value in instance.base.items() if name not in operation.values}
        now = as_json(held(self._context, operation.document, record.fields, operation.values))
        self._context.view.put_instance(replace(instance, inputs={**inputs, **operation.given}, base={**base, **now}))

    def _acted(self, operation: ActOnDocument) -> None:
        """Remember what became of a document: accepted as a draft it is still ours, once sent it is not."""
        instance = instance_of(self._context, operation)
        if instance is not None:
            accepted_sent = operation.effect.kind == "accept" and operation.before not in operation.document.untouched
            status = "sent" if accepted_sent and operation.before else _REACHED[operation.effect.kind]
            self._context.view.put_instance(replace(instance, doc_status=status))


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
