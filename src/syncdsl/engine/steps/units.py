"""Units that travel become one update per side; units that conflict or do not fit become holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import FieldChange, Hold, RecordName, Update
from syncdsl.engine.lines import apply_line, line_fields
from syncdsl.engine.mapping import Mapped, Misfit, Parked
from syncdsl.engine.operations import UpdateRecord
from syncdsl.engine.oscillation import HOURS, MOST, oscillating
from syncdsl.schema.values import PartnerOf, to_json

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import Decision, LineState
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
) -> None:
    """Make one update per side out of the units that travel; hold what conflicts or does not fit.

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
            _hold_conflict(pair, context, unit, left, right)
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
            record, partner = (right, left) if side == "right" else (left, right)
            here, there = (pair.right, pair.left) if side == "right" else (pair.left, pair.right)
            effect = Update(
                rule=pair.name,
                location=changes[0].location,
                reason=f"first contact: {there.connection} counts" if first else f"changed in {there.connection}",
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
            _hold_value(pair, context, state.line, here.connection, target, problem, parked=isinstance(outcome, Parked))
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
    looping = oscillating(context, link, here.connection, side, [change for _, change, _ in gathered])
    if looping is not None:
        _hold_loop(pair, context, unit, here.connection, target, looping)
        return
    for name, change, new in gathered:
        values[name] = new
        changes.append(change)
        if isinstance(new, PartnerOf):
            waits.append((new.connection, new.source_module, new.source_id))
    lines.extend(state.line for state in unit)


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


def _hold_value(
    pair: Pair, context: Context, line: MapLine, connection: str, target: Record, problem: str, *, parked: bool
) -> None:
    context.effects.append(
        Hold(
            rule=pair.name,
            location=line.location,
            reason=f"`{line.text}`: {problem}",
            why="parked" if parked else "value",
            record=context.name(connection, target),
        )
    )


def _hold_loop(
    pair: Pair, context: Context, unit: tuple[LineState, ...], connection: str, target: Record, looping: FieldChange
) -> None:
    line = unit[0].line
    context.effects.append(
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


def _hold_conflict(pair: Pair, context: Context, unit: tuple[LineState, ...], left: Record, right: Record) -> None:
    state = next((item for item in unit if not item.agrees), unit[0])
    line = state.line
    left_name: RecordName = context.name(pair.left.connection, left)
    left_value, right_value = state.left_holds, state.right_holds
    if not state.can_left and line.to_right is not None:
        left_value = state.right_mapped
    if not state.can_right and line.to_left is not None:
        right_value = state.left_mapped
    context.effects.append(
        Hold(
            rule=pair.name,
            location=line.location,
            reason=f"both sides differ in `{line.group or line.text}` and the rule says review",
            why="conflict",
            record=left_name,
            candidates=(context.name(pair.right.connection, right),),
            field=line.group or line.text,
            left=to_json(left_value),
            right=to_json(right_value),
        )
    )
    context.expect(pair.left.connection, left)
    context.expect(pair.right.connection, right)
