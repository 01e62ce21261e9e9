"""What a search found: every record with its standing, and the records that belong to it below it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.values_text import label_text, record_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.searching import Hit, Search
    from syncdsl.engine.standing import Situation, Standing

MEANINGS: dict[Situation, str] = {
    "linked": "link",
    "deleted": "void",
    "set aside": "dim",
    "out of scope": "dim",
    "waits": "hold",
    "match": "update",
    "create": "create",
    "left alone": "dim",
}


def render_search(found: Search, style: Style = PLAIN, width: int = 100, *, numbered: bool = False) -> str:
    """Return the list of hits, or where there are none; with `numbered` each record has a number to choose it by."""
    places = ", ".join(f"{connection}.{module}" for connection, module in found.places)
    if not found.hits:
        return f"{style('warning', 'Nothing found')} for `{neutral(found.text)}` in {neutral(places)}.\n"
    lines = [f"{style('bold', counted(len(found.hits), 'hit'))} for `{neutral(found.text)}` in {neutral(places)}"]
    numbers = count(1) if numbered else None
    for hit in found.hits:
        lines += ["", *_hit(hit, style, width, indent="", numbers=numbers)]
    if found.more:
        names = ", ".join(f"{connection}.{module}" for connection, module in found.more)
        lines += ["", style("dim", f"There may be more in {neutral(names)}: search for a longer text.")]
    return "\n".join(lines) + "\n"


def _hit(hit: Hit, style: Style, width: int, *, indent: str, numbers: Iterator[int] | None) -> list[str]:
    number = f"{style('code', f'[{next(numbers)}]')} " if numbers is not None else ""
    lines = [f"{indent}{number}{style('bold', label_text(hit.record))}  {style('dim', record_text(hit.record))}"]
    for standing in hit.standings:
        lines += [f"{indent}  {line}" for line in _standing(standing, style, width - len(indent) - 2)]
    for child in hit.children:
        lines += _hit(child, style, width, indent=indent + "    ", numbers=numbers)
    return lines


def _standing(standing: Standing, style: Style, width: int) -> list[str]:
    head = f"{neutral(standing.rule)}: "
    room = max(width - len(head) - len(standing.situation) - 2, 20)
    why = "" if standing.why == standing.situation else style("dim", cut(neutral(standing.why), room))
    lines = [f"{head}{style(MEANINGS[standing.situation], standing.situation)}  {why}".rstrip()]
    lines += [f"  = {label_text(partner)}  {style('dim', record_text(partner))}" for partner in standing.partners[:3]]
    if len(standing.partners) > 3:
        lines.append(f"  … and {len(standing.partners) - 3:,} more")
    return lines
