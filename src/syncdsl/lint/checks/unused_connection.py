"""SD502: a connection that no rule names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, did_you_mean
from syncdsl.diagnostics.codes.lint import UNUSED_CONNECTION
from syncdsl.lint.check import Check, RuleFile, nodes, opaque, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax.nodes import Access, Connection, EntityName, Transactions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_MISSPELT = 50


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if opaque(files):
        return
    named = {entity.connection.text for entity in nodes(files, EntityName)}
    named |= {access.connection.text for access in nodes(files, Access)}
    named |= {transactions.connection.text for transactions in nodes(files, Transactions)}
    connections = [(file, item) for file, item in placed(files) if isinstance(item, Connection) and item.name.text]
    declared = {item.name.text for _, item in connections}
    unused = declared - named
    meant = {did_you_mean(name, unused) for name in sorted(named - declared)[:_MOST_MISSPELT]} if unused else set()
    for file, connection in connections:
        name = connection.name.text
        if name in unused and name not in meant:  # a module that misspells it is reported by itself
            yield Diagnostic(
                code=UNUSED_CONNECTION,
                message=f"no rule names the connection `{name}`",
                span=connection.name.span,
                help=f"name a module of it, such as `record item: {name}.Items`, or remove the connection",
                fixes=(removal(file.source, connection.span, "remove the connection"),),
            )


CHECK = Check(code=UNUSED_CONNECTION, run=_run)
