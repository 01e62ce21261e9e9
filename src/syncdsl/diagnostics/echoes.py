"""What else is said about a line that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes import syntax
from syncdsl.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.diagnostics.diagnostic import Diagnostic

_SYNTAX = frozenset(code.id for code in syntax.CODES)


def without_echoes(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Leave out what is said about the meaning of a line with a syntax error: it judges a guess at what was meant."""
    found = list(findings)
    unread = {
        (item.span.file, item.span.line)
        for item in found
        if item.code.id in _SYNTAX and item.level is Severity.ERROR and item.code is not syntax.MISSING_LANGUAGE
    }
    return [item for item in found if item.code.id in _SYNTAX or (item.span.file, item.span.line) not in unread]
