"""What could not be read, in previews, reports and verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.change_set import Unreadable
from syncdsl.engine.report import ApplyReport
from syncdsl.render.changes_text import render_changes, render_verdict
from syncdsl.render.report_text import render_report
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet

FORBIDDEN = Unreadable(
    connection="crm",
    module="Products",
    code="SD703",
    message="connection `crm`: `crm.example` forbids this: no permission",
    help="give the user of the token the right",
    holds=("products", "invoice"),
)


def test_a_preview_says_what_is_missing_why_and_what_to_do(nothing: ChangeSet) -> None:
    """It is said before everything else, in full, and nobody is told that all is in sync."""
    changes = nothing.model_copy(update={"unreadable": (FORBIDDEN,)})
    for text in (render_changes(changes, width=40), render_verdict(changes)):
        lines = text.splitlines()
        assert "crm.Products unknown" in lines[0] + lines[1]
        assert lines[lines.index("No changes in what could be read of production.") :][:4] == [
            "No changes in what could be read of production.",
            "  crm.Products could not be read; held until it is: `products`, `invoice`",
            "      SD703: connection `crm`: `crm.example` forbids this: no permission",
            "      help: give the user of the token the right",
        ]


def test_a_report_says_it_again(everything: ChangeSet, nothing: ChangeSet) -> None:
    """Among what did not go through stands what was held."""
    line = "  crm.Products could not be read; held until it is: `products`, `invoice`"
    for changes in (everything, nothing):
        report = ApplyReport(changes=changes.model_copy(update={"unreadable": (FORBIDDEN,)}))
        assert line in render_report(report).splitlines()


@pytest.mark.parametrize("colour", [False, True])
def test_control_characters_do_not_reach_the_terminal(nothing: ChangeSet, *, colour: bool) -> None:
    """The other system's words cannot take over the terminal, nor pass for lines of ours."""
    hostile = FORBIDDEN.model_copy(
        update={"message": "\x1b[2J\x9b\u202e\nApplied", "help": "\x07", "holds": ("\x1b[2J",)}
    )
    changes = nothing.model_copy(update={"unreadable": (hostile,)})
    text = render_changes(changes, Style(colour=colour)) + render_report(
        ApplyReport(changes=changes), Style(colour=colour)
    )
    left = {character for character in text if not character.isprintable()}
    assert left <= ({"\n", "\x1b"} if colour else {"\n"})
    assert "\x1b[2J" not in text
    assert not any(line.startswith("Applied") for line in text.splitlines())
