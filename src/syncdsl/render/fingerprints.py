"""What a finding is known by when lines move: its code, the words of its line, and which of several such it is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.diagnostics import Diagnostic, SourceFile

_ENOUGH = 500
"""How many characters on each side of a place its fingerprint knows."""


class Fingerprints:
    """Gives the findings of one report, in their order, fingerprints that outlive moved and indented lines."""

    def __init__(self, sources: Mapping[str, SourceFile]) -> None:
        self._sources = sources
        self._seen: Counter[str] = Counter()

    def of(self, item: Diagnostic) -> tuple[str, int]:
        """Return 32 hexadecimal digits, the same for findings with the same words, and which of these it is, from 1."""
        source = self._sources.get(item.span.file)
        span = item.span
        if source is None:
            line, marked = "", item.message
        else:
            # Of what is long the beginning is enough, and a file that is one line takes no longer than another.
            around = source.line(span.line)[max(span.column - 1 - _ENOUGH, 0) : span.column - 1 + _ENOUGH]
            line = " ".join(around.split())
            marked = " ".join(source.text[span.start : min(span.end, span.start + _ENOUGH)].split())
        parts = json.dumps([item.code.id, line, marked])
        key = f"{item.span.file}\0{parts}"
        self._seen[key] += 1
        return hashlib.sha256(parts.encode()).hexdigest()[:32], self._seen[key]
