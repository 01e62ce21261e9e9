"""Runs the checks that need schemas. Only `check` does; `lint` needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.lint.check import RuleFile
from syncdsl.lint.schema_check import TypedProgram
from syncdsl.lint.schema_checks import SCHEMA_CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import Program


def lint_schemas(
    programs: Sequence[tuple[SourceFile, Program]], schemas: Mapping[str, SchemaSnapshot]
) -> list[Diagnostic]:
    """Return what the checks that need schemas find in rule files, which form one program."""
    files = [RuleFile(source=source, program=program, complete=True) for source, program in programs]
    program = TypedProgram(files=files, schemas=schemas)
    return [item for check in SCHEMA_CHECKS for item in check.run(program)]
