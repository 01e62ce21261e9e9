"""SD512: a line that writes against the arrow of its module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Fix
from syncdsl.diagnostics.codes.lint_rules import AGAINST_THE_ARROW
from syncdsl.lint.check import Check, RuleFile
from syncdsl.syntax.nodes import Arrow, Group, Map, MapLine, Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        if not file.complete:
            continue  # an arrow may have been guessed
        for module in file.nodes(Module):
            if module.arrow is Arrow.BOTH:
                continue
            written = module.left if module.arrow is Arrow.RIGHT else module.right
            side = f"{written.connection.text}.{written.module.text}"
            maps = (clause for clause in module.clauses if isinstance(clause, Map))
            for line in (line for clause in maps for line in _lines(clause.items)):
                if line.arrow is not module.arrow:
                    yield Diagnostic(
                        code=AGAINST_THE_ARROW,
                        message=f"this line writes to `{side}`, which the header only reads",
                        span=line.span,
                        help=f"write `{module.arrow.value}` here, or `<->` in the header",
                        fixes=_fix(file, line, module.arrow),
                    )


def _lines(items: Iterable[object]) -> Iterator[MapLine]:
    for item in items:
        if isinstance(item, MapLine):
            yield item
        elif isinstance(item, Group):
            yield from _lines(item.lines)


def _fix(file: RuleFile, line: MapLine, arrow: Arrow) -> tuple[Fix, ...]:
    start, end = line.left.span.end, line.right.span.start
    between = file.source.text[start:end]
    if line.arrow is not Arrow.BOTH or between.count("<->") != 1:
        return ()
    at = start + between.index("<->")
    return (Fix(title=f"write `{arrow.value}`", span=file.source.span(at, at + 3), replacement=arrow.value),)


CHECK = Check(code=AGAINST_THE_ARROW, run=_run)
