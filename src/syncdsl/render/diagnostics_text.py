"""Findings as people read them: the line, a caret under the place, what to do, and a verdict at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity
from syncdsl.render.neutral import cells, neutral, neutral_lines
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile, Span

_TAB = "    "


def render_text(findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], style: Style = PLAIN) -> str:
    """Return a frame for every finding, in the order given; `sources` by path give the lines shown."""
    return "".join(_render_finding(item, sources.get(item.span.file), sources, style) for item in findings)


def _render_finding(
    item: Diagnostic, source: SourceFile | None, sources: Mapping[str, SourceFile], style: Style
) -> str:
    level = item.level.value
    gutter = " " * len(str(max(item.span.end_line, *(related.span.end_line for related in item.related), 1)))
    lines = [style(level, f"{level}[{item.code.id}]") + style("bold", ": ") + _bold_prose(neutral(item.message), style)]
    lines += _frame(item.span, source, gutter, style, level)
    for related in item.related:
        lines.append(f"{gutter} {style('frame', '=')} {style('note', 'note')}: {style.prose(neutral(related.message))}")
        lines += _frame(related.span, sources.get(related.span.file), gutter, style, "frame", mark="-")
    advice = item.help or (item.fixes[0].title if item.fixes else None)
    if advice:
        first, *more = neutral_lines(advice).split("\n")
        lines.append(f"{gutter} {style('frame', '=')} {style('help', 'help')}: {style.prose(first)}")
        lines += [f"{gutter}         {style.prose(line)}" for line in more]
    return "\n".join(lines) + "\n\n"


def _bold_prose(text: str, style: Style) -> str:
    return style("bold", text)


def _frame(
    span: Span, source: SourceFile | None, gutter: str, style: Style, meaning: str, mark: str = "^"
) -> list[str]:
    if not span.file:
        return []
    bar = style("frame", "|")
    lines = [f"{gutter}{style('frame', '-->')} {neutral(span.file)}:{span.line}:{span.column}"]
    if source is None:
        return lines
    lines.append(f"{gutter} {bar}")
    first = source.line(span.line)
    end = span.end_column if span.end_line == span.line else len(first) + 1
    lines += _underlined(span.line, first, span.column, end, gutter, style, meaning, mark)
    if span.end_line > span.line and span.end_column > 1:
        last = source.line(span.end_line)
        start = len(last) - len(last.lstrip()) + 1
        if span.end_line > span.line + 1:
            lines.append(style("frame", "..."))
        lines += _underlined(span.end_line, last, start, span.end_column, gutter, style, meaning, mark)
    return lines


def _underlined(
    number: int, line: str, start: int, end: int, gutter: str, style: Style, meaning: str, mark: str
) -> list[str]:
    before = _shown(line[: start - 1])
    marked = _shown(line[start - 1 : end - 1])
    after = _shown(line[end - 1 :])
    bar = style("frame", "|")
    width = max(cells(marked), 1)
    return [
        f"{style('frame', str(number).rjust(len(gutter)))} {bar} {before}{marked}{after}".rstrip(),
        f"{gutter} {bar} {' ' * cells(before)}{style(meaning, mark * width)}",
    ]


def _shown(text: str) -> str:
    return neutral(text.replace("\t", _TAB))


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
