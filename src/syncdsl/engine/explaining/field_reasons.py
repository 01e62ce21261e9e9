"""Why the fields of a line are as they are: what was written last, what was seen last, and who won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.changes.decisions import TakeSide, stored_decision
from syncdsl.changes.effects import Hold, Update
from syncdsl.engine.explaining.answers import Cause, FieldWhy, SideValues
from syncdsl.engine.lines import line_fields, line_state
from syncdsl.engine.mapping import source_value
from syncdsl.engine.nesting import side_of
from syncdsl.plan.expressions import Constant
from syncdsl.plan.wording import expression_text
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import Erased, from_json, is_empty, to_json
from syncdsl.state.lineage import MADE, follow, link_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.explaining.answers import Reason
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import LineState
    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.state import HistoryEntry, HistoryRow, Link, ReviewItem


SHORT = 8
"""Characters of the id of a run: enough to find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one link: the link itself, its two records as far as they are on file, its history, questions.

    `rows` are the oldest first.
    """

    look: Look
    pair: Pair
    link: Link
    left: Record | None
    right: Record | None
    rows: Sequence[HistoryRow]
    items: Sequence[ReviewItem]

    @property
    def context(self) -> Context:
        """What the steps of the look shared."""
        return self.look.context

    def record(self, side: SideName) -> Record | None:
        """Return the record of a side."""
        return self.left if side == "left" else self.right

    def name(self, side: SideName) -> str:
        """Return the record of a side as it is named."""
        endpoint = side_of(self.pair, side)
        record_id = self.link.left_id if side == "left" else self.link.right_id
        return f"{endpoint.connection}.{endpoint.module}/{record_id}"

    def base(self, side: SideName, link: Link | None = None) -> dict[str, Any]:
        """Return what a side held when the two were last synced, or by an earlier state of the link."""
        known = link or self.link
        return known.left_base if side == "left" else known.right_base

    @property
    def made(self) -> HistoryRow | None:
        """The row that tells how the link was made."""
        mine = [row for row in self.rows if row.entry.kind == "link" and row.entry.field == MADE]
        return next((row for row in mine if row.entry.new is not None), None)


def field_why(told: Told, line: MapLine) -> FieldWhy:
    """Return why the fields of a line are as they are on both sides."""
    state = None
    if told.left is not None and told.right is not None:
        state = line_state(told.pair, told.context, line, told.left, told.right, told.link)
    reason, text, row, lost = _reason(told, line)
    return FieldWhy(
        line=line.text,
        location=line.location,
        left=_side(told, line, "left", state),
        right=_side(told, line, "right", state),
        reason=reason,
        text=text,
        cause=cause_of(told, row) if row is not None else None,
        lost=lost,
        next=_next(told, line),
    )


def cause_of(told: Told, row: HistoryRow) -> Cause:
    """Return what a row of the history names as its cause."""
    starts = told.context.run.state.run_starts([row.run]) if row.entry.at is None else {}
    return Cause(
        run=row.run,
        at=row.entry.at or starts.get(row.run),
        by=row.entry.by,
        location=row.entry.cause_location,
        write=row.entry.iid,
    )


# -- values ---------------------------------------------------------------------------------------------------------


def _side(told: Told, line: MapLine, side: SideName, state: LineState | None) -> SideValues | None:
    """Return what a side holds of a line: of one field, or of the expression that feeds the other side."""
    endpoint = side_of(told.pair, side)
    written = line.to_left if side == "left" else line.to_right
    feeding = line.to_right if side == "left" else line.to_left
    if written is None and (feeding is None or isinstance(feeding.value, Constant)):
        return None
    base, record = told.base(side), told.record(side)
    fields = dict(record.fields) if record is not None else {}
    name: str
    if written is not None:
        name = written.target
        kind = told.context.type_of(endpoint.connection, endpoint.module, name)
        then, now = base.get(name), canonical(fields.get(name), kind)
    else:
        assert feeding is not None  # noqa: S101 - one of the two is there, as was asked above
        name = expression_text(feeding.value)
        record_id = told.link.left_id if side == "left" else told.link.right_id
        then = source_value(told.context, feeding, endpoint.connection, {**base, "id": record_id})
        now = source_value(told.context, feeding, endpoint.connection, fields)
    erased = any(isinstance(base.get(field), Erased) for field in line_fields(line, side))
    if erased and written is None:
        then = next(value for field in line_fields(line, side) if isinstance(value := base.get(field), Erased))
    return SideValues(
        connection=endpoint.connection,
        record=told.name(side),
        field=name,
        base=to_json(then),
        now=to_json(now),
        changed=state is not None and (state.left_changed if side == "left" else state.right_changed),
        erased=erased,
    )


def _next(told: Told, line: MapLine) -> str:
    """Return what a run would do about a line now, in words; empty when nothing."""
    for effect in told.look.effects(told.pair.name):
        if isinstance(effect, Update) and any(change.location == line.location for change in effect.fields):
            return f"the next run writes it to {effect.record.connection}: {effect.reason}"
        if isinstance(effect, Hold) and effect.location == line.location:
            return f"held: {effect.reason}"
    return ""


# -- reasons --------------------------------------------------------------------------------------------------------


def _reason(told: Told, line: MapLine) -> tuple[Reason, str, HistoryRow | None, Any]:
    """Return the reason with its words, the row of the history that tells it, and the value that gave way."""
    written, seen = _last_written(told, line), _last_seen(told, line)
    if written is not None and (seen is None or written.seq > seen.seq or written.run == seen.run):
        return _of_write(told, line, written)
    if seen is not None:
        return _of_seen(told, line, seen)
    if line.digest in told.link.lines:
        words = "both sides held the same when the records were linked, and nobody changed it since"
        return "the same", words, told.made, None
    return "never synced", "this line was not synced for these records yet", None, None


def _last_written(told: Told, line: MapLine) -> HistoryRow | None:
    """Return the last write of a field of a line."""
    targets = {
        (side, assignment.target)
        for side, assignment in (("left", line.to_left), ("right", line.to_right))
        if assignment is not None
    }
    rows = [row for row in told.rows if row.entry.kind == "field" and (row.entry.side, row.entry.field) in targets]
    return rows[-1] if rows else None


def _last_seen(told: Told, line: MapLine) -> HistoryRow | None:
    """Return the last time that a side of a line was seen to hold something else than before."""
    rows = [row for row in told.rows if row.entry.kind == "base" and _touches(row.entry, line)]
    return rows[-1] if rows else None


def _touches(entry: HistoryEntry, line: MapLine) -> bool:
    if entry.side is None:
        return False
    return bool(line_fields(line, entry.side) & {*entry.old, *entry.new})


def _seen_in(told: Told, line: MapLine, side: SideName, run: str) -> bool:
    """Return whether a side of a line was seen to hold something else in a run."""
    mine = (row.entry for row in told.rows if row.run == run and row.entry.kind == "base" and row.entry.side == side)
    return any(_touches(entry, line) for entry in mine)


def _of_write(told: Told, line: MapLine, row: HistoryRow) -> tuple[Reason, str, HistoryRow, Any]:
    """Return why a field was written."""
    entry = row.entry
    side: SideName = entry.side or "right"
    source: SideName = "left" if side == "right" else "right"
    here, there = side_of(told.pair, side).connection, side_of(told.pair, source).connection
    lost = None if is_empty(from_json(entry.old)) else entry.old
    assignment = line.to_left if side == "left" else line.to_right
    constant = assignment is not None and isinstance(assignment.value, Constant)
    if told.made is not None and told.made.run == row.run:
        return _at_first(told, line, row, lost, constant=constant)
    person = _person(told, line, row)
    if person is not None:
        return "person", f"both sides had changed it, and {person}", row, lost
    before = _before(told, row)
    if constant:
        return "constant", f"the rule writes a constant to {here}", row, lost
    if before is None or _was_new(told, line, before, row):
        words = f"the line was new to these records: {_policy(told, line, there)}"
        words = words if lost is not None else f"it was empty in {here}, so {there} filled it"
        return "first contact", words, row, lost
    target_changed = _held_otherwise(told, side, before, entry)
    source_changed = _seen_in(told, line, source, row.run)
    if line.enforce and (target_changed or not source_changed):
        return "enforced", f"`enforce`: {there} counts, whatever {here} holds", row, lost
    if target_changed and source_changed:
        return "policy", f"both sides had changed it: {_policy(told, line, there)}", row, lost
    if target_changed:
        return "policy", f"{here} had changed it, and {there} counts: {_policy(told, line, there)}", row, lost
    undone = None if source_changed else _undone(told, row)
    if undone is not None:
        return "undone", f"what run {undone.run[:SHORT]} wrote to {here} was put back", row, lost
    return "one side changed", f"only {there} had changed it since the last sync, so it travelled to {here}", row, lost


def _at_first(
    told: Told, line: MapLine, row: HistoryRow, lost: Any, *, constant: bool
) -> tuple[Reason, str, HistoryRow, Any]:
    """Return why a field was written when its record was made or linked."""
    side: SideName = row.entry.side or "right"
    source: SideName = "left" if side == "right" else "right"
    here, there = side_of(told.pair, side).connection, side_of(told.pair, source).connection
    facts = told.made.entry.new if told.made is not None else None
    origin = facts.get("origin") if isinstance(facts, dict) else ""
    if constant:
        return "constant", f"the rule writes a constant to {here}", row, lost
    if origin == f"created_{side}":
        return "created", f"the record was made in {here} from {there}", row, lost
    if lost is None:
        return "first contact", f"it was empty in {here} when the two were linked, so {there} filled it", row, lost
    rule = told.pair.on_duplicate
    if origin == "matched" and rule.action == "overwrite":
        words = f"the two were duplicates, and `on duplicate: overwrite in {here}` says {there} counts"
        return "first contact", words, row, lost
    if origin == "review":
        return "person", f"a person decided that {there} counts when the two were linked", row, lost
    return "first contact", f"the two differed when they were linked: {_policy(told, line, there)}", row, lost


def _of_seen(told: Told, line: MapLine, row: HistoryRow) -> tuple[Reason, str, HistoryRow, Any]:
    """Return what was seen and led to no write."""
    side: SideName = row.entry.side or "left"
    here = side_of(told.pair, side).connection
    if _seen_in(told, line, "left" if side == "right" else "right", row.run):
        return "seen", "both sides changed it to the same, so nothing was written", row, None
    far = (line.to_left if side == "left" else line.to_right) is not None and (
        line.to_right if side == "left" else line.to_left
    ) is None
    if far:
        return "seen", f"somebody changed it in {here}, the far side of a one-way line: it is left as it is", row, None
    words = f"somebody changed it in {here}; the other side meant the same already, so nothing was written"
    return "seen", words, row, None


def _before(told: Told, row: HistoryRow) -> Link | None:
    """Return the link as it was before the run of a row."""
    found: dict[str, dict[str, Any]] = {}
    for other in told.rows:
        if other.run == row.run:
            break
        if other.entry.uid == told.link.uid:
            follow(found, other.entry)
    facts = found.get(told.link.uid)
    return link_of(told.link.uid, facts) if facts is not None else None


def _was_new(told: Told, line: MapLine, before: Link, row: HistoryRow) -> bool:
    """Return whether a line was merged for the first time: by the first run since the rules that have it.

    Which lines were merged is not in the history; a base that holds a field of the line tells that it was.
    """
    if line_fields(line, "left") & before.left_base.keys() or line_fields(line, "right") & before.right_base.keys():
        return False
    force, made = told.context.run.state.rules_in_force(), told.made
    if force is None or made is None or made.entry.at is None or force.at <= made.entry.at:
        return False
    since = [one for one in told.rows if one.entry.at is not None and one.entry.at >= force.at]
    return bool(since) and since[0].run == row.run


def _undone(told: Told, row: HistoryRow) -> HistoryRow | None:
    """Return the last write before a write that was no rule's, where this one puts back what that one overwrote."""
    entry = row.entry
    earlier = (
        other
        for other in reversed(told.rows)
        if other.seq < row.seq
        and other.entry.kind == "field"
        and (other.entry.side, other.entry.field) == (entry.side, entry.field)
    )
    return next((other for other in earlier if (other.entry.old, other.entry.new) == (entry.new, entry.old)), None)


