from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from syncdsl.render.neutral import cells, cut, neutral, neutral_json, neutral_lines

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_neutral_text_holds_no_control_character(text: str) -> None:
    """No text leaves a character of the categories that steer a terminal or the direction of writing."""
    kinds = {unicodedata.category(character) for character in neutral(text) if character not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


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


@given(ANY, st.integers(min_value=1, max_value=40))
def test_cut_fits(text: str, width: int) -> None:
    """A shortened text fills no more columns than allowed."""
    assert cells(cut(neutral(text), width)) <= width
