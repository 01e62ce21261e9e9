"""The answers of `why` and `why-not` as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.filling import filled
from syncdsl.render.hurdles_text import answer_lines, head, hurdle_lines, operand_lines
from syncdsl.render.neutral import cells, neutral
from syncdsl.render.style import PLAIN, Style
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.engine.explaining.answers import (
        Cause,
        DocumentWhy,
        FieldWhy,
        Hurdle,
        InputWhy,
        LinkWhy,
        SideValues,
        Why,
        WhyNot,
    )

SHORT = 8
"""Characters of the id of a run or a write: enough to find it."""
_LONGEST = 50


def render_why_not(answer: WhyNot, style: Style = PLAIN, width: int = 100) -> str:
    """Return why a record is not synced, rule by rule."""
    lines = list(_top(answer, style, width))
    for one in answer.answers:
        lines += ["", *answer_lines(one, answer.sources, style, width)]
    return "\n".join(lines) + "\n"


def render_why(answer: Why, style: Style = PLAIN, width: int = 100) -> str:
    """Return why a record is as it is."""
    lines = list(_top(answer, style, width))
    for link in answer.links:
        lines += ["", *_link_lines(link, answer.sources, style, width)]
    for document in answer.documents:
        lines += ["", *_document_lines(document, answer.sources, style, width)]
    if answer.untouched:
        told = "syncdsl never wrote or linked it. Why not:"
        if answer.former:
            told = f"No rule holds it any more; `syncdsl history {answer.record}` tells what happened. Why not now:"
        lines += ["", *filled(told, 0, width, style, meaning="bold")]
        for one in answer.untouched:
            lines += ["", *answer_lines(one, answer.sources, style, width)]
    elif not (answer.links or answer.documents):
        lines += ["", f"No rule has written the field {neutral(answer.field or '')} of it."]
    for asked in answer.questions:
        lines.append("")
        stands = asked.decided or f"`syncdsl review show {asked.id}`"
        told = f"a person is asked by {asked.rule}: {asked.text}; {stands}"
        lines += filled(told, 2, width, style, first="?", first_meaning="hold")
    return "\n".join(lines) + "\n"


def _top(answer: Why | WhyNot, style: Style, width: int) -> Iterator[str]:
    yield style("bold", neutral(answer.label)) + "  " + style("dim", neutral(answer.record))
    if answer.read == "now":
        yield style("dim", "As it is now: read just now, nothing was written.")
        return
    since = f", last in full at {answer.since:%Y-%m-%d %H:%M} UTC" if answer.since is not None else ""
    yield from filled(f"As runs have read it{since}; `--now` reads it afresh.", 0, width, style, meaning="dim")


# -- links ----------------------------------------------------------------------------------------------------------


def _link_lines(link: LinkWhy, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    yield from head(f"{link.left} = {link.right}  {link.rule}, {link.status}", link.location, sources, style)
    yield from filled(link.text, 2, width, style)
    yield from _cause_lines(link.cause, style)
    for hurdle in link.conditions:
        yield from hurdle_lines(hurdle, style, width)
    for field in link.fields:
        yield ""
        yield from _field_lines(field, sources, style, width)


def _field_lines(field: FieldWhy, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    line = neutral(sources.get(field.location) or field.line)
    yield f"  {style('code', line)}  {style('dim', neutral(field.location))}"
    sides = [side for side in (field.left, field.right) if side is not None]
    connection = max((cells(neutral(side.connection)) for side in sides), default=0)
    name = max((cells(neutral(side.field)) for side in sides), default=0)
    for side in sides:
        yield f"    {_padded(side.connection, connection)}  {_padded(side.field, name)}  {_values(side, style)}"
    yield from filled(field.text, 4, width, style)
    if field.lost is not None:
        yield f"    gave way: {style('void', value_text(field.lost, _LONGEST))}"
    yield from _cause_lines(field.cause, style, 4)
    if field.next:
        yield from filled(field.next, 4, width, style, meaning="update")


def _padded(text: str, width: int) -> str:
    shown = neutral(text)
    return shown + " " * (width - cells(shown))


def _values(side: SideValues, style: Style) -> str:
    now = value_text(side.now, _LONGEST)
    if side.changed:
        return f"{style('void', value_text(side.base, _LONGEST))} when last synced, now {style('create', now)}"
    if side.erased:
        return f"{value_text(side.base, _LONGEST)} when last synced"
    return f"{now}, as when last synced" if side.base is not None else now


def _cause_lines(cause: Cause | None, style: Style, indent: int = 2) -> Iterator[str]:
    if cause is None:
        return
    operands = [cause.at.astimezone().strftime("%Y-%m-%d %H:%M") if cause.at is not None else "some time before"]
    operands += [f"run {neutral(cause.run[:SHORT])}"] if cause.run else []
    operands += [neutral(cause.by)] if cause.by else []
    told = ", ".join(operands) + (f" · write {neutral(cause.write[:SHORT])}" if cause.write else "")
    yield " " * indent + style("dim", told)


# -- documents ------------------------------------------------------------------------------------------------------


def _document_lines(document: DocumentWhy, sources: Mapping[str, str], style: Style, width: int) -> Iterator[str]:
    location = document.cause.location if document.cause is not None else document.location
    what = f"{document.document_label}  {document.document}".strip() if document.document else "not made yet"
    yield from head(f"{what}  {document.rule} for {document.record_label or document.record}", location, sources, style)
    yield from filled(f"{document.text}; {document.status}", 2, width, style)
    yield from _cause_lines(document.cause, style)
    if document.before is not None:
        when = f"{document.before:%Y-%m-%d %H:%M} UTC"
        yield from filled(f"its condition was not true yet at {when}, and turned true after that", 2, width, style)
    for seen in document.stages:
        yield f"    {seen.at:%Y-%m-%d %H:%M} UTC  {neutral(seen.stage)}"
    for hurdle in (document.condition, document.require):
        yield from _now_lines(hurdle, style, width)
    if document.amount is not None:
        yield f"  amount {neutral(document.amount)}"
    yield from _input_lines(document.inputs, style, 2)
    for number, line in enumerate(document.lines, start=1):
        yield f"  line {number}"
        yield from _input_lines(line, style, 4)


def _now_lines(hurdle: Hurdle | None, style: Style, width: int) -> Iterator[str]:
    """Yield what a condition comes to now, whatever it was then."""
    if hurdle is None:
        return
    yield from filled(f"now {hurdle.text} {hurdle.why}", 2, width, style)
    if hurdle.condition is not None:
        for line in operand_lines(hurdle.condition):
            yield f"    {line}"


def _input_lines(inputs: tuple[InputWhy, ...], style: Style, indent: int) -> Iterator[str]:
    names = max((cells(neutral(item.field)) for item in inputs), default=0)
    for item in inputs:
        given = value_text(item.given, _LONGEST)
        source = neutral(item.text)
        moved = f", by now {value_text(item.now, _LONGEST)}" if _moved(item) else ""
        yield f"{' ' * indent}{_padded(item.field, names)}  {given}  {style('dim', f'← {source}{moved}')}"


def _moved(item: InputWhy) -> bool:
    """Return whether a record gives something else by now; a reference is told by its partner, and never compared."""
    plain = not any(isinstance(value, dict) and "ref" in value for value in (item.given, item.now))
    return plain and item.now is not None and value_text(item.given) != value_text(item.now)
