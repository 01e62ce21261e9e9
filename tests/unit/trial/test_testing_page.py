"""Every test on docs/testing.md passes over the rules that a new project begins with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.trial.rehearsed import results_of, shipped_schemas

from syncdsl.project.shipped import shipped_rules

PAGE = Path(__file__).parents[3] / "docs" / "testing.md"
BLOCKS = re.findall(r"```sync\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition('"')[2].partition('"')[0])
def test_the_tests_on_the_page_pass(block: str) -> None:
    """What the page shows can be copied into a new project, and does what it says."""
    rules = shipped_rules().joinpath("zoho", "template", "customers.sync").read_text(encoding="utf-8")
    report = results_of(f"{rules}\n{block}", shipped_schemas()).report
    assert report.results
    assert [(one.title, one.outcome, one.failures) for one in report.results if one.outcome != "passed"] == []
