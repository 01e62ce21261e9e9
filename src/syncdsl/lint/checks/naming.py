"""SD533: a name that is not written like the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import NAMING
from syncdsl.lint.check import Check, RuleFile, statements
from syncdsl.syntax.nodes import Connection, Document, Module, Record, Table, With

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.nodes import Identifier

_Named: TypeAlias = Connection | Table | Module | Record | Document
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for statement in statements(files):
        if isinstance(statement, _Named):
            for kind, name in _names(statement):
                if name.text and not _NAME.fullmatch(name.text):
                    words = "_".join(word.lower() for word in _WORDS.findall(name.text))
                    wanted = words if _NAME.fullmatch(words) else "customers"
                    yield Diagnostic(
                        code=NAMING,
                        message=f"the name `{name.text}` is not lower case with `_` between words",
                        span=name.span,
                        help=f"call it `{kind} {wanted}: …`",
                    )


def _names(statement: _Named) -> Iterator[tuple[str, Identifier]]:
    yield type(statement).__name__.lower(), statement.name
    if isinstance(statement, Module):
        for clause in statement.clauses:
            if isinstance(clause, With):
                yield "with", clause.module.name


CHECK = Check(code=NAMING, run=_run)
