"""Collects what the parser finds wrong, at most one mistake for a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Severity
from syncdsl.diagnostics.codes.syntax import (
    BAD_INDENTATION,
    MISPLACED_LANGUAGE,
    MISSING_LANGUAGE,
    RULE_AMONG_TESTS,
    TAB,
)
from syncdsl.syntax.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Code, Fix, Related, SourceFile

MAX_FINDINGS = 100
_OF_PLACE = frozenset({BAD_INDENTATION, TAB, MISSING_LANGUAGE, MISPLACED_LANGUAGE, RULE_AMONG_TESTS})


class Findings:
    """The findings of one file. A line with one mistake gets one report: what follows from it is not told again."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self._found: list[Diagnostic] = []
        self._lines: set[int] = set()
        self._guessed: set[int] = set()
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
            if code not in _OF_PLACE:
                self._guessed.add(span.line)
        self._said.add((code.id, span.start))
        if not help and code.instead:
            help = f"for example {quoted(code.instead.splitlines()[-1].strip())}"  # noqa: A001 - as the parameter
        found = Diagnostic(code=code, message=message, span=span, help=help, related=tuple(related), fixes=tuple(fixes))
        self._found.append(found)

    def add_last(self, code: Code, message: str, start: int, end: int) -> None:
        """Report something at most once in a file."""
        if not any(item.code is code for item in self._found):
            self.add(code, message, start, end)

    @property
    def guessed(self) -> frozenset[int]:
        """The lines that have an error, other than one of where they stand."""
        return frozenset(self._guessed)

    def reported(self, line: int) -> bool:
        """Whether a line has an error."""
        return line in self._lines

    def __len__(self) -> int:
        return len(self._found)

    def misplaced(self) -> bool:
        """Whether a line stands where it does not belong."""
        return any(item.code in {BAD_INDENTATION, TAB} for item in self._found)

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(item.level is Severity.ERROR for item in self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return the findings in the order of the file."""
        return tuple(sorted(self._found, key=lambda item: item.sort_key))
