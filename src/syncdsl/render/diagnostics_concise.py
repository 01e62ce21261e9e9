"""Findings, one per line: `path:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.diagnostics import Diagnostic


def render_concise(findings: Iterable[Diagnostic]) -> str:
    """Return the lines, in the order given; empty when there are no findings."""
    return "".join(f"{_place(item)}{item.code.id} {neutral(item.message)}\n" for item in findings)


def _place(item: Diagnostic) -> str:
    span = item.span
    return f"{neutral(span.file)}:{span.line}:{span.column}: " if span.file else ""
