"""What a change set leaves for people: grouped by what has to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral
from syncdsl.render.preview.facts import TITLES
from syncdsl.render.preview.shown import nothing_beside
from syncdsl.render.values_text import label_text, record_text, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import Hold
    from syncdsl.render.preview.outline import Held, HoldGroup
    from syncdsl.render.style import Style

SAMPLES = 5
"""How many reasons of a kind are shown."""

RECORDS = 3
"""How many records are shown that wait for the same reason."""


def hold_lines(held: Sequence[Held], style: Style, width: int) -> list[str]:
    """Return the part of a preview about what waits; everything else goes on without it."""
    lines = [style("bold", "Held") + style("dim", "  everything else goes on without these")]
    for kind in held:
        lines.append(f"  {style('hold', f'! {kind.count:,}')}  {TITLES[kind.why]}")
        shown = kind.groups[:SAMPLES]
        for group in shown:
            lines += _group(group, style, width)
        if len(kind.groups) > len(shown):
            rest = sum(group.count for group in kind.groups[len(shown) :])
            lines.append("      " + style("dim", f"… and {rest:,} more"))
    return lines


def _group(group: HoldGroup, style: Style, width: int) -> list[str]:
    head = cut(f"{neutral(group.reason)} ({neutral(group.location)})", max(width - 6, 20))
    lines = ["      " + style("dim", head)]
    for hold in group.samples[:RECORDS]:
        lines += [f"          {line}" for line in _record(hold, style, width - 10)]
    if group.count > RECORDS:
        lines.append("          " + style("dim", f"… and {group.count - RECORDS:,} more"))
    return lines


def _record(hold: Hold, style: Style, width: int) -> list[str]:
    lines = [f"{label_text(hold.record)}  {style('dim', record_text(hold.record))}"]
    if hold.field is not None:
        name = cut(neutral(hold.field), 32)
        half = max((width - 8 - len(name)) // 2, 6)
        # Without a value on either side it is not a field that waits, but something to be done.
        values = "" if nothing_beside(hold) else f"  {value_text(hold.left, half)} | {value_text(hold.right, half)}"
        lines.append(f"    {name}{values}")
    if hold.candidates:
        listed = ", ".join(f"{label_text(item, 24)} ({record_text(item)})" for item in hold.candidates[:2])
        rest = f" and {len(hold.candidates) - 2} more" if len(hold.candidates) > 2 else ""
        lines.append("    " + cut(f"candidates: {listed}", max(width - 4 - len(rest), 20)) + rest)
    return lines
