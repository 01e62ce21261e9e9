"""SD543: a stage that was taken out of the pick list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_schemas import DEPRECATED_STAGE
from syncdsl.lint.schema_check import SchemaCheck, stage_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import TypedProgram


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for _, name, module in stage_names(program):
        if any(stage.value == name.value and stage.deprecated for stage in module.stages):
            current = [stage.value for stage in module.stages if not stage.deprecated]
            shown = ", ".join(f"`{value}`" for value in current[:8]) + (" …" if len(current) > 8 else "")
            yield Diagnostic(
                code=DEPRECATED_STAGE,
                message=f"`{name.value}` was taken out of the pick list: no record comes into this stage any more",
                span=name.span,
                help=f"there is {shown}" if current else "ask for `won`, `lost` or `open`",
            )


CHECK = SchemaCheck(code=DEPRECATED_STAGE, run=_run)