def _held_otherwise(told: Told, side: SideName, before: Link, entry: HistoryEntry) -> bool:
    """Return whether what a write replaced was not what that side held when it was last synced."""
    endpoint = side_of(told.pair, side)
    known = told.base(side, before).get(entry.field)
    if isinstance(known, Erased) or entry.erased:
        return False
    kind = told.context.type_of(endpoint.connection, endpoint.module, entry.field)
    held = canonical(from_json(entry.old), kind)
    return (None if is_empty(held) else held) != known


def _policy(told: Told, line: MapLine, there: str) -> str:
    """Return the policy that let a side win, as the rule says it."""
    if line.prefer is not None:
        chosen, named = line.prefer, "prefer"
    else:
        chosen, named = told.pair.on_conflict, "on conflict:"
    words = {"left": told.pair.left.connection, "right": told.pair.right.connection}.get(chosen, chosen)
    return f"`{named} {words}` says {there} counts" if chosen != "newest" else f"`{named} newest`: {there} was newer"


def _person(told: Told, line: MapLine, row: HistoryRow) -> str | None:
    """Return who decided on a conflict in a line, and how, because of which a write was made."""
    for item in _decided(told, line):
        decision = stored_decision(item.decision)
        in_time = item.decided_at is not None and (row.entry.at is None or item.decided_at <= row.entry.at)
        if isinstance(decision, TakeSide) and in_time and item.decided_by == row.entry.by:
            winner = side_of(told.pair, decision.side).connection
            return f"{item.decided_by or 'a person'} decided that {winner} counts"
    return None


def _decided(told: Told, line: MapLine) -> Iterator[ReviewItem]:
    for item in reversed(told.items):
        if item.kind == "conflict" and item.rule == told.pair.name and item.field in {line.text, line.group}:
            yield item
