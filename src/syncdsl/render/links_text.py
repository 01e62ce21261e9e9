"""Linked records as people read them, one at a time: there may be a million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.link_list import LinkRow


def text_lines(rows: Iterable[LinkRow], style: Style = PLAIN, width: int = 100) -> Iterator[str]:
    """Yield links module by module: both names and ids, how and when they were linked, and what was deleted."""
    module = None
    for row in rows:
        if row.link.pair != module:
            yield ("\n" if module is not None else "") + style("bold", neutral(row.link.pair)) + "\n"
            module = row.link.pair
        facts = ", ".join(_facts(row))
        half = max((width - len(facts) - 9) // 2, 16)
        names = f"{_record(row.left, half)} {style('link', '=')} {_record(row.right, half)}"
        yield f"  {names}  {style('dim', facts)}\n"


def _record(record: RecordName, width: int) -> str:
    """Return `Acme (4876…)`, the whole id whatever the width: it is what a record is looked up by."""
    label = neutral(record.label)
    return record.id or "" if label == record.id else f"{cut(label, max(width - 24, 12))} ({neutral(record.id or '')})"


def _facts(row: LinkRow) -> Iterator[str]:
    link, left, right = row.link, row.left.connection, row.right.connection
    yield {
        "created_left": f"created in {left}",
        "created_right": f"created in {right}",
        "matched": "matched",
        "adopted": "adopted",
        "key": "found by key",
        "review": "decided by a person",
    }[link.origin]
    if link.linked_at is not None:
        yield f"{link.linked_at:%Y-%m-%d}"
    written = max(filter(None, (link.left_written, link.right_written)), default=None)
    if written is not None:
        yield f"last written {written[:10]}"
    if link.status != "active":
        side = {"left_gone": f"in {left}", "right_gone": f"in {right}", "both_gone": "on both sides"}[link.status]
        yield f"deleted {side}"
