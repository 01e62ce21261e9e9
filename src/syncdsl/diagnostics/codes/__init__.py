"""Every code by range.

SD1 syntax, SD2 names, SD3 types and maps, SD4 proofs, SD5 lint, SD6 project, SD7 adapters, SD8 runs and state,
SD9 internal.
"""

from __future__ import annotations

from syncdsl.diagnostics.codes import (
    access,
    adapters,
    approvals,
    associations,
    comments,
    composition,
    explaining,
    history,
    internal,
    lifecycle,
    lint,
    lint_expressions,
    lint_rules,
    lint_schemas,
    lint_tests,
    names,
    onboarding,
    project,
    proofs,
    review,
    runs,
    service,
    snapshots,
    suppressions,
    syntax,
    trials,
    types,
    undo,
    verify,
)
from syncdsl.diagnostics.codes.code import Code

ALL_CODES: tuple[Code, ...] = (
    *syntax.CODES,
    *names.CODES,
    *types.CODES,
    *composition.CODES,
    *proofs.CODES,
    *lint.CODES,
    *suppressions.CODES,
    *lint_rules.CODES,
    *lint_expressions.CODES,
    *lint_tests.CODES,
    *lint_schemas.CODES,
    *project.CODES,
    *adapters.CODES,
    *onboarding.CODES,
    *runs.CODES,
    *approvals.CODES,
    *undo.CODES,
    *snapshots.CODES,
    *comments.CODES,
    *lifecycle.CODES,
    *verify.CODES,
    *access.CODES,
    *history.CODES,
    *review.CODES,
    *associations.CODES,
    *explaining.CODES,
    *service.CODES,
    *trials.CODES,
    *internal.CODES,
)


def find_code(wanted: str) -> Code | None:
    """Return the code with this id (`SD201`) or name (`unknown-field`), ignoring case."""
    folded = wanted.casefold()
    return next((code for code in ALL_CODES if folded in (code.id.casefold(), code.name)), None)


__all__ = ["ALL_CODES", "Code", "find_code"]
