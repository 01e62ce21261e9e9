"""Correlated worlds: one truth, perturbed into two systems, synced, and edited on from there.

Both systems tell of the same partners, each in its own way: in other letters, with more or fewer fields, twice, not at
all. So matching, first contact, merging and deleting all have something to do, which independent worlds rarely give.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulator.cases import Case, Step
from tests.simulator.draws import Draw, chance, choose
from tests.simulator.rules import Rules, SideName
from tests.simulator.schedule import OF_LISTS, OF_WRITES, Fate
from tests.simulator.switches import Coercion, Switches

from syncdsl.adapters.protocol import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.schema.values import Fields, Value

NAMES = ("Acme", "Beta Works", "Core Ltd", "Delta", "Echo & Sons", "Fjord Ås")
SIDES: tuple[SideName, SideName] = ("left", "right")
POOLS: dict[str, tuple[Value, ...]] = {
    "phone": ("+49 30 123", "030 55", "+1 212 555 0100", "77"),
    "mail": ("a@x.example", "B@X.EXAMPLE", "c@y.example"),
    "website": ("https://a.example", "https://b.example"),
    "notes": ("a note", "another  note"),
    "tier": ("gold", "silver"),
    "street": ("Main St 1", "Side St 2"),
    "city": ("Kiel", "Bonn"),
    "region": ("north", "South"),
    "credit": (Decimal("10.00"), Decimal("0.01"), Decimal("1234567.89"), Decimal("-3.50")),
    "since": (dt.date(2020, 2, 29), dt.date(2026, 1, 1)),
    "private": ("mine", "mine too"),
}
LEFT_NAMES = {
    "name": "Name",
    "phone": "Phone",
    "mail": "Email",
    "website": "Website",
    "notes": "Notes",
    "tier": "Tier",
    "street": "Street",
    "city": "City",
    "region": "Region",
    "credit": "Credit",
    "since": "Since",
    "private": "Private",
}
MAPPED = {
    "plain": ("phone", "mail"),
    "rich": tuple(POOLS),
    "derived": ("phone",),
    "references": ("phone",),
    "one way": ("phone", "region"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large and how rough cases are. `edits` are steps after the first sync, `runs` disturbed runs among them."""

    partners: int = 4
    edits: int = 6
    runs: int = 2
    faults: int = 3
    deaths: bool = True
    deletes: bool = True
    restores: bool = True
    merges: bool = False
    duplicates: bool = True
    acts: bool = True
    forget: bool = False
    jumps: bool = False
    views: bool = False
    closings: bool = False
    begin_synced: int = 50
    soon: int = 0
    reads: tuple[Fate, ...] = OF_LISTS
    writes: tuple[Fate, ...] = OF_WRITES


def case(
    draw: Draw,
    *,
    rules: Sequence[Rules] = (Rules(),),
    shape: Shape | None = None,
    left: Switches | None = None,
    right: Switches | None = None,
) -> Case:
    """Return a case. Systems that are not given get switches of their own."""
    shape = shape or Shape()
    chosen = choose(draw, rules)
    return Case(
        rules=chosen,
        left=left or switches(draw),
        right=right or switches(draw),
        seed=draw.integer(0, 3),
        steps=(*world(draw, chosen, shape), *life(draw, chosen, shape)),
    )


def switches(draw: Draw, *, tiers: Sequence[Tier] = (Tier.T1, Tier.T2, Tier.T0)) -> Switches:
    """Return the switches of an honest system: none of them makes a promise of the protocol untrue."""
    return Switches(
        tier=choose(draw, tiers),
        skew=choose(draw, (0.0, 3.0, -40.0)),
        page_size=choose(draw, (3, 1, 50)),
        reading=choose(draw, ("keyset", "newest")),
        deleted_feed=not chance(draw, 30),
        batch=choose(draw, (3, 1, 10)),
        answers=choose(draw, ("record", "id", "stamp")),
        versions=choose(draw, ("writes", "stamps")),
        granularity=choose(draw, (1, 0)),
    )


LOSSY: tuple[tuple[SideName, tuple[tuple[str, Coercion], ...]], ...] = (
    ("right", (("customers.name", "trim"),)),
    ("right", (("customers.notes", "upper"), ("customers.city", "upper"))),
    ("right", (("customers.credit", "round"),)),
    ("right", (("customers.website", "cut"),)),
    ("left", (("Accounts.Phone", "trim"), ("Accounts.Notes", "lower"))),
    ("right", (("customers.notes", "stamp"),)),
)


def world(draw: Draw, rules: Rules, shape: Shape) -> tuple[Step, ...]:
    """Return the steps that make two correlated systems, perhaps synced already."""
    steps: list[Step] = []
    for number in range(draw.integer(1, shape.partners)):
        truth: Fields = {"name": NAMES[number % len(NAMES)]}
        truth |= {name: choose(draw, POOLS[name]) for name in MAPPED[rules.lines] if chance(draw, 50)}
        where = choose(draw, ("left", "both", "right", "both"))
        steps += [
            Step(do="insert", side=side, fields=told(draw, truth, side, rough=where == "both"))
            for side in SIDES
            if where in {side, "both"}
        ]
        if shape.duplicates and chance(draw, 15):
            side = choose(draw, SIDES)
            steps.append(Step(do="insert", side=side, fields=told(draw, truth, side, rough=True)))
    if rules.nested:
        for number in range(draw.integer(1, 3)):
            where = choose(draw, ("left", "both", "right"))
            steps += [child(draw, side, number) for side in SIDES if where in {side, "both"}]
    if chance(draw, shape.begin_synced):
        steps.append(Step(do="settle"))
    return tuple(steps)


