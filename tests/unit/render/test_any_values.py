"""Change sets with any JSON in place of values: a saved one may hold what no system ever sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.render.change_sets import change_set, hold, invoice, phone

from syncdsl.render.changes_html import render_changes_html
from syncdsl.render.changes_json import render_changes_json
from syncdsl.render.changes_markdown import LIMIT, render_changes_markdown
from syncdsl.render.changes_text import render_changes
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FORMS = ("decimal", "date", "datetime", "ref", "partner_of", "erased", "hidden", "choices", "rows", "other")
LEAVES = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXT
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(FORMS) | TEXT, inside, max_size=2)
        | st.builds(lambda form, value: {form: value}, st.sampled_from(FORMS), inside)
    ),
    max_leaves=6,
)
AMOUNTS = (
    st.none() | TEXT | st.sampled_from(["NaN", "-Infinity", "1E+999999999", "1E-999999999", "sNaN", "0", "-12.345"])
)


def change_sets() -> st.SearchStrategy[ChangeSet]:
    """Return change sets of updates, invoices and conflicts."""
    made = st.one_of(
        st.builds(phone, st.integers(0, 5), JSON, JSON),
        st.builds(invoice, st.integers(0, 5), AMOUNTS, st.none() | TEXT),
        st.builds(
            lambda left, right: hold("conflict", 1, "both differ").model_copy(
                update={"field": "phone", "left": left, "right": right}
            ),
            JSON,
            JSON,
        ),
    )
    return st.lists(made, max_size=6).map(lambda effects: change_set(*effects))


@given(JSON, st.integers(2, 80))
def test_a_value_is_never_longer_than_its_room(data: Any, room: int) -> None:
    """Whatever stands in place of a value is one line of text that fits, or one of our own marks."""
    text = value_text(data, room)
    assert len(text) <= room or text in {"(empty)", "(hidden)"}
    assert "\n" not in text


@settings(max_examples=60, deadline=None)
@given(change_sets())
def test_every_format_shows_anything(changes: ChangeSet) -> None:
    """No value and no amount makes a format fail, or makes it endless."""
    assert len(render_changes(changes)) < 20_000
    assert len(render_changes_markdown(changes).encode()) <= LIMIT
    assert render_changes_html(changes).endswith("</html>\n")
    assert json.loads(render_changes_json(changes))["changes"] == changes.model_dump(mode="json")
