"""The story of a record and its partners: everything that the state knows to have happened, in order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.engine.lines import SIDES, line_fields
from syncdsl.schema.model import Model
from syncdsl.state.lineage import COMPACTED, MADE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.subject import Subjects
    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.state import HistoryRow, Link, ReviewItem, State
    from syncdsl.state.records import Unmade

What: TypeAlias = Literal[
    "linked",
    "re-linked",
    "unlinked",
    "status",
    "compacted",
    "wrote",
    "saw",
    "refused",
    "dropped",
    "in doubt",
    "asked",
    "decided",
    "settled",
]
"""What happened: to a link, to a field (written by syncdsl, or seen to be changed), to a write, to a question."""

_UNMADE: dict[str, What] = {
    "rejected": "refused",
    "dropped": "dropped",
    "ambiguous": "in doubt",
    "quarantined": "in doubt",
}


class Event(Model):
    """One thing that happened. `record` is `connection.Module/id`; values are in the form of `schema.values.to_json`.

    `seq` is its place in the history; questions have none. `text` tells what fields do not.
    """

    at: dt.datetime | None
    run: str
    what: What
    record: str
    side: Literal["left", "right"] | None = None
    field: str | None = None
    old: Any = None
    new: Any = None
    text: str = ""
    rule: str = ""
    location: str = ""
    intent: str | None = None
    by: str | None = None
    erased: bool = False
    seq: int | None = None


class Bond(Model):
    """A link as it is now."""

    pair: str
    left: str
    right: str
    status: str
    origin: str
    linked_at: dt.datetime | None


class Story(Model):
    """What `syncdsl history RECORD --format json` prints. `left_out` earlier events are not among those shown."""

    format: Literal["syncdsl/history/1"] = "syncdsl/history/1"
    record: str
    label: str
    links: tuple[Bond, ...]
    events: tuple[Event, ...]
    left_out: int = 0


def story_of(
    state: State, plan: Plan, subjects: Subjects, record: RecordName, *, field: str | None, limit: int | None
) -> Story:
    """Return the story of a record: with `field` only of that field and of what is mapped with it; the last events."""
    subject, links = subjects.subject(record)
    rows = state.history_of(uids=subject.uids, records=subject.records)
    starts = state.run_starts(row.run for row in rows if row.entry.at is None)
    pairs = {link.uid: link.pair for link in links}
    told = [event for row in rows for event in _events(row, plan, pairs, starts.get(row.run))]
    events = _without_echoes(told)
    events += [_unmade(write) for write in state.unmade_writes(subject)]
    for item in state.reviews_of(subject.records):
        events += _questions(item)
    if field is not None:
        wanted = _mapped_with(plan, links, field)
        events = [event for event in events if event.field is not None and event.field.casefold() in wanted]
    # What has no time is older than what has; of one moment, the history tells the order.
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    events.sort(key=lambda event: (event.at or epoch, event.seq is None, event.seq or 0))
    shown = events[-limit:] if limit else events
    return Story(
        record=record.text,
        label=record.label,
        links=tuple(_bond(plan, link) for link in sorted(links, key=lambda item: (item.pair, item.uid))),
        events=tuple(shown),
        left_out=len(events) - len(shown),
    )


def _bond(plan: Plan, link: Link) -> Bond:
    left, right = _ends(plan.pairs.get(link.pair), link.left_id, link.right_id)
    return Bond(
        pair=link.pair, left=left, right=right, status=link.status, origin=link.origin, linked_at=link.linked_at
    )


def _ends(pair: Pair | None, left_id: str, right_id: str) -> tuple[str, str]:
    if pair is None:
        return left_id, right_id
    return (
        f"{pair.left.connection}.{pair.left.module}/{left_id}",
        f"{pair.right.connection}.{pair.right.module}/{right_id}",
    )


def _events(row: HistoryRow, plan: Plan, pairs: dict[str, str], started: dt.datetime | None) -> list[Event]:
    """Return what a row of the history tells."""
    entry = row.entry
    place = f"{entry.connection}.{entry.module}/" if entry.connection else ""

    def event(what: What, **facts: Any) -> Event:
        common = {
            "at": entry.at or started,
            "run": row.run,
            "what": what,
            "record": f"{place}{entry.record_id}",
            "side": entry.side,
            "rule": entry.cause_rule,
            "location": entry.cause_location,
            "intent": entry.iid,
            "by": entry.by,
            "erased": entry.erased,
            "seq": row.seq,
        }
        return Event.model_validate({**common, **facts})

    match entry.kind:
        case "field":
            return [event("wrote", field=entry.field, old=entry.old, new=entry.new)]
        case "status":
            return [event("status", old=entry.old, new=entry.new)]
        case "base":
            names = [*entry.new, *(name for name in entry.old if name not in entry.new)]
            return [event("saw", field=name, old=entry.old.get(name), new=entry.new.get(name)) for name in names]
        case "link":
            pair = plan.pairs.get(pairs.get(entry.uid, entry.cause_rule))
            facts = entry.new or entry.old
            if not isinstance(facts, dict):
                return []
            if entry.new is None or entry.old is None:
                what: What = "unlinked" if entry.new is None else "linked"
                what = "compacted" if entry.field == COMPACTED else what
                ends = _ends(pair, facts.get("left_id", ""), facts.get("right_id", ""))
                text = f"{ends[0]} = {ends[1]}"
                return [event(what, text=text, new=facts.get("origin") if entry.field == MADE else None)]
            return [event("re-linked", text=", ".join(sorted(facts)), old=entry.old, new=entry.new)]


def _without_echoes(events: Sequence[Event]) -> list[Event]:
    """Leave out what a write itself made of a base: it is told already."""
    written = {(event.run, event.record, event.field) for event in events if event.what == "wrote"}
    return [event for event in events if event.what != "saw" or (event.run, event.record, event.field) not in written]


def _unmade(write: Unmade) -> Event:
    """Return what is known of a write that did not come about."""
    connection, module, record_id = write.record
    place = f"{connection}.{module}" + (f"/{record_id}" if record_id else "")
    text = f"{write.op}: {write.detail}" if write.detail else write.op
    return Event(
        at=write.at, run="", what=_UNMADE[write.state], record=place, text=text, rule=write.rule, intent=write.iid
    )


def _questions(item: ReviewItem) -> Iterable[Event]:
    """Return what a question went through: asked, decided, settled."""
    common: dict[str, Any] = {
        "record": f"{item.connection}.{item.module}/{item.record_id}",
        "field": item.field,
        "rule": item.rule,
        "location": item.location,
    }
    found = [Event(at=item.opened, run=item.opened_run, what="asked", text=item.reason, **common)]
    if item.decided_at is not None:
        chosen = ", ".join(f"{name} {value}" for name, value in sorted((item.decision or {}).items()))
        found.append(Event(at=item.decided_at, run="", what="decided", text=chosen, by=item.decided_by, **common))
    if item.closed is not None:
        found.append(Event(at=item.closed, run="", what="settled", text=item.reason, **common))
    return found


def _mapped_with(plan: Plan, links: Sequence[Link], field: str) -> set[str]:
    """Return a field's name and those of the fields that lines map it with, regardless of case."""
    wanted = {field.casefold()}
    found = set(wanted)
    for name in {link.pair for link in links}:
        pair = plan.pairs.get(name)
        for line in pair.lines if pair is not None else ():
            names = {item.casefold() for side in SIDES for item in line_fields(line, side)}
            if names & wanted:
                found |= names
    return found
