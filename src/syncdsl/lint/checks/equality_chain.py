"""SD520: one field that is compared with one value after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import EQUALITY_CHAIN
from syncdsl.lint.check import Check, RuleFile
from syncdsl.lint.rewriting import chain, chains, rewritten
from syncdsl.syntax.expressions import (
    Binary,
    BinaryOperator,
    DateLiteral,
    Membership,
    NumberLiteral,
    Path,
    TextLiteral,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression

_KINDS = (
    (BinaryOperator.OR, BinaryOperator.EQUAL, "in"),
    (BinaryOperator.AND, BinaryOperator.NOT_EQUAL, "not in"),
)


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for joined, compared, word in _KINDS:
            for node in chains(file, joined):
                tests = [_test(part, compared) for part in chain(node, joined)]
                fields = {test[0] for test in tests if test is not None}
                if None in tests or len(fields) != 1:
                    continue
                values = [value for test in tests if test is not None for value in test[1]]
                if len(set(values)) < len(values):
                    continue  # a value that stands twice is another finding
                listed = (
                    f"{' '.join(fields.pop().split())} {word} ({', '.join(file.text(item.span) for item in values)})"
                )
                yield Diagnostic(
                    code=EQUALITY_CHAIN,
                    message=f"the same field is compared {len(tests)} times",
                    span=node.span,
                    help=f"write `{listed}`",
                    fixes=rewritten("write a list", node.span, listed, safe=False),
                )


def _test(node: Expression, compared: BinaryOperator) -> tuple[str, tuple[Expression, ...]] | None:
    """Return a field and the values that it is asked for; None for any other test."""
    match node:
        case Binary(left=Path() as path, right=TextLiteral() | NumberLiteral() | DateLiteral() as value) if (
            node.operator is compared
        ):
            return _written(path), (value,)
        case Membership(operand=Path() as path) if node.negated == (compared is BinaryOperator.NOT_EQUAL):
            plain = all(isinstance(option, TextLiteral | NumberLiteral | DateLiteral) for option in node.options)
            return (_written(path), node.options) if plain else None
        case _:
            return None


def _written(path: Path) -> str:
    """Return a path as a rule file has it, with odd names in backticks."""
    return ".".join(part if part.isidentifier() and part.isascii() else f"`{part}`" for part in path.parts)


CHECK = Check(code=EQUALITY_CHAIN, run=_run)
