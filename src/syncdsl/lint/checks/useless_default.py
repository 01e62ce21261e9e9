"""SD522: a `??` that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import USELESS_DEFAULT
from syncdsl.lint.check import Check, RuleFile
from syncdsl.lint.rewriting import chain, chains, removed
from syncdsl.syntax.expressions import (
    BinaryOperator,
    BooleanLiteral,
    DateLiteral,
    EmptyLiteral,
    NumberLiteral,
    TextLiteral,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node in chains(file, BinaryOperator.COALESCE):
            parts = list(chain(node, BinaryOperator.COALESCE))
            for index, part in enumerate(parts):
                before, after = parts[index - 1] if index else None, parts[index + 1] if part is not parts[-1] else None
                text = " ".join(file.text(part.span).split())
                if after is not None and _never_empty(part):
                    yield Diagnostic(
                        code=USELESS_DEFAULT,
                        message=f"`{text}` is never empty, so nothing after it counts",
                        span=part.span,
                        help=f"put it last: `… ?? {text}`",
                        fixes=removed(file, part, after, "??") if after is parts[-1] else (),
                    )
                    break
                if before is not None and _empty(part):
                    yield Diagnostic(
                        code=USELESS_DEFAULT,
                        message=f"`{text}` as a default is what is there anyway",
                        span=part.span,
                        help='leave it out, or name a value: `… ?? "unknown"`',
                        fixes=removed(file, before, part, "??"),
                    )
                    break


def _never_empty(node: Expression) -> bool:
    return isinstance(node, NumberLiteral | DateLiteral | BooleanLiteral) or (
        isinstance(node, TextLiteral) and bool(node.value.strip())
    )


def _empty(node: Expression) -> bool:
    return isinstance(node, EmptyLiteral) or (isinstance(node, TextLiteral) and not node.value)


CHECK = Check(code=USELESS_DEFAULT, run=_run)
