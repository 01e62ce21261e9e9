"""The quick digest of a record's fields is the one that canonical JSON gives."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncdsl.schema.digest import digest, fields_digest
from syncdsl.schema.values import Ref, fields_to_json

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields, Value

texts = st.text(st.characters(codec=None), max_size=12)
cells: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    texts,
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.builds(Ref, texts, texts),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(st.dictionaries(texts, texts, max_size=2).map(lambda row: tuple(sorted(row.items()))), max_size=2).map(
        tuple
    ),
)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.dictionaries(texts, cells, max_size=5))
@example({"b": "\x7f\x00\b\u2028é😀", "a": '"\\/'})
@example({"half": "\ud800", "large": 2**70})
def test_fields_digest(fields: Fields) -> None:
    """Whatever the fields hold, half characters and large numbers among them."""
    assert fields_digest(fields) == digest(fields_to_json(fields))
