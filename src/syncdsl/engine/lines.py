"""Map lines over a pair of records and its link: what changed, what would be written, what has been settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from syncdsl.engine.erased import revealed, still_erased
from syncdsl.engine.mapped import Mapped, Misfit, Parked
from syncdsl.engine.mapping import mapped_value, source_value
from syncdsl.engine.merging import Decision, LineState, Stamps, merge_changed
from syncdsl.plan.expressions import Constant
from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import misfit
from syncdsl.schema.values import PartnerOf, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.mapped import MapOutcome
    from syncdsl.plan.pairs import Assignment, MapLine, Pair
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import Link

SideName = Literal["left", "right"]
SIDES: tuple[SideName, SideName] = ("left", "right")
FACING: tuple[tuple[SideName, SideName], ...] = (("left", "right"), ("right", "left"))
"""Each side with the one that faces it."""


def units_of(states: Sequence[LineState]) -> list[tuple[LineState, ...]]:
    """Return the lines in the units they are resolved in: each alone, a group's together."""
    groups: dict[str, list[LineState]] = {}
    order: list[str | LineState] = []
    for state in states:
        name = state.line.group
        if name is None:
            order.append(state)
        else:
            if name not in groups:
                order.append(name)
            groups.setdefault(name, []).append(state)
    return [tuple(groups[item]) if isinstance(item, str) else (item,) for item in order]


def line_fields(line: MapLine, side: SideName) -> set[str]:
    """Return the fields of one side that a line reads or writes: what its base is made of."""
    reading, writing = (line.to_right, line.to_left) if side == "left" else (line.to_left, line.to_right)
    found = {path[0] for path in reading.reads if path[0] != "id"} if reading else set()
    if writing:
        found.add(writing.target)
    return found


def pair_fields(pair: Pair, side: SideName) -> set[str]:
    """Return the fields of one side that any line of a pair reads or writes."""
    return set().union(*(line_fields(line, side) for line in pair.lines))


def apply_line(
    pair: Pair, context: Context, line: MapLine, side: SideName, source: Record, suffix: Mapping[str, str]
) -> MapOutcome:
    """Return what a line writes to `side` from the other side's record; a clone's suffix belongs to the map."""
    assignment = line.to_right if side == "right" else line.to_left
    if assignment is None:
        raise ValueError("the line does not write that side")
    here, there = (pair.right, pair.left) if side == "right" else (pair.left, pair.right)
    other: SideName = "left" if side == "right" else "right"
    outcome = mapped_value(
        context,
        assignment,
        source=there.connection,
        target=here.connection,
        fields=_without_suffix(source.fields, other, suffix),
    )
    added = suffix.get(f"{side}:{assignment.target}")
    if added and isinstance(outcome, Mapped) and isinstance(outcome.value, str):
        value = outcome.value + added
        problem = misfit(value, assignment.type)
        return Misfit(problem, value) if problem else Mapped(value)
    return outcome


def _without_suffix(fields: Mapping[str, Value], side: SideName, suffix: Mapping[str, str]) -> Mapping[str, Value]:
    stripped: Fields = {}
    for place, added in suffix.items():
        owner, _, name = place.partition(":")
        value = fields.get(name)
        if owner == side and isinstance(value, str) and value.endswith(added):
            stripped[name] = value.removesuffix(added)
    return {**fields, **stripped} if stripped else fields


def line_state(
    pair: Pair,
    context: Context,
    line: MapLine,
    left: Record,
    right: Record,
    link: Link | None,
    suffix: Mapping[str, str] | None = None,
) -> LineState:
    """Return what is known of a line over two records; without a link nothing counts as changed."""
    suffix = link.suffix if link else suffix or {}
    right_mapped, right_holds = _direction(pair, context, line, "right", left, right, suffix)
    left_mapped, left_holds = _direction(pair, context, line, "left", right, left, suffix)
    return LineState(
        line=line,
        can_right=line.to_right is not None,
        can_left=line.to_left is not None,
        right_mapped=right_mapped,
        right_holds=right_holds,
        left_mapped=left_mapped,
        left_holds=left_holds,
        left_changed=link is not None and _changed(pair, context, line, "left", left, link.left_base),
        right_changed=link is not None and _changed(pair, context, line, "right", right, link.right_base),
        constant=any(
            assignment is not None and isinstance(assignment.value, Constant)
            for assignment in (line.to_right, line.to_left)
        ),
    )


def _direction(
    pair: Pair,
    context: Context,
    line: MapLine,
    side: SideName,
    source: Record,
    target: Record,
    suffix: Mapping[str, str],
) -> tuple[Value, Value]:
    """Return what the line would write to `side` and what is there, both canonical.

    Two empties without that direction.
    """
    assignment = line.to_right if side == "right" else line.to_left
    if assignment is None:
        return None, None
    holds = canonical(target.fields.get(assignment.target), assignment.type)
    match apply_line(pair, context, line, side, source, suffix):
        case Mapped(value):
            return canonical(value, assignment.type), holds
        case Misfit(_, value):
            # What does not fit is never equal to what is there; it is held when it is its turn to travel.
            return value, holds
        case Parked(reference):
            there = pair.left if side == "right" else pair.right
            return PartnerOf(there.connection, reference.module, reference.id, ""), holds


