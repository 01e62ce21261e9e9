"""A finding about a rule file: a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.diagnostics.codes import Code
    from syncdsl.diagnostics.span import Span


class Severity(Enum):
    """How much a finding weighs: errors and warnings fail, notes never do."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A second place that explains a finding, such as the first definition of a name."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    r"""An edit that removes the finding: replace the text of `span` by `replacement`.

    `safe` promises that the plan stays the same; the page of the finding's code says why. Line ends in `replacement`
    are `\n`; those of the file are written.
    """

    title: str
    span: Span
    replacement: str
    safe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    `message` is lower case and quotes user input in backticks; `help` says what to do, with an example of the right
    form; `severity` overrides the code's own level where the project's configuration says so.
    """

    code: Code
    message: str
    span: Span
    help: str | None = None
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None

    @property
    def level(self) -> Severity:
        """The weight in force."""
        return self.severity or self.code.severity

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of reports: by file, position and code."""
        return (self.span.file, self.span.start, self.span.end, self.code.id, self.message)
