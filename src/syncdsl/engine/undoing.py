"""Undo: what a run wrote is put back, where nobody changed it since.

It is decided from the history and from the records as they are now, by no rule; everything after that is as with any
other change set: preview, guards, approval, journal. A value that was put back is what that side holds: the bases of
both sides are as the records are then, so the next run finds nothing changed and leaves it.

What changed since goes to review, on either side: there is more to decide than this. What cannot be put back, such as a
deletion, is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Deactivate, FieldChange, Hold, Update
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.undo import NOTHING_TO_UNDO
from syncdsl.engine.lines import SIDES, line_fields
from syncdsl.engine.nesting import side_of
from syncdsl.engine.operations import DeactivateRecord, UpdateRecord
from syncdsl.engine.pull import fetch
from syncdsl.engine.undoing_documents import undo_document
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import from_json, to_json
from syncdsl.state.lineage import ENGINE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.change_set import Undone
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.schema.values import Value
    from syncdsl.state import HistoryEntry, Link
    from syncdsl.state.run_writes import RunWrite

_STAYS = {
    "delete": "deleted, and cannot be made again under its id",
    "deactivate": "made inactive; make it active again in its own system",
    "key": "linked; links stay",
    "send": "sent",
    "accept": "accepted",
    "decline": "declined",
    "void": "voided",
}
"""What is told of writes that are not put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWrite:
    """A write of an earlier run, with the fields that it left: what each held before and after."""

    write: RunWrite
    fields: tuple[HistoryEntry, ...]

    @property
    def record(self) -> tuple[str, str, str]:
        """The record that was written."""
        return self.write.connection, self.write.module, self.write.record_id or ""


def undo(context: Context, undone: Undone) -> None:
    """Decide what puts back what a run wrote, to all records or to one.

    Raises Fault SD851 when it wrote nothing of that.
    """
    past = _past(context, undone)
    if not past:
        where = f" to {undone.record}" if undone.record else ""
        raise Fault(
            NOTHING_TO_UNDO,
            f"the run `{undone.run}` wrote nothing{where}",
            help="`syncdsl runs show RUN` lists what a run wrote, `syncdsl history RECORD` what was done to a record",
        )
    _read_anew(context, past)
    links = context.run.state.links_by_uid(sorted({entry.uid for one in past for entry in one.fields}))
    stays: Counter[str] = Counter()
    for one in past:
        _undo(context, one, links, stays, undone)
    for what, count in sorted(stays.items()):
        many = "1 record was" if count == 1 else f"{count:,} records were"
        context.reported.append(f"{many} {what}")


def _past(context: Context, undone: Undone) -> list[PastWrite]:
    """Return what a run wrote, in order."""
    state = context.run.state
    fields: defaultdict[str, list[HistoryEntry]] = defaultdict(list)
    for row in state.written_in(undone.run):
        if row.entry.iid is not None:
            fields[row.entry.iid].append(row.entry)
    found: dict[tuple[str, ...], PastWrite] = {}
    for write in state.run_writes(undone.run):
        if write.state != "done":
            continue
        told = tuple(item for item in fields[write.iid] if item.field not in ENGINE_FIELDS)
        one = PastWrite(write=write, fields=told)
        place = (write.rule, *one.record)
        if write.op in {"create", "update", "key"}:
            found[place] = _joined(found[place], one) if place in found else one
        else:
            found[*place, write.iid] = one
    if undone.record is None:
        return list(found.values())
    return [one for one in found.values() if "{}.{}/{}".format(*one.record) == undone.record]


def _joined(first: PastWrite, then: PastWrite) -> PastWrite:
    """Return two writes to one record as one: what each field held before the first, and after the last of them."""
    fields = {entry.field: entry for entry in first.fields}
    for entry in then.fields:
        before = fields.get(entry.field)
        fields[entry.field] = entry if before is None else replace(entry, old=before.old)
    write = first.write if first.write.op == "create" or not then.fields else then.write
    return PastWrite(write=write, fields=tuple(fields.values()))


def _read_anew(context: Context, past: Sequence[PastWrite]) -> None:
    """Read the records that were written, and those they were written for, as they are now."""
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in past:
        for connection, module, record_id in (one.record, one.write.source):
            wanted[connection, module].add(record_id)
    for observation in context.observations.values():
        step = observation.step
        ids = {record_id for record_id in wanted[step.connection, step.module] if record_id in observation.records}
        if ids:
            found = fetch(context, observation, ids)
            observation.records.refresh(ids)
            observation.note([record_id for record_id in ids if record_id not in found], "gone")


def _undo(context: Context, one: PastWrite, links: dict[str, Link], stays: Counter[str], undone: Undone) -> None:
    write = one.write
    if write.op in _STAYS:
        stays[_STAYS[write.op]] += 1
        if not one.fields or write.op != "key":
            return
    reason = f"undo of run {undone.run}"
    if write.rule in context.plan.documents:
        undo_document(context, one.write, one.fields, reason)
        return
    pair = context.plan.pairs.get(write.rule)
    link = next((links[entry.uid] for entry in one.fields if entry.uid in links), None)
    if pair is None or link is None:
        stays[f"written by `{write.rule}`, which is no module of the rules in force or has no link to it any more"] += 1
        return
    side = _side(pair, one)
    left, right = (_seen(context, pair, name, link) for name in SIDES)
    record, partner = (right, left) if side == "right" else (left, right)
    if record is None or partner is None:
        stays["written and is, or its partner is, not there any more"] += 1
    elif write.op == "create":
        _take_back(context, pair, link, side, record, partner, reason)
    else:
        _put_back(context, pair, link, side, one, record, partner, reason)


