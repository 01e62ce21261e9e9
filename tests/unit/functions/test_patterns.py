"""Patterns of text and dates: what they take, and where a bad one goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syncdsl.functions import BUILTINS, Flaw
from syncdsl.functions.countries import names_in
from syncdsl.functions.currencies import minor_units
from syncdsl.functions.date_patterns import check_format, check_parse
from syncdsl.functions.patterns import check_pattern


@pytest.mark.parametrize(
    ("pattern", "at"), [("[A-Z", 0), ("a[]", 2), ("[!]", 2), ("ab[z-a]", 3), ("*[*]", None), ("]", None), ("", None)]
)
def test_text_patterns(pattern: str, at: int | None) -> None:
    """A bad pattern is found at its character, a good one passes."""
    flaw = check_pattern(pattern)
    assert (flaw.at if isinstance(flaw, Flaw) else None) == at
    assert (flaw is None) == (at is None)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab", "ab", False),
        ("a\nb*", "a\nbc", True),
        ("?", "\n", True),
        ("[a-]", "-", True),
        ("[[]x]", "[x]", True),
        ("[^a]", "^", True),
        ("", "a", False),
    ],
)
def test_matches(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table above
    """The whole text is matched, line ends are characters, and nothing counts twice."""
    assert BUILTINS["matches"].compute(text, pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "writes", "reads"),
    [
        ("dd.MM.yyyy", True, True),
        ("dd.MM", True, False),
        ("YYYY-MM-dd", False, False),
        ("dMyyyy", True, False),
        ("'open", False, False),
        ("", False, False),
        ("dd.dd.yyyy", True, False),
        ("'on' d'.' M'.' yy", True, True),
    ],
)
def test_date_patterns(pattern: str, writes: bool, reads: bool) -> None:  # noqa: FBT001 - columns of the table above
    """What can be written is more than what can be read back."""
    assert (check_format(pattern) is None) is writes
    assert (check_parse(pattern) is None) is reads


def test_minor_units() -> None:
    """Minor units are those of the standard, and metals have none."""
    known = minor_units()
    assert [known.get(code) for code in ("EUR", "JPY", "BHD", "IQD", "CLF", "XAU", "XXX")] == [
        2,
        0,
        3,
        3,
        4,
        None,
        None,
    ]


def test_countries_are_found_by_their_own_names() -> None:
    """The name that a code stands for leads back to the code, in several languages."""
    code, name = BUILTINS["country_code"].compute, BUILTINS["country_name"].compute
    for language in ("en", "de", "fr", "pt_BR"):
        known = names_in(language) or {}
        assert len(known) > 240
        assert all(code(name(item, language), language) == item for item in known)


def test_libraries_wait_until_they_are_needed() -> None:
    """Loading the builtins loads none of the libraries that a few of them use."""
    script = (
        "import sys, syncdsl.functions; print({'babel', 'iso4217', 'phonenumbers', 'pydantic'} & sys.modules.keys())"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
