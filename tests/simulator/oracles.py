"""What must be true, judged from the systems' own logs and from the state: no oracle asks the engine.

Every function raises `Violation` with what is wrong in words, and returns nothing.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.simulator.agreement import counted, line_target, mapped, named
from tests.simulator.harness import CONNECTIONS, Twins
from tests.simulator.rules import CHILD_PAIR, CHILDREN, KEYS, MODULES, PARENTS, SideName
from tests.simulator.violation import OTHER, require

from syncdsl.adapters.protocol import Tier
from syncdsl.engine.keys import syncdsl_key
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import Fields, Ref, Value, from_json, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.simulator.system import Change

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.state import Link, State

SAFE = frozenset({Tier.T0, Tier.T1, Tier.T2})


# -- identity and creates -------------------------------------------------------------------------------------------


def at_most_one(twins: Twins, *, tiers: Iterable[Tier] = SAFE) -> None:
    """No key is carried by two living records (I11): neither in its field nor by what the create said."""
    allowed = set(tiers)
    for side, system in twins.systems.items():
        module = MODULES[side]
        tier = twins.connections[side].capabilities.tier_of(system.module(module))
        if tier not in allowed:
            continue
        carried: defaultdict[str, set[str]] = defaultdict(set)
        for held in system.living(module):
            written = held.now.fields.get(KEYS[side])
            for key in (held.key, written):
                if isinstance(key, str) and key.startswith("sd-"):
                    carried[key].add(held.id)
        twice = {key: sorted(ids) for key, ids in carried.items() if len(ids) > 1}
        require(not twice, f"{side} ({tier.value}): several records carry one key: {twice}")


def one_partner_each(links: Sequence[Link]) -> None:
    """Links are a partial bijection (I10)."""
    for name, ids in (
        ("left record", [link.left_id for link in links]),
        ("right record", [link.right_id for link in links]),
        ("key", [link.key for link in links]),
    ):
        twice = [one for one, many in Counter(ids).items() if many > 1]
        require(not twice, f"a {name} stands in several links: {twice}")


def bijection(state: State) -> None:
    """Links are a partial bijection in a state (I10)."""
    one_partner_each(state.links("customers"))


def links_name_records(twins: Twins) -> None:
    """Every link names records that are or were there, of the right module (I10)."""
    for left_id, right_id, status in twins.links():
        for side, one in (("left", left_id), ("right", right_id)):
            held = twins.systems[side].records.get(one)  # type: ignore[index]  # one of the two sides
            require(held is not None, f"a link names {side} {one}, which never was ({status})")


def no_orphans(twins: Twins, quiet: ChangeSet) -> None:
    """Every living record that the engine made is linked, or somebody is told of it (I12)."""
    with twins.looking() as state:
        links = state.links("customers")
        doubted = {intent.source_id for intent in state.open_intents()}
    known = {("crm", link.left_id) for link in links} | {("books", link.right_id) for link in links}
    told = named(quiet)
    text = " ".join(quiet.reported)
    for side, system in twins.systems.items():
        for held in system.living(MODULES[side]):
            place = (CONNECTIONS[side], held.id)
            if held.author == "engine" and place not in known and place not in told and held.id not in text:
                require(doubted, f"{side} {held.id} was made by the engine and nothing knows of it")


def key_of(side: SideName, identifier: str) -> str:
    """Return the key of the partner that is made for a record."""
    return syncdsl_key(
        left_organization="crm-1",
        right_organization="books-1",
        name="customers",
        source_connection=CONNECTIONS[side],
        source_id=identifier,
    )


def unpartnered(twins: Twins) -> set[str]:
    """Return the keys of what may be made: for living records that carry no key and have no living partner."""
    linked: set[str] = set()
    for left_id, right_id, _ in twins.links():
        if twins.left.records[left_id].alive and twins.right.records[right_id].alive:
            linked |= {left_id, right_id}
    return {
        key_of(side, held.id)
        for side, system in twins.systems.items()
        for held in system.living(MODULES[side])
        if held.id not in linked and not held.now.fields.get(KEYS[side])
    }


def nothing_made(twins: Twins, since: dict[SideName, int], *, but: Iterable[str] = ()) -> None:
    """Require that no record was made after some lengths of the logs, but such as carry one of some keys."""
    made = [change for change in engine_changes(twins, since) if change.operation == "insert" and not change.field]
    allowed = set(but)
    wrong = [
        (change.module, change.id)
        for change in made
        if twins.systems["left" if change.module == MODULES["left"] else "right"].records[change.id].key not in allowed
    ]
    require(not wrong, f"records were made: {wrong}")


def nothing_deleted(twins: Twins) -> None:
    """Require that the engine never deleted or deactivated a record (I8)."""
    gone = [
        item
        for system in twins.systems.values()
        for item in system.log
        if item.author == "engine" and item.operation in {"delete", "deactivate"}
    ]
    require(not gone, f"records were deleted: {[(item.module, item.id) for item in gone]}")
    for side, system in twins.systems.items():
        sent = system.counts["deletes sent"] + system.counts["deactivates sent"]
        require(not sent, f"{sent} deletes were sent to {side}")


def taken_away(twins: Twins, since: dict[SideName, int]) -> list[tuple[SideName, Change]]:
    """Return by what changes the engine deleted records or made them inactive after the given lengths of the logs."""
    return [
        (side, change)
        for side, system in twins.systems.items()
        for change in system.log[since[side] :]
        if change.author == "engine" and change.operation in {"delete", "deactivate"}
    ]


def mapped_names(twins: Twins, side: SideName) -> set[str]:
    """Return the fields of a side that any line reads or writes."""
    return {line.left if side == "left" else line.right for line in twins.rules.map} - {""}


def living_are_not_gone(twins: Twins) -> None:
    """No link says that a record is gone which is there (I8)."""
    for left_id, right_id, status in (*twins.links(), *twins.links(CHILD_PAIR)):
        for side, one, words in (("left", left_id, "left_gone"), ("right", right_id, "right_gone")):
            held = twins.systems[side].records[one]  # type: ignore[index]  # one of the two sides
            require(
                not (held.alive and status in {words, "both_gone"}), f"a link says {status}, but {side} {one} is there"
            )


def children_follow(twins: Twins, quiet: ChangeSet) -> None:
    """Every living child of a parent that has its partner has one below that, or somebody is told of it (I33)."""
    above = _partners(twins, twins.links())
    partners = _partners(twins, twins.links(CHILD_PAIR))
    told, text = named(quiet), " ".join(quiet.reported)
    for side, system in twins.systems.items():
        for held in system.living(CHILDREN[side]):
            parent = held.now.fields.get(PARENTS[side])
            wanted = above.get((side, parent.id)) if isinstance(parent, Ref) else None
            if wanted is None:
                continue
            partner = partners.get((side, held.id))
            known = partner is not None or (CONNECTIONS[side], held.id) in told or held.id in text
            require(known, f"{side} {held.id} has no partner although its parent has, and nobody is told")
            if partner is not None:
                below = twins.systems[OTHER[side]].records[partner].now.fields.get(PARENTS[OTHER[side]])
                wrong = f"{partner}, the partner of {side} {held.id}, is below {below} instead of {wanted}"
                require(below == Ref(MODULES[OTHER[side]], wanted), wrong)


def _partners(twins: Twins, links: Sequence[tuple[str, str, str]]) -> dict[tuple[SideName, str], str]:
    """Return the partner of every record whose link has two living ends."""
    found: dict[tuple[SideName, str], str] = {}
    for left_id, right_id, status in links:
        if status == "active" and twins.left.records[left_id].alive and twins.right.records[right_id].alive:
            found["left", left_id], found["right", right_id] = right_id, left_id
    return found


# -- data -------------------------------------------------------------------------------------------------------------


def marks(twins: Twins) -> dict[SideName, int]:
    """Return how long both logs are now."""
    return {side: len(system.log) for side, system in twins.systems.items()}


def engine_changes(twins: Twins, since: dict[SideName, int] | None = None) -> list[Change]:
    """Return everything the engine changed, or after the given lengths of the logs."""
    return [
        change
        for side, system in twins.systems.items()
        for change in system.log[(since or {}).get(side, 0) :]
        if change.author == "engine"
    ]


def no_writes(twins: Twins, since: dict[SideName, int]) -> None:
    """Require that the engine changed nothing after the given lengths of the logs."""
    made = engine_changes(twins, since)
    require(not made, f"something was written: {[(item.module, item.id, item.field, item.new) for item in made]}")


def untouched(twins: Twins) -> None:
    """Require that the engine writes mapped fields and its own key, nothing else (I3)."""
    for side, system in twins.systems.items():
        targets = {line_target(line, side) for line in twins.rules.map} | {KEYS[side], "id", ""}
        for change in system.log:
            if change.author == "engine":
                require(change.field in targets, f"{side}: `{change.field}` of {change.id} was written")


def versions_of(system_log: Sequence[Change], identifier: str) -> list[Fields]:
    """Return everything a record ever held, one state after each change of a field."""
    held: Fields = {}
    found: list[Fields] = [{}]
    for change in system_log:
        if change.id == identifier and change.field:
            held = {**held, change.field: change.new}
            found.append({name: value for name, value in held.items() if not is_empty(value)})
    return found


def nothing_invented(twins: Twins) -> None:
    """Every value the engine wrote is what a line makes of something the partner held (I1)."""
    partners: dict[tuple[SideName, str], str] = {}
    added: dict[tuple[SideName, str], dict[str, str]] = {}
    with twins.looking() as state:
        for link in state.links("customers"):
            partners["left", link.left_id], partners["right", link.right_id] = link.right_id, link.left_id
            added["left", link.left_id] = added["right", link.right_id] = link.suffix
    for side, system in twins.systems.items():
        other = twins.systems[OTHER[side]]
        for change in system.log:
            if change.author != "engine" or change.field in {"", "id", KEYS[side]} or change.operation == "delete":
                continue
            if isinstance(change.new, Ref) or counted(twins, side, change.field):
                continue
            partner = partners.get((side, change.id))
            sources = [partner] if partner else list(other.by_module[MODULES[OTHER[side]]])
            lines = [line for line in twins.rules.map if line_target(line, side) == change.field]
            possible = [
                mapped(twins, line, side, fields)
                for line in lines
                for source in sources
                for fields in versions_of(other.log, source)
            ]
            written = twins.rules.held(side, change.field, change.new)
            suffix = added.get((side, change.id), {}).get(f"{side}:{change.field}")
            if suffix and isinstance(written, str):
                written = written.removesuffix(suffix)
            require(
                written in possible, f"{side} {change.id}: nothing on the other side gives `{change.field}` {written!r}"
            )


def nothing_lost(twins: Twins) -> None:
    """Require that what a person wrote is there, was overwritten by a person, or stands in the history (I2)."""
    with twins.looking() as state:
        overwritten = {
            (row.entry.connection, row.entry.record_id, row.entry.field, repr(_old(twins, row.entry)))
            for row in state.history()
            if row.entry.kind == "field"
        }
    for side, system in twins.systems.items():
        fields = {line.left if side == "left" else line.right for line in twins.rules.map} - {""}
        by_field: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in system.log:
            if change.field in fields and change.operation != "restore":
                by_field[change.id, change.field].append(change)
        for (identifier, name), changes in by_field.items():
            for change, following in itertools.pairwise(changes):
                if change.author == "engine" or following.author != "engine" or is_empty(change.new):
                    continue
                value = repr(twins.rules.held(side, name, change.new))
                require(
                    (CONNECTIONS[side], identifier, name, value) in overwritten,
                    f"{side} {identifier}: `{name}` {change.new!r} was overwritten and stands nowhere",
                )


def _old(twins: Twins, entry: object) -> Value:
    side: SideName = "left" if getattr(entry, "connection", "") == "crm" else "right"
    schema = twins.systems[side].module(MODULES[side])
    name = str(getattr(entry, "field", ""))
    value = from_json(getattr(entry, "old", None))
    return canonical(value, schema.fields[name].value) if name in schema.fields else value
