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
    names = _names(program)
    for written in program.written():
        for path in walk(written.value.expression):
            if not isinstance(path, Path) or names.isdisjoint(path.parts):
                continue
            found = program.resolve(path, written.value.scope)
            into = program.resolve(written.target, written.scope)
            if found is not None and found.field.sensitive and into is not None and not into.field.sensitive:
                yield Diagnostic(
                    code=SENSITIVE_COPIED,
                    message=f"`{path.text}` is sensitive, and `{written.target.text}` is not: previews show it",
                    span=path.span,
                    help="have the other field marked in its own system, or leave the line out",
                )


def _names(program: TypedProgram) -> set[str]:
    """Return the parts of the names of all sensitive fields: no other path need be looked up."""
    return {
        part
        for schema in program.schemas.values()
        for module in schema.modules.values()
        for name, field in module.fields.items()
        if field.sensitive
        for part in name.split(".")
    }


CHECK = SchemaCheck(code=SENSITIVE_COPIED, run=_run)
