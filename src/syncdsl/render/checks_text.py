"""Checks as people read them: what passes and what is not reached dim, what fails with what would make it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.filling import filled
from syncdsl.render.neutral import neutral
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.engine.explaining.answers import Answer, Check, Part, Remedy
    from syncdsl.render.style import Style

_WORDS = {"holds": "  passes", "fails": "  fails", "not reached": "  not reached"}
_COLUMN = 15
"""Where the text of a check begins, behind what came of it."""
_CONDITIONS = frozenset({"where", "condition", "require"})


def answer_lines(answer: Answer, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    """Yield the lines of how a rule stands: the rule and its line, its checks, and what comes next."""
    yield from head(answer.asked, answer.location, sources, style)
    if answer.failing is None:
        yield from filled(answer.text, 2, width, style, meaning="good")
    for check in answer.checks:
        yield from check_lines(check, style, width)


def head(title: str, location: str, sources: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield a title with the place of a rule, and the line that stands there as far as it is known."""
    yield style("bold", neutral(title)) + (f"  {style('dim', neutral(location))}" if location else "")
    if text := sources.get(location):
        yield f"  {style('frame', '|')} {neutral(text)}"


def check_lines(check: Check, style: Style, width: int) -> Iterator[str]:
    """Yield the lines of one check."""
    first, condition = _WORDS[check.outcome], check.check in _CONDITIONS
    if check.outcome != "fails":
        told = f"{check.text} {check.why}" if condition and check.why else check.text
        yield from filled(told, _COLUMN, width, style, meaning="dim", first=first, first_meaning="dim")
        return
    told = f"{check.text} {check.why}" if condition else check.why or check.text
    yield from filled(told, _COLUMN, width, style, first=first, first_meaning="error")
    if check.condition is not None:
        for line in part_lines(check.condition):
            yield " " * _COLUMN + line
    if check.location and not condition:
        yield " " * _COLUMN + style("dim", neutral(check.location))
    for remedy in check.remedies:
        yield from filled(remedy_text(remedy), _COLUMN + 2, width, style, first=" " * _COLUMN + "→")


def remedy_text(remedy: Remedy) -> str:
    """Return what would make a check pass in one sentence."""
    return f"{remedy.text}: `{remedy.command}`" if remedy.command else remedy.text


def part_lines(part: Part) -> Iterator[str]:
    """Yield the parts of a condition that are conditions themselves, each with what it comes to."""
    inner = [one for one in part.parts if isinstance(one.value, bool)]
    if len(inner) < 2:
        for one in inner:
            yield from part_lines(one)
        return
    for one in inner:
        reads = ", ".join(f"{neutral(read.text)} is {value_text(read.value, 30)}" for read in _reads(one))
        yield f"{'true ' if one.value else 'false'}  `{neutral(one.text)}`" + (f"  ({reads})" if reads else "")
        for line in part_lines(one):
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
