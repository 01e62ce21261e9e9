"""SD545: a sensitive value that goes where it counts as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_schemas import SENSITIVE_COPIED
from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import TypedProgram


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for written in program.written():
        into = program.resolve(written.target, written.scope)
        if into is None or into.field.sensitive:
            continue
        for path in walk(written.value.expression):
            found = program.resolve(path, written.value.scope) if isinstance(path, Path) else None
            if isinstance(path, Path) and found is not None and found.field.sensitive:
                yield Diagnostic(
                    code=SENSITIVE_COPIED,
                    message=f"`{path.text}` is sensitive, and `{written.target.text}` is not: previews show it",
                    span=path.span,
                    help="have the other field marked in its own system, or leave the line out",
                )


CHECK = SchemaCheck(code=SENSITIVE_COPIED, run=_run)
