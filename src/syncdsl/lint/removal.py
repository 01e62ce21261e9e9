"""The fix that removes a statement, shared by checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix

if TYPE_CHECKING:
    from syncdsl.diagnostics import SourceFile, Span


def removal(source: SourceFile, statement: Span, title: str, *, safe: bool = False) -> Fix:
    """Return the fix that deletes the whole lines of a statement and the blank ones that set it apart.

    Comments above it stay: nobody can tell whether they are about this statement alone.
    """
    text = source.text
    start = source.line_starts[statement.line - 1]
    end = text.find("\n", statement.end) + 1 or len(text)
    apart = not source.line(statement.line - 1).strip()
    while apart and end < len(text):
        following = text.find("\n", end) + 1 or len(text)
        if text[end:following].strip():
            break
        end = following
    while end == len(text) and text[:start].endswith("\n\n"):
        start -= 1
    return Fix(title=title, span=source.span(start, end), replacement="", safe=safe)