def child(draw: Draw, side: SideName, number: int) -> Step:
    """Return the insertion of a record below another one; the same number is the same child on both sides."""
    truth: Fields = {"name": f"Child {number}", "mail": f"child{number}@x.example"}
    return Step(
        do="insert", side=side, child=True, other=draw.integer(0, 5), fields=told(draw, truth, side, rough=False)
    )


def child_deed(draw: Draw, side: SideName, shape: Shape) -> Step:
    """Return something that a person does to one child."""
    kinds = ["edit", "insert", *(["delete"] if shape.deletes else []), *(["restore"] if shape.restores else [])]
    match choose(draw, kinds):
        case "insert":
            return child(draw, side, draw.integer(3, 10**6))
        case "delete":
            return Step(do="delete", side=side, child=True, pick=draw.integer(0, 5))
        case "restore":
            return Step(do="restore", side=side, child=True, pick=draw.integer(0, 5))
        case _:
            name = "Name" if side == "left" else "name"
            fields: Fields = {name: f"Renamed {draw.integer(1, 3)}"}
            return Step(do="edit", side=side, child=True, pick=draw.integer(0, 5), fields=fields)


def told(draw: Draw, truth: Fields, side: SideName, *, rough: bool) -> Fields:
    """Return what one system holds of a partner: its own names, other letters, other or missing values."""
    found: Fields = {}
    for name, value in truth.items():
        if name != "name" and rough and chance(draw, 25):
            if chance(draw, 50):
                continue
            value = choose(draw, POOLS[name])  # noqa: PLW2901 - the system's own value
        if name == "name" and rough:
            value = choose(draw, VARIANTS)(str(value))  # noqa: PLW2901 - the same
        found[LEFT_NAMES[name] if side == "left" else name] = value
    return found


VARIANTS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda name: f" {name.lower()} ",
    lambda name: f"{name} GmbH",
)


def life(draw: Draw, rules: Rules, shape: Shape) -> tuple[Step, ...]:
    """Return what people do after that, with disturbed runs between."""
    steps: list[Step] = []
    for _ in range(draw.integer(1, max(1, shape.runs))):
        steps += [deed(draw, rules, shape) for _ in range(draw.integer(0, max(1, shape.edits // max(1, shape.runs))))]
        if shape.forget and chance(draw, 20):
            steps.append(Step(do="forget"))
        if shape.jumps and chance(draw, 40):
            steps.append(Step(do="jump", seconds=float(choose(draw, (3600, -3600, 400 * 86400, -400 * 86400)))))
        if shape.views and chance(draw, 50):
            shown = choose(draw, ({}, {"Name": "Acme"}, {"Phone": "77"}))
            steps.append(Step(do="view", side="left", fields=dict(shown)))
        if shape.closings and chance(draw, 60):
            steps.append(Step(do="close", side=choose(draw, SIDES), many=draw.integer(0, 2)))
        steps.append(disturbed(draw, rules, shape))
        if shape.closings and chance(draw, 60):
            steps.append(Step(do="open"))
    return tuple(steps)


def deed(draw: Draw, rules: Rules, shape: Shape) -> Step:
    """Return something that a person does to one record."""
    side = choose(draw, SIDES)
    if rules.nested and chance(draw, 40):
        return child_deed(draw, side, shape)
    kinds = ["edit", "edit", "edit", "edit", "insert"]
    kinds += ["delete"] if shape.deletes else []
    kinds += ["restore"] if shape.restores else []
    kinds += ["merge"] if shape.merges else []
    kind = choose(draw, kinds)
    pick, other = draw.integer(0, 5), draw.integer(0, 5)
    if kind == "edit":
        return Step(do="edit", side=side, pick=pick, fields=edit(draw, rules, side))
    if kind == "insert":
        truth: Fields = {"name": choose(draw, NAMES)} if shape.duplicates else {"name": f"New {draw.integer(0, 10**6)}"}
        truth |= {name: choose(draw, POOLS[name]) for name in MAPPED[rules.lines] if chance(draw, 30)}
        return Step(do="insert", side=side, fields=told(draw, truth, side, rough=False))
    if kind == "delete":
        return Step(do="delete", side=side, pick=pick)
    if kind == "restore":
        return Step(do="restore", side=side, pick=pick)
    return Step(do="merge", side=side, pick=pick, other=other)


def edit(draw: Draw, rules: Rules, side: SideName) -> Fields:
    """Return the fields of an edit: other values, and now and then none."""
    names = MAPPED[rules.lines]
    fields: Fields = {}
    for _ in range(draw.integer(1, 2)):
        name = choose(draw, names)
        value = None if chance(draw, 15) else choose(draw, POOLS[name])
        fields[LEFT_NAMES[name] if side == "left" else name] = value
    if chance(draw, 15):
        fields["Name" if side == "left" else "name"] = f"Renamed {draw.integer(1, 3)}"
    return fields


def disturbed(draw: Draw, rules: Rules, shape: Shape) -> Step:
    """Return a run in which calls fail, people act, and the process may die."""
    faults: dict[int, Fate] = {}
    for _ in range(draw.integer(0, shape.faults)):
        # Writes come after the readings: most faults are meant for them.
        faults[draw.integer(1, 14)] = choose(draw, tuple(dict.fromkeys((*shape.writes, *shape.reads))))
    calm = Shape(deletes=shape.deletes, restores=shape.restores, duplicates=shape.duplicates)
    acts = []
    if shape.acts and chance(draw, 40):
        acts.append((draw.integer(2, 10), deed(draw, rules, calm)))
    die_at = draw.integer(1, 60) if shape.deaths and chance(draw, 30) else None
    return Step(
        do="run",
        faults=tuple(sorted(faults.items())),
        acts=tuple(acts),
        die_at=die_at,
        sweep=chance(draw, 25),
        soon=chance(draw, shape.soon),
    )
