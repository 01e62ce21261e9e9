"""What stands in a file and belongs to no language of rules: comments and marks of others, tabs, odd spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix
from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax.wording import OTHER_COMMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.findings import Findings
    from syncdsl.syntax.scanner import LogicalLine


def report_comment(findings: Findings, line: LogicalLine) -> None:
    """Report a comment of another language."""
    mark = next(item for item in OTHER_COMMENTS if findings.source.text.startswith(item, line.start))
    span = findings.source.span(line.start, line.start + len(mark))
    findings.add(
        codes.BAD_CHARACTER,
        f"`{mark}` begins no comment in this language",
        line.start,
        line.end,
        help="comments begin with `#`: `# the rest`",
        fixes=[Fix(title="write `#`", span=span, replacement="#")],
    )


def after_comment(lines: Sequence[LogicalLine], index: int, text: str) -> int:
    """Return the index of the line after a comment of another language, which may have several lines."""
    start = lines[index].start
    if text.startswith("/*", start):
        closing = text.find("*/", start)
        while closing >= 0 and index + 1 < len(lines) and lines[index + 1].start < closing + 2:
            index += 1
    return index + 1


def report_tabs(findings: Findings, lines: Sequence[LogicalLine]) -> None:
    """Report the first line that is indented by a tab."""
    for line in lines:
        if line.tabs:  # once: the others follow from the same editor
            start = findings.source.line_starts[line.number - 1]
            findings.add(codes.TAB, "a tab stands before this line", start, line.start, help="indent by four spaces")
            return


def report_odd_spaces(findings: Findings, lines: Sequence[LogicalLine]) -> None:
    """Report the first space that is not the plain one."""
    for line in lines:
        if line.odd_space is not None:  # once: the others came the same way
            findings.add(
                codes.BAD_CHARACTER,
                "a space here is no plain one",
                line.odd_space,
                line.odd_space + 1,
                help="replace it, and others like it, by spaces as the space bar makes them; it often comes along "
                "from a document or a web page",
            )
            return
