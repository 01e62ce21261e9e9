"""Whatever stands in rule files, the checker answers; seeds and counts are fixed, so that every run is the same."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus.measure import check
from tests.fuzz.mutations import PIECES, checked, mutated, texts
from tests.fuzz.shapes import HEAD, SHAPES


@pytest.mark.parametrize("seed", range(4))
def test_mutations_of_the_corpus(seed: int) -> None:
    """Broken files that are broken further are answered."""
    random = Random(seed)
    for _ in range(25):
        checked(mutated(random))


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 20), st.sampled_from(PIECES)), min_size=1, max_size=5),
)
def test_pieces_anywhere(number: int, edits: list[tuple[int, int, str]]) -> None:
    """Pieces cut out and put in anywhere, together with the analysis, never raise."""
    text = texts()[number % len(texts())]
    for place, cut, piece in edits:
        at = min(place, len(text))
        text = text[:at] + piece + text[at + cut :]
    checked(text)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    """Files of every shape are answered, also where they are deeper than may be."""
    checked(SHAPES[shape](12))


@pytest.mark.parametrize(
    ("shape", "size"), [("ever deeper modules", 350), ("a long path", 1200), ("modules each like the next", 1200)]
)
def test_depth(shape: str, size: int) -> None:
    """Nothing is too deep: not modules in modules, not references through references, not likes of likes."""
    checked(SHAPES[shape](size))


def test_a_circle_of_likes() -> None:
    """A thousand statements that are like one another in a circle are told so."""
    text = HEAD + "".join(
        f"module m{i}: crm.Accounts <-> books.customers\n    like: m{(i + 1) % 1000}\n" for i in range(1000)
    )
    assert "SD221" in {item.code.id for item in check({"a.sync": text})}
