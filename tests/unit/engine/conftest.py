"""A world for the engine: two systems in memory, rules as text, a state on disk, and everything that can go wrong."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.doubt import Doubt
from tests.unit.engine.world import HEAD, SCHEMAS, compiled

from syncdsl.adapters.memory import MemoryConnection, Store, forget_stores
from syncdsl.engine.choices import read_decision
from syncdsl.engine.run import Run, apply, preview
from syncdsl.schema.values import Ref, Value
from syncdsl.state import open_state

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.adapters.protocol import Connection
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.report import ApplyReport
    from syncdsl.plan.plan import Plan
    from syncdsl.state import ReviewItem, State


MODULES = ("Accounts", "Contacts", "Deals", "customers", "persons", "vendors", "invoices")
WRITES = ("create", "update", "delete", "deactivate", "act")


class Crash(BaseException):
    """The process dies here."""


class Watched:
    """A connection that counts its calls, and lets a test step in before and after each of them."""

    def __init__(self, world: World, inner: MemoryConnection) -> None:
        self._world = world
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in {"identity", "observe", "fetch", "find", *WRITES}:
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._world.point(f"before {name}")
            answer = found(*arguments, **named)
            if name == "observe":
                answer = list(answer)
            if name in WRITES:
                done = answer if isinstance(answer, list) else [answer]
                module, what = arguments[0], arguments[1]
                self._world.writes.extend((name, str(module), one) for one, _ in zip(_each(what), done, strict=True))
            if self._world.answered is not None:
                answer = self._world.answered(name, arguments, answer)
            self._world.point(f"after {name}")
            return answer

        return call


def _each(what: object) -> list[object]:
    return list(what) if isinstance(what, list | tuple) else [what]


@dataclass
class World:
    """Two systems, rules and a state. Everything that a person does goes through `crm` and `books`."""

    folder: Path
    crm: Store = field(default_factory=lambda: Store("crm-1", SCHEMAS["crm"]))
    books: Store = field(default_factory=lambda: Store("books-1", SCHEMAS["books"]))
    writes: list[tuple[str, str, object]] = field(default_factory=list)
    answered: Callable[[str, tuple[Any, ...], Any], Any] | None = None
    points: list[str] = field(default_factory=list)
    die_at: int | None = None
    dead: bool = False
    rules_text: str = ""
    state_name: str = "state.db"
    days: Iterator[int] = field(default_factory=itertools.count)
    opened: list[State] = field(default_factory=list)
    environment: str = "test"
    sweep_after: dt.timedelta = dt.timedelta(days=10_000)

    # -- setting up ---------------------------------------------------------------------------------------------

    def rules(self, body: str) -> World:
        """Set the rules; every mistake in them fails the test."""
        self.rules_text = HEAD + body
        return self

    def record(self, store: Store, module: str, **fields: Value) -> str:
        """Make a record as a person would, and return its id."""
        return store.insert(module, fields).id

    def account(self, name: str, **fields: Value) -> str:
        """Make an account."""
        return self.record(self.crm, "Accounts", Name=name, **fields)

    def customer(self, name: str, **fields: Value) -> str:
        """Make a customer."""
        return self.record(self.books, "customers", name=name, **fields)

    def deal(self, name: str, stage: str = "Open", **fields: Value) -> str:
        """Make a deal; `account` is the id of its account."""
        account = fields.pop("account", None)
        if isinstance(account, str):
            fields["Account"] = Ref("Accounts", account)
        return self.record(self.crm, "Deals", Name=name, Stage=stage, **fields)

    def edit(self, record_id: str, **fields: Value) -> None:
        """Change a record of either system as a person would."""
        store = self.crm if record_id in self.crm.records else self.books
        store.edit(store.records[record_id].module, record_id, fields)

    def delete(self, record_id: str) -> None:
        """Delete a record of either system."""
        store = self.crm if record_id in self.crm.records else self.books
        store.delete(store.records[record_id].module, record_id)

    def restore(self, record_id: str) -> None:
        """Take a deleted record of either system out of its recycle bin."""
        store = self.crm if record_id in self.crm.records else self.books
        stored = store.records[record_id]
        store.records[record_id] = replace(stored, deleted=False)
        store.edit(stored.module, record_id, {})

    def merge(self, loser: str, survivor: str) -> None:
        """Merge one record into another one of its module, as the system does it."""
        store = self.crm if loser in self.crm.records else self.books
        self.delete(loser)
        store.survivors[loser] = survivor

    # -- looking ------------------------------------------------------------------------------------------------

    def get(self, record_id: str) -> dict[str, Value]:
        """Return a record's fields."""
        store = self.crm if record_id in self.crm.records else self.books
        return dict(store.records[record_id].fields)

    def all(self, module: str) -> list[dict[str, Value]]:
        """Return the living records of a module, oldest first."""
        store = self.crm if module in {"Accounts", "Deals", "Contacts"} else self.books
        return [dict(record.fields) for record in store.living(module)]

    def one(self, module: str) -> dict[str, Value]:
        """Return the only living record of a module."""
        (found,) = self.all(module)
        return found

    def contents(self) -> dict[str, list[dict[str, Value]]]:
        """Return what both systems hold."""
        return {module: self.all(module) for module in MODULES}

    def links(self, pair: str = "customers") -> set[tuple[str, str, str]]:
        """Return (left, right, status) of the links of a pair."""
        return {(link.left_id, link.right_id, link.status) for link in self.state().links(pair)}

    def reviews(self, *states: str) -> list[ReviewItem]:
        """Return the review items in these states; without any the unsettled ones."""
        return self.state().reviews(states=states or ("open", "decided"))

    def decide(self, item: ReviewItem, words: str, by: str = "anna") -> None:
        """Decide a review item as a person would."""
        decision = read_decision(item, words)
        assert decision is not None
        assert self.state().decide_review(item.id, decision.model_dump(mode="json"), by, item.opened)

    # -- running ------------------------------------------------------------------------------------------------

    def point(self, name: str) -> None:
        """Come past a point at which the process may die; a dead one does nothing more."""
        if self.dead:
            raise Crash(name)
        self.points.append(name)
        if self.die_at is not None and len(self.points) == self.die_at:
            self.dead = True
            raise Crash(name)

    def dies(self, point: int, points: int) -> str:
        """Apply, die at a point of so many, and be a new process; return where that was."""
        self.die_at = point
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - told by its name below: it is no Exception
            self.apply()
        died = f"died at {point} of {points}: {caught.value}"
        assert type(caught.value).__name__ == "Crash", died
        self.die_at, self.dead = None, False
        return died

    def state(self, *, scratch: bool = False) -> State:
        """Open the state as a new process would, or a copy of it as a preview does."""
        opened = open_state(f"sqlite:///{self.state_name}", base=self.folder, scratch=scratch)
        transaction = opened.transaction

        @contextmanager
        def watched() -> Iterator[Any]:
            outermost = opened._connection is None
            with transaction() as connection:
                yield connection
                if outermost:
                    self.point("before commit")
            if outermost:
                self.point("after commit")

        opened.transaction = watched  # type: ignore[method-assign]  # the test comes between the engine and its state
        self.opened.append(opened)
        return opened

    def run(self, state: State | None = None, only: Plan | None = None, **facts: Any) -> Run:
        """Return a run as a new process would make it, a day after the last one; `only` restricts the plan."""
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=next(self.days))
        connections: dict[str, Connection] = {
            name: Watched(self, MemoryConnection(store, connection=name))
            for name, store in (("crm", self.crm), ("books", self.books))
        }
        return Run(
            plan=only or compiled(self.rules_text),
            whole=compiled(self.rules_text) if only is not None else None,
            schemas=SCHEMAS,
            connections=connections,
            state=state or self.state(),
            environment=self.environment,
            clock=lambda: now,
            sweep_after=self.sweep_after,
            **facts,
        )

    def preview(self) -> ChangeSet:
        """Preview."""
        return preview(self.run(self.state(scratch=True)))

    def apply(self, expected: ChangeSet | None = None, *, skip_stale: bool = False) -> ApplyReport:
        """Apply, with `expected` exactly what was previewed (I19)."""
        return apply(self.run(), confirm=lambda _: True, expected=expected, skip_stale=skip_stale)

    def settle(self, runs: int = 4) -> ChangeSet:
        """Apply until nothing is left to do; return the last, quiet preview."""
        for _ in range(runs):
            if not self.preview().changes:
                break
            self.apply()
        return self.quiet()

    def quiet(self) -> ChangeSet:
        """Require that a run writes nothing; return its preview."""
        changes = self.preview()
        assert changes.changes == ()
        before = len(self.writes)
        self.apply()
        assert self.writes[before:] == []
        return changes

    def forget(self) -> None:
        """Lose the state."""
        self.state_name = f"state{next(self.days)}.db"

    def copy(self, folder: Path) -> World:
        """Return a world of its own that is as this one is now."""
        self.close()
        other = World(folder, rules_text=self.rules_text, state_name=self.state_name, days=self.days)
        for mine, theirs in ((self.crm, other.crm), (self.books, other.books)):
            theirs.records, theirs.survivors = dict(mine.records), dict(mine.survivors)
            theirs.sequence, theirs.now = mine.sequence, mine.now
        (folder / self.state_name).write_bytes((self.folder / self.state_name).read_bytes())
        return other

    def close(self) -> None:
        """Close every state."""
        for state in self.opened:
            state.close()
        self.opened.clear()


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Make worlds, each with systems and a state of its own."""
    made: list[World] = []

    def make(like: World | None = None) -> World:
        folder = tmp_path / f"world{len(made)}"
        folder.mkdir()
        made.append(World(folder) if like is None else like.copy(folder))
        return made[-1]

    yield make
    for world in made:
        world.close()
    forget_stores()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Return a world."""
    return make_world()


@pytest.fixture
def doubt(world: World) -> Doubt:
    """Return a run that has not begun, over a state that earlier runs left."""
    return Doubt(world)
