from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.adapters.transport import exact_json

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
scalars = st.none() | st.booleans() | st.integers() | st.text() | numbers
trees = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(trees)
def test_what_is_written_parses_to_the_same(tree: object) -> None:
    assert exact_json.parse(exact_json.write(tree)) == tree


def test_decimals_keep_every_digit() -> None:
    assert exact_json.write({"a": Decimal("0.10"), "b": Decimal("1E+3")}) == '{"a":0.10,"b":1000}'
    assert exact_json.parse("1234567890123456.123456789") == Decimal("1234567890123456.123456789")


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), object(), {1: 2}])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        exact_json.write([value])


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{", ""])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the library's own
        exact_json.parse(text)
