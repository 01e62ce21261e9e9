"""Observe: read a module into the stage, reuse what is known to be unchanged, confirm what is absent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page, Record
from syncdsl.diagnostics import Fault
from syncdsl.engine.long_agenda import agenda_of
from syncdsl.engine.merged import survivors_of
from syncdsl.engine.observation import Observation, Records, observation_name
from syncdsl.engine.seen import Seen
from syncdsl.engine.steps.absence import Absence
from syncdsl.schema.values import Ref
from syncdsl.state import StoredRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncdsl.engine.context import Context
    from syncdsl.engine.steps.absence import Missing
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Head, State

READ_AGAIN = 20
"""How many records that a run was told of are read although a reading showed them as they were."""

STAGED = 1_000
"""How many records are stored in one transaction."""


def observe(step: ObserveStep, context: Context) -> None:
    """Read the step's module into the stage, and what differs from what was there onto the agenda.

    What was read before is reused only when it was read with the same fields. Between complete readings (sweeps) only
    changes are read. A record is absent only when a complete reading does not show it, or the system says it is
    deleted, and a direct read confirms it. A reading that ends with a fault leaves what it staged as seen, and nothing
    else: no record is absent because of it, and the next one begins where it began.
    """
    task = f"read {step.connection}.{step.module}"
    context.run.progress.start(task, None)
    reading = Reading(step, context)
    try:
        observation = _observed(reading, context, task)
    except Fault:
        context.run.progress.finish(task, "could not be read")
        raise
    context.observations[step.id] = observation
    # Counted as they came: to count what is on file costs more, the larger the module.
    context.run.progress.finish(task, f"{reading.shown:,} {'records' if observation.complete else 'changed'}")


def _observed(reading: Reading, context: Context, task: str) -> Observation:
    step = reading.step
    end = reading.settle(reading.read(task), task)
    observation = Observation(
        step=step,
        records=Records(context.run.state, step),
        server_time=end.server_time,
        complete=end.complete,
        whole=end.complete or reading.was_whole,
        agenda=agenda_of(context.run.state, reading.name),
        outsiders=reading.outsiders,
    )
    read_unshown(observation, context, reading.unshown())
    observation.survivors = _survivors(observation, context)
    return observation


def _survivors(observation: Observation, context: Context) -> dict[str, str]:
    """Return what the records confirmed absent were merged into, for modules whose records have partners."""
    step = observation.step
    if not any(step.id in {pair.left.observe, pair.right.observe} for pair in context.plan.pairs.values()):
        return {}
    return survivors_of(context.run.connections[step.connection], step.module, observation.because("gone"))


class Reading:
    """One reading of a module: pages go into the stage as they come, absence is settled at the end."""

    def __init__(self, step: ObserveStep, context: Context) -> None:
        self.step = step
        self.name = observation_name(step)
        self.outsiders: list[str] = []
        self._context = context
        self._state = context.run.state
        self._head = self._state.observation(self.name)
        self._usable = self._head is not None and set(step.fields) <= set(self._head.fields)
        self._anew = self._head is None and not self._state.stored_ids(self.name, "", 1)
        self._absence = Absence(step, context)
        module = context.run.schemas[step.connection].modules[step.module]
        # A record that has stages may have gone through some and come back to where it was.
        self._moves = module.stage_field is not None and any(
            record.endpoint.observe == step.id for record in context.plan.records.values()
        )
        self._key_field = context.run.schemas[step.connection].modules[step.module].key_field
        self._waiting: list[tuple[StoredRecord, str | None]] = []
        self._seen = Seen()
        self._versions: dict[str, str | None] = {}
        self._said_gone: set[str] = set()
        self._told = frozenset((context.run.told or {}).get((step.connection, step.module), ()))
        self._changed: set[str] = set()
        """Those that the run was told of and the reading showed to have changed."""
        self.shown = 0
        """How many records the reading showed."""
        self._older: list[tuple[tuple[StoredRecord, str | None], dt.datetime]] = []

    def unshown(self) -> list[str]:
        """Return the ids that the run was told of and of which this reading showed no change.

        A list may lag behind a change, and an edit in the second of our own write leaves no trace in its stamp. Most of
        those that are as they were are told of because of our own writes, so only some of them are read.
        """
        absent = [one for one in self._told if one not in self._seen and one not in self._said_gone]
        same = [one for one in self._told if one in self._seen and one not in self._changed]
        return sorted([*absent, *sorted(same)[:READ_AGAIN]])

    @property
    def was_whole(self) -> bool:
        """Whether the module was read completely before, with the fields that are asked for now."""
        return self._usable and self._head is not None and self._head.swept is not None

    def read(self, task: str) -> ObservationEnd:
        """Read everything, or what changed since the last reading."""
        head = self._head if self._usable else None
        sweep = head is not None and _sweep_is_due(head, self._context)
        if self._head is None:
            self._state.begin_observation(self.name)
        self.shown = 0
        request = ObserveRequest(
            module=self.step.module,
            fields=self.step.fields,
            view=self.step.view,
            cursor=None if head is None or sweep else head.cursor,
            previous=head.cursor if head is not None and sweep else None,
            known=self._known,
            expect=self._expect,
            children=self._children(),
        )
        connection = self._context.run.connections[self.step.connection]
        end: ObservationEnd | None = None
        with working_as(_urgency(request, self._head, told=self._context.run.told is not None)):
            for item in connection.observe(request):
                self._context.run.checkpoint()
                if isinstance(item, ObservationEnd):
                    end = item
                    continue
                self._take(item)
                self._context.run.progress.advance(task, len(item.records) + len(item.unchanged))
        if end is None:
            raise RuntimeError(f"the adapter of {self.step.connection} ended an observation without its end")
        return end

    def settle(self, end: ObservationEnd, task: str) -> ObservationEnd:
        """Settle what is absent, and store where the next reading begins together with the last that was read.

        An answer that was cut, or empty, looks like one that is complete, so what is missing and is there all the same
        is not believed at once. Returns what was read in the end: a view may have been read a second time.
        """
        missing = self._missing(end)
        if self.step.view is not None:
            end, missing, left_out = self._read_again(end, missing, task)
        elif end.complete:
            left_out, there = self._absence.left_out(missing.free)
            for record in there.values():
                self._wait(record)
        else:
            left_out = set()
        self._finish(end, missing, missing.absent - left_out)
        return end

    def _read_again(self, end: ObservationEnd, missing: Missing, task: str) -> tuple[ObservationEnd, Missing, set[str]]:
        """Read a view once more where its first reading is hard to believe; what either shows is there.

        Returns with it which records stay in the view whatever both said.
        """
        suspects = self._absence.unexplained(missing.free, complete=end.complete)
        if not suspects:
            return end, missing, set()
        again = self.read(task)
        end = replace(end, complete=end.complete and again.complete)
        missing = self._missing(end)
        steady = end.complete and again.steady
        return end, missing, self._absence.contradicted(missing.free, suspects) if steady else set()

    def _missing(self, end: ObservationEnd) -> Missing:
        return self._absence.missing(self._seen, self._said_gone, complete=end.complete)

    def _finish(self, end: ObservationEnd, missing: Missing, absent: set[str]) -> None:
        partners, documents = missing.partners, missing.documents
        found = self._absence.fetch(partners | documents.keys())
        gone = dict.fromkeys(absent - found.keys(), "absent")
        gone.update(dict.fromkeys((partners | documents.keys()) - found.keys(), "gone"))
        for record_id, record in found.items():
            if record_id in documents or self.step.view is None:
                # A reading without a view that missed an existing record was overtaken by a change, and one that was
                # said to be deleted was restored: what a direct read finds counts.
                self._wait(record)
            elif record_id in absent:
                gone[record_id] = "outside"
        if end.complete and self.step.view is not None:
            self.outsiders = sorted(found.keys() & partners)
        for record_id in sorted(documents.keys() - found.keys()):
            self._context.view.put_instance(replace(documents[record_id], doc_status="deleted"))
        with self._state.transaction():
            self._stage()
            self._state.stage(self.name, self._late_edits(end))
            self._state.unstage(self.name, gone)
            self._state.end_observation(
                self.name, self.step.fields, end.cursor, swept=end.server_time if end.complete else None
            )

    # -- pages --------------------------------------------------------------------------------------------------

    def _take(self, page: Page) -> None:
        self.shown += len(page.records) + len(page.unchanged)
        for record in page.records:
            self._wait(record)
            self._seen.add(record.id)
            if record.id in self._told:
                self._changed.add(record.id)
            self._said_gone.discard(record.id)
        for record_id in page.unchanged:
            self._seen.add(record_id)
        self._said_gone.update(record_id for record_id in page.gone if record_id not in self._seen)

    def _wait(self, record: Record) -> None:
        self._waiting.append((stored_record(record), carried_key(record, self._key_field)))
        if len(self._waiting) >= STAGED:
            self._stage()

    def _stage(self) -> None:
        """Store what waits, but for rows that are older than what is on file: a list may lag behind a write of ours."""
        if self._anew:
            self._state.stage(self.name, self._waiting, anew=True)
            self._waiting = []
            return
        known = self._state.stamps(self.name, (record.id for record, _ in self._waiting))
        fresh: list[tuple[StoredRecord, str | None]] = []
        for item in self._waiting:
            on_file, modified = known.get(item[0].id), item[0].modified
            if on_file is not None and modified is not None and modified < on_file:
                self._older.append((item, on_file))
            else:
                fresh.append(item)
        self._state.stage(self.name, fresh, modified=self._moves)
        self._waiting = []

    def _late_edits(self, end: ObservationEnd) -> list[tuple[StoredRecord, str | None]]:
        """Return the older rows that no lag explains: what is on file was there long enough for every list to know."""
        overlap = self._context.run.connections[self.step.connection].capabilities.overlap_seconds
        lag = dt.timedelta(seconds=overlap)
        return [item for item, on_file in self._older if end.server_time - on_file > lag]

    def _expect(self, ids: Sequence[str]) -> None:
        if self._usable:
            found = self._state.versions(self.name, ids)
            self._versions = {record_id: found.get(record_id) for record_id in ids}

    def _known(self, record_id: str) -> str | None:
        if not self._usable:
            return None
        if record_id not in self._versions:
            self._expect([record_id])
        return self._versions[record_id]

    def _children(self) -> Callable[[str], Sequence[str]]:
        """Return what gives the ids on file below a parent; nothing where the module has none, or it was not read."""
        field = self._context.run.schemas[self.step.connection].modules[self.step.module].parent_field
        return children_of(self._state, self.name, field if self._usable and field in self.step.fields else None)


def children_of(state: State, name: str, field: str | None) -> Callable[[str], Sequence[str]]:
    """Return what gives the ids that an observation holds below a parent, which `field` names; None: it has none."""
    below: dict[str, list[str]] = {}
    if field is not None:
        for some in state.every_record(name):
            for stored in some:
                parent = stored.fields.get(field)
                if isinstance(parent, Ref):
                    below.setdefault(parent.id, []).append(stored.id)
    return lambda parent_id: below.get(parent_id, ())


def read_unshown(observation: Observation, context: Context, ids: Sequence[str]) -> None:
    """Read records one by one that somebody told of; one that is not there any more is gone. A view shows its own."""
    step = observation.step
    if not ids or step.view is not None:
        return
    with working_as(Priority.NOTICE):
        found = context.run.connections[step.connection].fetch(step.module, ids, step.fields)
    stage_fetched(context, observation, found.values())
    known = observation.records.many(one for one in ids if one not in found)
    context.run.state.unstage(observation_name(step), dict.fromkeys(known, "gone"))
    observation.records.refresh(known)
    observation.note(known, "gone")


def stage_fetched(context: Context, observation: Observation, records: Iterable[Record]) -> None:
    """Put records that were fetched one by one on the stage and on the agenda.

    A version on file of a view is one that the view has shown, so that one it shows no more can be told; so these
    have none.
    """
    step = observation.step
    key_field = context.run.schemas[step.connection].modules[step.module].key_field
    found = [record if step.view is None else replace(record, version=None) for record in records]
    context.run.state.stage(
        observation_name(step), [(stored_record(record), carried_key(record, key_field)) for record in found]
    )
    ids = [record.id for record in found]
    observation.records.refresh(ids)
    observation.note(ids, "changed")


def _sweep_is_due(head: Head, context: Context) -> bool:
    """Return whether the module is to be read completely.

    The local clock decides only how many calls this run makes: a clock that jumps sweeps too early or too late.
    """
    run = context.run
    if run.told is not None:
        # Whoever was told of a change reads that change, and leaves being sure to the next whole run.
        return head.swept is None
    return run.sweep or head.swept is None or run.clock() - head.swept >= run.sweep_after


def _urgency(request: ObserveRequest, head: Head | None, *, told: bool) -> Priority:
    """Return how urgent a reading is: changes come before what is only read to be sure, and both before first loads."""
    if request.cursor is not None:
        return Priority.NOTICE if told else Priority.INCREMENTAL
    return Priority.VERIFY if head is not None and head.swept is not None else Priority.BACKFILL


def carried_key(record: Record, key_field: str | None) -> str | None:
    """Return the syncdsl key that a record carries."""
    key = record.fields.get(key_field) if key_field is not None else None
    return key if isinstance(key, str) else None


def stored_record(record: Record) -> StoredRecord:
    """Return a record as the state keeps it: its id is among its fields."""
    return StoredRecord(
        id=record.id,
        version=record.version,
        modified=record.modified,
        created=record.created,
        fields={**record.fields, "id": record.id},
    )
