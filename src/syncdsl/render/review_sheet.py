"""The review queue as a file that people fill in: CSV for a spreadsheet, or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.changes.decisions import stored_decision
from syncdsl.engine.choices import candidates_of, decision_text, sides_of
from syncdsl.render.neutral import neutral_json
from syncdsl.render.spreadsheet import NotATableError, decode_table, read_table, write_table
from syncdsl.schema.values import from_json, show
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.state import ReviewItem

FORMAT = "syncdsl/review/1"
COLUMNS = (
    "id",
    "kind",
    "module",
    "record",
    "label",
    "field",
    "left",
    "left value",
    "right",
    "right value",
    "candidates",
    "reason",
    "since",
    "choices",
    "decision",
    "comment",
)
"""`decision` and `comment` are filled in; the others are for reading only."""


class NotASheetError(ValueError):
    """A file holds no decisions; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """What one row decides. `place` names the row for people, such as `line 7`."""

    place: str
    id: str
    decision: str
    comment: str


def shown_value(data: Any) -> str:
    """Return a value of an item as people read it."""
    try:
        return show(from_json(data))
    except ValueError:
        return str(data)


def sheet_row(item: ReviewItem) -> dict[str, str]:
    """Return the cells of an item by column."""
    decision = stored_decision(item.decision) if item.state == "decided" else None
    left, right = sides_of(item)
    right_value = item.right if item.field != REFUSED else None
    holds = item.left is not None or right_value is not None or item.kind == "conflict"
    return {
        "id": item.id,
        "kind": item.kind,
        "module": f"{item.connection}.{item.module}",
        "record": f"{item.connection}.{item.module}/{item.record_id}",
        "label": item.label,
        "field": item.field or "",
        "left": left if holds else "",
        "left value": shown_value(item.left),
        "right": right if holds else "",
        "right value": shown_value(right_value),
        "candidates": "; ".join(f"{one.label} ({one.text})" for one in candidates_of(item)),
        "reason": item.reason,
        "since": item.opened.strftime("%Y-%m-%d %H:%M UTC"),
        "choices": " | ".join(item.choices),
        "decision": decision_text(item, decision) if decision else "",
        "comment": decision.comment if decision else "",
    }


def write_sheet(items: Sequence[ReviewItem], *, separator: str = ",") -> str:
    """Return a table of items for a spreadsheet."""
    return write_table(COLUMNS, (sheet_row(item) for item in items), separator=separator)


def write_json(items: Sequence[ReviewItem]) -> str:
    """Return items as JSON to be filled in."""
    data = {"format": FORMAT, "items": [sheet_row(item) for item in items]}
    return neutral_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def read_sheet(data: bytes) -> list[SheetRow]:
    """Return what the rows of a filled-in file decide, whatever its columns and their order.

    Raises NotASheetError.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotASheetError("it is a workbook; save the sheet as CSV")
    text = decode_table(data)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _json_rows(text)
    try:
        table = read_table(text)
    except NotATableError as error:
        raise NotASheetError(str(error)) from None
    rows = [_row(f"line {line}", cells) for line, cells in table]
    return [row for row in rows if row.id or row.decision]


def _row(place: str, cells: dict[str, str]) -> SheetRow:
    for name in ("id", "decision"):
        if name not in cells:
            raise NotASheetError(f"there is no column `{name}` ({place})")
    return SheetRow(
        place=place,
        id=cells["id"].strip(),
        decision=" ".join(cells["decision"].split()),
        comment=cells.get("comment", "").strip(),
    )


def _json_rows(text: str) -> list[SheetRow]:
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        where = f"line {error.lineno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise NotASheetError(f"{where}it is no JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("items"), list):
        raise NotASheetError(f"it is no JSON of the format `{FORMAT}`")
    rows: list[SheetRow] = []
    for number, each in enumerate(data["items"], start=1):
        cells = each if isinstance(each, dict) else {}
        if not all(isinstance(cells.get(name, ""), str) for name in ("id", "decision", "comment")):
            raise NotASheetError(f"item {number}: `id`, `decision` and `comment` are text")
        rows.append(_row(f"item {number}", cells))
    return rows
