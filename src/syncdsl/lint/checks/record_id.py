"""SD508: the id of a record in the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import RECORD_ID
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.expressions import TextLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ID = re.compile(r"[0-9]{15,}")


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for literal in nodes(files, TextLiteral):
        if _ID.fullmatch(literal.value):
            yield Diagnostic(
                code=RECORD_ID,
                message=f"`{literal.value}` looks like the id of a record, which differs between organisations",
                span=literal.span,
                help='compare a field that people know the record by, such as `Owner.email == "a@example.com"`',
            )


CHECK = Check(code=RECORD_ID, run=_run)
