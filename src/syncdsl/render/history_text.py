"""The story of a record as people read it: by run, what happened to whom, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.engine.story import Event, Story, What

_MEANING: dict[What, str] = {
    "linked": "link",
    "re-linked": "link",
    "unlinked": "void",
    "status": "warning",
    "compacted": "dim",
    "wrote": "update",
    "saw": "bold",
    "refused": "error",
    "dropped": "warning",
    "in doubt": "warning",
    "asked": "hold",
    "decided": "good",
    "settled": "good",
}
_ORIGINS = {
    "created_left": "made from the right one",
    "created_right": "made from the left one",
    "matched": "matched",
    "adopted": "taken over from links on the records",
    "key": "found by the syncdsl key",
    "review": "decided by a person",
}
_STATUS = {
    "active": "in sync",
    "left_gone": "the left one was deleted",
    "right_gone": "the right one was deleted",
    "both_gone": "both were deleted",
}
SHORT = 8
"""Characters of the id of a run or an intent: enough to find it."""


def render_story(story: Story, style: Style = PLAIN, width: int = 100) -> str:
    """Return the story, the oldest first: what happened last is nearest to the prompt."""
    lines = [style("bold", neutral(story.label)) + "  " + style("dim", neutral(story.record))]
    for bond in story.links:
        status = _STATUS.get(bond.status, neutral(bond.status))
        ends = f"{neutral(bond.left)} = {neutral(bond.right)}"
        lines.append(f"  {ends}  {style('dim', f'{neutral(bond.pair)}, {status}')}")
    if not story.events:
        return "\n".join([*lines, "", "Nothing has happened to it that is still on file."]) + "\n"
    if story.left_out:
        earlier = counted(story.left_out, "earlier event")
        lines += ["", style("dim", f"… {earlier}; `--limit` shows more")]
    columns = _Columns(story.events)
    for _, group in groupby(story.events, key=_when):
        inside = list(group)
        lines += ["", _head(inside[0], style)]
        lines += [columns.line(event, style, width) for event in inside]
    return "\n".join(lines) + "\n"


def _when(event: Event) -> tuple[str, str, str]:
    return _moment(event.at), event.run, event.by or ""


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at is not None else "some time before"


def _head(event: Event, style: Style) -> str:
    parts = [f"run {neutral(event.run[:SHORT])}"] if event.run else []
    parts += [neutral(event.by)] if event.by else []
    return f"{style('bold', _moment(event.at))}  {style('dim', ', '.join(parts))}".rstrip()


class _Columns:
    """How wide what, record and field are in one story; a record is its connection where that says enough."""

    def __init__(self, events: Sequence[Event]) -> None:
        fields = [event for event in events if event.what in _OF_FIELDS]
        self._several = len({event.record for event in fields}) > len({_system(event) for event in fields})
        self._what = max((len(event.what) for event in events), default=0)
        self._record = min(max((cells(self._name(event)) for event in fields), default=0), 40)
        self._field = min(max((cells(neutral(event.field or "")) for event in fields), default=0), 28)

    def line(self, event: Event, style: Style, width: int) -> str:
        """Return the line of an event, its cause at the end."""
        what = style(_MEANING[event.what], event.what.ljust(self._what))
        cause = _cause(event)
        room = max(width - self._what - 4 - (cells(cause) + 2 if cause else 0), 24)
        if event.what in _OF_FIELDS:
            names = f"{_padded(self._name(event), self._record)}  {_padded(neutral(event.field or ''), self._field)}"
            both = max(room - self._record - self._field - 7, 16)
            old, new = value_text(event.old, both), value_text(event.new, both)
            if cells(old) + cells(new) > both:
                # Who needs less leaves the rest to the other.
                half = both // 2
                left = max(half, both - cells(new))
                old = value_text(event.old, left)
                new = value_text(event.new, both - cells(old))
            text = f"{names}  {style('void', old)} → {style('create', new)}"
        else:
            text = cut(_sentence(event), room)
        return f"  {what}  {text}" + (f"  {style('dim', cause)}" if cause else "")

    def _name(self, event: Event) -> str:
        return neutral(event.record if self._several else _system(event))


_OF_FIELDS = frozenset({"wrote", "saw"})
_WRITES = frozenset({"wrote", "refused", "dropped", "in doubt"})


def _system(event: Event) -> str:
    return event.record.partition(".")[0]


def _padded(text: str, width: int) -> str:
    shown = cut(text, width)
    return shown + " " * (width - cells(shown))


def _sentence(event: Event) -> str:
    match event.what:
        case "linked":
            origin = _ORIGINS.get(str(event.new), "")
            return neutral(event.text) + (f", {origin}" if origin else "")
        case "status":
            return f"{neutral(event.record)}: {_STATUS.get(str(event.new), neutral(str(event.new)))}"
        case "compacted":
            return f"what was before is no longer kept; {neutral(event.text)}"
        case "re-linked":
            moved = ((name, event.old.get(name), event.new.get(name)) for name in sorted(event.new))
            return ", ".join(f"{neutral(name)} {value_text(old)} → {value_text(new)}" for name, old, new in moved)
        case "unlinked":
            return neutral(event.text)
        case _:
            where = f"{neutral(event.record)} {neutral(event.field or '')}".rstrip()
            return f"{where}: {neutral(event.text)}" if event.text else where


def _cause(event: Event) -> str:
    """Return why: the line of the rule, and the write. What was seen was done by somebody in that system."""
    if event.what == "saw":
        return ""
    intent = f" · write {event.intent[:SHORT]}" if event.intent and event.what in _WRITES else ""
    return neutral((event.location or event.rule) + intent)