def _changed(pair: Pair, context: Context, line: MapLine, side: SideName, record: Record, base: Fields) -> bool:
    """Return whether a side's contribution to a line differs from its base.

    A side that feeds the line is compared by what the line makes of it, both in canonical form; the far side of a
    one-way line by the field that is written.
    """
    endpoint = pair.left if side == "left" else pair.right
    feeding = line.to_right if side == "left" else line.to_left
    if feeding is not None:
        names = line_fields(line, side)
        now = context.canonical_fields(endpoint.connection, endpoint.module, record.fields, names)
        known = revealed(context, base, now, names)
        return known is None or _fed(context, feeding, endpoint.connection, now, record.id) != _fed(
            context, feeding, endpoint.connection, known, record.id
        )
    written = line.to_left if side == "left" else line.to_right
    if written is None:
        return False
    kind = context.type_of(endpoint.connection, endpoint.module, written.target)
    held = canonical(record.fields.get(written.target), kind)
    known = revealed(context, base, {written.target: held}, {written.target})
    return known is None or held != known.get(written.target)


def _fed(context: Context, assignment: Assignment, connection: str, fields: Fields, record_id: str) -> Value:
    value = source_value(context, assignment, connection, {**fields, "id": record_id})
    return value.id if isinstance(value, Ref) else value


def settled_link(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    decisions: Iterable[tuple[tuple[LineState, ...], Decision]],
) -> Link:
    """Return the link after every unit that needs no write: their fields' bases are what both sides hold now.

    A field that a unit still to be written or held has a part in keeps its old base, so that its change is not
    forgotten.
    """
    done: list[MapLine] = []
    pending_left: set[str] = set()
    pending_right: set[str] = set()
    for unit, decision in decisions:
        for state in unit:
            if decision in {"settled", "report_left", "report_right"}:
                done.append(state.line)
            else:
                pending_left |= line_fields(state.line, "left")
                pending_right |= line_fields(state.line, "right")
    known = {line.digest for line in pair.lines}
    if not done and known.issuperset(link.lines):
        return link
    kept = replace(link, lines=tuple(sorted(set(link.lines) & known)))
    return absorb(
        pair, context, kept, done, left.fields, right.fields, keep_left=pending_left, keep_right=pending_right
    )


def promised_link(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    decisions: Iterable[tuple[tuple[LineState, ...], Decision]],
    stamps: Stamps,
) -> Link:
    """Return a new link that remembers which way its first values travel, should their write not come about.

    `on duplicate` acts once. The written side's base is what it holds now, the other side has none: so until the write
    is acknowledged the unit counts as changed on the side that the values come from. A unit for which that does not
    lead to the same decision (a constant) is left to be decided again.
    """
    travelling = [(unit, decision) for unit, decision in decisions if decision in {"to_right", "to_left"}]
    promised = link
    for unit, decision in travelling:
        side: SideName = "right" if decision == "to_right" else "left"
        endpoint, record = (pair.right, right) if side == "right" else (pair.left, left)
        names = set().union(*(line_fields(state.line, side) for state in unit))
        base = promised.right_base if side == "right" else promised.left_base
        rebased = _rebased(context, endpoint.connection, endpoint.module, base, record.fields, names)
        lines = tuple(sorted({*promised.lines, *(state.line.digest for state in unit)}))
        candidate = (
            replace(promised, lines=lines, right_base=rebased)
            if side == "right"
            else replace(promised, lines=lines, left_base=rebased)
        )
        if _decided_again(pair, context, candidate, left, right, unit, stamps) == decision:
            promised = candidate
    kept = all(
        not all(state.line.digest in promised.lines for state in unit)
        or _decided_again(pair, context, promised, left, right, unit, stamps) == decision
        for unit, decision in travelling
    )
    return promised if kept else link


def _decided_again(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    unit: tuple[LineState, ...],
    stamps: Stamps,
) -> Decision:
    states = tuple(line_state(pair, context, state.line, left, right, link) for state in unit)
    return merge_changed(states, "review", stamps)


def absorb(
    pair: Pair,
    context: Context,
    link: Link,
    lines: Iterable[MapLine],
    left: Mapping[str, Value],
    right: Mapping[str, Value],
    *,
    keep_left: set[str] | None = None,
    keep_right: set[str] | None = None,
) -> Link:
    """Return the link with new bases for the fields of `lines`: what each side holds, in its own canonical form."""
    settled = list(lines)
    left_names = set().union(*(line_fields(line, "left") for line in settled)) - (keep_left or set())
    right_names = set().union(*(line_fields(line, "right") for line in settled)) - (keep_right or set())
    return replace(
        link,
        lines=tuple(sorted({*link.lines, *(line.digest for line in settled)})),
        left_base=_rebased(context, pair.left.connection, pair.left.module, link.left_base, left, left_names),
        right_base=_rebased(context, pair.right.connection, pair.right.module, link.right_base, right, right_names),
    )


def _rebased(
    context: Context, connection: str, module: str, base: Fields, fields: Mapping[str, Value], names: set[str]
) -> Fields:
    kept = {name: value for name, value in base.items() if name not in names}
    return {**kept, **still_erased(context, base, context.canonical_fields(connection, module, fields, names))}


def stamp_text(record: Record) -> str | None:
    """Return a record's stamp in the form in which links remember the stamps of our own writes."""
    return record.modified.isoformat() if record.modified is not None else None


def written_link(link: Link, side: SideName, record: Record) -> Link:
    """Return the link after we wrote one side: a stamp that we left is not a person's change."""
    stamp = stamp_text(record)
    return replace(link, left_written=stamp) if side == "left" else replace(link, right_written=stamp)
