"""What must be true, judged from the systems' own logs and from the state: no oracle asks the engine.

Every function raises `Violation` with what is wrong in words, and returns nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Tier
from syncdsl.engine.keys import syncdsl_key
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import Fields, Ref, Value, from_json, is_empty
from tests.simulator.harness import CONNECTIONS, Twins
from tests.simulator.rules import KEYS, MODULES, Line, SideName
from tests.simulator.system import Change, coerced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.state import Link, State

SIDES: tuple[SideName, SideName] = ("left", "right")
OTHER: dict[SideName, SideName] = {"left": "right", "right": "left"}
SAFE = frozenset({Tier.T0, Tier.T1, Tier.T2})


class Violation(AssertionError):  # noqa: N818 - the word of the proof
    """An invariant does not hold."""


def require(holds: object, text: str) -> None:
    """Raise a violation unless something holds."""
    if not holds:
        raise Violation(text)


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


def named(changes: ChangeSet) -> set[tuple[str, str]]:
    """Return the (connection, id) of every record that a hold of a change set names."""
    return {
        (name.connection, name.id)
        for hold in changes.holds
        for name in (hold.record, *hold.candidates)
        if name.id is not None
    }


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
    """The engine made no record after the given lengths of the logs, but such as carry one of some keys."""
    made = [
        change
        for change in engine_changes(twins, since)
        if change.operation == "insert" and not change.field
    ]
    allowed = set(but)
    wrong = [
        (change.module, change.id)
        for change in made
        if twins.systems["left" if change.module == MODULES["left"] else "right"].records[change.id].key not in allowed
    ]
    require(not wrong, f"records were made: {wrong}")


def nothing_deleted(twins: Twins) -> None:
    """The engine never deleted or deactivated a record (I8)."""
    gone = [
        item for system in twins.systems.values() for item in system.log
        if item.author == "engine" and item.operation in {"delete", "deactivate"}
    ]
    require(not gone, f"records were deleted: {[(item.module, item.id) for item in gone]}")
    for side, system in twins.systems.items():
        sent = system.counts["deletes sent"] + system.counts["deactivates sent"]
        require(not sent, f"{sent} deletes were sent to {side}")


def taken_away(twins: Twins, since: dict[SideName, int]) -> list[tuple[SideName, str]]:
    """Return which records the engine deleted or made inactive after the given lengths of the logs."""
    return [
        (side, change.id)
        for side, system in twins.systems.items()
        for change in system.log[since[side] :]
        if change.author == "engine" and change.operation in {"delete", "deactivate"}
    ]


def mapped_names(twins: Twins, side: SideName) -> set[str]:
    """Return the fields of a side that any line reads or writes."""
    return {line.left if side == "left" else line.right for line in twins.rules.map} - {""}


def living_are_not_gone(twins: Twins) -> None:
    """No link says that a record is gone which is there (I8)."""
    for left_id, right_id, status in twins.links():
        for side, one, words in (("left", left_id, "left_gone"), ("right", right_id, "right_gone")):
            held = twins.systems[side].records[one]  # type: ignore[index]  # one of the two sides
            require(
                not (held.alive and status in {words, "both_gone"}), f"a link says {status}, but {side} {one} is there"
            )


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
    """The engine changed nothing after the given lengths of the logs."""
    made = engine_changes(twins, since)
    require(not made, f"something was written: {[(item.module, item.id, item.field, item.new) for item in made]}")


def untouched(twins: Twins) -> None:
    """The engine writes mapped fields and its own key, nothing else (I3)."""
    for side, system in twins.systems.items():
        targets = {line_target(line, side) for line in twins.rules.map} | {KEYS[side], "id", ""}
        for change in system.log:
            if change.author == "engine":
                require(change.field in targets, f"{side}: `{change.field}` of {change.id} was written")


def line_target(line: Line, side: SideName) -> str:
    """Return the field that a line writes on a side; an empty text for none."""
    if side == "right":
        return line.right if line.to_right is not None else ""
    return line.left if line.to_left is not None else ""


def versions_of(system_log: Sequence[Change], identifier: str) -> list[Fields]:
    """Return everything a record ever held, one state after each change of a field."""
    held: Fields = {}
    found: list[Fields] = [{}]
    for change in system_log:
        if change.id == identifier and change.field:
            held = {**held, change.field: change.new}
            found.append({name: value for name, value in held.items() if not is_empty(value)})
    return found


def server_made(twins: Twins, side: SideName, name: str, value: Value) -> Value:
    """Return what a side makes of a value of a field."""
    for place, how in twins.switches[side].coercions:
        if place == f"{MODULES[side]}.{name}":
            value = coerced(value, how)
    return value


def mapped(twins: Twins, line: Line, side: SideName, source: Fields) -> Value:
    """Return what a line writes to a side from a record of the other one, as that side would hold it, canonical."""
    make = line.to_right if side == "right" else line.to_left
    assert make is not None
    name = line_target(line, side)
    value = make(source)
    if isinstance(value, Ref):
        return partner_of(twins, OTHER[side], value)
    fitting = twins.rules.held(side, name, value)
    return twins.rules.held(side, name, server_made(twins, side, name, fitting if is_empty(fitting) else value))


def partner_of(twins: Twins, side: SideName, reference: Ref) -> Value:
    """Return the reference to the partner of a referenced record."""
    for left_id, right_id, status in twins.links():
        mine, theirs = (left_id, right_id) if side == "left" else (right_id, left_id)
        if mine == reference.id and status == "active":
            return Ref(MODULES[OTHER[side]], theirs)
    return None


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
            if isinstance(change.new, Ref) or _counted(twins, side, change.field):
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


def _counted(twins: Twins, side: SideName, name: str) -> bool:
    """Return whether the system appends a counter to a field, so that nobody can foretell it."""
    return (f"{MODULES[side]}.{name}", "stamp") in twins.switches[side].coercions


def nothing_lost(twins: Twins) -> None:
    """What a person wrote into a mapped field is there, or was overwritten by a person, or stands in the history (I2)."""
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
            if change.field in fields and change.operation not in {"restore"}:
                by_field[change.id, change.field].append(change)
        for (identifier, name), changes in by_field.items():
            for change, following in zip(changes, changes[1:], strict=False):
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


# -- liveness -------------------------------------------------------------------------------------------------------


def last_author(twins: Twins, side: SideName, identifier: str, name: str) -> str:
    """Return who changed a field last; an empty text for nobody."""
    return next(
        (
            change.author
            for change in reversed(twins.systems[side].log)
            if change.id == identifier and change.field == name
        ),
        "",
    )


def held_lines(quiet: ChangeSet) -> dict[tuple[str, str], set[str]]:
    """Return the texts of lines and groups that wait, by (connection, id) of every record that their hold names."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for hold in quiet.holds:
        words = {hold.field} if hold.field else {hold.reason.split("`")[1]} if hold.reason.count("`") > 1 else set()
        for name in (hold.record, *hold.candidates):
            if name.id is not None:
                found[name.connection, name.id] |= words
    return found


