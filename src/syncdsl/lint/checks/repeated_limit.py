"""SD516: a guard that limits what another limit limits already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_rules import REPEATED_LIMIT
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.nodes import Limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, bool, bool], Limit] = {}
    for limit in nodes(files, Limit):
        if not limit.subject.text:
            continue
        earlier = first.setdefault((limit.subject.text, limit.per_day, limit.unit == "%"), limit)
        if earlier is not limit:
            yield Diagnostic(
                code=REPEATED_LIMIT,
                message=f"`{limit.subject.text}` is limited already, and the lower limit counts",
                span=limit.span,
                help="keep one of the two; a limit for several runs together ends with `per day`",
                related=(Related(span=earlier.span, message="the other limit stands here"),),
            )


CHECK = Check(code=REPEATED_LIMIT, run=_run)
