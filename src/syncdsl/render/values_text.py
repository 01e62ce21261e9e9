"""Values and records in a line of a preview."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from syncdsl.render.neutral import cut, neutral
from syncdsl.schema.values import from_json, is_empty, show

if TYPE_CHECKING:
    from syncdsl.changes.effects import FieldChange, RecordName
    from syncdsl.render.style import Style

LONGEST_VALUE = 60


HIDDEN = "(hidden)"
"""What stands for a sensitive value, of which a change set holds a digest only."""

_DIGITS = 100
"""A number with more digits than these is shown as it is written: a short text may stand for a million of them."""


def value_text(data: Any, room: int = LONGEST_VALUE) -> str:
    """Return a value of a file as people read it: text in quotes, empty said as such, never longer than `room`.

    A value that is hidden or erased is said to be.
    """
    if is_hidden(data):
        return HIDDEN
    try:
        value = from_json(data)
        shown = str(value) if isinstance(value, Decimal) and not _is_short(value) else show(value)
    except (ValueError, ArithmeticError, AttributeError, TypeError):
        # A saved change set may hold anything in place of a value: the parts of a form, too, may be of another.
        return cut(neutral(str(data)), room)
    if is_empty(value):
        return "(empty)"
    # What is cut is short at once: a value may be a whole letter, and neutral text is never shorter.
    text = neutral(shown[: room + 1])
    return f'"{cut(text, room - 2)}"' if isinstance(value, str) else cut(text, room)


def is_hidden(data: Any) -> bool:
    """Return whether a value is hidden: a digest stands for it, equal for equal values."""
    return isinstance(data, dict) and len(data) == 1 and isinstance(data.get("hidden"), str)


def before_after(change: FieldChange, room: int = LONGEST_VALUE) -> tuple[str, str]:
    """Return both values of a change; of two hidden ones it is said that they differ, or that they do not."""
    old, new = value_text(change.old, room), value_text(change.new, room)
    if is_hidden(change.old) and is_hidden(change.new):
        new = f"{new[:-1]}, {'unchanged' if change.old == change.new else 'changed'})"
    return old, new


def _is_short(value: Decimal) -> bool:
    return not value.is_finite() or abs(value.adjusted()) <= _DIGITS


def rows_of(data: Any) -> list[dict[str, Any]] | None:
    """Return the rows of a list value, such as the lines of an invoice; None for any other value."""
    if isinstance(data, dict) and isinstance(data.get("rows"), list):
        return [row for row in data["rows"] if isinstance(row, dict)]
    return None


def row_text(row: dict[str, Any], room: int) -> str:
    """Return the fields of a row in one line."""
    return cut(", ".join(f"{neutral(name)} {value_text(value, 40)}" for name, value in row.items()), room)


def record_text(record: RecordName) -> str:
    """Return a record as `books.customers/4600`."""
    return neutral(record.text)


def label_text(record: RecordName, room: int = 44) -> str:
    """Return what people call a record; its id where it has no name."""
    return cut(neutral(record.label) or neutral(record.id or "(no name)"), room)


def change_lines(changes: tuple[FieldChange, ...], *, created: bool, width: int, style: Style) -> list[str]:
    """Return a line for each field: its value in a new record, before and after in an update."""
    names = [cut(neutral(change.field), 32) for change in changes]
    column = max((len(name) for name in names), default=0)
    room = max(width - column - 2, 12)
    lines: list[str] = []
    for name, change in zip(names, changes, strict=True):
        rows = rows_of(change.new)
        if rows is not None:
            lines.append(name)
            lines += [f"  {number}. {row_text(row, width - 6)}" for number, row in enumerate(rows, start=1)]
        elif created:
            lines.append(f"{name.ljust(column)}  {value_text(change.new, min(room, LONGEST_VALUE))}")
        else:
            half = max(min((room - 4) // 2, LONGEST_VALUE), 6)
            old, new = before_after(change, half)
            lines.append(f"{name.ljust(column)}  {style('void', old)} → {style('create', new)}")
    return lines
