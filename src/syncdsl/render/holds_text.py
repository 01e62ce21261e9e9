"""What a change set leaves for people: grouped by what has to be decided."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral
from syncdsl.render.values_text import label_text, record_text, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import Hold
    from syncdsl.render.style import Style

SAMPLES = 5
"""How many reasons of a kind are shown."""

RECORDS = 3
"""How many records are shown that wait for the same reason."""

TITLES = {
    "conflict": "both sides changed, and the rule asks a person",
    "match": "more than one record could be the partner",
    "duplicate": "a duplicate with other values",
    "value": "a value does not fit",
    "parked": "waiting for a partner to come",
    "deleted": "deleted on one side",
    "ambiguous": "an earlier write may or may not have arrived",
    "document": "the document is no longer a draft",
    "undo": "changed since the run that is undone",
    "access": "a role is neither given nor taken away",
}


def hold_lines(holds: Sequence[Hold], style: Style, width: int) -> list[str]:
    """Return the part of a preview about what waits; everything else goes on without it."""
    groups: dict[tuple[str, str, str], list[Hold]] = defaultdict(list)
    for hold in holds:
        groups[hold.why, hold.rule, hold.reason].append(hold)
    order = list(TITLES)
    by_why: dict[str, list[tuple[str, list[Hold]]]] = defaultdict(list)
    for (why, _, reason), inside in sorted(groups.items(), key=lambda item: (order.index(item[0][0]), -len(item[1]))):
        by_why[why].append((reason, inside))
    lines = [style("bold", "Held") + style("dim", "  everything else goes on without these")]
    for why, members in by_why.items():
        count = sum(len(inside) for _, inside in members)
        lines.append(f"  {style('hold', f'! {count:,}')}  {TITLES[why]}")
        shown = members[:SAMPLES]
        for reason, inside in shown:
            lines += _group(reason, inside, style, width)
        if len(members) > len(shown):
            rest = sum(len(inside) for _, inside in members[len(shown) :])
            lines.append("      " + style("dim", f"… and {rest:,} more"))
    return lines


def _group(reason: str, holds: Sequence[Hold], style: Style, width: int) -> list[str]:
    first = holds[0]
    head = cut(f"{neutral(reason)} ({neutral(first.location)})", max(width - 6, 20))
    lines = ["      " + style("dim", head)]
    for hold in holds[:RECORDS]:
        lines += [f"          {line}" for line in _record(hold, style, width - 10)]
    if len(holds) > RECORDS:
        lines.append("          " + style("dim", f"… and {len(holds) - RECORDS:,} more"))
    return lines


def _record(hold: Hold, style: Style, width: int) -> list[str]:
    lines = [f"{label_text(hold.record)}  {style('dim', record_text(hold.record))}"]
    if hold.field is not None:
        name = cut(neutral(hold.field), 32)
        half = max((width - 8 - len(name)) // 2, 6)
        lines.append(f"    {name}  {value_text(hold.left, half)} | {value_text(hold.right, half)}")
    if hold.candidates:
        listed = ", ".join(f"{label_text(item, 24)} ({record_text(item)})" for item in hold.candidates[:2])
        rest = f" and {len(hold.candidates) - 2} more" if len(hold.candidates) > 2 else ""
        lines.append("    " + cut(f"candidates: {listed}", max(width - 4 - len(rest), 20)) + rest)
    return lines
