"""Reads systems as a preview would, and in full beside it, into a recording. Writes to no system."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page, Record
from syncdsl.adapters.recorded import Ending, Shown, Unread
from syncdsl.adapters.stages import KeepsStages
from syncdsl.diagnostics import Fault
from syncdsl.engine.live import status_of
from syncdsl.engine.merged import DEEPEST
from syncdsl.engine.steps.replay import MOST
from syncdsl.engine.unread import ISOLATED
from syncdsl.state import chunks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.recorded import Reading, Recording
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.snapshot.needs import Need
    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import Head, State


class Recorder:
    """Records what one preview after another can be made of."""

    def __init__(
        self,
        recording: Recording,
        connections: Mapping[str, Connection],
        schemas: Mapping[str, SchemaSnapshot],
        state: State,
        progress: Progress,
    ) -> None:
        self._recording = recording
        self._connections = connections
        self._schemas = schemas
        self._state = state
        self._progress = progress
        self._plans: Sequence[Plan] = ()

    def read(self, needs: Sequence[Need], plans: Sequence[Plan]) -> None:
        """Read every module that is needed, and what the state asks about besides.

        A module that cannot be read is recorded as such: a preview leaves alone what needs it. Raises Fault when a
        system as a whole does not answer.
        """
        self._plans = plans
        for need in needs:
            task = f"read {need.connection}.{need.module}"
            self._progress.start(task, None)
            with working_as(Priority.VERIFY):
                self._module(need, task)
            self._progress.finish(task, f"{self._recording.count(need.connection, need.module):,} records")
        self._stages({(need.connection, need.module) for need in needs})

    def _module(self, need: Need, task: str) -> None:
        """Read what changed as the next run would, then everything, then what neither showed and somebody asks for."""
        connection = self._connections[need.connection]
        asked: set[str] = set()
        for view in (None, *need.views):
            head = self._state.observation(_name(need, view)) if need.staged else None
            readings: list[Reading] = ["all"]
            if head is not None and head.cursor is not None and head.swept is not None:
                readings = ["changes", "all"]
            for reading in readings:
                try:
                    asked |= self._read(connection, need, view, head, reading, task)
                except Fault as fault:
                    if fault.code not in ISOLATED:
                        raise
                    self._recording.forget(need.connection, need.module, view, reading)
                    unread = Unread(code=fault.code.id, message=fault.message, help=fault.help)
                    self._recording.fail(need.connection, need.module, view, unread)
                    break
        if self._recording.failed(need.connection, need.module, None) is None:
            self._besides(connection, need, asked)
            self._in_doubt(connection, need)
            self._drafts(connection, need)

    def _read(
        self, connection: Connection, need: Need, view: str | None, head: Head | None, reading: Reading, task: str
    ) -> set[str]:
        """Read a module or a view once; return the ids whose records it did not tell."""
        changes = reading == "changes"
        step = _name(need, view)
        known_fields = set(head.fields) if head is not None else set()
        usable = head is not None and set(need.fields) <= known_fields
        names = need.names if usable or not changes else tuple(name for name in need.names if name in known_fields)
        versions = _Versions(self._state, step) if usable or changes else None
        request = ObserveRequest(
            module=need.module,
            fields=names,
            view=view,
            cursor=head.cursor if changes and head is not None else None,
            previous=head.cursor if not changes and head is not None else None,
            known=versions.of if versions is not None else lambda _id: None,
            expect=versions.expect if versions is not None else lambda _ids: None,
            children=self._children(need, step) if usable else lambda _id: (),
        )
        place = (need.connection, need.module, view, reading)
        number, untold = 0, set[str]()
        for item in connection.observe(request):
            if isinstance(item, ObservationEnd):
                ending = Ending(
                    begun=request.cursor,
                    complete=item.complete,
                    cursor=item.cursor,
                    server_time=item.server_time,
                    steady=item.steady,
                )
                self._recording.end(*place, ending)
                continue
            number = self._recording.show(*place, number, _shown(item))
            told = item.records if set(names) == set(need.fields) else ()
            self._recording.put(need.connection, told)
            if usable and not changes:
                self._from_state(need, step, item.unchanged)
            else:
                untold.update(item.unchanged, (record.id for record in item.records if not told), item.gone)
            untold.update(item.gone)
            self._progress.advance(task, len(item.records) + len(item.unchanged))
        return untold

    def _from_state(self, need: Need, step: str, ids: Iterable[str]) -> None:
        """Record the records that are as they were when they were read last."""
        found = self._state.stored(step, ids)
        self._recording.put(
            need.connection,
            [
                Record(
                    module=need.module,
                    id=one.id,
                    fields={name: one.fields[name] for name in need.names if name in one.fields},
                    version=one.version,
                    modified=one.modified,
                    created=one.created,
                )
                for one in found.values()
            ],
        )

    def _children(self, need: Need, step: str) -> Callable[[str], Sequence[str]]:
        from syncdsl.engine.steps.observe import children_of  # noqa: PLC0415 - see there

        parent = self._schemas[need.connection].modules[need.module].parent_field
        return children_of(self._state, step, parent) if parent in need.fields else lambda _id: ()

    def _besides(self, connection: Connection, need: Need, asked: set[str]) -> None:
        """Ask for the records that no reading told and that somebody may ask for: linked, made, on file, in doubt."""
        wanted = {*asked, *self._named(need)}
        for some in chunks(sorted(wanted)):
            there = self._recording.records(need.connection, need.module, some)
            missing = [record_id for record_id in some if record_id not in there]
            if missing:
                found = connection.fetch(need.module, missing, need.names)
                self._recording.put(need.connection, found.values())
                self._survivors(connection, need, [one for one in missing if one not in found])

    def _named(self, need: Need) -> Iterator[str]:
        """Return the records of a module that the state names."""
        for view in (None, *need.views):
            step = _name(need, view)
            after = ""
            while ids := self._state.stored_ids(step, after, 1_000):
                yield from ids
                after = ids[-1]
            yield from self._state.agenda(step)
        for plan in self._plans:
            for pair in plan.pairs.values():
                for side, endpoint in (("left", pair.left), ("right", pair.right)):
                    if (endpoint.connection, endpoint.module) == (need.connection, need.module):
                        yield from self._linked(pair.name, side)
            for document in plan.documents.values():
                if (document.connection, document.module) == (need.connection, need.module):
                    made = self._state.instances(document.name)
                    yield from (one.doc_id for one in made if one.doc_id is not None)
        for grant in self._state.grants(need.connection):
            if grant.module == need.module:
                yield grant.record_id

    def _linked(self, pair: str, side: str) -> Iterator[str]:
        after = ""
        while links := self._state.links_after(pair, after, 500):
            yield from (link.left_id if side == "left" else link.right_id for link in links)
            after = links[-1].uid

    def _in_doubt(self, connection: Connection, need: Need) -> None:
        """Record what a look for the records of writes in doubt finds: it sees what a list does not show yet."""
        key_field = self._schemas[need.connection].modules[need.module].key_field
        for intent in self._state.open_intents():
            if (intent.connection, intent.module) != (need.connection, need.module):
                continue
            if intent.record_id is not None:
                found = connection.fetch(need.module, [intent.record_id], need.names)
                self._recording.put(need.connection, found.values())
            if intent.key is not None and key_field is not None:
                for records in connection.find(need.module, key_field, [intent.key], need.names).values():
                    self._recording.put(need.connection, records)

    def _drafts(self, connection: Connection, need: Need) -> None:
        """Record what the drafts hold that rules made: a preview compares it with what they make of the record now."""
        if not need.only_details:
            return
        for plan in self._plans:
            for document in plan.documents.values():
                if (document.connection, document.module) != (need.connection, need.module):
                    continue
                made = sorted({one.doc_id for one in self._state.instances(document.name) if one.doc_id is not None})
                for some in chunks(made):
                    there = self._recording.records(need.connection, need.module, some)
                    drafts = [record_id for record_id, record in there.items() if _is_draft(document, record)]
                    found = connection.fetch(need.module, drafts, (*need.names, *need.only_details)) if drafts else {}
                    self._recording.put(
                        need.connection,
                        (replace(record, version=there[record_id].version) for record_id, record in found.items()),
                    )

    def _survivors(self, connection: Connection, need: Need, gone: Sequence[str]) -> None:
        """Record what records that are gone were merged into, and what these were."""
        seen = set(gone)
        asked = sorted(gone)
        for _ in range(DEEPEST):
            if not asked:
                return
            found = connection.survivors(need.module, asked)
            self._recording.put_survivors(need.connection, need.module, found.items())
            asked = sorted({one for one in found.values() if one not in seen})
            seen.update(asked)

    def _stages(self, read: Collection[tuple[str, str]]) -> None:
        """Record the stages that records with a truth on file went through since, where their system keeps them."""
        since: defaultdict[tuple[str, str], dict[str, dt.datetime]] = defaultdict(dict)
        for plan in self._plans:
            for trigger in plan.triggers:
                endpoint = plan.records[trigger.record].endpoint
                place = (endpoint.connection, endpoint.module)
                if place in read and self._schemas[place[0]].modules[place[1]].stage_field is not None:
                    for record_id, at in self._state.truth_times(
                        trigger.digest, self._state.truths(trigger.digest)
                    ).items():
                        since[place][record_id] = min(at, since[place].get(record_id, at))
        for (name, module), moments in sorted(since.items()):
            connection = self._connections[name]
            if not isinstance(connection, KeepsStages):
                continue
            there = self._recording.records(name, module, sorted(moments))
            wanted = {
                record_id: at
                for record_id, at in moments.items()
                if (record := there.get(record_id)) is not None and (record.modified is None or record.modified > at)
            }
            if wanted and len(wanted) <= MOST:
                self._recording.put_stages(name, module, connection.stages(module, wanted).items())


class _Versions:
    """The versions on file of a step's records, looked up for a page at once."""

    def __init__(self, state: State, step: str) -> None:
        self._state = state
        self._step = step
        self._known: dict[str, str | None] = {}

    def expect(self, ids: Sequence[str]) -> None:
        """Look up those that are asked for next."""
        found = self._state.versions(self._step, ids)
        self._known = {record_id: found.get(record_id) for record_id in ids}

    def of(self, record_id: str) -> str | None:
        """Return the version on file of a record."""
        if record_id not in self._known:
            self.expect([record_id])
        return self._known[record_id]


def _is_draft(document: DocumentPlan, record: Record) -> bool:
    """Return whether a document may be one that follows its record: it is no more than accepted."""
    status = status_of(document, record)
    return status not in document.closed and status not in document.paid


def _shown(page: Page) -> Iterator[Shown]:
    for record in page.records:
        yield Shown(id=record.id, how="record")
    for record_id in page.unchanged:
        yield Shown(id=record_id, how="unchanged")
    for record_id in page.gone:
        yield Shown(id=record_id, how="gone")


def _name(need: Need, view: str | None) -> str:
    """Return the name under which the state remembers what was read."""
    return f"{need.connection}.{need.module}" + (f"|{view}" if view else "")
