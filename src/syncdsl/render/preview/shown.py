"""One effect in the words that every format shows: which record, what of it, and its fields. All texts are neutral."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Link, Skip, Update
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.totals import amount_text
from syncdsl.render.values_text import before_after, label_text, record_text, row_text, rows_of, value_text

if TYPE_CHECKING:
    from syncdsl.changes.effects import Change, FieldChange

ROOM = 200
"""How long a value, a name or a row may be, in columns."""

CANDIDATES = 5
ROWS = 20
"""How many rows of a list, such as the lines of an invoice, are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """One field: `before` is None where the record is new; `rows` are those of a list that is written."""

    name: str
    before: str | None
    after: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One effect: what people call the record, where it is (empty while it is nowhere), and what else is told of it."""

    label: str
    record: str
    told: str
    amount: str = ""
    fields: tuple[ShownField, ...] = ()


def shown(effect: Change) -> Shown:
    """Return how a change is shown."""
    match effect:
        case Create():
            again = f", number {effect.instance + 1}" if effect.instance else ""
            return Shown(
                label=label_text(effect.record, ROOM),
                record="",
                told=f"for {record_text(effect.source)}{again}",
                amount=amount_text(effect) if effect.document else "",
                fields=tuple(_field(change, created=True) for change in effect.fields),
            )
        case Update():
            return Shown(
                label=label_text(effect.record, ROOM),
                record=record_text(effect.record),
                told=f"partner of {record_text(effect.partner)}",
                fields=tuple(_field(change, created=False) for change in effect.fields),
            )
        case Link():
            note = "" if effect.write_key else ", key is there"
            return Shown(
                label=label_text(effect.left, ROOM),
                record=record_text(effect.left),
                told=f"= {record_text(effect.right)}{note}",
            )
        case Delete() | Deactivate():
            told = f"partner of {record_text(effect.partner)}"
        case Act():
            told = f"made for {record_text(effect.source)}"
        case Skip():
            told = f"like {', '.join(record_text(candidate) for candidate in effect.candidates[:3])}"
        case _:
            assert_never(effect)
    return Shown(label=label_text(effect.record, ROOM), record=record_text(effect.record), told=told)


def nothing_beside(hold: Hold) -> bool:
    """Return whether what waits has no value on either side: it names something to be done, such as an action."""
    return hold.left is None and hold.right is None


def shown_hold(hold: Hold) -> Shown:
    """Return how something that waits is shown; the values of both sides stand as before and after."""
    listed = ", ".join(f"{label_text(item)} ({record_text(item)})" for item in hold.candidates[:CANDIDATES])
    more = f" and {len(hold.candidates) - CANDIDATES} more" if len(hold.candidates) > CANDIDATES else ""
    told = f"candidates: {listed}{more}" if listed else ""
    if hold.field is not None and nothing_beside(hold):
        told = f"{cut(neutral(hold.field), ROOM)}{'; ' if told else ''}{told}"
    field = (
        ()
        if hold.field is None or nothing_beside(hold)
        else (
            ShownField(
                name=cut(neutral(hold.field), ROOM),
                before=value_text(hold.left, ROOM),
                after=value_text(hold.right, ROOM),
            ),
        )
    )
    return Shown(
        label=label_text(hold.record, ROOM),
        record=record_text(hold.record),
        told=told,
        fields=field,
    )


def _field(change: FieldChange, *, created: bool) -> ShownField:
    name = cut(neutral(change.field), ROOM)
    rows = rows_of(change.new)
    if rows is not None:
        texts = [f"{number}. {row_text(row, ROOM)}" for number, row in enumerate(rows[:ROWS], start=1)]
        if len(rows) > ROWS:
            texts.append(f"… and {len(rows) - ROWS:,} more")
        before = None if created else value_text(change.old, ROOM)
        return ShownField(name=name, before=before, after=value_text(change.new, ROOM), rows=tuple(texts))
    old, new = before_after(change, ROOM)
    return ShownField(name=name, before=None if created else old, after=new)
