from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from syncdsl.engine.report import ApplyReport, Failure, Recovered
from syncdsl.render.report_text import render_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.changes.change_set import ChangeSet


def test_a_report_of_everything(everything: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """What was applied comes first; what was not follows with the other system's own words."""
    effects = everything.changes
    report = ApplyReport(
        changes=everything,
        done=list(effects[20:]),
        failed=[Failure(effect=effect, code="3062", message="The name exists already") for effect in effects[:10]],
        moved_on=list(effects[10:12]),
        unknown=[effects[12]],
        waiting=[effects[13]],
        recovered=[Recovered(text="create books.customers `Acme`", resolution="it had arrived; linked")],
    )
    golden(previews / "report.txt", render_report(report))


def test_a_declined_apply(everything: ChangeSet) -> None:
    """Who says no is told that nothing happened."""
    assert render_report(ApplyReport(changes=everything, applied=False)) == "Nothing was applied.\n"


def test_an_apply_that_did_nothing(nothing: ChangeSet) -> None:
    """An empty apply says so."""
    assert render_report(ApplyReport(changes=nothing)) == "Nothing was changed.\n"


def test_control_characters_do_not_reach_the_terminal(hostile: ChangeSet) -> None:
    """Neither records nor the other system's messages can take over the terminal."""
    report = ApplyReport(
        changes=hostile,
        done=list(hostile.changes),
        failed=[Failure(effect=effect, code="\x1b[2J", message="\x9b\x07") for effect in hostile.changes],
        moved_on=list(hostile.changes),
        recovered=[Recovered(text="\x1b[2J", resolution="\x07")],
    )
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert {one for one in render_report(report) if unicodedata.category(one) in steering} == {"\n"}
