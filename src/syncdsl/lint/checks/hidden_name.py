"""SD534: a name that hides another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_rules import HIDDEN_NAME
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.nodes import Connection, Record, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    yield from _hidden_builtins([table for table in nodes(files, Table) if table.name.text])
    yield from _hidden_connections(files)


def _hidden_builtins(tables: Sequence[Table]) -> Iterator[Diagnostic]:
    if not tables:
        return
    from syncdsl.functions import find_builtin  # noqa: PLC0415 - most programs need none of it

    for table in tables:
        if find_builtin(table.name.text) is not None:
            yield Diagnostic(
                code=HIDDEN_NAME,
                message=f"the table `{table.name.text}` hides the builtin function of that name",
                span=table.name.span,
                help=f"give it another name, such as `table {table.name.text}_values:`",
            )


def _hidden_connections(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    connections = {connection.name.text: connection for connection in nodes(files, Connection)}
    for record in nodes(files, Record):
        hidden = connections.get(record.name.text) if record.name.text else None
        if hidden is not None:
            yield Diagnostic(
                code=HIDDEN_NAME,
                message=f"the record `{record.name.text}` has the name of a connection",
                span=record.name.span,
                help="give it another name, such as `record deal:`",
                related=(Related(span=hidden.name.span, message="the connection stands here"),),
            )


CHECK = Check(code=HIDDEN_NAME, run=_run)
