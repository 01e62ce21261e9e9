"""The criteria that the CRM adapter searches names with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.adapters.zoho_crm.searching import criteria
from syncdsl.sandbox.crm.criteria import comparisons
from syncdsl.sandbox.crm.search.notation import criteria_of

PERSON = ("First_Name", "Last_Name", "Full_Name")


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (("Account_Name",), "Rhein", "(Account_Name:starts_with:Rhein)"),
        (("Account_Name",), "A (b), c", r"(Account_Name:starts_with:A \(b\)\, c)"),
        (("Account_Name",), "a\\b", r"(Account_Name:starts_with:a\\b)"),
        (
            PERSON,
            "Ada L",
            (
                "((First_Name:starts_with:Ada L)or(Last_Name:starts_with:Ada L)or(Full_Name:starts_with:Ada L)"
                "or((First_Name:starts_with:Ada)and(Last_Name:starts_with:L)))"
            ),
        ),
    ],
)
def test_names_begin_with_the_text(names: tuple[str, ...], text: str, expected: str) -> None:
    """One condition for each name, and for persons one for the two parts of a text together."""
    assert criteria(names, text) == expected


@given(st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool))
def test_no_text_breaks_out_of_its_condition(text: str) -> None:
    """Whatever a person types stands as one value, as the sandbox reads the notation."""
    read = comparisons(criteria_of(criteria(("Account_Name",), text)))
    assert [(item.field, item.comparator, item.value) for item in read] == [("Account_Name", "starts_with", text)]
