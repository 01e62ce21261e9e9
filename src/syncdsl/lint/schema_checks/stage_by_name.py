"""SD541: a stage by its name, where its class says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Fix
from syncdsl.diagnostics.codes.lint_schemas import STAGE_BY_NAME
from syncdsl.lint.schema_check import SchemaCheck, stage_names
from syncdsl.schema.snapshot import StageClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import TypedProgram


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for path, name, module in stage_names(program, lists=False):
        kind = module.stage_class(name.value)
        same = [stage.value for stage in module.stages if stage.stage_class is kind and not stage.deprecated]
        if kind in {StageClass.WON, StageClass.LOST} and same == [name.value]:
            yield Diagnostic(
                code=STAGE_BY_NAME,
                message=f"`{name.value}` is the only stage that is {kind.value}; renamed, it stops this rule",
                span=name.span,
                help=f"compare `{path.text}` with the class: `{kind.value}`",
                fixes=(Fix(title=f"write `{kind.value}`", span=name.span, replacement=kind.value),),
            )


CHECK = SchemaCheck(code=STAGE_BY_NAME, run=_run)
