"""What things were called before: `moved` statements, read backwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.schema.digest import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.plan.accords import MovedPlan
    from syncdsl.plan.pairs import MapLine, TriggerPlan
    from syncdsl.plan.plan import Plan

MovedKind: TypeAlias = Literal["module", "document", "table", "record"]

MOST = 4096
"""How many combinations of earlier names of one line or trigger are looked at; nobody comes near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What the state may know by an earlier name, each from old to new.

    `triggers` and, by the present name of their pair, `lines` are digests: a condition or map line that names something
    by its new name is still the same one. Of several earlier names the latest comes first.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    triggers: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def former_names(moved: Sequence[MovedPlan], kind: MovedKind, name: str) -> tuple[str, ...]:
    """Return what something was called before, the latest name first.

    A nested module `PARENT.NAME` is called after its parent, whatever that was called.
    """
    parent, dot, own = name.rpartition(".")
    if dot:
        return tuple(f"{former}.{own}" for former in former_names(moved, kind, parent))
    before = {item.new: item.old for item in reversed(moved) if item.kind == kind}
    found: list[str] = []
    while name in before and before[name] not in found:
        name = before[name]
        found.append(name)
    return tuple(found)


def original_name(moved: Sequence[MovedPlan], kind: MovedKind, name: str) -> str:
    """Return the oldest name of something: the one that keys are made of, so that a rename changes none."""
    former = former_names(moved, kind, name)
    return former[-1] if former else name


def renames(plan: Plan) -> Renames:
    """Return everything that the rules of a plan have under an earlier name."""
    if not plan.moved:
        return Renames()
    return Renames(
        modules={old: name for name in plan.pairs for old in former_names(plan.moved, "module", name)},
        documents={old: name for name in plan.documents for old in former_names(plan.moved, "document", name)},
        triggers={old: one.digest for one in plan.triggers for old in _former_triggers(plan.moved, one)},
        lines={
            name: lines
            for name, pair in plan.pairs.items()
            if (lines := {old: line.digest for line in pair.lines for old in _former_lines(plan.moved, line)})
        },
    )


def _former_triggers(moved: Sequence[MovedPlan], trigger: TriggerPlan) -> Iterator[str]:
    data = trigger.identity
    for names in _combinations(moved, {("record", trigger.record), ("document", trigger.document), *_tables(data)}):
        renamed = {
            **_with_tables(data, names),
            "record": names["record", trigger.record],
            "document": names["document", trigger.document],
        }
        yield digest(renamed)


def _former_lines(moved: Sequence[MovedPlan], line: MapLine) -> Iterator[str]:
    data = line.model_dump(mode="json", exclude={"location", "text"})
    for names in _combinations(moved, _tables(data)):
        yield digest(_with_tables(data, names))


_Names: TypeAlias = "dict[tuple[MovedKind, str], str]"


def _combinations(moved: Sequence[MovedPlan], used: set[tuple[MovedKind, str]]) -> Iterator[_Names]:
    """Return every earlier way to name what is used, the present one left out."""
    ordered = sorted(used)
    choices = [(name, *former_names(moved, kind, name)) for kind, name in ordered]
    for number, chosen in enumerate(product(*choices)):
        if number > MOST:
            return
        if number:
            yield dict(zip(ordered, chosen, strict=True))


def _tables(data: Any) -> set[tuple[MovedKind, str]]:
    """Return the tables that an expression reads."""
    if isinstance(data, dict):
        own: set[tuple[MovedKind, str]] = {("table", data["table"])} if data.get("op") == "table" else set()
        return own.union(*(_tables(item) for item in data.values()))
    if isinstance(data, list):
        return set().union(*(_tables(item) for item in data))
    return set()


def _with_tables(data: Any, names: _Names) -> Any:
    """Return an expression whose tables have other names."""
    if isinstance(data, dict):
        renamed = {key: _with_tables(item, names) for key, item in data.items()}
        if data.get("op") == "table":
            renamed["table"] = names["table", data["table"]]
        return renamed
    if isinstance(data, list):
        return [_with_tables(item, names) for item in data]
    return data
