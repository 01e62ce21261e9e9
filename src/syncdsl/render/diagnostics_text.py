"""Findings as people read them: the lines, a caret under the place, what to do, and a verdict at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity
from syncdsl.render.frame import Mark, frame, shown_lines
from syncdsl.render.neutral import neutral, neutral_lines
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile


def render_text(findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], style: Style = PLAIN) -> str:
    """Return a frame for every finding, in the order given; `sources` by path give the lines shown."""
    return "".join(_render_finding(item, sources, style) for item in findings)


def _render_finding(item: Diagnostic, sources: Mapping[str, SourceFile], style: Style) -> str:
    level = item.level.value
    marks = _marks(item, sources)
    numbers = [number for inside in marks.values() for number in shown_lines(inside)]
    gutter = len(str(max(numbers, default=1)))
    lines = [style(level, f"{level}[{item.code.id}]") + style("bold", f": {neutral(item.message)}")]
    for file, inside in marks.items():
        place = inside[0].span
        lines.append(f"{' ' * gutter}{style('frame', '-->')} {neutral(file)}:{place.line}:{place.column}")
        if file in sources:
            lines += [_bar(gutter, style), *frame(sources[file], inside, gutter, style)]
    remarks = _remarks(item, marks)
    if remarks and item.span.file in sources:
        lines.append(_bar(gutter, style))
    for meaning, text in remarks:
        first, *more = text.split("\n")
        lines.append(f"{' ' * gutter} {style('frame', '=')} {style(meaning, meaning)}: {style.prose(first)}")
        lines += [f"{' ' * (gutter + len(meaning) + 5)}{style.prose(line)}" for line in more]
    return "\n".join(lines) + "\n\n"


def _bar(gutter: int, style: Style) -> str:
    return f"{' ' * gutter} {style('frame', '|')}"


def _marks(item: Diagnostic, sources: Mapping[str, SourceFile]) -> dict[str, list[Mark]]:
    """Return what to point at in each file, the finding's own file and place first."""
    marks: dict[str, list[Mark]] = {}
    if item.span.file:
        marks[item.span.file] = [Mark(span=item.span, meaning=item.level.value)]
    for related in item.related:
        if related.span.file in sources:
            mark = Mark(span=related.span, sign="-", meaning="frame", label=related.message)
            marks.setdefault(related.span.file, []).append(mark)
    return marks


def _remarks(item: Diagnostic, marks: Mapping[str, Sequence[Mark]]) -> list[tuple[str, str]]:
    """Return what stands below the frames: places whose file is not at hand, and what to do."""
    remarks: list[tuple[str, str]] = []
    for related in item.related:
        if not any(
            mark.label == related.message and mark.span == related.span for mark in marks.get(related.span.file, ())
        ):
            place = f"{related.span.file}:{related.span.line}:{related.span.column}: " if related.span.file else ""
            remarks.append(("note", neutral(f"{place}{related.message}")))
    advice = item.help or (item.fixes[0].title if item.fixes else None)
    if advice:
        remarks.append(("help", neutral_lines(advice)))
    return remarks


def render_summary(findings: Sequence[Diagnostic], files: int, style: Style = PLAIN) -> str:
    """Return the verdict in one line, such as `2 errors, 1 warning in 3 files`."""
    counts = {level: sum(item.level is level for item in findings) for level in Severity}
    parts = [style(level.value, counted(counts[level], level.value)) for level in Severity if counts[level]]
    among = counted(files, "file")
    failing = counts[Severity.ERROR] or counts[Severity.WARNING]
    if failing:
        codes = sorted({item.code.id for item in findings if item.level is not Severity.NOTE})
        hint = f"; `syncdsl explain {codes[0] if len(codes) == 1 else 'CODE'}` says more"
        return ", ".join(parts) + f" in {among}" + style.prose(hint) + "\n"
    notes = f", {', '.join(parts)}" if parts else ""
    return f"{style('good', 'clean')}: {among} checked{notes}\n"
