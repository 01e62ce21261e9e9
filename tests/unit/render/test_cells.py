"""Cells of a spreadsheet compute nothing, round nothing, and come back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.render.cells import neutralised, restored


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    """Whatever a record is called, a cell gives back exactly that."""
    assert restored(neutralised(text)) == text


@given(st.sampled_from("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20"), st.text())
def test_no_cell_begins_a_formula(start: str, rest: str) -> None:
    """A text that a spreadsheet would compute begins with an apostrophe."""
    assert neutralised(start + rest) == f"'{start}{rest}"


@pytest.mark.parametrize("text", ["4876876000000123456", "007", "123456789012"])
def test_ids_stay_text(text: str) -> None:
    """Digits that a spreadsheet would round or shorten stay as they are."""
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Acme", "42", "0", "sd-abc", "12:30"])
def test_plain_text_stays_plain(text: str) -> None:
    """Nothing else is touched."""
    assert neutralised(text) == text
