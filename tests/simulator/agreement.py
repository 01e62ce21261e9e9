"""Whether both sides agree, line by line, by the second telling of the rules; and who is told of what does not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulator.harness import CONNECTIONS, Twins
from tests.simulator.rules import MODULES, Line, SideName
from tests.simulator.system import coerced
from tests.simulator.violation import OTHER, require

from syncdsl.schema.values import Fields, Ref, Value, is_empty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.state import Link


def named(changes: ChangeSet) -> set[tuple[str, str]]:
    """Return the (connection, id) of every record that a hold of a change set names."""
    return {
        (name.connection, name.id)
        for hold in changes.holds
        for name in (hold.record, *hold.candidates)
        if name.id is not None
    }


def line_target(line: Line, side: SideName) -> str:
    """Return the field that a line writes on a side; an empty text for none."""
    if side == "right":
        return line.right if line.to_right is not None else ""
    return line.left if line.to_left is not None else ""


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


def counted(twins: Twins, side: SideName, name: str) -> bool:
    """Return whether the system appends a counter to a field, so that nobody can foretell it."""
    return (f"{MODULES[side]}.{name}", "stamp") in twins.switches[side].coercions


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
    unforeseen = counted(twins, "left", line.left) or counted(twins, "right", line.right)
    return toward_right or toward_left or unforeseen


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
