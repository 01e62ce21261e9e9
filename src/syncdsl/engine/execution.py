"""Execution: performs operations on one module at a time, every write journalled before it is sent."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar, assert_never

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, MovedOn, NotSent, Rejected, Tier, Written
from syncdsl.diagnostics import Fault
from syncdsl.engine.access.people import fields_of
from syncdsl.engine.access.writing import access_writes, leaving_writes
from syncdsl.engine.answers import Answer
from syncdsl.engine.document_values import document_fields_in
from syncdsl.engine.journal import Journal
from syncdsl.engine.operations import (
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    GiveAccess,
    LinkRecords,
    SetAside,
    TakeAccess,
    UpdateDocument,
    UpdateRecord,
)
from syncdsl.engine.removal import removed
from syncdsl.engine.report import NOT_SENT, ApplyReport, Failure
from syncdsl.engine.run_log import say_refused
from syncdsl.engine.steps.edges import VERBS
from syncdsl.engine.steps.write_back import changes_back
from syncdsl.engine.writes import (
    Write,
    act_writes,
    create_writes,
    document_writes,
    removal_writes,
    update_writes,
    waits,
    without_waiting,
)
from syncdsl.plan.accords import USERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from syncdsl.adapters.protocol import Connection, Outcome, Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import Operation, Removal

T = TypeVar("T")


class Execution:
    """Performs what an apply decided, and keeps the report."""

    def __init__(self, *, context: Context, run_id: str, fence: int) -> None:
        self.context = context
        self.report = ApplyReport(changes=context.change_set)
        self.journal = Journal(context=context, run_id=run_id, fence=fence)
        self._run_id = run_id

    def perform(self, connection: str, module: str, operations: Sequence[Operation]) -> None:
        """Perform the operations on one module: links and updates, then creates, then status changes of documents.

        What takes records away is left to `remove`.
        """
        links = [item for item in operations if isinstance(item, LinkRecords)]
        for item in operations:
            match item:
                case LinkRecords() if not item.effect.write_key:
                    self.report.done.append(item.effect)
                case SetAside():
                    self.report.done.append(item.effect)
                case (
                    LinkRecords()
                    | CreateRecord()
                    | CreateDocument()
                    | UpdateRecord()
                    | UpdateDocument()
                    | DeleteRecord()
                    | DeactivateRecord()
                    | ActOnDocument()
                    | GiveAccess()
                    | TakeAccess()
                ):
                    pass
        updates = [item for item in operations if isinstance(item, UpdateRecord)]
        creates = [item for item in operations if isinstance(item, CreateRecord | CreateDocument)]
        acts = [item for item in operations if isinstance(item, ActOnDocument)]
        following = [item for item in operations if isinstance(item, UpdateDocument)]
        task = f"write {connection}.{module}"
        early: list[UpdateRecord] = []
        late: list[UpdateRecord] = []
        for item in updates:
            (late if waits(self.context, connection, item) else early).append(item)
        writes = update_writes(
            self.context, connection, module, [item for item in links if item.effect.write_key], early
        )
        given = access_writes(connection, module, [item for item in operations if isinstance(item, GiveAccess)])
        total = len(writes) + len(late) + len(creates) + len(acts) + len(following) + sum(len(some) for some in given)
        if not total:
            return
        self.context.run.progress.start(task, total)
        self._send(connection, module, writes, task)
        # Creates are prepared after the updates, and in waves, so that partners made a moment ago are known.
        waiting: Sequence[CreateRecord | CreateDocument] = creates
        while waiting:
            ready, waiting = create_writes(self.context, connection, module, waiting)
            if not ready:
                break
            self._send(connection, module, ready, task)
        self.report.waiting.extend(item.effect for item in waiting)
        self.context.run.progress.advance(task, len(waiting))
        self._send_late(connection, module, late, task)
        self._send_documents(connection, module, following, task)
        self._write_back(creates)
        # In the order in which the effects of one moment run.
        for verb in VERBS:
            ready_acts, without = act_writes(self.context, [item for item in acts if item.effect.kind == verb])
            self._send(connection, module, ready_acts, task)
            self.report.waiting.extend(item.effect for item in without)
            self.context.run.progress.advance(task, len(without))
        for some in given:
            self._send(connection, module, some, task)
        failed = len(self.report.failed)
        self.context.run.progress.finish(
            task, f"{total:,} records" if not failed else f"{total:,} records, {failed} refused"
        )

    def remove(self, connection: str, module: str, removals: Sequence[Removal]) -> None:
        """Delete records of one module and make others inactive, each only while it is as it was decided on.

        No system deletes on a condition: a record is read right before the call, and an edit between the two is lost.
        Before that it is asked once more whether the partners are still gone: some waited long for a person.
        """
        task = f"delete in {connection}.{module}"
        self.context.run.progress.start(task, len(removals))
        gone = self._still_gone(removals)
        self.context.run.progress.advance(task, len(removals) - len(gone))
        for writes in removal_writes(self.context, connection, module, gone):
            self._send(connection, module, writes, task)
        self.context.run.progress.finish(task, f"{len(removals):,} records")

    def take_access(self, connection: str, module: str, leaving: Sequence[TakeAccess]) -> None:
        """Remove users, each only while it is as it was decided on; see `remove`."""
        task = f"remove in {connection}.{module}"
        self.context.run.progress.start(task, len(leaving))
        self._send(connection, module, leaving_writes(self.context, connection, module, leaving), task)
        self.context.run.progress.finish(task, f"{len(leaving):,} users")

    def _still_gone(self, removals: Sequence[Removal]) -> list[Removal]:
        """Return the removals whose evidence still holds; a record that came back is remembered, its partner stays."""
        back: set[tuple[str, str, str]] = set()
        known = [item.evidence for item in removals if item.evidence is not None]
        asked = {(evidence.connection, evidence.module) for evidence in known}
        for connection, module in sorted(asked):
            ids = [one.id for one in known if (one.connection, one.module) == (connection, module)]
            found = self.context.run.connections[connection].fetch(module, ids, self._names(connection, module))
            for record in found.values():
                self.journal.came_back(connection, record)
                back.add((connection, module, record.id))
        kept: list[Removal] = []
        for item in removals:
            evidence = item.evidence
            if evidence is not None and (evidence.connection, evidence.module, evidence.id) in back:
                self.report.moved_on.append(item.effect)
            else:
                kept.append(item)
        return kept

    def _send_late(self, connection: str, module: str, updates: Sequence[UpdateRecord], task: str) -> None:
        """Send updates that referred to records made meanwhile; what still has no partner waits with its unit."""
        ready: list[UpdateRecord] = []
        for update in updates:
            part = without_waiting(self.context, connection, update)
            if part is not update:
                self.report.waiting.append(update.effect)
            if part is None:
                self.context.run.progress.advance(task)
            else:
                ready.append(part)
        self._send(connection, module, update_writes(self.context, connection, module, [], ready), task)

    def _write_back(self, creates: Sequence[CreateRecord | CreateDocument]) -> None:
        """Write back what documents made a moment ago give their records, such as their number."""
        back: defaultdict[tuple[str, str], list[UpdateDocument]] = defaultdict(list)
        for create in creates:
            if not isinstance(create, CreateDocument) or not create.document.write_backs:
                continue
            number = create.effect.instance
            made = self.journal.made.get((create.document.name, create.source.id, number))
            instances = self.context.view.instances(create.document.name).get(create.source.id, [])
            instance = next((one for one in instances if one.number == number), None)
            if made is None or instance is None:
                continue
            plan = self.context.plan.records[create.document.record]
            for change in changes_back(self.context, plan, create.document, create.source, instance, made):
                back[plan.endpoint.connection, plan.endpoint.module].append(change)
        for (connection, module), changes in back.items():
            task = f"write back to {connection}.{module}"
            self.context.run.progress.start(task, len(changes))
            self._send_documents(connection, module, changes, task)
            self.context.run.progress.finish(task, f"{len(changes):,} records")

    def _send_documents(self, connection: str, module: str, updates: Sequence[UpdateDocument], task: str) -> None:
        """Send what drafts take on, or what is written back."""
        ready, waiting = document_writes(self.context, updates)
        for batchable in (True, False):
            self._send(connection, module, [write for write in ready if write.batchable is batchable], task)
        self.report.waiting.extend(item.effect for item in waiting)
        self.context.run.progress.advance(task, len(waiting))

    def _send(self, connection: str, module: str, writes: Sequence[Write], task: str) -> None:
        """Send writes in batches, several calls at once; the journal is written by this thread alone."""
        if not writes:
            return
        adapter = self.context.run.connections[connection]
        batch = max(1, adapter.capabilities.batch) if writes[0].batchable else 1
        batches = list(_chunks(writes, batch))
        threads = ThreadPoolExecutor(max_workers=max(1, adapter.capabilities.concurrency))
        with working_as(Priority.EFFECT), threads as pool:
            for window in _chunks(batches, max(1, adapter.capabilities.concurrency)):
                self.context.run.checkpoint()
                self.journal.intend([write for group in window for write in group])
                futures: dict[Future[Answer], Sequence[Write]] = {
                    pool.submit(
                        copy_context().run,
                        _call,
                        adapter,
                        module,
                        group,
                        self._names(connection, module),
                        self._replays(connection, module),
                    ): group
                    for group in window
                }
                self._receive(futures, task)

    def _receive(self, futures: dict[Future[Answer], Sequence[Write]], task: str) -> None:
        """Commit every outcome of the calls under way; only then say that one of them failed, or was interrupted."""
        problem: BaseException | None = None
        open_calls = dict(futures)
        while open_calls:
            try:
                for future in as_completed(list(open_calls)):
                    group = open_calls[future]
                    answer = _answer(future, group)
                    # What one call came to is known at once, and committed at once: a commit costs more than the rest.
                    with self.journal.answer(group):
                        for write, outcome in zip(group, answer.outcomes, strict=True):
                            self._take(write, outcome, answer.read_back)
                    say_refused(self._run_id, group, answer.outcomes)
                    del open_calls[future]
                    problem = problem or answer.problem
                    self.context.run.progress.advance(task, len(group))
            except KeyboardInterrupt as interrupt:
                if isinstance(problem, KeyboardInterrupt):
                    # The second one does not wait: what is still open is found by its key next time.
                    raise
                problem = interrupt
        if problem is not None:
            raise problem

    def _replays(self, connection: str, module: str) -> bool:
        """Return whether creates are sent with the key of a system that replays them.

        Where the key is only unique a create is sent plainly: sent again, the second is refused. An upsert is not, and
        one that was lost and lands late would write over what somebody made of the record since.
        """
        schema = self.context.run.schemas[connection].modules[module]
        tier = self.context.run.connections[connection].capabilities.tier_of(schema)
        return self.context.run.recovery.safe_create and tier is Tier.T0

    def _names(self, connection: str, module: str) -> tuple[str, ...]:
        names = {
            name
            for step in self.context.plan.steps
            if step.step == "observe" and (step.connection, step.module) == (connection, module)
            for name in step.fields
        }
        if module == USERS:
            names.update(fields_of(self.context, connection))
        return tuple(sorted(names | document_fields_in(self.context.plan, connection, module)))

    def _take(self, write: Write, outcome: Outcome, read_back: dict[str, Record]) -> None:
        """Commit what came of one write."""
        match outcome:
            case Written() if write.removes is not None:
                self.journal.removed(write)
                self.report.done.extend(write.effects)
            case Written():
                record = read_back.get(outcome.id)
                if record is None:
                    # Gone again, or not answered, when it was read back: the next run sees what there is.
                    self.journal.unknown(write, "it could not be read back")
                    self.report.unknown.extend(write.effects)
                    return
                self.journal.done(write, record, written=outcome.modified)
                self.report.done.extend(write.effects)
            case DuplicateKey():
                self.journal.unknown(write, "a record with its key exists")
                self.report.unknown.extend(write.effects)
            case Rejected():
                self.journal.refused(write, f"{outcome.code}: {outcome.message}")
                self.report.failed.extend(
                    Failure(effect=each.effect, code=outcome.code, message=outcome.message, operation=each)
                    for each in write.operations
                )
            case MovedOn():
                found = read_back.get(write.record_id or "")
                self.journal.dropped(write, "the record changed after the preview", found)
                self.report.moved_on.extend(write.effects)
            case NotSent():
                self.journal.refused(write, outcome.reason)
                self.report.failed.extend(
                    Failure(effect=effect, code=NOT_SENT, message=outcome.reason) for effect in write.effects
                )
            case Ambiguous():
                self.journal.unknown(write, outcome.reason)
                self.report.unknown.extend(write.effects)
            case _:
                assert_never(outcome)


def _call(
    adapter: Connection,
    module: str,
    group: Sequence[Write],
    names: tuple[str, ...],
    safe: bool,  # noqa: FBT001 - the protocol's own switch
) -> Answer:
    """Send one batch and read back what it wrote. Runs in a worker thread: it touches nothing but the connection."""
    first = group[0]
    if first.removes is not None:
        return removed(adapter, module, group, names)
    outcomes: list[Outcome]
    if first.allowed is not None and not _allowed(adapter, module, first, names):
        outcomes = [MovedOn()]
    elif first.action is not None:
        outcomes = [adapter.act(module, first.record_id or "", first.action)]
    elif first.change is not None:
        outcomes = adapter.update(module, [write.change for write in group if write.change is not None])
    else:
        outcomes = adapter.create(module, [write.new for write in group if write.new is not None], safe=safe)
    read_back = {
        outcome.id: outcome.record
        for outcome in outcomes
        if isinstance(outcome, Written) and outcome.record is not None
    }
    missing = [outcome.id for outcome in outcomes if isinstance(outcome, Written) and outcome.record is None]
    # What a write found changed is read as well: the change may be one that the next reading would not show.
    missing += [
        write.record_id
        for write, outcome in zip(group, outcomes, strict=False)
        if isinstance(outcome, MovedOn) and write.record_id is not None
    ]
    problem: Exception | None = None
    if missing:
        try:
            read_back.update(adapter.fetch(module, missing, names))
        except Fault as fault:
            problem = fault
    return Answer(outcomes=outcomes, read_back=read_back, problem=problem)


def _allowed(adapter: Connection, module: str, write: Write, names: tuple[str, ...]) -> bool:
    """Return whether a document may be written as it is now: nobody has sent or paid it since the decision fell."""
    record_id = write.record_id or ""
    found = adapter.fetch(module, [record_id], names).get(record_id)
    return found is not None and write.allowed is not None and write.allowed(found)


def _answer(future: Future[Answer], group: Sequence[Write]) -> Answer:
    """Return what a call came to; when it broke off, nobody knows of any of its writes."""
    # Asked for, not raised: an interrupt of this thread must not be mistaken for one that a call ended with.
    problem = future.exception()
    if problem is None:
        return future.result()
    reason = f"the call broke off: {problem}"
    return Answer(outcomes=[Ambiguous(reason=reason)] * len(group), read_back={}, problem=problem)


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
