"""Playing a case: twins for it, what both systems hold in the end told without ids, and what was sent."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.simulator.cases import Case, play
from tests.simulator.harness import CONNECTIONS, Twins, twins
from tests.simulator.rules import CHILDREN, DEALS, KEYS, MODULES, SideName
from tests.simulator.schedule import Schedule

from syncdsl.changes.effects import Act, Create, Update
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.schema.values import Ref, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.cases import Seen

    from syncdsl.changes.change_set import ChangeSet

NAMING = ("Name", "name", "reference")
"""The fields that records are told by."""
Essence = dict[SideName, list[tuple[tuple[str, str], ...]]]


@contextmanager
def playing(case: Case) -> Iterator[Twins]:
    """Return twins for a case, before its first step."""
    with twins(case.rules, left=case.left, right=case.right, schedule=Schedule(seed=case.seed)) as made:
        yield made


@contextmanager
def played(case: Case, seen: Seen | None = None, *, settle: bool = True) -> Iterator[Twins]:
    """Return twins after a case, and after everything came to rest."""
    with playing(case) as made:
        play(made, case.steps, seen)
        if settle:
            made.settle()
        yield made


def essence(pair: Twins) -> Essence:
    """Return what both systems hold, told by names instead of ids that depend on the order of writes."""
    names = {
        held.id: str(next((held.now.fields[name] for name in NAMING if name in held.now.fields), ""))
        for system in pair.systems.values()
        for held in system.records.values()
    }

    def told(value: object) -> str:
        return f"-> {names[value.id]}" if isinstance(value, Ref) else repr(value)

    return {
        side: sorted(
            tuple(
                sorted(
                    [
                        ("inactive", str(held.id in system.inactive)),
                        *(
                            (name, told(one))
                            for name, one in held.now.fields.items()
                            if name not in {"id", KEYS[side], "date"}
                        ),
                    ]
                )
            )
            for module in (MODULES[side], CHILDREN[side], DEALS[side])
            for held in system.living(module)
        )
        for side, system in pair.systems.items()
    }


Written = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""One write: its kind, the connection, the record's id or the new record's key, and the fields with their values."""


def previewed(changes: ChangeSet) -> Counter[Written]:
    """Return the writes that a change set announces: what changes one record goes out as one write."""
    found: Counter[Written] = Counter()
    updates: dict[tuple[str, str], dict[str, str]] = {}
    for effect in changes.changes:
        match effect:
            case Create():
                fields = tuple(sorted((one.field, shown(one.new)) for one in effect.fields))
                found["create", effect.record.connection, effect.key, fields] += 1
            case Update():
                place = (effect.record.connection, effect.record.id or "")
                updates.setdefault(place, {}).update({one.field: shown(one.new) for one in effect.fields})
            case Act():
                found["act", effect.record.connection, effect.record.id or "", (("", effect.kind),)] += 1
            case LinkEffect() if effect.write_key:
                name = effect.left if effect.key_side == "left" else effect.right
                updates.setdefault((name.connection, name.id or ""), {})[""] = effect.key
            case _:
                pass
    for (connection, identifier), fields_of in updates.items():
        found["update", connection, identifier, tuple(sorted(fields_of.items()))] += 1
    return found


def sent(pair: Twins, since: dict[SideName, int]) -> Counter[Written]:
    """Return the writes that were sent after so many of each side."""
    found: Counter[Written] = Counter()
    for side, system in pair.systems.items():
        for kind, _, what in system.sent[since[side] :]:
            fields = {name: shown(to_json(value)) for name, value in getattr(what, "fields", {}).items()}
            key = getattr(what, "key", None)
            if kind == "update" and key is not None:
                fields[""] = key
            if kind == "act":
                fields = {"": what[1].value}
                found[kind, CONNECTIONS[side], what[0], tuple(fields.items())] += 1
                continue
            name = str(key) if kind == "create" else str(getattr(what, "id", what))
            found[kind, CONNECTIONS[side], name, tuple(sorted(fields.items()))] += 1
    return found


def asked(pair: Twins) -> dict[SideName, int]:
    """Return how many writes were sent to each side so far."""
    return {side: len(system.sent) for side, system in pair.systems.items()}


def shown(value: Any) -> str:
    """Return a JSON form for comparing: a partner that is made first and a reference to it are the same promise."""
    return "a partner" if isinstance(value, dict) and ({"partner_of", "ref"} & value.keys()) else repr(value)
