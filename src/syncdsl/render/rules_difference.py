"""What changed in rules, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.plan.difference import Change, Group

SAMPLES = 20
"""How many changes of one statement are shown."""

_MEANINGS = {"+": "create", "-": "void", "~": "update"}


def render_difference(groups: Sequence[Group], style: Style = PLAIN, width: int = 100) -> str:
    """Return the changes of rules, statement by statement."""
    lines: list[str] = []
    for group in groups:
        place = f"  {style('dim', neutral(group.place))}" if group.place else ""
        lines.append(f"{style(_MEANINGS[group.sign], group.sign)} {style('bold', neutral(group.name))}{place}")
        column = max((cells(neutral(change.text)) for change in group.changes), default=0)
        lines += [_line(change, min(column, max(width - 40, 20)), style, width) for change in group.changes[:SAMPLES]]
        if len(group.changes) > SAMPLES:
            lines.append("    " + style("dim", f"… and {len(group.changes) - SAMPLES:,} more"))
    return "\n".join(lines) + "\n" if lines else ""


def _line(change: Change, column: int, style: Style, width: int) -> str:
    text = cut(neutral(change.text), max(width - 6 - len(change.place) - 2, 20))
    pad = " " * max(column - cells(text), 0)
    place = f"{pad}  {style('dim', neutral(change.place))}" if change.place else ""
    return f"    {style(_MEANINGS[change.sign], change.sign)} {text}{place}"
