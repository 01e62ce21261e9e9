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

TITLES = {
    "conflict": "both sides changed, and the rule asks a person",
    "match": "more than one record could be the partner",
    "duplicate": "a duplicate with other values",
    "value": "a value does not fit",
    "parked": "waiting for a partner to come",
    "deleted": "deleted on one side",
    "ambiguous": "an earlier write may or may not have arrived",
    "document": "the document is no longer a draft",
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
    more = f" and {len(holds) - 1:,} more" if len(holds) > 1 else ""
    head = f"{label_text(first.record)}{more}"
    lines = [
        f"      {head}  {style('dim', record_text(first.record))}",
        "          " + style("dim", cut(f"{neutral(reason)} ({neutral(first.location)})", max(width - 10, 20))),
    ]
    if first.field is not None:
        half = max((width - 16 - len(first.field)) // 2, 6)
        sides = f"{value_text(first.left, half)} | {value_text(first.right, half)}"
        lines.append(f"          {neutral(first.field)}  {sides}")
    if first.candidates:
        listed = ", ".join(f"{label_text(item, 24)} ({record_text(item)})" for item in first.candidates[:3])
        rest = f" and {len(first.candidates) - 3} more" if len(first.candidates) > 3 else ""
        lines.append("          " + cut(f"could be {listed}{rest}", max(width - 10, 20)))
    return lines
