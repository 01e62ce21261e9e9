"""Units that travel become one update per side; units that conflict or do not fit become holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import TakeSide
from syncdsl.changes.effects import FieldChange, Hold, Update
from syncdsl.engine.exchange import no_longer_follows
from syncdsl.engine.lines import apply_line, line_fields
from syncdsl.engine.mapped import Mapped, Misfit, Parked
from syncdsl.engine.operations import UpdateRecord
from syncdsl.engine.oscillation import HOURS, MOST, oscillating
from syncdsl.engine.steps.derived import NOTHING, Derived
from syncdsl.schema.values import is_empty, partners_in, show, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import Decision, LineState
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import Link


def write_units(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    decisions: list[tuple[tuple[LineState, ...], Decision]],
    *,
    first: bool = False,
    decided: Mapping[str, Decided] | None = None,
    derived: Derived = NOTHING,
) -> None:
    """Make one update per side out of the units that travel; hold what conflicts or does not fit.

    `derived` are units that follow the writes of the others, and are computed from the records as they will be.

    `decided` are the decisions of people because of which lines travel, by the line's digest.
    Where a line says `else skip` and its value does not fit, nothing of the record travels; its changes are kept.
    """
    skipped = _skipped(pair, context, link, decisions, left, right)
    if skipped is not None:
        context.reported.append(skipped)
        return
    writes: dict[SideName, tuple[Fields, list[FieldChange], list[MapLine], list[tuple[str, str, str]]]] = {
        "left": ({}, [], [], []),
        "right": ({}, [], [], []),
    }
    for unit, decision in decisions:
        if decision == "hold":
            context.hold(conflict_hold(pair, context, unit, left, right))
            context.expect(pair.left.connection, left)
            context.expect(pair.right.connection, right)
        elif decision in {"report_left", "report_right"}:
            changed = pair.right if decision == "report_right" else pair.left
            record = right if decision == "report_right" else left
            context.reported.append(
                f"{changed.connection}.{changed.module}/{record.id}: changed on the far side of one-way "
                f"`{unit[0].line.text}`; left as it is"
            )
        elif decision in {"to_right", "to_left"}:
            side: SideName = "right" if decision == "to_right" else "left"
            _collect(pair, context, link, unit, side, left, right, writes[side])
    for unit, side in derived.units:
        then = (derived.left or left, right) if side == "right" else (left, derived.right or right)
        _collect(pair, context, link, unit, side, then[0], then[1], writes[side])
    for side, (values, changes, lines, waits) in writes.items():
        if changes:
            written = {line.digest for line in lines}
            pending = [
                state.line
                for unit, decision in decisions
                if decision not in {"settled", "report_left", "report_right"}
                for state in unit
                if state.line.digest not in written
            ]
            persons = _persons(lines, side, decided or {})
            record, partner = (right, left) if side == "right" else (left, right)
            here, there = (pair.right, pair.left) if side == "right" else (pair.left, pair.right)
            effect = Update(
                rule=pair.name,
                location=changes[0].location,
                reason=_reason(there.connection, changes, persons, first=first),
                record=context.name(here.connection, record),
                side=side,
                partner=context.name(there.connection, partner),
                fields=tuple(changes),
                waits_for=tuple(waits),
            )
            context.add(
                UpdateRecord(
                    effect=effect,
                    pair=pair,
                    link_uid=link.uid,
                    record=record,
                    partner=partner,
                    values=values,
                    lines=tuple(lines),
                    keep_left=frozenset[str]().union(*(line_fields(line, "left") for line in pending)),
                    keep_right=frozenset[str]().union(*(line_fields(line, "right") for line in pending)),
                    decided=persons,
                )
            )
            context.expect(here.connection, record)
            context.expect(there.connection, partner)


def _skipped(
    pair: Pair,
    context: Context,
    link: Link,
    decisions: list[tuple[tuple[LineState, ...], Decision]],
    left: Record,
    right: Record,
) -> str | None:
    """Return why the rule says that a record is skipped; None when it is not."""
    for unit, decision in decisions:
        if decision not in {"to_right", "to_left"}:
            continue
        side: SideName = "right" if decision == "to_right" else "left"
        endpoint, source, target = (pair.right, left, right) if side == "right" else (pair.left, right, left)
        for state in unit:
            assignment = state.line.to_right if side == "right" else state.line.to_left
            if not state.line.else_skip or assignment is None or assignment.create_only:
                continue
            outcome = apply_line(pair, context, state.line, side, source, link.suffix)
            problem = None if isinstance(outcome, Parked) else _problem(outcome, assignment.required)
            if problem is not None:
                return skip_text(f"{endpoint.connection}.{endpoint.module}/{target.id}", state.line.text, problem)
    return None


def skip_text(record: str, line: str, problem: str) -> str:
    """Return what is reported of a record that does not fit and that the rule says to skip."""
    return f"{record}: skipped, `{line}`: {problem}"


def _collect(
    pair: Pair,
    context: Context,
    link: Link,
    unit: tuple[LineState, ...],
    side: SideName,
    left: Record,
    right: Record,
    into: tuple[Fields, list[FieldChange], list[MapLine], list[tuple[str, str, str]]],
) -> None:
    """Add a unit's writes; if one of its values does not fit, the whole unit waits."""
    values, changes, lines, waits = into
    source = left if side == "right" else right
    target = right if side == "right" else left
    here = pair.right if side == "right" else pair.left
    gathered: list[tuple[str, FieldChange, Value]] = []
    for state in unit:
        assignment = state.line.to_right if side == "right" else state.line.to_left
        if assignment is None or assignment.create_only:
            continue
        outcome = apply_line(pair, context, state.line, side, source, link.suffix)
        problem = _problem(outcome, assignment.required)
        if problem is not None:
            held = _offered(outcome), to_json(target.fields.get(assignment.target))
            context.hold(
                Hold(
                    rule=pair.name,
                    location=state.line.location,
                    reason=f"`{state.line.text}`: {problem}",
                    why="parked" if isinstance(outcome, Parked) else "value",
                    record=context.name(here.connection, target),
                    field=state.line.text,
                    left=held[0] if side == "right" else held[1],
                    right=held[1] if side == "right" else held[0],
                )
            )
            return
        assert isinstance(outcome, Mapped)  # noqa: S101 - `_problem` names every other outcome; this tells the type checker
        old, new = target.fields.get(assignment.target), outcome.value
        if state.agrees and old == new:
            continue
        gathered.append(
            (
                assignment.target,
                FieldChange(field=assignment.target, old=to_json(old), new=to_json(new), location=state.line.location),
                new,
            )
        )
    if side == "right" and gathered and (state_now := no_longer_follows(pair, target)) is not None:
        _hold_sent(pair, context, unit, target, source, gathered[0][1], state_now)
        return
    looping = oscillating(context, link, here.connection, side, [change for _, change, _ in gathered])
    if looping is not None:
        _hold_loop(pair, context, unit, here.connection, target, looping)
        return
    for name, change, new in gathered:
        values[name] = new
        changes.append(change)
        waits += [(one.connection, one.source_module, one.source_id) for one in partners_in(new)]
    lines.extend(state.line for state in unit)


