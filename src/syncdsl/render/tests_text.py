"""What the rules' own tests came to, as people read it: a line for each test, and why one failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Span
from syncdsl.render.frame import Mark, frame, shown_lines
from syncdsl.render.neutral import cells, neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.changes.rehearsed import Failure, Happening, Judged, Spot, TestReport, TestResult
    from syncdsl.diagnostics import SourceFile

_WORDS = {"passed": ("good", "passed"), "failed": ("error", "FAILED"), "broken": ("error", "BROKEN")}
_MOST_FIELDS = 6
_MOST_EFFECTS = 8


def render_result(result: TestResult, style: Style = PLAIN) -> str:
    """Return one line: what came of a test, its name, its place and its time."""
    meaning, word = _WORDS[result.outcome]
    place = style("frame", f"{neutral(result.file)}:{result.line}")
    return f"{style(meaning, word)}  {neutral(result.title)}  {place}  {style('dim', f'{result.seconds:.2f} s')}\n"


def render_failures(report: TestReport, sources: Mapping[str, SourceFile], style: Style = PLAIN) -> str:
    """Return why tests failed: the line of each expectation with what came nearest to it."""
    return "".join("\n" + _failed(result, sources, style) for result in report.results if result.outcome != "passed")


def render_verdict(report: TestReport, style: Style = PLAIN) -> str:
    """Return the last line: how many passed and how many did not."""
    parts = []
    for outcome, meaning in (("failed", "error"), ("broken", "error"), ("passed", "good")):
        count = report.count(outcome)  # type: ignore[arg-type]  # the words above are outcomes
        if count:
            parts.append(style(meaning, f"{count:,} {outcome}"))
    if report.skipped:
        parts.append(f"{report.skipped:,} not run")
    return f"{', '.join(parts)} in {report.seconds:.1f} s\n"


def _failed(result: TestResult, sources: Mapping[str, SourceFile], style: Style) -> str:
    _, word = _WORDS[result.outcome]
    lines = [style("error", word) + style("bold", f": {neutral(result.title)}")]
    for failure in result.failures:
        lines += _failure(failure, sources, style)
    return "\n".join(lines) + "\n"


def _failure(failure: Failure, sources: Mapping[str, SourceFile], style: Style) -> Iterator[str]:
    place = failure.place
    source = sources.get(place.file)
    wrong = [one for one in failure.judged if not one.holds]
    marks = [Mark(span=_span(one.place), label=_but(one)) for one in wrong]
    if not wrong:
        marks = [Mark(span=_span(place))]
    gutter = len(str(max(shown_lines(marks), default=1)))
    space, bar = " " * gutter, style("frame", "|")
    yield f"{space}{style('frame', '-->')} {neutral(place.file)}:{place.line}:{place.column}"
    if source is not None:
        yield f"{space} {bar}"
        yield from frame(source, marks, gutter, style)
        yield f"{space} {bar}"
    equals = f"{space} {style('frame', '=')} "
    yield equals + style.prose(neutral(failure.message))
    if failure.nearest is not None:
        yield equals + style("note", "nearest") + f": {_effect(failure.nearest, style)}"
        if not failure.judged:
            yield from (f"{space}            {line}" for line in _fields(failure.nearest))
    for note in failure.notes:
        yield equals + style("note", "note") + f": {style.prose(neutral(note))}"
    if failure.surplus:
        word = "also happened" if failure.kind == "missing" else "happened"
        for item in failure.surplus[:_MOST_EFFECTS]:
            yield equals + style("note", word) + f": {_effect(item, style)}"
            yield from (f"{space}   {' ' * cells(word)}  {line}" for line in _fields(item))
        if len(failure.surplus) > _MOST_EFFECTS:
            yield equals + f"and {len(failure.surplus) - _MOST_EFFECTS} more"


def _but(judged: Judged) -> str:
    return "but " + " and ".join(f"`{path}` is {value}" for path, value in judged.actual) if judged.actual else "false"


def _effect(item: Happening, style: Style) -> str:
    refused = f"; {style('error', 'refused')}: {neutral(item.refused)}" if item.refused is not None else ""
    shown = style(_meaning(item.kind), item.kind) + f" {neutral(item.subject)} {neutral(item.record)}"
    return f"{shown}: {style.prose(neutral(item.reason))} ({neutral(item.location)}){refused}"


def _meaning(kind: str) -> str:
    return kind if kind in {"create", "update", "link", "void", "hold"} else "code"


def _fields(item: Happening) -> Iterator[str]:
    for name, value in item.fields[:_MOST_FIELDS]:
        yield f"{neutral(name)} = {neutral(value)}"
    if len(item.fields) > _MOST_FIELDS:
        yield f"and {counted(len(item.fields) - _MOST_FIELDS, 'field')} more"


def _span(place: Spot) -> Span:
    return Span(
        file=place.file,
        start=0,
        end=0,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )
