"""Findings, one per line: `path:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.diagnostics import Diagnostic


def render_concise(findings: Iterable[Diagnostic]) -> str:
    """Return the lines, in the order given; empty when there are no findings."""
    return "".join(
        f"{neutral(item.span.file)}:{item.span.line}:{item.span.column}: {item.code.id} {neutral(item.message)}\n"
        for item in findings
    )
