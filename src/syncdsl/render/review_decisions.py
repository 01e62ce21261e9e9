"""Decisions about to be taken, and taken, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.engine.deciding import Judged, Taken

SAMPLES = 20
"""How many decisions are listed."""


def render_taken(taken: Sequence[Taken], style: Style = PLAIN) -> str:
    """Return what would be decided, a line for each item."""
    lines = [
        f"  {style('bold', each.item.id)}  {_subject(each)}  {style('good', neutral(each.words))}" for each in taken
    ]
    if len(lines) > SAMPLES:
        lines = [*lines[: SAMPLES - 1], "  " + style("dim", f"… and {len(lines) - SAMPLES + 1:,} more")]
    return "\n".join(lines) + "\n"


def render_decided(judged: Judged, count: int, style: Style = PLAIN) -> str:
    """Return what was decided, and what to do next."""
    if not judged.taken:
        was = "was" if judged.known == 1 else "were"
        return (
            f"Nothing new: {counted(judged.known, 'item')} {was} decided so already.\n"
            if judged.known
            else ("Nothing to decide.\n")
        )
    first = judged.taken[0]
    what = f"{neutral(first.item.label)}: {neutral(first.words)}" if len(judged.taken) == 1 else counted(count, "item")
    known = f" ({judged.known:,} more were decided so already)" if judged.known else ""
    lines = [f"{style('good', 'Decided')} {what}{known}. " + style.prose("`syncdsl apply` carries it out.")]
    late = len(judged.taken) - count
    if late:
        lines.append(style("hold", f"{counted(late, 'item')} settled meanwhile: there was nothing left to decide."))
    return "\n".join(lines) + "\n"


def _subject(each: Taken) -> str:
    about = f"  {neutral(each.item.field)}" if each.item.field else ""
    return cut(f"{each.item.kind}  {neutral(each.item.label)}{about}", 60)