def _side(pair: Pair, one: PastWrite) -> SideName:
    return "right" if one.record[:2] == (pair.right.connection, pair.right.module) else "left"


def _seen(context: Context, pair: Pair, side: SideName, link: Link) -> Record | None:
    observation = context.observations.get(side_of(pair, side).observe)
    record_id = link.left_id if side == "left" else link.right_id
    if observation is None or record_id in observation.gone:
        return None
    return observation.records.get(record_id)


def _take_back(
    context: Context, pair: Pair, link: Link, side: SideName, record: Record, partner: Record, reason: str
) -> None:
    """Make a record inactive that a run made; it is not deleted, and its link stays, so that it is not made again."""
    here, there = side_of(pair, side), side_of(pair, "left" if side == "right" else "right")
    effect = Deactivate(
        rule=pair.name,
        location=pair.location,
        reason=f"{reason}, which made it",
        record=context.name(here.connection, record),
        side=side,
        partner=context.name(there.connection, partner),
    )
    context.add(DeactivateRecord(effect=effect, pair=pair, link=link, record=record, evidence=None))
    context.expect(here.connection, record)


def _put_back(
    context: Context,
    pair: Pair,
    link: Link,
    side: SideName,
    one: PastWrite,
    record: Record,
    partner: Record,
    reason: str,
) -> None:
    """Put the fields of a record back that hold what the run wrote, and hold the others."""
    here, there = side_of(pair, side), side_of(pair, "left" if side == "right" else "right")
    changes: list[FieldChange] = []
    lines: list[MapLine] = []
    decided: list[Decided] = []
    for entry in one.fields:
        written = [line for line in pair.lines if _writes(line, side, entry.field)]
        now = record.fields.get(entry.field)
        if entry.erased or not written:
            context.reported.append(
                f"{context.name(here.connection, record).text}: `{entry.field}` cannot be put back, because "
                + ("its earlier value was erased" if entry.erased else "no rule writes it any more")
            )
        elif _same(context, here.connection, record, entry.field, now, entry.old):
            continue
        elif any(line.enforce for line in written):
            context.reported.append(
                f"{context.name(here.connection, record).text}: `{written[0].text}` is enforced, so the next run would "
                "write it again; take `enforce` out of the rules first"
            )
        else:
            hold = _hold(context, pair, side, entry, record, partner, reason)
            changed = not _same(context, here.connection, record, entry.field, now, entry.new)
            if changed or _moved(context, pair, link, side, written, partner):
                answer = context.reviews.of(hold)
                if answer is None or answer.decision.choice != "restore":
                    context.hold(hold)
                    context.expect(here.connection, record)
                    continue
                decided.append(answer)
            changes.append(
                FieldChange(field=entry.field, old=to_json(now), new=entry.old, location=entry.cause_location)
            )
            lines += [line for line in written if line not in lines]
    if not changes:
        return
    effect = Update(
        rule=pair.name,
        location=pair.location,
        reason=reason,
        record=context.name(here.connection, record),
        side=side,
        partner=context.name(there.connection, partner),
        fields=tuple(changes),
    )
    context.add(
        UpdateRecord(
            effect=effect,
            pair=pair,
            link_uid=link.uid,
            record=record,
            partner=partner,
            values={change.field: from_json(change.new) for change in changes},
            lines=tuple(lines),
            decided=tuple(decided),
        )
    )
    context.expect(here.connection, record)
    context.expect(there.connection, partner)


def _writes(line: MapLine, side: SideName, field: str) -> bool:
    assignment = line.to_right if side == "right" else line.to_left
    return assignment is not None and assignment.target == field


def _same(context: Context, connection: str, record: Record, field: str, now: Value, known: object) -> bool:
    kind = context.type_of(connection, record.module, field)
    return canonical(now, kind) == canonical(from_json(known), kind)


def _moved(context: Context, pair: Pair, link: Link, side: SideName, lines: Iterable[MapLine], partner: Record) -> bool:
    """Return whether what feeds the lines was changed since on the other side: that would travel all the same."""
    other: SideName = "left" if side == "right" else "right"
    endpoint = side_of(pair, other)
    names = set().union(*(line_fields(line, other) for line in lines))
    base = link.left_base if other == "left" else link.right_base
    now = context.canonical_fields(endpoint.connection, endpoint.module, partner.fields, names)
    return any(now.get(name) != base.get(name) for name in names)


def _hold(
    context: Context, pair: Pair, side: SideName, entry: HistoryEntry, record: Record, partner: Record, reason: str
) -> Hold:
    here, there = side_of(pair, side), side_of(pair, "left" if side == "right" else "right")
    return Hold(
        rule=pair.name,
        location=entry.cause_location,
        reason=f"{reason}: `{entry.field}` or what it is made of was changed since",
        why="undo",
        record=context.name(here.connection, record),
        candidates=(context.name(there.connection, partner),),
        field=entry.field,
        left=to_json(record.fields.get(entry.field)),
        right=entry.old,
    )
