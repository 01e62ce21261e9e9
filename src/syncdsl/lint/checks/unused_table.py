"""SD501: a table that no line calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import UNUSED_TABLE
from syncdsl.lint.check import Check, RuleFile, nodes, opaque, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax.expressions import Call
from syncdsl.syntax.nodes import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if opaque(files):
        return
    called = {call.function for call in nodes(files, Call)}
    for file, table in placed(files):
        if isinstance(table, Table) and table.name.text and table.name.text not in called:
            name = table.name.text
            yield Diagnostic(
                code=UNUSED_TABLE,
                message=f"no line calls the table `{name}`",
                span=table.name.span,
                help=f"call it in a map line, such as `{name}(Field) -> field`, or remove the table",
                fixes=(removal(file.source, table.span, "remove the table"),),
            )


CHECK = Check(code=UNUSED_TABLE, run=_run)
