"""A case: rules, two systems and a script of what people, the network and the engine do. It can be saved and replayed.

Records are named by their place among the living ones, so that a script still means something when parts of it are
left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tests.simulator.harness import BETWEEN, Outcome, Told, Twins
from tests.simulator.rules import CHILDREN, DEALS, MODULES, PARENTS, Rules, SideName
from tests.simulator.schedule import Fate
from tests.simulator.switches import Switches

from syncdsl.schema.values import Fields, Ref, fields_from_json, fields_to_json

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = 1.0
"""Seconds until a run that follows at once."""

Deed: TypeAlias = Literal[
    "insert",
    "edit",
    "delete",
    "restore",
    "merge",
    "wait",
    "jump",
    "run",
    "settle",
    "forget",
    "forbid",
    "close",
    "open",
    "view",
    "mend",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a script.

    `pick` (and `other`, for a merge) count among the living records of `side`, or for `restore` among the deleted.
    `seconds`: for `wait`, and how far the machine's clock jumps for `jump`. `many`: calls of `forbid`, and pages that
    are still shown of a module after `close`, until `open`. A `run` has
    `faults` by number of call, `acts` of people before such a call, a point `die_at` to die at, and may be a `sweep`;
    the next run follows `soon`, else an hour later. One that was `told` of a side reads that side alone.
    `view` names by `fields` what the view shows from now on (records whose fields have these values; none: all).
    `mend` takes a poisoned text out of a record. A `deal` is one on the left, a document made for one on the right;
    one that is inserted is of the account that `other` counts. A `child` is a record below another one; one that is
    inserted comes below the living record of its side that `other` counts.
    """

    do: Deed
    side: SideName = "left"
    pick: int = 0
    other: int = 0
    fields: Fields = field(default_factory=dict)
    seconds: float = 0.0
    many: int = 0
    sweep: bool = False
    soon: bool = False
    child: bool = False
    deal: bool = False
    told: Told = ""
    die_at: int | None = None
    faults: tuple[tuple[int, Fate], ...] = ()
    acts: tuple[tuple[int, Step], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what says something."""
        found: dict[str, Any] = {"do": self.do}
        for name in ("pick", "other", "seconds", "many", "sweep", "soon", "child", "deal", "told", "die_at"):
            if getattr(self, name) not in {0, None, ""}:
                found[name] = getattr(self, name)
        if self.do in {"insert", "edit", "delete", "restore", "merge", "forbid", "close", "view", "mend"}:
            found["side"] = self.side
        if self.fields:
            found["fields"] = fields_to_json(self.fields)
        if self.faults:
            found["faults"] = [[number, fate.value] for number, fate in self.faults]
        if self.acts:
            found["acts"] = [[number, step.to_json()] for number, step in self.acts]
        return found

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Step:
        """Return the step of a form made by `to_json`."""
        read = dict(data)
        read["fields"] = fields_from_json(read.get("fields", {}))
        read["faults"] = tuple((int(number), Fate(fate)) for number, fate in read.get("faults", ()))
        read["acts"] = tuple((int(number), cls.from_json(step)) for number, step in read.get("acts", ()))
        return cls(**read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Rules, both systems, and the script. `seed` decides what the steps leave open (such as a delay)."""

    rules: Rules = field(default_factory=Rules)
    left: Switches = field(default_factory=Switches)
    right: Switches = field(default_factory=Switches)
    steps: tuple[Step, ...] = ()
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the case without its rule file."""
        rules: dict[str, Any] = {
            name: value for name, value in asdict(self.rules).items() if value != getattr(Rules(), name)
        }
        return {
            "rules": rules,
            "left": self.left.to_json(),
            "right": self.right.to_json(),
            "seed": self.seed,
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Case:
        """Return the case of a form made by `to_json`."""
        rules: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data["rules"].items()
        }
        return cls(
            rules=Rules(**rules),
            left=Switches.from_json(data["left"]),
            right=Switches.from_json(data["right"]),
            seed=data["seed"],
            steps=tuple(Step.from_json(step) for step in data["steps"]),
        )

    def without_trouble(self) -> Case:
        """Return the case as it is when no call fails and nothing dies."""
        return replace(self, steps=tuple(replace(step, faults=(), die_at=None) for step in self.steps))


Seen: TypeAlias = "Callable[[Twins, Step, Outcome | None], None]"


def play(twins: Twins, steps: tuple[Step, ...], seen: Seen | None = None) -> None:
    """Perform a script; `seen` is told after every step."""
    for step in steps:
        outcome = perform(twins, step)
        if seen is not None:
            seen(twins, step, outcome)


def perform(twins: Twins, step: Step) -> Outcome | None:
    """Perform one step; a run returns what it came to."""
    match step.do:
        case "run":
            twins.schedule.begin(
                planned=dict(step.faults),
                acts={number: [partial(perform, twins, act)] for number, act in step.acts},
                die_at=step.die_at,
            )
            return twins.apply(sweep=step.sweep, told=step.told, pause=SOON if step.soon else BETWEEN)
        case "settle":
            return twins.settle()
        case "forget":
            twins.forget()
        case "wait":
            twins.timeline.advance(step.seconds)
            for system in twins.systems.values():
                system.settle()
        case "jump":
            twins.timeline.local += step.seconds
        case "forbid":
            twins.connections[step.side].forbidden += step.many
        case "close":
            twins.connections[step.side].closed[MODULES[step.side]] = step.many
        case "open":
            for connection in twins.connections.values():
                connection.closed.clear()
        case "view":
            wanted = dict(step.fields)
            twins.systems[step.side].define_view(
                MODULES[step.side],
                "Some",
                lambda fields: all(fields.get(name) == value for name, value in wanted.items()),
            )
        case _:
            _act(twins, step)
    return None


def _act(twins: Twins, step: Step) -> None:
    """Do what a person does to a record; nothing where there is no such record."""
    system = twins.systems[step.side]
    module = (CHILDREN if step.child else DEALS if step.deal else MODULES)[step.side]
    if step.do == "insert" and step.deal:
        accounts = list(system.living(MODULES[step.side]))
        if accounts:
            account = Ref(MODULES[step.side], accounts[step.other % len(accounts)].id)
            system.insert(module, {**step.fields, "Account": account})
        return
    if step.do == "insert":
        above = list(system.living(MODULES[step.side])) if step.child else []
        if above:
            parent = Ref(MODULES[step.side], above[step.other % len(above)].id)
            system.insert(module, {**step.fields, PARENTS[step.side]: parent})
        elif not step.child:
            system.insert(module, dict(step.fields))
        return
    known = [system.records[one] for one in system.by_module[module]]
    living = [held for held in known if held.alive]
    chosen = [held for held in known if not held.alive] if step.do == "restore" else living
    if not chosen:
        return
    held = chosen[step.pick % len(chosen)]
    match step.do:
        case "edit":
            required = {name for name, kind in system.module(module).fields.items() if kind.required}
            fields = {name: value for name, value in step.fields.items() if value is not None or name not in required}
            system.edit(module, held.id, fields)
        case "delete":
            system.delete(module, held.id)
        case "restore":
            system.restore(held.id)
        case "merge":
            system.merge(held.id, living[step.other % len(living)].id)
        case "mend":
            poison = system.switches.poison
            mended: Fields = {
                name: value.replace(poison, "").strip()
                for name, value in held.now.fields.items()
                if poison and isinstance(value, str) and poison in value
            }
            if mended:
                system.edit(module, held.id, mended)


__all__ = ["Case", "Deed", "Step", "perform", "play"]
