"""Checks as people read them: what holds and what is not reached dim, what fails with what would make it pass."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.engine.explaining.answers import Answer, Check, Part, Remedy
    from syncdsl.render.style import Style

_WORDS = {"holds": "passes", "fails": "fails", "not reached": "not reached"}
_COLUMN = 13
"""Where the text of a check begins, behind what came of it."""


def answer_lines(answer: Answer, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    """Yield the lines of how a rule stands: the rule and its line, its checks, and what comes next."""
    yield head(neutral(answer.asked), answer.location, style)
    yield from source_line(answer.location, sources, style)
    if answer.failing is None:
        yield from filled(style("good", neutral(answer.text)), 2, width)
    for check in answer.checks:
        yield from check_lines(check, style, width)


def head(title: str, location: str, style: Style) -> str:
    """Return a title with the place of a rule."""
    return style("bold", title) + (f"  {style('dim', neutral(location))}" if location else "")


def source_line(location: str, sources: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield the line of the rules at a place, where it is known."""
    text = sources.get(location)
    if text:
        yield f"  {style('frame', '|')} {neutral(text)}"


def check_lines(check: Check, style: Style, width: int) -> Iterator[str]:
    """Yield the lines of one check."""
    word = _WORDS[check.outcome].ljust(_COLUMN - 2)
    condition = check.check in {"where", "condition", "require"}
    if check.outcome != "fails":
        told = f"{check.text} {check.why}" if condition and check.why else check.text
        yield from filled(neutral(told), _COLUMN + 2, width, first=f"  {word}", style=style, meaning="dim")
        return
    told = f"{check.text} {check.why}" if condition else check.why or check.text
    yield from filled(style.prose(neutral(told)), _COLUMN + 2, width, first=f"  {style('error', word)}")
    if check.condition is not None:
        for line in part_lines(check.condition, width - _COLUMN - 2):
            yield " " * (_COLUMN + 2) + line
    if check.location and not condition:
        yield " " * (_COLUMN + 2) + style("dim", neutral(check.location))
    for remedy in check.remedies:
        yield from filled(f"→ {remedy_text(remedy, style)}", _COLUMN + 4, width, first=" " * (_COLUMN + 2))


def remedy_text(remedy: Remedy, style: Style) -> str:
    """Return what would make a check pass in one line."""
    told = neutral(remedy.text)
    if remedy.command:
        told += f": `{neutral(remedy.command)}`"
    return style.prose(told)


def part_lines(part: Part, width: int) -> Iterator[str]:
    """Yield the parts of a condition that are conditions themselves, each with what it comes to."""
    inner = [one for one in part.parts if isinstance(one.value, bool)]
    if len(inner) < 2:
        for one in inner:
            yield from part_lines(one, width)
        return
    for one in inner:
        reads = ", ".join(f"{neutral(read.text)} is {value_text(read.value, 30)}" for read in _reads(one))
        yield f"{'true ' if one.value else 'false'}  `{neutral(one.text)}`" + (f"  ({reads})" if reads else "")
        for line in part_lines(one, width - 2):
            yield f"  {line}"


def _reads(part: Part) -> list[Part]:
    """Return the fields that a part reads: what has no parts of its own."""
    if not part.parts:
        return [part] if not isinstance(part.value, bool) else []
    found: dict[str, Part] = {}
    for one in part.parts:
        for read in _reads(one):
            found.setdefault(read.text, read)
    return list(found.values())


def filled(
    text: str, indent: int, width: int, *, first: str | None = None, style: Style | None = None, meaning: str = ""
) -> Iterator[str]:
    """Yield a text in lines of a width, those behind the first indented; `first` stands before the first."""
    pieces = textwrap.wrap(text, max(width - indent, 30), break_long_words=False, break_on_hyphens=False) or [""]
    for number, piece in enumerate(pieces):
        lead = (first.ljust(indent) if "\x1b" not in first else first + "  ") if first is not None else " " * indent
        line = (lead if number == 0 else " " * indent) + piece
        yield style(meaning, line) if style is not None and meaning else line
