"""The list of seeded faults is true, and a small sample of them is noticed; `make mutate` tries them all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.mutation.__main__ import REPORT, problem_of, read_known, sample
from tests.mutation.catalogue import FAULTS
from tests.mutation.fault import Fault
from tests.mutation.reporting import GOAL, page
from tests.mutation.running import failing_anyway, try_all

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = 6
CODES = "lint/weighing.py"
TESTS = (("tests/unit/lint/test_engine.py",),)


def test_every_fault_applies() -> None:
    """The old text of each stands in the code once, the new one is Python, and no two are known by one name."""
    assert [problem for fault in FAULTS if (problem := problem_of(fault)) is not None] == []
    assert [name for name, count in Counter(fault.name for fault in FAULTS).items() if count > 1] == []


def test_the_score_is_reached() -> None:
    """Of nearly every fault it is written down which test noticed it, and of nothing else."""
    known = read_known()
    tried = [fault for fault in FAULTS if fault.equivalent is None]
    assert sum(fault.name in known for fault in tried) >= GOAL * len(tried)
    assert known.keys() - {fault.name for fault in tried} == set()


def test_the_report_says_what_is_known() -> None:
    """The committed report is that of the tests that were written down, over the list as it is."""
    assert REPORT.read_text(encoding="utf-8") == page(FAULTS, read_known()), "`make mutate` writes it"


def test_a_sample_is_noticed() -> None:
    """Some faults of those that were noticed, always the same ones, are noticed again."""
    known = read_known()
    outcomes = try_all(sample([fault for fault in FAULTS if fault.name in known], SAMPLE), known, seconds=60)
    assert [(item.fault.name, item.word, item.detail) for item in outcomes if item.word != "noticed"] == []


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("    if level is None:\n", "    if level is None or level is None:\n", "missed"),
        ("    if level is None:\n", "    if level is not None:\n", "noticed"),
        ('OFF = "off"\n', 'OFF = "off"\nwhile OFF:\n    pass\n', "endless"),
        ('OFF = "off"\n', 'OFF = "off"\nraise ValueError\n', "unusable"),
    ],
)
def test_what_came_of_a_fault_is_told(old: str, new: str, word: str) -> None:
    """A change without a meaning is missed, tests that do not end are ended, and a broken import proves nothing."""
    fault = Fault(CODES, old, new, "planted")
    (outcome,) = try_all([fault], {}, seconds=3 if word == "endless" else 60, suites=lambda _: TESTS)
    assert outcome.word == word, outcome.detail


def test_tests_that_fail_anyway_prove_nothing(tmp_path: Path) -> None:
    """Before any fault is tried the tests have to pass without one; the first that does not is told."""
    bad = tmp_path / "test_bad.py"
    bad.write_text("def test_bad() -> None:\n    assert False\n", encoding="utf-8")
    assert failing_anyway([CODES], lambda _: TESTS) == []
    (told,) = failing_anyway([CODES], lambda _: (*TESTS, (str(bad),)))
    assert told.endswith("test_bad.py::test_bad")


@pytest.mark.parametrize(
    ("old", "new"), [("nowhere", ""), ("level", "weight"), ("level_of(code: Code", "level_of(code Code")]
)
def test_a_fault_that_does_not_apply_is_an_error(old: str, new: str) -> None:
    """An old text that is gone or stands there twice, and a new one that is no Python, are told."""
    assert problem_of(Fault(CODES, old, new, "planted")) is not None
