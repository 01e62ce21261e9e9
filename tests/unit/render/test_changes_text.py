from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.render.changes_text import render_changes, render_verdict
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.changes.change_set import ChangeSet


def test_a_preview_of_everything(everything: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """The whole preview stands as its golden file: verdict, guards, rules, folded groups, holds and remarks."""
    golden(previews / "everything.txt", render_changes(everything))


def test_a_narrow_preview(everything: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """In a narrow terminal values and reasons are cut; names of records are not."""
    golden(previews / "narrow.txt", render_changes(everything, width=60))


def test_a_preview_in_colour(everything: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """Colour adds marks and changes no word."""
    coloured = render_changes(everything, Style(colour=True))
    golden(previews / "colour.ansi", coloured)


def test_an_empty_preview(nothing: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """That there is nothing to do is the first thing said."""
    golden(previews / "nothing.txt", render_changes(nothing))


def test_the_verdict_comes_first(everything: ChangeSet) -> None:
    """The first lines count every kind of change, and what waits."""
    first, second, *_ = render_changes(everything).splitlines()
    counts = "104 creates, 2 updates, 3 links, 2 deletes, 1 deactivation, 1 void, 1 skip"
    assert first == f"114 changes in production: {counts}"
    assert second == "  3 held for a decision, 7 waiting for a partner"


def test_money_is_summed_by_currency_and_unknown_amounts_are_named(everything: ChangeSet) -> None:
    """No currency is added to another, and an unknown amount is never zero."""
    verdict = render_verdict(everything)
    assert "invoice: 4 documents, 13,700.50 EUR and 100.00 USD and 1 of an unknown amount" in verdict


def test_alike_changes_are_folded(everything: ChangeSet) -> None:
    """A hundred new customers take ten lines, not a hundred."""
    text = render_changes(everything)
    assert "… and 92 more" in text
    assert text.count("Company ") <= 9


@pytest.mark.parametrize("colour", [False, True])
def test_control_characters_do_not_reach_the_terminal(hostile: ChangeSet, *, colour: bool) -> None:
    """Whatever a record holds, a preview contains no control character but its own line ends and colours."""
    text = render_changes(hostile, Style(colour=colour)) + render_verdict(hostile, Style(colour=colour))
    left = {character for character in text if not character.isprintable()}
    assert left <= ({"\n", "\x1b"} if colour else {"\n"})
    assert "\x1b[2J" not in text
