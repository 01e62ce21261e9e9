"""Where in the rule files something stands, in the form that results keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.rehearsed import Spot

if TYPE_CHECKING:
    from syncdsl.diagnostics import Span


def spot(span: Span) -> Spot:
    """Return the place of a span."""
    return Spot(file=span.file, line=span.line, column=span.column, end_line=span.end_line, end_column=span.end_column)
