"""The faults seeded into the engine still apply, and each names a test; `make mutants` tries them all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.mutation.__main__ import problem_of
from tests.mutation.engine.catalogue import ASKED, SEEDED
from tests.mutation.fault import ROOT
from tests.mutation.running import try_all

if TYPE_CHECKING:
    import pytest

LEAST = 25
QUICK = ("a minute holds one call more than allowed", "nobody waits for a create that may still land")


def test_every_fault_applies() -> None:
    """The old text of each stands in the code once, the new one is Python, and no two are known by one name."""
    assert [problem for item in SEEDED if (problem := problem_of(item.fault)) is not None] == []
    assert [name for name, count in Counter(item.fault.name for item in SEEDED).items() if count > 1] == []


def test_everything_asked_for_is_there() -> None:
    """There are enough of them, and every kind of fault that has to be among them is."""
    assert len(SEEDED) >= LEAST
    assert set(ASKED) == {item.asked for item in SEEDED if item.asked is not None}


def test_every_killer_is_there() -> None:
    """What has to notice a fault is a test that exists."""
    for item in SEEDED:
        file, _, name = item.killer.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), item.killer


def test_some_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the quickest are killed by the tests that they name."""
    monkeypatch.setenv("SYNCDSL_SHRINK", "no")
    chosen = [item for item in SEEDED if item.fault.wrong in QUICK]
    assert len(chosen) == len(QUICK)
    known = {item.fault.name: item.test for item in chosen}
    outcomes = try_all([item.fault for item in chosen], known, seconds=120, suites=lambda _: ())
    assert [(item.fault.name, item.word) for item in outcomes if item.word != "noticed"] == []
