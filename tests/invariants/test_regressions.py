"""Every saved case is replayed; one that is still open has to fail, so that its fix is noticed."""

from __future__ import annotations

import pytest
from tests.simulator.cases import Case
from tests.simulator.regressions import Regression, check_of, rule_file, saved

SAVED = saved()


def _marked(regression: Regression) -> object:
    marks = [pytest.mark.xfail(reason=regression.open, strict=True, raises=AssertionError)] if regression.open else []
    return pytest.param(regression, id=regression.name, marks=marks)


@pytest.mark.parametrize("regression", [_marked(item) for item in SAVED])
def test_a_saved_case_holds(regression: Regression) -> None:
    """What was once found wrong does not come back."""
    check_of(regression.invariant)(regression.case)


@pytest.mark.parametrize("regression", [pytest.param(item, id=item.name) for item in SAVED])
def test_a_saved_case_is_what_its_files_say(regression: Regression) -> None:
    """The rule file beside a saved case is the one that it is played with, and the case survives being saved."""
    assert rule_file(regression.name) == regression.case.rules.text
    assert Case.from_json(regression.case.to_json()) == regression.case
