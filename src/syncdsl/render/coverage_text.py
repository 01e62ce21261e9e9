"""How much of the rules tests exercise: a table by file and kind, and the rules with a mark beside every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.covered import KINDS
from syncdsl.render.neutral import cells, neutral
from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.changes.covered import Coverage, Point, PointKind
    from syncdsl.diagnostics import SourceFile

_PLURALS: dict[PointKind, str] = {
    "where": "`where` conditions",
    "when": "`when` conditions",
    "require": "`require` conditions",
    "if": "`if` conditions",
    "operand": "operands of `and`, `or`",
    "trigger": "triggers",
    "line": "map lines",
    "row": "table rows",
}
_MARKS = {"covered": ("good", "+"), "partly": ("warning", "~"), "never": ("error", "-")}


def render_coverage(coverage: Coverage, style: Style = PLAIN) -> str:
    """Return a table: the outcomes that were seen, of how many, by file and by kind of place."""
    rows: list[tuple[str, str, Coverage]] = []
    for file in coverage.files:
        part = coverage.of(file)
        rows.append(("bold", neutral(file), part))
        for kind in KINDS:
            inside = part.of(kind=kind)
            if inside.points:
                rows.append(("", f"  {_PLURALS[kind].replace('`', '')}", inside))
    rows.append(("bold", "all rules", coverage))
    width = max([cells(name) for _, name, _ in rows] + [8])
    lines = [style("bold", f"{'coverage'.ljust(width)}   seen     of       %")]
    for meaning, name, part in rows:
        padded = name + " " * (width - cells(name))
        figures = f"{part.seen:>7,}{part.total:>7,}{part.percent:>8}"
        lines.append((style(meaning, padded) if meaning else padded) + figures)
    return "\n".join(lines) + "\n"


def render_annotated(coverage: Coverage, sources: Mapping[str, SourceFile], style: Style = PLAIN) -> str:
    """Return the rules with a mark beside every line that counts, and below it what is missing.

    `+` all that may come of the line was seen, `~` some of it, `-` nothing.
    """
    parts = [
        "\n".join(_file(coverage.of(file), sources[file], style)) + "\n" for file in coverage.files if file in sources
    ]
    legend = f"{_mark('covered', style)} covered   {_mark('partly', style)} partly   {_mark('never', style)} never\n"
    return "\n".join(parts) + "\n" + legend


def _file(coverage: Coverage, source: SourceFile, style: Style) -> Iterator[str]:
    yield style("bold", neutral(source.path))
    by_line: dict[int, list[Point]] = {}
    for point in coverage.points:
        by_line.setdefault(point.place.line, []).append(point)
    last = len(source.line_starts)
    while last and not source.line(last).strip():
        last -= 1
    gutter, bar = len(str(last)), style("frame", "|")
    for number in range(1, last + 1):
        points = by_line.get(number, [])
        mark = _mark(_state(points), style) if points else " "
        text = neutral(source.line(number).replace("\t", "    ").rstrip())
        yield f"{mark} {style('frame', str(number).rjust(gutter))} {bar} {text}".rstrip()
        indent = " " * (len(source.line(number)) - len(source.line(number).lstrip()))
        for point in points:
            if point.missing:
                yield f"  {' ' * gutter} {bar} {indent}{style('warning', _missing(point, points))}"


def _state(points: Sequence[Point]) -> str:
    if not any(point.missing for point in points):
        return "covered"
    return "partly" if any(len(point.missing) < len(point.wanted) for point in points) else "never"


def _mark(state: str, style: Style) -> str:
    meaning, sign = _MARKS[state]
    return style(meaning, sign)


def _missing(point: Point, points: Sequence[Point]) -> str:
    """Return what never came of a place; which of several on the line it is, is said where it is not clear."""
    missing = point.missing
    if point.kind in {"line", "row", "trigger"}:
        never = "never " + " nor ".join(missing)
    else:
        never = "never judged" if len(missing) == len(point.wanted) else f"never {missing[0]}"
    alone = sum(len(one.wanted) > 1 for one in points) < 2 or point.kind in {"line", "row", "trigger"}
    return f"^ {never}" if alone else f"^ {never}: {neutral(point.text)}"
