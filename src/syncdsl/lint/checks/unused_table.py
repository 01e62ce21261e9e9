"""SD501: a table that no line calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, did_you_mean
from syncdsl.diagnostics.codes.lint import UNUSED_TABLE
from syncdsl.functions import BUILTINS
from syncdsl.lint.check import Check, RuleFile, nodes, opaque, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax.expressions import Call
from syncdsl.syntax.nodes import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_MISSPELT = 50


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if opaque(files):
        return
    called = {call.function for call in nodes(files, Call)}
    tables = [(file, item) for file, item in placed(files) if isinstance(item, Table) and item.name.text]
    declared = {item.name.text for _, item in tables}
    unused = declared - called
    unknown = sorted(called - declared - BUILTINS.keys())[:_MOST_MISSPELT]
    meant = {did_you_mean(name, unused) for name in unknown} if unused else set()
    for file, table in tables:
        name = table.name.text
        if name in unused and name not in meant:  # a call that misspells it is reported by itself
            yield Diagnostic(
                code=UNUSED_TABLE,
                message=f"no line calls the table `{name}`",
                span=table.name.span,
                help=f"call it in a map line, such as `{name}(Field) -> field`, or remove the table",
                fixes=(removal(file.source, table.span, "remove the table"),),
            )


CHECK = Check(code=UNUSED_TABLE, run=_run)
