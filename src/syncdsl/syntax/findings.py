"""Collects what the parser finds wrong, at most one mistake for a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Code, Fix, Related, SourceFile

MAX_FINDINGS = 100


class Findings:
    """The findings of one file. A line with one mistake gets one report: what follows from it is not told again."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self._found: list[Diagnostic] = []
        self._lines: set[int] = set()
        self._said: set[tuple[str, int]] = set()

    def add(
        self,
        code: Code,
        message: str,
        start: int,
        end: int,
        *,
        help: str | None = None,  # noqa: A002 - the label users see
        related: Sequence[Related] = (),
        fixes: Sequence[Fix] = (),
    ) -> None:
        """Report something at two offsets of the text, unless its line has a report already."""
        size = len(self.source.text)
        start = max(0, min(start, size))
        span = self.source.span(start, max(start, min(end, size)))
        error = code.severity is Severity.ERROR
        if (error and span.line in self._lines) or (code.id, span.start) in self._said:
            return
        if error:
            self._lines.add(span.line)
        self._said.add((code.id, span.start))
        found = Diagnostic(code=code, message=message, span=span, help=help, related=tuple(related), fixes=tuple(fixes))
        self._found.append(found)

    def add_last(self, code: Code, message: str, start: int, end: int) -> None:
        """Report something at most once in a file."""
        if not any(item.code is code for item in self._found):
            self.add(code, message, start, end)

    def reported(self, line: int) -> bool:
        """Whether a line has an error."""
        return line in self._lines

    def __len__(self) -> int:
        return len(self._found)

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(item.level is Severity.ERROR for item in self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return the findings in the order of the file."""
        return tuple(sorted(self._found, key=lambda item: item.sort_key))