def _hold_sent(
    pair: Pair,
    context: Context,
    unit: tuple[LineState, ...],
    target: Record,
    source: Record,
    change: FieldChange,
    state: str,
) -> None:
    line = unit[0].line
    hold = Hold(
        rule=pair.name,
        location=change.location,
        reason=f"`{line.group or line.text}`: it is {state} by now, so a person decides",
        why="document",
        record=context.name(pair.right.connection, target),
        candidates=(context.name(pair.left.connection, source),),
        field=change.field,
        left=change.new,
        right=change.old,
    )
    decided = context.reviews.of(hold)
    if decided is None:
        context.hold(hold)
        return
    # Left as it is, the one thing that can be decided: that stands until there is something else to write.
    context.reviews.standing.add(decided.review)
    for endpoint, record in ((pair.left, source), (pair.right, target)):
        context.look_again(endpoint.connection, record.module, record.id)


def _problem(outcome: Mapped | Misfit | Parked, required: bool) -> str | None:  # noqa: FBT001 - a fact of the field
    match outcome:
        case Misfit():
            return outcome.reason
        case Parked():
            return f"waits for the partner of {outcome.reference.module}/{outcome.reference.id}"
        case Mapped():
            return (
                "it would be empty, and the other system requires a value"
                if required and outcome.value is None
                else None
            )


