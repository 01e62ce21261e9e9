from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from syncdsl.render.neutral import cells, cut, neutral, neutral_json, neutral_lines

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_neutral_text_holds_no_control_character(text: str) -> None:
    """No text leaves a character of the categories that steer a terminal or the direction of writing."""
    kinds = {unicodedata.category(character) for character in neutral(text) if character not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@settings(derandomize=True, deadline=None)
@given(st.text(st.sampled_from("#:[ vsoa\t")))
def test_neutral_text_commands_no_ci(text: str) -> None:
    """No text begins a line with `::`, and none holds `##[` or its likes: a CI's log would obey it."""
    shown = neutral(text)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##vso[" not in shown


def test_a_command_is_shown() -> None:
    """What would be a command is visible, and only that: elsewhere the same characters stay."""
    assert neutral("  ::error::x ::y") == "  <U+003A>:error::x ::y"
    assert neutral("## [x] ##vso[a ##teamcity[b ###[c") == "## [x] #<U+0023>vso[a #<U+0023>teamcity[b ##<U+0023>[c"
    assert neutral_json('"##[a"') == '"#\\u0023[a"'


@given(ANY)
def test_neutral_is_idempotent(text: str) -> None:
    """Text that is harmless stays as it is."""
    assert neutral(neutral(text)) == neutral(text)


def test_what_people_write_stays() -> None:
    """Letters, marks and emoji of any script are shown as they are."""
    for text in ("Rheinbrücke", "株式会社", "naïve café", "👩‍🔧 pump", "a b"):
        assert neutral(text) == text


def test_control_characters_are_shown() -> None:
    """A control character is visible, not dropped: a reader sees that something is odd."""
    assert neutral("a\x1b[2J\u202eb\x7f\x9b\u00a0") == "a␛[2J<U+202E>b␡<U+009B> "
    assert neutral_lines("a\nb\tc") == "a\nb␉c"


@given(ANY.filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text)))
def test_json_keeps_its_meaning(text: str) -> None:
    """Escaping what is odd changes nothing for whoever reads the JSON."""
    assert json.loads(neutral_json(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("漢字", 4),
        ("e\u0301", 1),
        ("👩‍🔧", 2),
        ("👍🏽", 2),
        ("⚠️", 2),
        ("⚠", 1),
        ("🇩🇪", 2),
        ("ก็", 1),
        ("\u1112\u1161\u11ab", 2),
    ],
)
def test_width(text: str, width: int) -> None:
    """Wide characters fill two columns, what sits on or joins another none: as another library measures it."""
    assert cells(text) == cell_len(text) == width


@given(ANY, st.integers(min_value=1, max_value=40))
def test_cut_fits(text: str, width: int) -> None:
    """A shortened text fills no more columns than allowed."""
    assert cells(cut(neutral(text), width)) <= width
