"""The scheduler: which call meets which fault, what a person does meanwhile, and where the process dies.

Everything is drawn from one seed, or planned by the number of the call; the same seed gives the same trace.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Fate(Enum):
    """What becomes of one call.

    Of any: `UNREACHABLE` (no answer, nothing happened), `RATE` (refused for its rate), `FORBIDDEN` (403), `BROKEN`
    (an answer of 5xx). Of a reading of a module: `TRUNCATED` (rows are missing and the answer shows it), `SHORT`
    (rows are missing and nothing shows it), `EMPTY` (no row, and nothing shows that there are any). Of a write:
    `LOST_REQUEST` and `LOST_ANSWER` (time-out, before or after it happened), `DELAYED` (time-out, and it happens
    later), `PARTIAL` (a batch of which only the first part is answered; the rest happened all the same, or not),
    `TWICE` (the network delivers it twice), `REFUSED` (for a passing reason).
    """

    OK = "ok"
    UNREACHABLE = "unreachable"
    RATE = "rate"
    FORBIDDEN = "forbidden"
    BROKEN = "broken"
    TRUNCATED = "truncated"
    SHORT = "short"
    EMPTY = "empty"
    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    DELAYED = "delayed"
    PARTIAL = "partial"
    TWICE = "twice"
    REFUSED = "refused"


READING = ("identity", "observe", "fetch", "find", "survivors", "stages")
WRITING = ("create", "update", "delete", "deactivate", "act")
OF_READS = (Fate.UNREACHABLE, Fate.RATE, Fate.FORBIDDEN, Fate.BROKEN)
OF_LISTS = (*OF_READS, Fate.TRUNCATED)
OF_WRITES = (
    Fate.LOST_REQUEST,
    Fate.LOST_ANSWER,
    Fate.DELAYED,
    Fate.PARTIAL,
    Fate.TWICE,
    Fate.RATE,
    Fate.REFUSED,
    Fate.UNREACHABLE,
)
LACKING = frozenset({Fate.TRUNCATED, Fate.SHORT})
"""Fates of a page that shows some of its rows only."""
DOUBTFUL = frozenset({Fate.LOST_REQUEST, Fate.LOST_ANSWER, Fate.DELAYED, Fate.PARTIAL, Fate.UNREACHABLE})
"""Fates after which the caller does not know whether a write happened."""


class Crash(BaseException):
    """The process dies here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One point of a trace. `number` counts all points, `call` is what was done to `system`, `fate` what came of it."""

    number: int
    at: float
    system: str
    call: str
    what: str
    fate: str = ""

    @property
    def text(self) -> str:
        """The event on one line."""
        fate = f" -> {self.fate}" if self.fate and self.fate != Fate.OK.value else ""
        return f"{self.number:5} {self.at:12.2f} {self.system:6} {self.call:14} {self.what}{fate}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How probable a fault of a reading or a writing call, a death at a point, and an act of a person at a call are."""

    read: float = 0.0
    write: float = 0.0
    death: float = 0.0
    act: float = 0.0
    lists: tuple[Fate, ...] = OF_LISTS
    reads: tuple[Fate, ...] = OF_READS
    writes: tuple[Fate, ...] = OF_WRITES


@dataclass(slots=True)
class Schedule:
    """Decides the fate of every call and writes the trace.

    Planned fates, acts and deaths go by the number of the call or point since the last `begin`; what is not planned is
    drawn with the probabilities of `rates`. While it is `calm` nothing happens. `meanwhile` is what a person may do.
    """

    seed: int = 0
    rates: Rates = field(default_factory=Rates)
    planned: dict[int, Fate] = field(default_factory=dict)
    acts: dict[int, list[Callable[[], object]]] = field(default_factory=dict)
    die_at: int | None = None
    meanwhile: Callable[[random.Random], None] | None = None
    calm: bool = False
    trace: list[Event] = field(default_factory=list)
    calls: int = 0
    points: int = 0
    dead: bool = False
    keep: bool = True
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def begin(
        self,
        *,
        planned: Mapping[int, Fate] | None = None,
        acts: Mapping[int, list[Callable[[], object]]] | None = None,
        die_at: int | None = None,
    ) -> None:
        """Begin a run: calls and points count from 1 again."""
        self.planned, self.acts, self.die_at = dict(planned or {}), dict(acts or {}), die_at
        self.calls = self.points = 0
        self.dead = False

    def call(self, kind: str, allowed: tuple[Fate, ...]) -> Fate:
        """Return the fate of the next call, and let a person act before it."""
        self.calls += 1
        if self.calm:
            return Fate.OK
        for act in self.acts.pop(self.calls, ()):
            act()
        if self.meanwhile is not None and self.rates.act and self.random.random() < self.rates.act:
            self.meanwhile(self.random)
        planned = self.planned.get(self.calls)
        if planned is not None:
            return planned if planned in allowed else Fate.OK
        rate = self.rates.write if kind in WRITING else self.rates.read
        drawn = self.rates.writes if kind in WRITING else self.rates.lists if kind == "observe" else self.rates.reads
        if rate and self.random.random() < rate:
            fate = self.random.choice(drawn)
            return fate if fate in allowed else Fate.OK
        return Fate.OK

    def note(self, at: float, system: str, call: str, what: str, fate: str = "") -> None:
        """Write a line of the trace."""
        if self.keep:
            self.trace.append(Event(number=len(self.trace) + 1, at=at, system=system, call=call, what=what, fate=fate))

    def point(self, at: float, name: str) -> None:
        """Come past a point at which the process may die; a dead one does nothing more."""
        if self.dead:
            raise Crash(name)
        self.points += 1
        drawn = not self.calm and self.rates.death and self.random.random() < self.rates.death
        if self.points == self.die_at or drawn:
            self.dead = True
            self.note(at, "", "death", name)
            raise Crash(name)

    def text(self) -> str:
        """Return the whole trace for people."""
        return "\n".join(event.text for event in self.trace)