def converged(twins: Twins, quiet: ChangeSet) -> None:
    """Both records of every link agree in every line that is not held, and everything else has a name (I28)."""
    waiting = held_lines(quiet)
    with twins.looking() as state:
        links = state.links("customers")
    for link in links:
        left_id, right_id, status = link.left_id, link.right_id, link.status
        left, right = twins.left.records.get(left_id), twins.right.records.get(right_id)
        if status != "active" or left is None or right is None or not left.alive or not right.alive:
            continue
        held = waiting.get(("crm", left_id), set()) | waiting.get(("books", right_id), set())
        for unit in units(twins.rules.map):
            if held & {name for line in unit for name in (line.text, line.group or line.text)}:
                continue
            bare = (without_suffix(left.now.fields, "left", link), without_suffix(right.now.fields, "right", link))
            agrees = all(line_agrees(twins, line, *bare) for line in unit)
            if agrees or _far_side_edited(twins, unit, left_id, right_id):
                continue
            shown = [(line.text, left.now.fields.get(line.left), right.now.fields.get(line.right)) for line in unit]
            require(False, f"{left_id} and {right_id} differ in {shown}, and nobody is told")
    everybody_has_a_name(twins, quiet)


def without_suffix(fields: Fields, side: SideName, link: Link) -> Fields:
    """Return a record's fields without what makes the name of a copy differ from the name it was made from."""
    bare = dict(fields)
    for place, added in link.suffix.items():
        owner, _, name = place.partition(":")
        value = bare.get(name)
        if owner == side and isinstance(value, str):
            bare[name] = value.removesuffix(added)
    return bare


def units(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines as they are resolved: groups together."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.group or line.text, []).append(line)
    return list(found.values())


def line_agrees(twins: Twins, line: Line, left: Fields, right: Fields) -> bool:
    """Return whether both sides mean the same in a line, each as its own system holds it."""
    right_now = twins.rules.held("right", line.right, right.get(line.right)) if line.right else None
    left_now = twins.rules.held("left", line.left, left.get(line.left)) if line.left else None
    if line.constant:
        return not is_empty(right_now)
    if line.when_empty and not is_empty(left_now) and not is_empty(right_now):
        return True
    if line.when_empty and is_empty(left_now) != is_empty(right_now):
        # Clearing travels through a weak line no more than any other change does into a filled field.
        return True
    toward_right = line.to_right is not None and mapped(twins, line, "right", left) == right_now
    toward_left = line.to_left is not None and mapped(twins, line, "left", right) == left_now
    counted = any(_counted(twins, side, name) for side, name in (("left", line.left), ("right", line.right)) if name)
    return toward_right or toward_left or counted


def _far_side_edited(twins: Twins, unit: Sequence[Line], left_id: str, right_id: str) -> bool:
    """Return whether somebody changed the far side of a one-way line, which is reported and left alone."""
    for line in unit:
        if line.to_left is None and last_author(twins, "right", right_id, line.right) != "engine":
            return True
        if line.to_right is None and last_author(twins, "left", left_id, line.left) != "engine":
            return True
    return False


def everybody_has_a_name(twins: Twins, quiet: ChangeSet) -> None:
    """Every living record is linked, held, set aside, or kept beside a deleted partner (I28)."""
    told = named(quiet)
    text = " ".join(quiet.reported)
    with twins.looking() as state:
        links = state.links("customers")
        asides = state.set_asides("customers")
    linked = {("left", link.left_id) for link in links} | {("right", link.right_id) for link in links}
    for side, system in twins.systems.items():
        if (twins.rules.direction == "->" and side == "right") or (twins.rules.direction == "<-" and side == "left"):
            continue
        for held in system.living(MODULES[side]):
            place = (CONNECTIONS[side], held.id)
            known = (side, held.id) in linked or (side, held.id) in asides or place in told or held.id in text
            require(known, f"{side} {held.id} is neither linked nor told of")
