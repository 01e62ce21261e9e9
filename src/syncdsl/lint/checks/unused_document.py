"""SD503: a document that no `when` creates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import UNUSED_DOCUMENT
from syncdsl.lint.check import Check, RuleFile, nodes, opaque, placed
from syncdsl.lint.removal import removal
from syncdsl.syntax.nodes import Action, ActionVerb, Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if opaque(files):
        return
    created = {action.document.text for action in nodes(files, Action) if action.verb is ActionVerb.CREATE}
    for file, document in placed(files):
        if isinstance(document, Document) and document.name.text and document.name.text not in created:
            name, record = document.name.text, document.record.text
            yield Diagnostic(
                code=UNUSED_DOCUMENT,
                message=f"no `when` creates the document `{name}`",
                span=document.name.span,
                help=f"say when to make it, such as `when {record}.stage == won: create {name}`, or remove it",
                fixes=(removal(file.source, document.span, "remove the document"),),
            )


CHECK = Check(code=UNUSED_DOCUMENT, run=_run)
