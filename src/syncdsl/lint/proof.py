"""Proves that a program means the same after a safe fix, before the fix is kept.

The result must parse completely, stay formatted where it was, and come to the same plan. Where there was no plan before
(an error, no schemas), it must not bring a new finding. A result whose tree is the one read before needs no plan: only
comments, blanks or the language line differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.syntax import Language, Statement, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.diagnostics import SourceFile
    from syncdsl.lint.fixing import State


@dataclass(slots=True, kw_only=True)
class PlanProof:
    """The proof, with what it needs of others.

    `digest` gives the digest of a program's plan, None where there is none; `canonical` the formatted text of a file,
    None where it has none.
    """

    digest: Callable[[Mapping[str, SourceFile]], str | None]
    canonical: Callable[[SourceFile], str | None] | None = None
    _digests: dict[tuple[tuple[str, str], ...], str | None] = field(default_factory=dict)

    def __call__(self, before: State, after: State) -> str | None:
        """Return why `before` may not become `after`; None when it is proved that it may."""
        changed = [(source, after.sources[path]) for path, source in before.sources.items()]
        changed = [(old, new) for old, new in changed if old.text != new.text]
        if any(not parse(new).complete for _, new in changed):
            return "the result would not parse"
        if self.canonical is not None:
            for old, new in changed:
                if self.canonical(old) == old.text and self.canonical(new) != new.text:
                    return "the result would not be formatted"
        if all(_statements(old) == _statements(new) for old, new in changed):
            return None
        plan = self._digest(before.sources)
        if plan is not None and self._digest(after.sources) != plan:
            return "the plan would change"
        new_findings = after.counts - before.counts
        if new_findings:
            return f"it would bring a new finding, {min(code for _, code, _ in new_findings)}"
        return None

    def _digest(self, sources: Mapping[str, SourceFile]) -> str | None:
        key = tuple((path, source.text) for path, source in sources.items())
        if key not in self._digests:
            self._digests[key] = self.digest(sources)
        return self._digests[key]


def _statements(source: SourceFile) -> tuple[Statement, ...]:
    """Return what a file says; a file without `language` is read by the only version there is."""
    return tuple(item for item in parse(source).program.statements if not isinstance(item, Language))
