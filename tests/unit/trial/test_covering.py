"""What tests exercise of the rules is counted outcome by outcome."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.engine.world import CUSTOMERS, HEAD, INVOICES, SCHEMAS, compiled
from tests.unit.trial.rehearsed import analysed, results_of

from syncdsl.changes.covered import Coverage, share
from syncdsl.plan.evaluation import compile_expression
from syncdsl.trial.covering import Recorder

SCOPED = """
table levels:
    "gold" -> "A"
    "silver" -> "B"
    _ -> "C"

module customers: crm.Accounts <-> books.customers
    where crm: Region == "in" and (Website is empty or Notes is not empty)
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
        "in" -> city
        levels(Tier) -> tier
        (if Phone is empty then "none" else "some") -> notes
        Region <- "in"
        Notes <- "new"
"""


def test_of_a_condition_both_outcomes_count() -> None:
    """A condition that was only ever true is not covered, and it is said what is missing."""
    rules = CUSTOMERS + INVOICES
    test = """
test "it":
    given crm.Accounts "Acme":
    change deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create invoice
"""
    assert results_of(rules + test).point("deal.stage == won") == ("false",)
    both = test.replace("    change", '    given deal "E": Stage = "Open"\n    change')
    assert results_of(rules + both).point("deal.stage == won") == ()


def test_operands_count_only_as_far_as_they_are_evaluated() -> None:
    """What stands behind a false operand of `and`, or a true one of `or`, is not judged."""
    test = """
test "it":
    change crm.Accounts "A": Region = "out", Website = "https://a.example"
    change crm.Accounts "B": Region = "in"
    expect create customers
"""
    found = results_of(SCOPED + test)
    assert found.point('Region == "in"') == ()
    assert found.point("Website is empty") == ("false",)
    assert found.point("Notes is not empty") == ("true", "false")


def test_rows_of_tables_count_by_direction_and_the_rest_too() -> None:
    """A row is covered when it answered; `_` when it answered for a value that no row names."""
    test = """
test "it":
    change crm.Accounts "A": Region = "in", Tier = "gold"
    change crm.Accounts "B": Region = "in", Tier = "lead"
    change crm.Accounts "C": Region = "in"
    expect create customers
"""
    found = results_of(SCOPED + test)
    assert found.point('"gold" -> "A"') == ()
    assert found.point('"silver" -> "B"') == ("read to the right",)
    assert found.point('_ -> "C"') == ()


def test_what_if_asks_is_a_condition() -> None:
    """The condition of `if` counts with both its outcomes."""
    test = """
test "it":
    change crm.Accounts "A": Region = "in"
    expect create customers
"""
    assert results_of(SCOPED + test).point("Phone is empty") == ("false",)


def test_map_lines_count_in_each_direction() -> None:
    """A line that goes both ways is covered when it wrote to both sides; two lines that are one are two lines."""
    right = """
test "it":
    change crm.Accounts "A": Region = "in", Phone = "1"
    expect create customers
"""
    assert results_of(SCOPED + right).point("Phone <-> phone") == ("written to crm",)
    left = """
test "it":
    change books.customers "B": phone = "2"
    expect create customers
"""
    found = results_of(SCOPED + left.replace("create customers", "create crm.Accounts"))
    assert found.point("Phone <-> phone") == ("written to books",)
    assert found.point('Region <- "in"') == ()
    assert found.point('"in" -> city') == ("written to books",)


def test_lines_of_documents_count_by_what_they_write() -> None:
    """A line below `line:` is covered when its column was written; an empty value writes nothing."""
    test = """
test "it":
    given crm.Accounts "Acme":
    change deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create invoice
"""
    line = "deal.Amount -> rate"
    rules = CUSTOMERS + INVOICES.replace(line, f"{line}\n            deal.Amount / 0 -> quantity")
    found = results_of(rules + test)
    assert found.point("deal.Amount -> rate") == ()
    assert found.point("deal.Amount / 0 -> quantity") == ("written to books",)


def test_triggers_count_when_they_did_something() -> None:
    """One that never fired is told, although its condition was true when the rules began."""
    test = """
test "it":
    given crm.Accounts "Acme":
    given deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    change deal "D": Stage = "Open"
    expect nothing else
"""
    (trigger,) = [point for point in results_of(CUSTOMERS + INVOICES + test).coverage.points if point.kind == "trigger"]
    assert trigger.missing == ("fired",)


def test_is_created_has_no_false() -> None:
    """`is created` is true of every record, so only its trigger counts."""
    rules = CUSTOMERS + INVOICES.replace("deal.stage == won", "deal is created")
    test = """
test "it":
    given crm.Accounts "Acme":
    change deal "D": Amount = 5, Account = "Acme"
    expect create invoice
"""
    points = results_of(rules + test).coverage.of(kind="when").points
    assert points == ()


def test_nested_modules_and_shared_lines_count_once() -> None:
    """Lines that two documents share are one place, covered by either; those of a nested module count for it."""
    rules = (
        CUSTOMERS
        + INVOICES
        + ("\ndocument other: books.quotes for deal\n    like: invoice\n\nwhen deal.stage == lost: create other\n")
    )
    test = """
test "it":
    given crm.Accounts "Acme":
    change deal "D": Stage = "Lost", Amount = 5, Account = "Acme"
    expect create other
"""
    assert results_of(rules + test).point("deal.Amount -> rate") == ()


def test_without_counting_expressions_are_the_very_same() -> None:
    """Nothing is wrapped where nothing is counted: an expression without conditions compiles as it always does."""
    analysis = analysed(HEAD + CUSTOMERS, SCHEMAS)
    assert analysis.plan is not None
    recorder = Recorder(analysis.landmarks, {"main.sync"})
    line = analysis.plan.pairs["customers"].lines[0]
    assert line.to_right is not None
    plain = compile_expression(line.to_right.value, {})
    assert recorder.compiling(line.to_right.value, {}).__code__ is plain.__code__  # type: ignore[attr-defined]  # closures are functions


def test_a_plan_is_the_same_with_and_without_tests() -> None:
    """Tests are no part of a plan: its digest does not know of them."""
    test = '\ntest "it":\n    change crm.Accounts "A": Phone = "1"\n    expect create customers\n'
    assert compiled(HEAD + CUSTOMERS).digest == compiled(HEAD + CUSTOMERS + test).digest


@pytest.mark.parametrize(
    ("seen", "total", "percent"), [(0, 0, "100.0"), (2, 3, "66.6"), (1999, 2000, "99.9"), (3, 3, "100.0")]
)
def test_what_is_not_all_is_never_a_hundred(seen: int, total: int, percent: str) -> None:
    """The share is rounded down; rules without any place are covered."""
    assert share(seen, total) == Decimal(percent)


def test_the_parts_add_up() -> None:
    """The figures of the kinds are those of the whole."""
    test = '\ntest "it":\n    change crm.Accounts "A": Region = "in"\n    expect create customers\n'
    coverage: Coverage = results_of(SCOPED + test).coverage
    kinds = {point.kind for point in coverage.points}
    assert kinds == {"where", "operand", "if", "line", "row"}
    assert coverage.total == sum(coverage.of(kind=kind).total for kind in kinds)
    assert coverage.of("main.sync").percent == coverage.percent
