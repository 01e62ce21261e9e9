"""The review queue as people read it: a table by kind, and one item with everything that is known of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import stored_decision
from syncdsl.engine.choices import candidates_of, decision_text, meaning, side_words, sides_of
from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.preview.facts import TITLES
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.values_text import label_text, value_text
from syncdsl.schema.values import is_empty, to_json
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import ReviewItem

NOUNS = {
    "conflict": ("conflict", "conflicts"),
    "match": ("disputed match", "disputed matches"),
    "duplicate": ("duplicate", "duplicates"),
    "value": ("value", "values"),
    "parked": ("parked", "parked"),
    "deleted": ("deleted record", "deleted records"),
    "ambiguous": ("create in doubt", "creates in doubt"),
    "document": ("document", "documents"),
    "access": ("question of access", "questions of access"),
    "undo": ("value that was changed since", "values that were changed since"),
}
CANDIDATES = 5
"""How many candidates are compared field by field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an item beside itself: its pair, the text of its line, and records as they were read last.

    `fields` are by (connection, module, id).
    """

    pair: Pair | None
    line: str | None
    fields: Mapping[tuple[str, str, str], Fields]


def age(since: dt.datetime, now: dt.datetime) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    seconds = max((now - since).total_seconds(), 0)
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return "just now"


def render_reviews(items: Sequence[ReviewItem], now: dt.datetime, style: Style = PLAIN, width: int = 100) -> str:
    """Return the queue: how much of each kind, then a table by kind; what is decided or settled says so."""
    if not items:
        return style("good", "Nothing waits for a decision.") + "\n"
    lines = _figures(items, style)
    by_kind: dict[str, list[ReviewItem]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    since = max(len("since"), *(len(age(item.opened, now)) for item in items))
    for kind, title in TITLES.items():
        if kind in by_kind:
            noun = NOUNS[kind][1]
            lines += ["", f"{style('hold', noun)}  {style('dim', cut(title, width - len(noun) - 2))}"]
            for item in by_kind[kind]:
                lines += _table_row(item, age(item.opened, now).rjust(since), style, width)
    return "\n".join(lines) + "\n"


def _figures(items: Sequence[ReviewItem], style: Style) -> list[str]:
    states = Counter(item.state for item in items)
    kinds: Counter[str] = Counter(item.kind for item in items if item.state == "open")
    listed = ", ".join(counted(kinds[kind], *NOUNS[kind]) for kind in TITLES if kinds[kind])
    lines = [style("bold", f"{states['open']:,} open") + (f": {listed}" if listed else "")]
    dismissed = sum(item.state == "decided" and item.field == REFUSED for item in items)
    if states["decided"] > dismissed:
        told = style.prose(", carried out by the next `syncdsl apply`")
        lines.append(style("good", f"{states['decided'] - dismissed:,} decided") + told)
    if dismissed:
        lines.append(f"{dismissed:,} dismissed, until something about it changes")
    if states["closed"]:
        lines.append(f"{states['closed']:,} settled")
    return lines


def _table_row(item: ReviewItem, since: str, style: Style, width: int) -> list[str]:
    """Return the lines of an item: which record and since when, what is asked, and what was decided."""
    room = width - len(item.id) - cells(since) - 6
    label = cut(neutral(item.label), max(min(room * 2 // 3, room - 10), 6))
    subject = cut(neutral(_subject(item)), max(room - cells(label) - 2, 8))
    gap = " " * max(room - cells(label) - cells(subject) - 2, 0)
    lines = [f"  {style('bold', item.id)}  {label}  {style('dim', subject)}{gap}  {style('dim', since)}"]
    lines.append(f"            {cut(_what(item), width - 12)}")
    state = _state_text(item)
    return [*lines, "            " + style("good", cut(state, width - 12))] if state else lines


def _fill(text: str, width: int) -> str:
    return text + " " * max(width - cells(text), 0)


def _subject(item: ReviewItem) -> str:
    return f"{item.connection}.{item.module}/{item.record_id}"


def _what(item: ReviewItem) -> str:
    """Return what is asked, in one line."""
    candidates = candidates_of(item)
    if item.kind == "conflict":
        left, right = sides_of(item)
        return f"{neutral(item.field or '')}: {left} {value_text(item.left, 24)}, {right} {value_text(item.right, 24)}"
    if item.kind in {"match", "duplicate", "ambiguous"} and candidates:
        listed = ", ".join(f"{label_text(one, 24)} ({neutral(one.id or '')})" for one in candidates[:3])
        more = f" and {len(candidates) - 3} more" if len(candidates) > 3 else ""
        verb = {"match": "one of", "duplicate": "like", "ambiguous": "made one of"}[item.kind]
        return f"{verb} {listed}{more}: {neutral(item.reason)}"
    return neutral(item.reason)


def _state_text(item: ReviewItem) -> str:
    decision = stored_decision(item.decision)
    if decision is None:
        return "settled without a decision" if item.state == "closed" else ""
    comment = f": {neutral(decision.comment)}" if decision.comment else ""
    word = "decided" if item.state == "decided" else "settled"
    return f"{word}: {neutral(decision_text(item, decision))}, by {neutral(item.decided_by or '')}{comment}"


def render_review(item: ReviewItem, known: Known, now: dt.datetime, style: Style = PLAIN, width: int = 100) -> str:
    """Return one item: what is asked and why, both sides field by field, and the commands that decide it."""
    opened = item.opened.strftime("%Y-%m-%d %H:%M UTC")
    waits = "settled" if item.state == "closed" else f"waits since {opened}, {age(item.opened, now)}"
    noun = NOUNS[item.kind][0]
    lines = [
        f"{style('bold', item.id)}  {style('hold', noun)}  {style('dim', cut(waits, width - len(noun) - 12))}",
        _named(item.label, _subject(item), style, width),
        *_wrapped(f"{neutral(item.reason)}.", width, style),
        "  " + style("dim", cut(_place(item), width - 2)),
    ]
    if known.line:
        lines.append(f"      {style('code', cut(neutral(known.line), width - 6))}")
    state = _state_text(item)
    if state:
        lines.append("  " + style("good", state))
    lines += _values(item, known.pair, style, width)
    lines += _compared(item, known, style, width)
    if item.state != "closed":
        lines += ["", style("bold", "To decide it"), *_commands(item, style, width)]
    return "\n".join(lines) + "\n"


def _named(label: str, record: str, style: Style, width: int) -> str:
    """Return a line with what people call a record, and its place."""
    place = cut(neutral(record), max(width - 16, 8))
    name = cut(neutral(label), max(width - cells(place) - 4, 8))
    return f"  {style('bold', name)}  {style('dim', place)}"


def _place(item: ReviewItem) -> str:
    return f"rule {neutral(item.rule)}" + (f", {neutral(item.location)}" if item.location else "")


def _wrapped(text: str, width: int, style: Style) -> list[str]:
    lines: list[str] = [""]
    for word in text.split(" "):
        if lines[-1] and cells(lines[-1]) + 1 + cells(word) > width - 2:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    # Code between backticks may be split over lines, which then are left without colour.
    return [f"  {style.prose(line)}" for line in lines]


def _values(item: ReviewItem, pair: Pair | None, style: Style, width: int) -> list[str]:
    """Return the values in question side by side."""
    if item.kind == "conflict":
        names = sides_of(item)
    elif item.kind == "value" and item.field != REFUSED and (item.left is not None or item.right is not None):
        names = side_words(pair.left.connection, pair.right.connection) if pair else ("left", "right")
    else:
        return []
    half = max((width - 6) // 2, 12)
    left, right = value_text(item.left, half), value_text(item.right, half)
    column = max(cells(left), len(names[0]))
    return [
        "",
        "  " + style("dim", f"{_fill(names[0], column)}    {names[1]}"),
        f"  {style('update', _fill(left, column))}    {style('update', right)}",
    ]


def _compared(item: ReviewItem, known: Known, style: Style, width: int) -> list[str]:
    """Return each candidate: beside the subject by the lines of the map, or alone where they have none in common."""
    subject = (item.connection, item.module, item.record_id)
    lines: list[str] = []
    candidates = candidates_of(item)
    for one in candidates[:CANDIDATES]:
        other = (one.connection, one.module, one.id or "")
        lines += ["", _named(one.label, one.text, style, width)]
        if other not in known.fields:
            lines.append("    " + style("dim", "deleted" if item.kind == "deleted" else "not read yet"))
        elif known.pair is None or other[:2] == subject[:2] or subject not in known.fields:
            lines += _alone(known.fields[other], width)
        else:
            lines += _side_by_side(known.pair, subject, other, known, style, width)
    if len(candidates) > CANDIDATES:
        lines += ["", style("dim", f"  … and {len(candidates) - CANDIDATES:,} more candidates")]
    return lines


def _alone(fields: Fields, width: int) -> list[str]:
    column = max((cells(neutral(name)) for name in fields), default=0)
    return [
        f"    {_fill(neutral(name), column)}  {value_text(to_json(value), width - column - 6)}"
        for name, value in sorted(fields.items())
    ]


def _side_by_side(
    pair: Pair,
    subject: tuple[str, str, str],
    other: tuple[str, str, str],
    known: Known,
    style: Style,
    width: int,
) -> list[str]:
    """Return a line for each line of the map that has a value on either side; what differs is marked."""
    from_left = subject[:2] == (pair.left.connection, pair.left.module)
    left, right = (subject, other) if from_left else (other, subject)
    on_left, on_right = known.fields.get(left, {}), known.fields.get(right, {})
    rows = [
        (cut(neutral(line.text), min(max(width // 3, 12), 32)), one, two)
        for line in pair.lines
        if (one := _left(line, on_left)) is not None
        and (two := _right(line, on_right)) is not None
        and not (all(map(is_empty, one)) and all(map(is_empty, two)))
    ]
    column = max((cells(text) for text, _, _ in rows), default=0)
    half = max((width - column - 10) // 2, 6)
    heads = [cut(neutral(f"{one[0]}.{one[1]}/{one[2]}"), half) for one in (left, right)]
    lines = ["    " + style("dim", f"{_fill('', column)}    {_fill(heads[0], half)}  {heads[1]}")]
    for text, one, two in rows:
        values = [cut(", ".join(value_text(to_json(value), half) for value in side), half) for side in (one, two)]
        differs = values[0].casefold() != values[1].casefold()
        shown = f"{_fill(values[0], half)}  {values[1]}".rstrip()
        lines.append(f"    {_fill(text, column)}  {style('update', f'≠ {shown}') if differs else f'  {shown}'}")
    return lines


def _left(line: MapLine, fields: Fields) -> list[Value] | None:
    """Return the fields of the left side that a line reads, else the one it writes; None for a constant."""
    if line.to_right is not None and line.to_right.reads:
        return [fields.get(path[0]) for path in line.to_right.reads]
    return [fields.get(line.to_left.target)] if line.to_left is not None else None


def _right(line: MapLine, fields: Fields) -> list[Value] | None:
    if line.to_left is not None and line.to_left.reads:
        return [fields.get(path[0]) for path in line.to_left.reads]
    return [fields.get(line.to_right.target)] if line.to_right is not None else None


def _commands(item: ReviewItem, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    told = [(f"syncdsl review resolve {item.id} {neutral(choice)}", meaning(item, choice)) for choice in item.choices]
    column = max((cells(command) for command, _ in told), default=0)
    for command, what in told:
        text = neutral(what)
        if column + cells(text) + 4 <= width:
            lines.append(f"  {style('code', _fill(command, column))}  {text}")
        else:
            lines += [f"  {style('code', command)}", f"      {cut(text, width - 6)}"]
    if item.state == "decided":
        lines.append(f"  {style('code', f'syncdsl review resolve {item.id} --undo')}  take the decision back")
    return lines
