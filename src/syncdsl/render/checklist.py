"""A list of things that were looked at, each with a mark and, where something is to be done, what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from syncdsl.render.neutral import neutral, neutral_json
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Sequence


class Mark(Enum):
    """How something is: as it should be, worth a look, or stopping the rules from running."""

    GOOD = "ok"
    ADVICE = "advice"
    BAD = "bad"


_SIGNS = {Mark.GOOD: ("✓", "good"), Mark.ADVICE: ("!", "warning"), Mark.BAD: ("✗", "error")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing: `id` for programs, `connection` it is about (None: the project), and the steps that set it right."""

    id: str
    mark: Mark
    text: str
    steps: tuple[str, ...] = ()
    connection: str | None = None


def render_checklist(items: Sequence[Item], style: Style = PLAIN, *, quiet: bool = False) -> str:
    """Return the items by connection, the project's own first; `quiet` leaves out what is fine."""
    shown = [item for item in items if not quiet or item.mark is not Mark.GOOD]
    lines: list[str] = []
    for connection in dict.fromkeys(item.connection for item in shown):
        lines.append(style("bold", connection or "project"))
        for item in shown:
            if item.connection == connection:
                lines += _lines(item, style)
        lines.append("")
    return "\n".join(lines) + ("\n" if lines else "")


def render_verdict(items: Sequence[Item], style: Style = PLAIN) -> str:
    """Return one line that says how many things are not as they should be."""
    bad = sum(item.mark is Mark.BAD for item in items)
    advice = sum(item.mark is Mark.ADVICE for item in items)
    if not bad and not advice:
        return style("good", "everything is ready") + "\n"
    said = [style("error", counted(bad, "problem"))] if bad else [style("good", "ready")]
    if advice:
        said.append(f"{advice} worth a look")
    return ", ".join(said) + "\n"


def checklist_data(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the items for JSON."""
    return [
        {
            "id": item.id,
            "connection": item.connection,
            "status": item.mark.value,
            "message": item.text,
            "steps": list(item.steps),
        }
        for item in items
    ]


def render_json(items: Sequence[Item], *, environment: str, form: str) -> str:
    """Return the items as a JSON document of the format `form`."""
    data = {
        "format": form,
        "environment": environment,
        "ok": all(item.mark is not Mark.BAD for item in items),
        "checks": checklist_data(items),
    }
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _lines(item: Item, style: Style) -> list[str]:
    sign, meaning = _SIGNS[item.mark]
    first, *more = item.text.splitlines() or [""]
    lines = [f"  {style(meaning, sign)} {style.prose(neutral(first))}"]
    lines += [f"      {style.prose(neutral(line))}" for line in more]
    many = len(item.steps) > 1
    for number, step in enumerate(item.steps, start=1):
        lead = f"{number}. " if many else "→ "
        head, *tail = step.splitlines() or [""]
        lines.append(f"      {style('help', lead)}{style.prose(neutral(head))}")
        lines += [f"         {style.prose(neutral(line))}" for line in tail]
    return lines