def _offered(outcome: Mapped | Misfit | Parked) -> Any:
    """Return what was to be written, as it stands in a hold."""
    return to_json(outcome.reference if isinstance(outcome, Parked) else outcome.value)


def _hold_loop(
    pair: Pair, context: Context, unit: tuple[LineState, ...], connection: str, target: Record, looping: FieldChange
) -> None:
    line = unit[0].line
    context.hold(
        Hold(
            rule=pair.name,
            location=looping.location,
            reason=f"`{line.group or line.text}`: something undoes it: {MOST} writes to and fro in {HOURS} hours",
            why="conflict",
            record=context.name(connection, target),
            field=looping.field,
            left=looping.new if connection == pair.right.connection else looping.old,
            right=looping.old if connection == pair.right.connection else looping.new,
        )
    )


def _persons(lines: Sequence[MapLine], side: SideName, decided: Mapping[str, Decided]) -> tuple[Decided, ...]:
    """Return the decisions because of which lines are written to a side, each with the fields it is about."""
    found: dict[str, Decided] = {}
    for line in lines:
        decision = decided.get(line.digest)
        assignment = line.to_right if side == "right" else line.to_left
        if decision is not None and assignment is not None:
            known = found.get(decision.review, decision)
            found[decision.review] = replace(known, fields=known.fields | {assignment.target})
    return tuple(found.values())


def _reason(there: str, changes: Sequence[FieldChange], persons: Sequence[Decided], *, first: bool) -> str:
    by_rule = f"first contact: {there} counts" if first else f"changed in {there}"
    if not persons:
        return by_rule
    fields = frozenset[str]().union(*(decided.fields for decided in persons))
    told = ", ".join(dict.fromkeys(decided.reason for decided in persons))
    return told if all(change.field in fields for change in changes) else f"{by_rule}; {told}"


def settle_conflicts(
    pair: Pair,
    context: Context,
    left: Record,
    right: Record,
    decisions: Sequence[tuple[tuple[LineState, ...], Decision]],
) -> tuple[list[tuple[tuple[LineState, ...], Decision]], dict[str, Decided]]:
    """Return the decisions on units after those of people: what they decided travels, instead of being held.

    Beside them is which person decided, by the digests of the lines. A decision for a side from which a line does not
    lead leaves both sides as they are.
    """
    settled: list[tuple[tuple[LineState, ...], Decision]] = []
    persons: dict[str, Decided] = {}
    for unit, decision in decisions:
        found = context.reviews.of(conflict_hold(pair, context, unit, left, right)) if decision == "hold" else None
        if found is None or not isinstance(found.decision, TakeSide):
            settled.append((unit, decision))
            continue
        to_right = found.decision.side == "left"
        able = any(state.can_right if to_right else state.can_left for state in unit)
        settled.append((unit, "settled" if not able else "to_right" if to_right else "to_left"))
        persons.update((state.line.digest, found) for state in unit)
    return settled, persons


def conflict_hold(pair: Pair, context: Context, unit: tuple[LineState, ...], left: Record, right: Record) -> Hold:
    """Return the question that a conflict asks, with what both sides hold."""
    state = next((item for item in unit if not item.agrees), unit[0])
    line = state.line
    sides = [_both(item) for item in unit]
    return Hold(
        rule=pair.name,
        location=line.location,
        reason=f"both sides differ in `{line.group or line.text}` and the rule says review",
        why="conflict",
        record=context.name(pair.left.connection, left),
        candidates=(context.name(pair.right.connection, right),),
        field=line.group or line.text,
        left=_together([item for item, _ in sides]),
        right=_together([item for _, item in sides]),
    )


def _both(state: LineState) -> tuple[Value, Value]:
    """Return what each side has to say about a line."""
    left, right = state.left_holds, state.right_holds
    if not state.can_left and state.line.to_right is not None:
        left = state.right_mapped
    if not state.can_right and state.line.to_left is not None:
        right = state.left_mapped
    return left, right


def _together(values: Sequence[Value]) -> Any:
    """Return the values of a unit as one: a group is decided as a whole."""
    if len(values) == 1:
        return to_json(values[0])
    return ", ".join(show(value) for value in values if not is_empty(value))
