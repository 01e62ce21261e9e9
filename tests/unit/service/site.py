"""A project on disk whose systems are in memory, its daemon's pair, and a clock that a test moves."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.unit.engine.world import HEAD, SCHEMAS, compiled

from syncdsl.adapters.memory import MemoryConnection, Store, store_of
from syncdsl.engine.lifecycle import enable
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.workspace import Workspace
from syncdsl.schema.snapshot import write_snapshot
from syncdsl.service.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from syncdsl.diagnostics import Fault
    from syncdsl.state import Attempt, Run, State

BEGIN = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC).timestamp()


class TestClock:
    """A clock that stands still until it is moved; `jump` is how far the wall's clock was set."""

    __test__ = False

    def __init__(self) -> None:
        self.seconds = 0.0
        self.jump = 0.0

    def now(self) -> float:
        """Return what the clock on the wall shows."""
        return BEGIN + self.seconds + self.jump

    def monotonic(self) -> float:
        """Return the seconds that passed."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let seconds pass."""
        self.seconds += max(0.0, seconds)


@dataclass
class Site:
    """A project with an environment, its two systems, and its pair as a daemon would serve it."""

    folder: Path
    name: str
    monkeypatch: pytest.MonkeyPatch
    settings: str = ""
    clock: TestClock = field(default_factory=TestClock)
    down: Fault | None = None
    listed: list[str] = field(default_factory=list)
    made: list[Pair] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "schema").mkdir(parents=True)
        (self.folder / "rules").mkdir()
        for name, schema in SCHEMAS.items():
            (self.folder / "schema" / f"{name}.json").write_text(write_snapshot(schema), encoding="utf-8")
        self.configure(self.settings)
        for store, schema in ((self.crm, SCHEMAS["crm"]), (self.books, SCHEMAS["books"])):
            store.schema, store.now = schema, dt.datetime.fromtimestamp(BEGIN, dt.UTC)
        self.monkeypatch.setattr("syncdsl.project.running.project_clock", lambda: self.clock)
        self.monkeypatch.setattr("syncdsl.project.services.project_clock", lambda: self.clock)
        observe = MemoryConnection.observe

        def watched(connection: MemoryConnection, request: object) -> object:
            if connection.store.organization.startswith(f"{self.name}-"):
                if self.down is not None:
                    raise self.down
                self.listed.append(f"{connection.store.organization}.{request.module}")  # type: ignore[attr-defined]
            return observe(connection, request)  # type: ignore[arg-type]

        self.monkeypatch.setattr(MemoryConnection, "observe", watched)

    @property
    def crm(self) -> Store:
        """The CRM."""
        return store_of(f"{self.name}-crm")

    @property
    def books(self) -> Store:
        """The books."""
        return store_of(f"{self.name}-books")

    def configure(self, more: str) -> None:
        """Write syncdsl.toml; `more` belongs to the environment."""
        (self.folder / "syncdsl.toml").write_text(
            f"[environments.test]\n{more}\n"
            + "".join(
                f'[environments.test.connections.{name}]\nadapter = "memory"\norganization = "{self.name}-{name}"\n'
                for name in ("crm", "books")
            ),
            encoding="utf-8",
        )

    @property
    def workspace(self) -> Workspace:
        """The project, its settings read anew."""
        return Workspace(self.folder)

    @contextmanager
    def state(self) -> Iterator[State]:
        """Open the state as another command would."""
        with open_project_state(self.workspace, "test") as state:
            yield state

    def enable(self, rules: str) -> None:
        """Put rules in force, as `syncdsl enable` does."""
        plan = compiled(HEAD + rules)
        now = dt.datetime.fromtimestamp(self.clock.now(), dt.UTC)
        with self.state() as state, open_connections(self.workspace, "test", plan, SCHEMAS) as opened:
            identities = {name: connection.identity() for name, connection in opened.items()}
            enable(
                state, plan, SCHEMAS, environment="test", identities=identities, user="anna", now=now,
            )  # fmt: skip

    def pair(self, **facts: Any) -> Pair:
        """Return the pair of a daemon that starts now."""
        pair = Pair(self.workspace, "test", label="test", clock=self.clock, ring=lambda: None, **facts)
        self.made.append(pair)
        return pair

    def go(self, pair: Pair, seconds: float = 0.0) -> None:
        """Let a daemon do all that is due until so many seconds have passed."""
        end = self.clock.seconds + seconds
        while True:
            due = pair.step()
            if due > end:
                break
            self.clock.seconds = max(self.clock.seconds, due)
        self.clock.seconds = end

    def attempts(self) -> dict[str, Attempt]:
        """Return how the parts of the schedule stand."""
        with self.state() as state:
            return state.attempts()

    def runs(self) -> list[Run]:
        """Return the runs on file, the oldest first."""
        with self.state() as state:
            return state.runs(10_000)[::-1]

    def close(self) -> None:
        """Close what is open."""
        for pair in self.made:
            pair.close()
