"""The adapter side of a simulated system: the protocol, with every call subject to the schedule.

A call takes time on the virtual clock, may die before and after, and meets the fate that the schedule has for it.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from tests.simulator.listing import Reading, order_of, version_of
from tests.simulator.schedule import DOUBTFUL, OF_READS, OF_WRITES, Fate
from tests.simulator.writing import KEYLESS, Writer, record_of

from syncdsl.adapters.protocol import (
    Ambiguous,
    Capabilities,
    Change,
    DocumentAction,
    Identity,
    NewRecord,
    NotSent,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Record,
    Rejected,
    Sample,
    Tier,
)
from syncdsl.adapters.stages import StageChange
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import (
    NOT_OFFERED,
    NOT_PERMITTED,
    RATE_LIMITED,
    UNEXPECTED_ANSWER,
    UNREACHABLE,
)
from syncdsl.schema.values import Value, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.simulator.schedule import Schedule
    from tests.simulator.system import Held, System, Version

    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

SECONDS = 0.25
"""How long a call takes."""
TIMEOUT = 30.0
"""How long one without an answer takes."""
OF_PAGES = (*OF_READS, Fate.TRUNCATED, Fate.SHORT, Fate.EMPTY)
_FAULTS = {
    Fate.UNREACHABLE: (UNREACHABLE, "no answer"),
    Fate.RATE: (RATE_LIMITED, "too many calls"),
    Fate.FORBIDDEN: (NOT_PERMITTED, "403"),
    Fate.BROKEN: (UNEXPECTED_ANSWER, "500"),
}


class SimulatedConnection:
    """The adapter protocol over a simulated system.

    `forbidden` is for how many more calls it answers 403. `closed` are the modules that may not be read, each with the
    number of pages that are shown all the same; `shut` counts the calls that were refused for it.
    """

    def __init__(self, system: System, schedule: Schedule) -> None:
        self.system = system
        self.schedule = schedule
        self.forbidden = 0
        self.closed: dict[str, int] = {}
        self.shut = 0
        self._lock = threading.RLock()
        self._writer = Writer(system)

    # -- what it is ---------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the switches say; where lookups go through the index, its lag is waited for too."""
        switches = self.system.switches
        lag = switches.index_lag if switches.find_by_index else 0.0
        return Capabilities(
            tier=switches.tier,
            batch=switches.batch,
            concurrency=switches.concurrency,
            settle_seconds=switches.landing + lag,
            overlap_seconds=switches.overlap,
            conditional_update=True,
            page_size=switches.page_size,
            keyless=KEYLESS,
        )

    def identity(self) -> Identity:
        """Return the organisation."""
        with self._lock:
            self._read("identity", "")
            return Identity(
                organization=self.system.organization,
                name=self.system.organization,
                base_currency=self.system.schema.base_currency,
                time_zone="UTC",
                data_centre="simulated",
            )

    def schema(self) -> SchemaSnapshot:
        """Return the schema."""
        return self.system.schema

    def sample(self, module: str, limit: int) -> Sample:
        """Return the first records."""
        with self._lock:
            self._read("sample", module)
            names = tuple(self.system.module(module).fields)
            rows = [held.now.fields for held in self.system.living(module)]
            return Sample(rows=tuple(rows[:limit]), fields=names, complete=len(rows) <= limit)

    # -- reading ------------------------------------------------------------------------------------------------

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module page by page; every page is a call."""
        self._module(request.module, request.fields)
        if request.view is not None and request.view not in self.system.module(request.module).views:
            raise self._not_offered(f"module `{request.module}` has no view `{request.view}`")
        empty = [False]
        everything = request.cursor is None or request.view is not None

        def enter(what: str) -> Fate:
            if empty[0]:
                return Fate.OK
            allowed = OF_PAGES if everything else (*OF_READS, Fate.TRUNCATED)
            fate = self._read("observe", f"{request.module} {what}", allowed)
            empty[0] = fate is Fate.EMPTY
            return fate

        reading = Reading(system=self.system, request=request, enter=enter)
        for rows, gone in reading.pages():
            with self._lock:
                page = self._page(request, [] if empty[0] else rows, () if empty[0] else gone)
                self._leave("observe")
            yield page
        yield ObservationEnd(
            complete=reading.complete or (empty[0] and everything),
            cursor=reading.cursor,
            server_time=reading.start or self.system.now,
            steady=reading.steady,
        )

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Read records by id: always what is true now."""
        self._module(module, fields)
        with self._lock:
            self._read("fetch", f"{module} {' '.join(ids)}")
            found = {one: held for one in ids if (held := self.system.get(module, one)) is not None}
            answer = {one: record_of(self.system, held, held.now, fields) for one, held in found.items()}
            self._leave("fetch")
            return answer

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field, through the index where that is the only way."""
        self._module(module, (field, *fields))
        with self._lock:
            self._read("find", f"{module}.{field} {' '.join(str(value) for value in values)}")
            found: dict[Value, list[Record]] = {}
            for value in values:
                if is_empty(value):
                    continue
                rows = self.system.found(module, field, value, by_index=self.system.switches.find_by_index)
                if rows:
                    found[value] = [record_of(self.system, held, version, fields) for held, version in rows]
            self._leave("find")
            return found

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return what merged records were merged into."""
        self._module(module, ())
        with self._lock:
            self._read("survivors", f"{module} {' '.join(ids)}")
            return {one: self.system.survivors[one] for one in ids if one in self.system.survivors}

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Return records whose label contains a text."""
        label = self._module(module, fields).label_field
        found = [
            record_of(self.system, held, held.now, fields)
            for held in self.system.living(module)
            if text.casefold() in str(held.now.fields.get(label) or "").casefold()
        ]
        return found[:limit]

    # -- writing ------------------------------------------------------------------------------------------------

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records as the tier allows."""
        self._module(module, ())
        self._ask("create", module, records)
        keys = [new.key or "" for new in records]
        acts = [partial(self._writer.create, module, new, safe=safe) for new in records]
        return self._write("create", module, keys, acts)

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records, each only while it is as its change was decided on."""
        self._module(module, ())
        self._ask("update", module, changes)
        ids = [change.id for change in changes]
        return self._write("update", module, ids, [partial(self._writer.update, module, one) for one in changes])

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records."""
        self._module(module, ())
        self._ask("delete", module, ids)
        return self._write("delete", module, list(ids), [partial(self._writer.delete, module, one) for one in ids])

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Make records inactive."""
        self._module(module, ())
        self._ask("deactivate", module, ids)
        acts = [partial(self._writer.deactivate, module, one) for one in ids]
        return self._write("deactivate", module, list(ids), acts)

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the protocol's word
        """Change the status of a document."""
        self._module(module, ())
        self._ask("act", module, [(id, action)])
        (outcome,) = self._write("act", module, [id], [partial(self._writer.act, module, id, action)])
        return outcome

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that records went through."""
        self._module(module, ())
        with self._lock:
            self._read("stages", f"{module} {' '.join(since)}")
            return {
                one: tuple(StageChange(at=at, stage=stage) for at, stage in self.system.stages[one] if at > moment)
                for one, moment in since.items()
            }

    def close(self) -> None:
        """Do nothing."""

    # -- what a write meets --------------------------------------------------------------------------------------------

    def _write(self, kind: str, module: str, what: list[str], acts: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
        with self._lock:
            fate = self._enter(kind, f"{module} {' '.join(what)}", OF_WRITES)
            self._count(kind, fate, len(acts))
            if self.system.switches.shuffled:
                order = sorted(
                    range(len(acts)), key=lambda number: order_of(what[number], self.system.switches.shuffled)
                )
            else:
                order = list(range(len(acts)))
            outcomes = self._outcomes(kind, fate, acts, order)
            self._leave(kind)
            return outcomes

    def _outcomes(
        self, kind: str, fate: Fate, acts: Sequence[Callable[[], Outcome]], order: Sequence[int]
    ) -> list[Outcome]:
        lost: list[Outcome] = [Ambiguous(reason="time-out")] * len(acts)
        match fate:
            case Fate.UNREACHABLE | Fate.FORBIDDEN | Fate.BROKEN:
                raise self._fault(fate)
            case Fate.RATE:
                return [NotSent(reason="429")] * len(acts)
            case Fate.REFUSED:
                return [Rejected(code="TEMPORARY", message="try again later")] * len(acts)
            case Fate.LOST_REQUEST:
                return lost
            case Fate.LOST_ANSWER:
                for number in order:
                    acts[number]()
                return lost
            case Fate.DELAYED:
                seconds = self.schedule.random.uniform(0.0, max(0.0, self.system.switches.landing - 1.0))
                for number in order:
                    self.system.later(seconds, acts[number])
                return lost
            case Fate.PARTIAL:
                answered = set(order[: len(order) // 2])
                found = list(lost)
                for number in order:
                    if number in answered:
                        found[number] = acts[number]()
                    elif self.schedule.random.random() < 0.5:
                        acts[number]()
                return found
            case _:
                found = list(lost)
                for number in order:
                    found[number] = acts[number]()
                safely = kind != "create" or self.system.switches.tier in {Tier.T0, Tier.T1, Tier.T2}
                if fate is Fate.TWICE and safely:
                    for number in order:
                        acts[number]()
                return found

    def _ask(self, kind: str, module: str, what: Sequence[object]) -> None:
        if self.system.keep:
            self.system.sent.extend((kind, module, one) for one in what)

    # -- the schedule -------------------------------------------------------------------------------------------

    def _read(self, kind: str, what: str, allowed: tuple[Fate, ...] = OF_READS) -> Fate:
        fate = self._enter(kind, what, allowed)
        if self._is_shut(kind, what):
            self.shut += 1
            fate = Fate.FORBIDDEN
        if fate in _FAULTS:
            self.schedule.point(self.system.timeline.seconds, f"after {self.system.name} {kind}")
            raise self._fault(fate)
        return fate

    def _is_shut(self, kind: str, what: str) -> bool:
        """Return whether a call reads a module that may not be read; each page of it is one less to be shown."""
        module = what.replace(".", " ").partition(" ")[0]
        if module not in self.closed:
            return False
        left = self.closed[module]
        if kind == "observe" and left:
            self.closed[module] = left - 1
        return not left

    def _enter(self, kind: str, what: str, allowed: tuple[Fate, ...]) -> Fate:
        timeline, schedule = self.system.timeline, self.schedule
        schedule.point(timeline.seconds, f"before {self.system.name} {kind}")
        fate = schedule.call(kind, allowed)
        self.system.counts[kind] += 1
        if self.forbidden > 0:
            self.forbidden -= 1
            fate = Fate.FORBIDDEN
        quota = self.system.switches.quota
        if quota and self.system.counts["calls"] >= quota:
            fate = Fate.RATE
        self.system.counts["calls"] += 1
        timeline.advance(TIMEOUT if fate in DOUBTFUL else SECONDS)
        self.system.settle()
        schedule.note(timeline.seconds, self.system.name, kind, what, fate.value)
        return fate

    def _leave(self, kind: str) -> None:
        self.schedule.point(self.system.timeline.seconds, f"after {self.system.name} {kind}")

    def _count(self, kind: str, fate: Fate, many: int) -> None:
        self.system.counts[f"{kind}s sent"] += many
        if fate is not Fate.OK:
            self.system.counts[f"{kind}s faulted"] += many
        if fate in DOUBTFUL:
            self.system.counts[f"{kind}s in doubt"] += many

    def _fault(self, fate: Fate) -> Fault:
        code, text = _FAULTS[fate]
        return Fault(code, f"`{self.system.name}`: {text}")

    # -- helpers ------------------------------------------------------------------------------------------------

    def _page(self, request: ObserveRequest, rows: Sequence[tuple[Held, Version]], gone: tuple[str, ...]) -> Page:
        records: list[Record] = []
        unchanged: list[str] = []
        request.expect([held.id for held, _ in rows])
        for held, version in rows:
            token = version_of(self.system, version)
            if token is not None and token == request.known(held.id):
                unchanged.append(held.id)
            else:
                records.append(record_of(self.system, held, version, request.fields))
        return Page(records=tuple(records), unchanged=tuple(unchanged), gone=gone)

    def _module(self, name: str, fields: Sequence[str]) -> ModuleSchema:
        schema = self.system.schema.modules.get(name)
        if schema is None:
            raise self._not_offered(f"there is no module `{name}`")
        for field in fields:
            if field not in schema.fields:
                raise self._not_offered(f"module `{name}` has no field `{field}`")
        return schema

    def _not_offered(self, what: str) -> Fault:
        return Fault(NOT_OFFERED, f"connection `{self.system.name}`: {what}")
