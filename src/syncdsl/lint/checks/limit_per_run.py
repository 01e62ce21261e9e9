"""SD524: documents that are limited for each run only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import LIMIT_PER_RUN
from syncdsl.lint.check import Check, RuleFile, nodes, partial
from syncdsl.syntax.nodes import Action, ActionVerb, Limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    limits = [limit for limit in nodes(files, Limit) if limit.subject.text in {"creates", "amount"}]
    creating = any(action.verb is ActionVerb.CREATE for action in nodes(files, Action))
    if limits and creating and not partial(files) and not any(limit.per_day for limit in limits):
        shown = next((limit for limit in limits if limit.subject.text == "amount"), limits[0])
        yield Diagnostic(
            code=LIMIT_PER_RUN,
            message="each run has this limit again, and no limit adds up the runs of a day",
            span=shown.span,
            help="add `per day`: `guard: amount <= 100_000 EUR per day`",
        )


CHECK = Check(code=LIMIT_PER_RUN, run=_run)
