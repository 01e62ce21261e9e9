from __future__ import annotations

from decimal import Decimal

import pytest

from syncdsl.format import spelling
from syncdsl.syntax.spelling import spelled_name, spelled_text


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Account_Name", "Account_Name"),
        ("module", "module"),
        ("_x", "_x"),
        ("_", "`_`"),
        ("won", "`won`"),
        ("Won", "Won"),
        ("1st", "`1st`"),
        ("two words", "`two words`"),
        ("Größe", "`Größe`"),
        ("a\n", "`a\n`"),
    ],
)
def test_names_are_quoted_only_where_they_must_be(name: str, spelled: str) -> None:
    """Backticks stand around what the grammar would not read as that name."""
    assert spelled_name(name) == spelled


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        ("0", "0"),
        ("1200.00", "1200.00"),
        ("9999", "9999"),
        ("10000", "10_000"),
        ("1234567.890", "1_234_567.890"),
        ("0.000000001", "0.000000001"),
        ("12345678901234567890123456789012.5", "12_345_678_901_234_567_890_123_456_789_012.5"),
    ],
)
def test_numbers_keep_their_digits(number: str, spelled: str) -> None:
    """Every digit after the point stays; from five digits on they stand in groups of three."""
    assert spelling.number(Decimal(number)) == spelled


def test_texts_have_the_fewest_escapes() -> None:
    """Quotes, backslashes, line ends and opening braces are escaped, and nothing else."""
    assert spelled_text("\"\\\n{}'\té#") == '"\\"\\\\\\n{{}\'\té#"'


def test_placeholders_escape_the_quotes_in_them() -> None:
    r"""`\n` in an inner text needs no second backslash, an escaped quote does."""
    assert spelling.placeholder(r'f("a\n", "\"")') == r"{f(\"a\n\", \"\\\"\")}"
