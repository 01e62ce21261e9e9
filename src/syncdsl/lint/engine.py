"""Runs all checks over a program. Loads the parser; the cache is what avoids that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import without_echoes
from syncdsl.lint.check import RuleFile
from syncdsl.lint.checks import CHECKS
from syncdsl.lint.suppressions import without_suppressed
from syncdsl.lint.weighing import OFF, level_of, weighed
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.syntax import ParseResult


def lint(
    sources: Sequence[SourceFile],
    levels: Mapping[str, str],
    parsed: Sequence[ParseResult] | None = None,
    *,
    today: date | None = None,
) -> list[Diagnostic]:
    """Parse files unless they are, check them as one program, and return all findings by file, position and code.

    `levels` gives the weight of a code, by its id or its name: `off`, `note`, `warning` or `error`. With `today`
    suppressions count and are judged; without, the findings are those before suppressing.
    """
    results = parsed if parsed is not None else [parse(source) for source in sources]
    found: list[Diagnostic] = []
    files: list[RuleFile] = []
    for source, result in zip(sources, results, strict=True):
        found += result.diagnostics
        files.append(RuleFile(source=source, program=result.program, complete=result.complete))
    for check in CHECKS:
        if level_of(check.code, levels) != OFF:
            found += check.run(files)
    kept = [item for one in without_echoes(found) if (item := weighed(one, levels)) is not None]
    if today is not None:
        return without_suppressed(kept, sources, levels, today=today, analysed=False)
    unique = {item.sort_key: item for item in kept}
    return [unique[key] for key in sorted(unique)]
