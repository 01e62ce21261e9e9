"""SD535: a record that no rule uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import UNUSED_RECORD
from syncdsl.lint.check import Check, RuleFile, nodes, opaque, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax import walk
from syncdsl.syntax.accords import Associate
from syncdsl.syntax.expressions import Path
from syncdsl.syntax.nodes import Document, Record, When

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if opaque(files):
        return
    used = {document.record.text for document in nodes(files, Document)}
    used |= {associate.record.text for associate in nodes(files, Associate)}
    used |= {node.parts[0] for when in nodes(files, When) for node in walk(when.condition) if isinstance(node, Path)}
    for file, record in placed(files):
        if not isinstance(record, Record) or not record.name.text:
            continue
        name = record.name.text
        if name not in used:
            used.add(name)  # a second one of that name is another finding
            yield Diagnostic(
                code=UNUSED_RECORD,
                message=f"no document is for the record `{name}`, and no trigger asks for it",
                span=record.name.span,
                help=f"make something for it, such as `document invoice: books.invoices for {name}`, or remove it",
                fixes=(removal(file.source, record.span, "remove the record"),),
            )


CHECK = Check(code=UNUSED_RECORD, run=_run)
