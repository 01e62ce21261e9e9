"""Linked records as a spreadsheet, and what a person wrote into its column `action`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.lifecycle import BAD_LINK_LIST
from syncdsl.engine.link_list import ACTIONS, LinkEdit
from syncdsl.render.spreadsheet import guarded, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.engine.link_list import Action, LinkRow

COLUMNS = (
    "uid",
    "module",
    "left",
    "left_id",
    "left_name",
    "right",
    "right_id",
    "right_name",
    "origin",
    "linked",
    "state",
    "left_written",
    "right_written",
    "action",
)
_NEEDED = ("uid", "module", "left_id", "right_id", "action")


def csv_lines(rows: Iterable[LinkRow]) -> Iterator[str]:
    """Yield the lines of the table, each with its end; the last column is left to whoever edits it."""
    yield _line(COLUMNS)
    for row in rows:
        link = row.link
        yield _line(
            (
                link.uid,
                link.pair,
                f"{row.left.connection}.{row.left.module}",
                link.left_id,
                row.left.label,
                f"{row.right.connection}.{row.right.module}",
                link.right_id,
                row.right.label,
                link.origin,
                link.linked_at.isoformat(timespec="seconds") if link.linked_at is not None else "",
                link.status,
                link.left_written or "",
                link.right_written or "",
                "",
            )
        )


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    # Other systems do hand out lone surrogates, which no file can hold.
    csv.writer(buffer).writerow([guarded(cell.encode("utf-8", "backslashreplace").decode()) for cell in cells])
    return buffer.getvalue()


def read_edits(lines: Iterable[str]) -> list[LinkEdit]:
    """Return what the rows of a list with something in their column `action` say.

    Cells may be separated by commas, semicolons or tabs, as spreadsheets do. Raises Fault SD835 when it is no such
    list, or an action is none.
    """
    numbered = iter(lines)
    head = next(numbered, "").removeprefix("\ufeff")
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader([head], delimiter=separator)
    names = [unguarded(name).strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        raise _bad(f"it has no column {listed}")
    edits: list[LinkEdit] = []
    seen: set[str] = set()
    rows = csv.reader(numbered, delimiter=separator)
    try:
        for cells in rows:
            row = dict(zip(names, (unguarded(cell.strip()) for cell in cells), strict=False))
            edit = _edit(row, rows.line_num + 1)
            if edit is not None and edit.uid in seen:
                raise _bad(f"line {edit.line}: `{edit.uid}` stands in it twice")
            if edit is not None:
                seen.add(edit.uid)
                edits.append(edit)
    except csv.Error as error:
        raise _bad(f"line {rows.line_num + 1}: {error}") from None
    return edits


def _edit(row: Mapping[str, str], line: int) -> LinkEdit | None:
    action = _action(row.get("action", ""), line)
    if action is None:
        return None
    return LinkEdit(
        line=line,
        uid=row.get("uid", ""),
        module=row.get("module", ""),
        left_id=row.get("left_id", ""),
        right_id=row.get("right_id", ""),
        action=action,
    )


def _action(cell: str, line: int) -> Action | None:
    wanted = " ".join(cell.casefold().replace("_", " ").split())
    if not wanted:
        return None
    for action in ACTIONS:
        if wanted == action:
            return action
    near = did_you_mean(wanted, ACTIONS)
    raise _bad(f"line {line}: `{cell[:40]}` is no action", f"did you mean `{near}`?" if near else None)


def _bad(problem: str, advice: str | None = None) -> Fault:
    actions = " or ".join(f"`{action}`" for action in ACTIONS)
    return Fault(
        BAD_LINK_LIST,
        f"{problem}; nothing was changed",
        help=advice or f"write {actions} into the column `action` of a list that `syncdsl links --format csv` wrote",
    )
