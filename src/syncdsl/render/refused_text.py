"""Records whose writes were refused, as people read them."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from syncdsl.render.ages import ago
from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.engine.run_account import RefusedFacts, RefusedList


def render_refused(found: RefusedList, now: dt.datetime, style: Style = PLAIN, width: int = 100) -> str:
    """Return each record with the system's words, since when and how often it was tried."""
    lines: list[str] = []
    for one in found.refused:
        place = cut(neutral(f"{one.record}, {one.module}"), max(width - 26, 8))
        label = cut(neutral(one.label), max(width - cells(place) - len(one.item) - 6, 8))
        lines += [
            f"  {style('bold', one.item)}  {label}  {style('dim', place)}",
            *(f"            {line}" for line in wrap(neutral(one.reason), max(width - 12, 24))),
            *(f"            {style('dim', line)}" for line in wrap(_since(one, now), max(width - 12, 24))),
        ]
    if found.refused and found.refused[0].dismissed_by is None:
        head = style("error", f"{counted(len(found.refused), 'record')} refused")
        tail = "`syncdsl runs retry` tries all of them again; `syncdsl runs dismiss RECORD` lets one rest"
        lines = [head, *lines, "", style.prose(tail)]
    elif found.refused:
        head = f"{counted(len(found.refused), 'record')} dismissed, until something about it changes"
        lines = [style("bold", head), *lines, "", style.prose("`syncdsl runs retry RECORD` tries one all the same")]
    else:
        lines = [style("good", "No write is refused.")]
    if found.dismissed and not any(one.dismissed_by is not None for one in found.refused):
        lines.append(style.prose(f"{found.dismissed:,} dismissed: `syncdsl runs failed --dismissed` lists them"))
    return "\n".join(lines) + "\n"


def _since(one: RefusedFacts, now: dt.datetime) -> str:
    parts = [f"since {one.since:%Y-%m-%d %H:%M} UTC"]
    if one.times is not None and one.last is not None:
        parts.append(f"tried {counted(one.times, 'time')}, last {ago(one.last, now)}")
    if one.dismissed_by is not None:
        comment = f": {neutral(one.comment)}" if one.comment else ""
        parts.append(f"dismissed by {neutral(one.dismissed_by) or 'somebody'}{comment}")
    return ", ".join(parts)
