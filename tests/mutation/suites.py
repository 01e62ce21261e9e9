"""Which tests are asked about a fault, in which order: those about its file first, then all of its room.

A group is what pytest is given. The order saves time and decides nothing: a fault is missed when no group notices.
"""

from __future__ import annotations

_ANALYSIS = "tests/unit/analysis"
_LINT = "tests/unit/lint"
_PLANTED = f"{_ANALYSIS}/test_planted.py"
_ROOMS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "analysis/",
        (
            (f"{_PLANTED}::test_messages", f"{_ANALYSIS}/test_reference_program.py"),  # every planted mistake, at once
            (_ANALYSIS, f"--ignore={_PLANTED}", f"--ignore={_ANALYSIS}/test_reference_program.py"),
        ),
    ),
    (
        "lint/",
        (("tests/checks/test_checks.py::test_a_page_says_what_is_found",), ("tests/checks",), (_LINT,)),
    ),
)
_FIRST: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("analysis/satisfiability/", (f"{_ANALYSIS}/test_satisfiability.py", "tests/property/test_satisfiability.py")),
    ("analysis/proofs/", (f"{_ANALYSIS}/proofs",)),
    ("analysis/laws/", (f"{_ANALYSIS}/test_laws.py", f"{_ANALYSIS}/test_law_limits.py")),
    ("analysis/calls", (f"{_ANALYSIS}/test_calls.py",)),
    ("analysis/lists", (f"{_ANALYSIS}/test_calls.py",)),
    ("analysis/maps", (f"{_ANALYSIS}/test_lowering.py",)),
    ("analysis/joining", (f"{_ANALYSIS}/test_lowering.py",)),
    ("analysis/scope", (f"{_ANALYSIS}/test_lowering.py", f"{_ANALYSIS}/test_fits.py")),
    ("analysis/kinds", (f"{_ANALYSIS}/test_fits.py",)),
    ("analysis/tables", (f"{_ANALYSIS}/test_fits.py", f"{_ANALYSIS}/test_lowering.py")),
    ("analysis/typing", (f"{_ANALYSIS}/test_fits.py", f"{_ANALYSIS}/test_lowering.py")),
    ("analysis/typed", (f"{_ANALYSIS}/test_fits.py",)),
    ("analysis/calls", (f"{_ANALYSIS}/test_fits.py",)),
    ("analysis/accords", (f"{_ANALYSIS}/test_accords.py",)),
    ("analysis/clauses", (f"{_ANALYSIS}/test_sides.py",)),
    ("analysis/documents", (f"{_ANALYSIS}/test_documents.py",)),
    ("analysis/modules", (f"{_ANALYSIS}/test_modules.py", f"{_ANALYSIS}/test_sides.py")),
    ("analysis/nesting", (f"{_ANALYSIS}/test_modules.py",)),
    ("analysis/triggers", (f"{_ANALYSIS}/test_triggers.py",)),
    ("analysis/trials", (f"{_ANALYSIS}/test_trials.py",)),
    ("analysis/subjects", (f"{_ANALYSIS}/test_trials.py",)),
    ("analysis/expectations", (f"{_ANALYSIS}/test_trials.py",)),
    ("analysis/binding", (f"{_ANALYSIS}/test_binding.py",)),
    ("analysis/inheriting", (f"{_ANALYSIS}/test_likeness.py", f"{_ANALYSIS}/test_inheriting.py")),
    ("analysis/likeness", (f"{_ANALYSIS}/test_likeness.py", f"{_ANALYSIS}/test_inheriting.py")),
    ("analysis/binding", (f"{_ANALYSIS}/test_likeness.py",)),
    ("analysis/steps", (f"{_ANALYSIS}/test_needs.py", f"{_ANALYSIS}/test_steps.py")),
    ("analysis/__init__", (_PLANTED,)),
    ("analysis/program", (f"{_ANALYSIS}/test_program.py",)),
    ("lint/baseline", (f"{_LINT}/test_baseline.py",)),
    ("lint/cache", (f"{_LINT}/test_cache.py",)),
    ("lint/fixing", (f"{_LINT}/test_fixing.py",)),
    ("lint/paths", ("tests/unit/cli/test_safety.py",)),
    ("lint/proof", (f"{_LINT}/test_fixing.py",)),
    ("lint/removal", (f"{_LINT}/test_fixing.py",)),
    ("lint/suppressions", (f"{_LINT}/test_suppressions.py",)),
)


def suites_for(file: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of tests that are asked one after the other, until one of them notices."""
    first = tuple(tests for start, tests in _FIRST if file.startswith(start))
    return first + next(groups for start, groups in _ROOMS if file.startswith(start))
