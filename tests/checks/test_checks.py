"""Runs the pages next to this file: each case under "Good" is clean, each under "Bad" has the findings it lists."""

from __future__ import annotations

import pytest
from tests.checks.pages import CASES, PAGES, Case, findings

from syncdsl.diagnostics import ALL_CODES, find_code
from syncdsl.diagnostics.codes import suppressions
from syncdsl.lint.checks import CHECKS
from syncdsl.lint.schema_checks import SCHEMA_CHECKS

CODES = [*(check.code for check in CHECKS), *(check.code for check in SCHEMA_CHECKS)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_says_what_is_found(case: Case) -> None:
    """The findings of a case are exactly those that its page lists, in the form that all messages have."""
    found = findings(case)
    assert [f"{item.span.file}:{item.span.line}: {item.code.id}" for item in found] == case.expected
    for item in found:
        assert item.message[0] in "`abcdefghijklmnopqrstuvwxyz"
        assert not item.message.endswith(".")
        assert item.help is not None


def test_every_check_has_a_page_with_good_and_bad_cases() -> None:
    """Every check is shown, with at least one case of either kind that has its code."""
    about_suppressions = {code.id for code in suppressions.CODES}
    assert {page.stem for page in PAGES} == {code.id for code in CODES} | about_suppressions
    for page in PAGES:
        parts = {case.part for case in CASES if case.page == page.stem}
        assert parts == {"Good", "Bad"}
    for case in CASES:
        assert bool(case.expected) == (case.part == "Bad")
        own = [item for item in case.expected if item.endswith(case.page)]
        # What a comment fails to suppress is found beside it.
        assert own == case.expected or (own and case.page in about_suppressions)


def test_every_check_has_a_code_of_its_own() -> None:
    """Each check has one code, which can be explained with an example, and says how safe its fix is."""
    assert len({code.id for code in CODES}) == len(CODES)
    assert {code.id for code in CODES} <= {code.id for code in ALL_CODES}
    for code in CODES:
        assert find_code(code.name) is code
        assert code.explanation
        assert code.example
        assert code.instead
        assert code.fix.startswith(("safe: ", "unsafe: ")) or not code.fix
