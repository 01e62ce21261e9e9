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
from syncdsl.schema.values import Ref
from syncdsl.state import StoredRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncdsl.engine.context import Context
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Head, Instance

STAGED = 1_000
"""How many records are stored in one transaction."""
CONFIRMED, SAMPLE = 100, 20
"""Up to how many records without a partner are asked for one by one when a reading does not show them, and how many of
more."""


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
    end = reading.read(task)
    reading.finish(end)
    observation = Observation(
        step=step,
        records=Records(context.run.state, step),
        server_time=end.server_time,
        complete=end.complete,
        whole=end.complete or reading.was_whole,
        agenda=agenda_of(context.run.state, reading.name),
        outsiders=reading.outsiders,
    )
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
        self._key_field = context.run.schemas[step.connection].modules[step.module].key_field
        self._waiting: list[tuple[StoredRecord, str | None]] = []
        self._seen = Seen()
        self._versions: dict[str, str | None] = {}
        self._said_gone: set[str] = set()
        self.shown = 0
        """How many records the reading showed."""
        self._older: list[tuple[tuple[StoredRecord, str | None], dt.datetime]] = []

    @property
    def was_whole(self) -> bool:
        """Whether the module was read completely before, with the fields that are asked for now."""
        return self._usable and self._head is not None and self._head.swept is not None

    def read(self, task: str) -> ObservationEnd:
        """Read everything, or what changed since the last reading."""
        head = self._head if self._usable else None
        if self._head is None:
            self._state.begin_observation(self.name)
        request = ObserveRequest(
            module=self.step.module,
            fields=self.step.fields,
            view=self.step.view,
            cursor=head.cursor if head is not None and not _sweep_is_due(head, self._context) else None,
            known=self._known,
            expect=self._expect,
            children=self._children(),
        )
        connection = self._context.run.connections[self.step.connection]
        end: ObservationEnd | None = None
        with working_as(_urgency(request, self._head)):
            for item in connection.observe(request):
                if isinstance(item, ObservationEnd):
                    end = item
                    continue
                self._take(item)
                self._context.run.progress.advance(task, len(item.records) + len(item.unchanged))
        if end is None:
            raise RuntimeError(f"the adapter of {self.step.connection} ended an observation without its end")
        return end

    def finish(self, end: ObservationEnd) -> None:
        """Settle what is absent, and store where the next reading begins together with the last that was read."""
        absent = set(self._not_seen()) if end.complete else set()
        absent |= self._said_gone
        partners, documents = self._expected(absent, complete=end.complete)
        if end.complete:
            absent -= self._doubtful(absent - partners - documents.keys())
        found = self._fetch(partners | documents.keys())
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
        self._state.stage(self.name, fresh)
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
        below: dict[str, list[str]] = {}
        if self._usable and field in self.step.fields:
            for some in self._state.every_record(self.name):
                for stored in some:
                    parent = stored.fields.get(str(field))
                    if isinstance(parent, Ref):
                        below.setdefault(parent.id, []).append(stored.id)
        return lambda parent_id: below.get(parent_id, ())

    # -- absence ------------------------------------------------------------------------------------------------

    def _not_seen(self) -> Iterable[str]:
        after = ""
        while ids := self._state.stored_ids(self.name, after, 1_000):
            yield from (record_id for record_id in ids if record_id not in self._seen)
            after = ids[-1]

    def _doubtful(self, free: set[str]) -> set[str]:
        """Return the records without a partner that a complete reading did not show and that are there all the same.

        An answer that was cut, or empty, looks like one that is complete. A few records are asked for one by one; of
        many some are, and if one of them is there none of the many counts as absent.
        """
        if not free or self.step.view is not None:
            return set()
        asked = sorted(free)
        if len(asked) > CONFIRMED:
            asked = asked[:: len(asked) // SAMPLE]
        there = self._fetch(set(asked))
        for record in there.values():
            self._wait(record)
        if there and len(free) > CONFIRMED:
            self._context.reported.append(
                f"{self.step.connection}.{self.step.module}: a reading that should show everything left out records "
                f"that are there; {len(free):,} records that it did not show are taken to be there still"
            )
            return free
        return set(there)

    def _expected(self, absent: set[str], *, complete: bool) -> tuple[set[str], dict[str, Instance]]:
        """Return which absent records are somebody's partner or document: only a direct read makes that a fact.

        A complete reading also asks for partners that no reading has ever shown.
        """
        partners: set[str] = set()
        documents: dict[str, Instance] = {}
        for pair in self._context.plan.pairs.values():
            for endpoint, side, other in (
                (pair.left, "left", "right_gone"),
                (pair.right, "right", "left_gone"),
            ):
                if endpoint.observe != self.step.id:
                    continue
                index = self._context.view.links(pair.name)
                known = (index.by_left if side == "left" else index.by_right).many(absent)
                partners.update(record_id for record_id, link in known.items() if link.status in {"active", other})
                if complete:
                    unobserved = self._state.unobserved(pair.name, "left" if side == "left" else "right", self.name)
                    partners.update(record_id for record_id in unobserved if record_id not in self._seen)
        for document in self._context.plan.documents.values():
            if document.observe == self.step.id:
                documents.update(self._made(document.name, absent, complete=complete))
        return partners, documents

    def _made(self, document: str, absent: set[str], *, complete: bool) -> dict[str, Instance]:
        """Return the documents that are thought to be there and were not seen, by their ids."""
        made = {
            instance.doc_id: instance
            for instances in self._context.view.instances(document).values()
            for instance in instances
            if instance.doc_id is not None and instance.doc_status != "deleted"
        }
        if not complete:
            return {record_id: made[record_id] for record_id in absent & made.keys()}
        held = self._state.versions(self.name, made.keys())
        return {
            record_id: instance
            for record_id, instance in made.items()
            if record_id in absent or (record_id not in held and record_id not in self._seen)
        }

    def _fetch(self, ids: set[str]) -> dict[str, Record]:
        if not ids:
            return {}
        return self._context.run.connections[self.step.connection].fetch(
            self.step.module, sorted(ids), self.step.fields
        )


def stage_fetched(context: Context, observation: Observation, records: Iterable[Record]) -> None:
    """Put records that were fetched one by one on the stage and on the agenda."""
    step = observation.step
    key_field = context.run.schemas[step.connection].modules[step.module].key_field
    found = list(records)
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
    return run.sweep or head.swept is None or run.clock() - head.swept >= run.sweep_after


def _urgency(request: ObserveRequest, head: Head | None) -> Priority:
    """Return how urgent a reading is: changes come before what is only read to be sure, and both before first loads."""
    if request.cursor is not None:
        return Priority.INCREMENTAL
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
