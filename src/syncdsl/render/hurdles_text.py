"""Hurdles as people read them: what passes and what is not reached dim, what fails with what would make it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.filling import filled
from syncdsl.render.neutral import neutral
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.engine.explaining.answers import Answer, Hurdle, Operand, Remedy
    from syncdsl.render.style import Style

_WORDS = {"holds": "  passes", "fails": "  fails", "not reached": "  not reached"}
_COLUMN = 15
"""Where the text of a hurdle begins, behind what came of it."""
_CONDITIONS = frozenset({"where", "condition", "require"})


def answer_lines(answer: Answer, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    """Yield the lines of how a rule stands: the rule and its line, its hurdles, and what comes next."""
    yield from head(answer.asked, answer.location, sources, style)
    if answer.failing is None:
        yield from filled(answer.text, 2, width, style, meaning="good")
    for hurdle in answer.hurdles:
        yield from hurdle_lines(hurdle, style, width)


def head(title: str, location: str, sources: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield a title with the place of a rule, and the line that stands there as far as it is known."""
    yield style("bold", neutral(title)) + (f"  {style('dim', neutral(location))}" if location else "")
    if text := sources.get(location):
        yield f"  {style('frame', '|')} {neutral(text)}"


def hurdle_lines(hurdle: Hurdle, style: Style, width: int) -> Iterator[str]:
    """Yield the lines of one hurdle."""
    first, condition = _WORDS[hurdle.outcome], hurdle.hurdle in _CONDITIONS
    if hurdle.outcome != "fails":
        told = f"{hurdle.text} {hurdle.why}" if condition and hurdle.why else hurdle.text
        yield from filled(told, _COLUMN, width, style, meaning="dim", first=first, first_meaning="dim")
        return
    told = f"{hurdle.text} {hurdle.why}" if condition else hurdle.why or hurdle.text
    yield from filled(told, _COLUMN, width, style, first=first, first_meaning="error")
    if hurdle.condition is not None:
        for line in operand_lines(hurdle.condition):
            yield " " * _COLUMN + line
    if hurdle.location and not condition:
        yield " " * _COLUMN + style("dim", neutral(hurdle.location))
    for remedy in hurdle.remedies:
        yield from filled(remedy_text(remedy), _COLUMN + 2, width, style, first=" " * _COLUMN + "→")


def remedy_text(remedy: Remedy) -> str:
    """Return what would make a hurdle pass in one sentence."""
    return f"{remedy.text}: `{remedy.command}`" if remedy.command else remedy.text


def operand_lines(part: Operand) -> Iterator[str]:
    """Yield the operands of a condition that are conditions themselves, each with what it comes to."""
    inner = [one for one in part.operands if isinstance(one.value, bool)]
    if len(inner) < 2:
        for one in inner:
            yield from operand_lines(one)
        return
    for one in inner:
        reads = ", ".join(f"{neutral(read.text)} is {value_text(read.value, 30)}" for read in _reads(one))
        yield f"{'true ' if one.value else 'false'}  `{neutral(one.text)}`" + (f"  ({reads})" if reads else "")
        for line in operand_lines(one):
            yield f"  {line}"


def _reads(part: Operand) -> list[Operand]:
    """Return the fields that a part reads: what has no operands of its own."""
    if not part.operands:
        return [part] if not isinstance(part.value, bool) else []
    found: dict[str, Operand] = {}
    for one in part.operands:
        for read in _reads(one):
            found.setdefault(read.text, read)
    return list(found.values())
