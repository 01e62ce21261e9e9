"""The harness: the real engine over two simulated systems and a real state on disk, with death at any point."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tests.simulator.connection import SimulatedConnection
from tests.simulator.rules import CHILDREN, DEALS, MODULES, Rules, SideName
from tests.simulator.schedule import Crash, Schedule
from tests.simulator.switches import Switches
from tests.simulator.system import System
from tests.simulator.timeline import Timeline
from tests.simulator.violation import Violation

from syncdsl.changes.change_set import Undone
from syncdsl.diagnostics import Fault
from syncdsl.engine.recovery import Recovery
from syncdsl.engine.run import Run, apply, preview
from syncdsl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.system import Held

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.report import ApplyReport
    from syncdsl.schema.values import Fields
    from syncdsl.state import State

Told: TypeAlias = Literal["", "left", "right", "both"]
"""The side whose changes a run is told of, and reads alone; none: it reads everything."""

CONNECTIONS: dict[SideName, str] = {"left": "crm", "right": "books"}
BETWEEN = 3600.0
"""Seconds between two runs, unless a script says otherwise."""


def _modules_of(told: Told) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return what a run is told of that somebody named a side to: all of its modules, and no record by its id."""
    sides: tuple[SideName, ...] = ("left", "right")
    return {
        (CONNECTIONS[side], module): ()
        for side in sides
        if told in {side, "both"}
        for module in (MODULES[side], CHILDREN[side], DEALS[side])
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to: its report, or the fault that ended it, or its death."""

    report: ApplyReport | None = None
    fault: Fault | None = None
    died: str | None = None

    @property
    def text(self) -> str:
        """What it came to, in a few words."""
        if self.died or self.fault:
            return f"died at {self.died}" if self.died else f"stopped: {self.fault}"
        if self.report is None:
            return "nothing"
        parts: dict[str, list[str]] = {
            "done": [f"{effect.kind} {effect.reason}" for effect in self.report.done],
            "failed": [f"{item.code} {item.message}" for item in self.report.failed],
            "unknown": [effect.kind for effect in self.report.unknown],
            "moved on": [effect.kind for effect in self.report.moved_on],
            "waiting": [effect.kind for effect in self.report.waiting],
            "recovered": [item.resolution for item in self.report.recovered],
        }
        return "; ".join(f"{name}: {what[:3]}" for name, what in parts.items() if what) or "nothing to do"

    @property
    def whole(self) -> bool:
        """Whether it ran to its end and everything it did was answered."""
        return self.report is not None and not (self.report.unknown or self.report.failed or self.report.moved_on)

    @property
    def idle(self) -> bool:
        """Whether it ran to its end and had nothing to do."""
        return self.whole and self.report is not None and not self.report.done and not self.report.recovered


@dataclass(slots=True)
class Twins:
    """Two systems, rules, a state, and the schedule that they are all subject to."""

    rules: Rules
    folder: Path
    switches: dict[SideName, Switches]
    schedule: Schedule = field(default_factory=Schedule)
    timeline: Timeline = field(default_factory=Timeline)
    systems: dict[SideName, System] = field(default_factory=dict)
    connections: dict[SideName, SimulatedConnection] = field(default_factory=dict)
    recovery: Callable[[], Recovery] = Recovery
    wrapped: Callable[[SideName, SimulatedConnection], Any] | None = None
    state_name: str = "state.db"
    sweep_after: dt.timedelta = dt.timedelta(days=1)
    committed: Callable[[Twins, State], None] | None = None
    names: Iterator[int] = field(default_factory=itertools.count)
    opened: list[State] = field(default_factory=list)

    def __post_init__(self) -> None:
        for side, name in CONNECTIONS.items():
            if side not in self.systems:
                self.systems[side] = System(
                    name=name,
                    organization=f"{name}-1",
                    schema=self.rules.schemas[name],
                    timeline=self.timeline,
                    switches=self.switches[side],
                )
            self.connections[side] = SimulatedConnection(self.systems[side], self.schedule)

    @property
    def left(self) -> System:
        """The CRM."""
        return self.systems["left"]

    @property
    def right(self) -> System:
        """The accounting system."""
        return self.systems["right"]

    # -- people -------------------------------------------------------------------------------------------------

    def insert(self, side: SideName, **fields: Any) -> str:
        """Make a record as a person would, and return its id."""
        return self.systems[side].insert(MODULES[side], fields).id

    def edit(self, side: SideName, identifier: str, **fields: Any) -> None:
        """Change a record as a person would."""
        self.systems[side].edit(MODULES[side], identifier, fields)

    def delete(self, side: SideName, identifier: str) -> None:
        """Delete a record as a person would."""
        self.systems[side].delete(MODULES[side], identifier)

    # -- looking ------------------------------------------------------------------------------------------------

    def living(self, side: SideName) -> list[Held]:
        """Return the living records of the pair's module on a side."""
        return list(self.systems[side].living(MODULES[side]))

    def fields(self, side: SideName, identifier: str) -> Fields:
        """Return what a record holds now."""
        return dict(self.systems[side].records[identifier].now.fields)

    def links(self, pair: str = "customers") -> list[tuple[str, str, str]]:
        """Return (left, right, status) of every link of a pair."""
        with self.looking() as state:
            return sorted((link.left_id, link.right_id, link.status) for link in state.links(pair))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table of the state but the lease's, as they are stored."""
        path = self.folder / self.state_name
        if not path.exists():
            return {}
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
            tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                table: sorted(raw.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)  # noqa: S608 - own names
                for table in sorted(tables)
                if table != "lease"
            }

    # -- running ------------------------------------------------------------------------------------------------

    def state(self, *, scratch: bool = False) -> State:
        """Open the state as a new process would; every commit is a point at which the process may die.

        With `scratch` it is the private copy that a preview works on.
        """
        opened = open_state(f"sqlite:///{self.state_name}", base=self.folder, scratch=scratch)
        writing = opened.writing

        @contextmanager
        def watched(**how: Any) -> Iterator[Any]:
            outermost = opened._connection is None
            with writing(**how) as connection:
                yield connection
                if outermost:
                    self.schedule.point(self.timeline.seconds, "before commit")
            if outermost:
                self.schedule.point(self.timeline.seconds, "after commit")
                if self.committed is not None:
                    self.committed(self, opened)

        opened.writing = watched  # type: ignore[method-assign]  # the simulation comes between the engine and its state
        self.opened.append(opened)
        return opened

    @contextmanager
    def looking(self) -> Iterator[State]:
        """Open the state to look at it, without any point to die at."""
        opened = open_state(f"sqlite:///{self.state_name}", base=self.folder, read_only=True)
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def writing(self) -> Iterator[State]:
        """Open the state to change it as another command would, without any point to die at."""
        opened = open_state(f"sqlite:///{self.state_name}", base=self.folder)
        try:
            yield opened
        finally:
            opened.close()

    def run(self, state: State, *, sweep: bool = False, told: Told = "") -> Run:
        """Return a run as a new process would make it."""
        connections: dict[str, Any] = {
            CONNECTIONS[side]: connection if self.wrapped is None else self.wrapped(side, connection)
            for side, connection in self.connections.items()
        }
        return Run(
            plan=self.rules.plan,
            schemas=self.rules.schemas,
            connections=connections,
            state=state,
            environment="test",
            recovery=self.recovery(),
            user="simulation",
            clock=self.timeline.machine,
            sweep=sweep,
            sweep_after=self.sweep_after,
            told=_modules_of(told) if told else None,
        )

    def preview(self, *, sweep: bool = False) -> ChangeSet:
        """Preview without any disturbance."""
        with self.calmly():
            found: ChangeSet = self._within(lambda state: preview(self.run(state, sweep=sweep)), scratch=True)
            return found

    def on_a_copy(self, act: Callable[[State], Any]) -> Any:
        """Do something with the private copy of the state that a command gets which changes nothing."""
        return self._within(act, scratch=True)

    def apply(
        self,
        *,
        sweep: bool = False,
        told: Told = "",
        expected: ChangeSet | None = None,
        skip_stale: bool = False,
        confirm: Callable[[ChangeSet], bool] = lambda _: True,
        pause: float = BETWEEN,
    ) -> Outcome:
        """Apply once, whatever comes of it; then `pause` seconds pass."""
        try:
            report = self._within(
                lambda state: apply(
                    self.run(state, sweep=sweep, told=told), confirm=confirm, expected=expected, skip_stale=skip_stale
                )
            )
        except Crash as crash:
            self._bury()
            return Outcome(died=str(crash))
        except Fault as fault:
            return Outcome(fault=fault)
        finally:
            self.schedule.dead, self.schedule.die_at = False, None
            self.timeline.advance(pause)
            self._settle_systems()
        return Outcome(report=report)

    def undo(self, run_id: str) -> ApplyReport:
        """Put back what a run wrote, without any disturbance."""
        with self.calmly():
            undone = Undone(run=run_id)
            found: ApplyReport = self._within(
                lambda state: apply(replace(self.run(state), undoes=undone), confirm=lambda _: True)
            )
            self.timeline.advance(BETWEEN)
            self._settle_systems()
            return found

    @contextmanager
    def calmly(self) -> Iterator[None]:
        """Let nothing go wrong for a while."""
        before, self.schedule.calm = self.schedule.calm, True
        try:
            yield
        finally:
            self.schedule.calm = before

    def settle(self, runs: int = 6, *, sweep: bool = True) -> Outcome:
        """Apply undisturbed until nothing is left to do; fails when it does not come to rest."""
        with self.calmly():
            outcome = self.apply(sweep=sweep)
            for _ in range(runs):
                if outcome.idle:
                    return outcome
                outcome = self.apply(sweep=sweep)
        if not outcome.idle:
            raise NotQuietError(f"it does not come to rest: {outcome.text}")
        return outcome

    def look_at_everything(self) -> None:
        """Let the next run look at every record and every link anew, as after a change of the rules."""
        with closing(sqlite3.connect(self.folder / self.state_name)) as raw, raw:
            raw.execute("DELETE FROM pair_pass")

    def forget(self) -> None:
        """Lose the state."""
        self.close()
        self.state_name = f"state{next(self.names)}.db"

    def fork(self, folder: Path | None = None) -> Twins:
        """Return twins of their own that are as these are now."""
        self.close()
        memo: dict[int, Any] = {id(self.rules): self.rules}
        timeline = copy.deepcopy(self.timeline, memo)
        systems = {
            side: copy.deepcopy(system, {**memo, id(system.schema): system.schema, id(system.views): system.views})
            for side, system in self.systems.items()
        }
        for system in systems.values():
            system.timeline = timeline
        other = Twins(
            rules=self.rules,
            folder=folder or Path(tempfile.mkdtemp(dir=self.folder)),
            switches=self.switches,
            schedule=Schedule(seed=self.schedule.seed, rates=self.schedule.rates),
            timeline=timeline,
            systems=systems,
            recovery=self.recovery,
            wrapped=self.wrapped,
            state_name=self.state_name,
            sweep_after=self.sweep_after,
        )
        for file in self.folder.glob(f"{self.state_name}*"):
            shutil.copy(file, other.folder / file.name)
        return other

    def close(self) -> None:
        """Close every state."""
        for state in self.opened:
            state.close()
        self.opened.clear()

    def _within(self, act: Callable[[State], Any], *, scratch: bool = False) -> Any:
        state = self.state(scratch=scratch)
        try:
            return act(state)
        finally:
            self.opened.remove(state)
            state.close()

    def _bury(self) -> None:
        """Let the lease of a process that died be that of a dead process: this one, which simulates it, lives on."""
        with closing(sqlite3.connect(self.folder / self.state_name)) as raw, raw:
            raw.execute("UPDATE lease SET process = 'another life' WHERE owner IS NOT NULL")

    def _settle_systems(self) -> None:
        for system in self.systems.values():
            system.settle()


