"""SD508: the id of a record in the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import RECORD_ID
from syncdsl.lint.check import Check, RuleFile
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import TextLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ID = re.compile(r"[0-9]{15,}")


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node in walk(file.program):
            if isinstance(node, TextLiteral) and _ID.fullmatch(node.value):
                yield Diagnostic(
                    code=RECORD_ID,
                    message=f"`{node.value}` looks like the id of a record, which differs between organisations",
                    span=node.span,
                    help='compare a field that people know the record by, such as `Owner.email == "a@example.com"`',
                )


CHECK = Check(code=RECORD_ID, run=_run)
