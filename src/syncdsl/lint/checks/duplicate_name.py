"""SD504: a name that is defined twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint import DUPLICATE_NAME
from syncdsl.lint.check import Check, RuleFile, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import BadExpression
from syncdsl.syntax.nodes import Bad, Connection, Document, Identifier, Module, Record, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_Definition: TypeAlias = Connection | Table | Module | Record | Document


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    first: dict[tuple[type[_Definition], str], _Definition] = {}
    for file, statement in placed(files):
        if not isinstance(statement, _Definition) or not statement.name.text:
            continue
        earlier = first.setdefault((type(statement), statement.name.text), statement)
        if earlier is statement or _repeated(earlier, statement):
            continue
        kind, name = type(statement).__name__.lower(), statement.name.text
        yield Diagnostic(
            code=DUPLICATE_NAME,
            message=f"the {kind} `{name}` is already defined",
            span=statement.name.span,
            help=f"give one of them another name, such as `{kind} {name}_2: …`, or remove one",
            fixes=(removal(file.source, statement.span, "remove this one", safe=True),)
            if _same(earlier, statement)
            else (),
            related=(Related(span=earlier.name.span, message=f"`{name}` is first defined here"),),
        )


def _repeated(earlier: _Definition, later: _Definition) -> bool:
    """Tell whether another file repeats a connection as it is, which lets each file stand on its own."""
    return isinstance(later, Connection) and later == earlier and later.span.file != earlier.span.file


def _same(earlier: _Definition, later: _Definition) -> bool:
    """Tell whether both say the same, all of which was read."""
    holes = (
        isinstance(node, Bad | BadExpression) or (isinstance(node, Identifier) and not node.text)
        for node in walk(later)
    )
    return earlier == later and not any(holes)


CHECK = Check(code=DUPLICATE_NAME, run=_run)
