"""Runs all checks over a program. Loads the parser; the cache is what avoids that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity
from syncdsl.lint.check import RuleFile
from syncdsl.lint.checks import CHECKS
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.syntax import ParseResult

OFF = "off"


def lint(
    sources: Sequence[SourceFile], levels: Mapping[str, str], parsed: Sequence[ParseResult] | None = None
) -> list[Diagnostic]:
    """Parse files unless they are, check them as one program, and return all findings by file, position and code.

    `levels` gives the weight of a code, by its id or its name: `off`, `note`, `warning` or `error`.
    """
    results = parsed if parsed is not None else [parse(source) for source in sources]
    found: list[Diagnostic] = []
    files: list[RuleFile] = []
    for source, result in zip(sources, results, strict=True):
        found += result.diagnostics
        files.append(RuleFile(source=source, program=result.program, complete=result.complete))
    for check in CHECKS:
        if _level(check.code.id, check.code.name, levels) != OFF:
            found += check.run(files)
    weighed = (_weighed(item, levels) for item in found)
    unique = {item.sort_key: item for item in weighed if item is not None}
    return [unique[key] for key in sorted(unique)]


def _weighed(item: Diagnostic, levels: Mapping[str, str]) -> Diagnostic | None:
    level = _level(item.code.id, item.code.name, levels)
    if level is None:
        return item
    return None if level == OFF else replace(item, severity=Severity(level))


def _level(code: str, name: str, levels: Mapping[str, str]) -> str | None:
    return levels.get(code, levels.get(name))