class NotQuietError(Violation):
    """Runs keep finding something to do."""


def fast_folder() -> Path | None:
    """Return where a folder is quickest: in memory where the machine has such a place."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder below it is made with a name of its own
    return shared if shared.is_dir() else None


@contextmanager
def twins(
    rules: Rules | None = None,
    *,
    left: Switches | None = None,
    right: Switches | None = None,
    schedule: Schedule | None = None,
) -> Iterator[Twins]:
    """Make twins in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="twins-") as folder:
        made = Twins(
            rules=rules or Rules(),
            folder=Path(folder),
            switches={"left": left or Switches(), "right": right or Switches()},
            schedule=schedule or Schedule(),
        )
        _copy_empty_state(made)
        try:
            yield made
        finally:
            made.close()


_EMPTY: dict[str, bytes] = {}


def _copy_empty_state(made: Twins) -> None:
    """Begin with a state that was migrated once for all: that takes longer than most runs."""
    if "state" not in _EMPTY:
        with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="twins-") as folder:
            state = open_state("sqlite:///state.db", base=Path(folder))
            state.close()
            _EMPTY["state"] = (Path(folder) / "state.db").read_bytes()
    path = made.folder / made.state_name
    path.write_bytes(_EMPTY["state"])
    path.chmod(0o600)
