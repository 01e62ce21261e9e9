"""Whatever stands in a file, the parser answers."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.syntax import parse, walk

REFERENCE = (Path(__file__).parents[2] / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")
PIECES = [
    *' \n\t"`(){}[],.:;=<>-+*/%?!#\\_éx7\r',
    "->", "<-", "<->", "=>", "==", "??", '"{', '}"', "{{", "\n    ", "\n        ", "and", "or", "not", "is", "if",
    "map:",
    "when", "module a: b.c <-> d.e", "line:", "group", "2026-02-31", "1__", "created", "empty",
]  # fmt: skip
BOUNDED = settings(
    derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def checked(text: str) -> None:
    """Parse a text and see that all that is said about it lies within it."""
    result = parse(SourceFile("a.sync", text))
    assert result.complete == (not any(item.level is Severity.ERROR for item in result.diagnostics))
    for found in result.diagnostics:
        assert 0 <= found.span.start <= found.span.end <= len(text)
        assert found.message
    for node in walk(result.program):
        assert 0 <= node.span.start <= node.span.end <= len(text)


@BOUNDED
@given(
    st.lists(
        st.tuples(st.integers(0, len(REFERENCE)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=6
    )
)
def test_mutations_of_a_good_file(mutations: list[tuple[int, int, str]]) -> None:
    """Cutting out and putting in pieces anywhere never makes the parser raise."""
    text = REFERENCE
    for place, cut, piece in mutations:
        at = min(place, len(text))
        text = text[:at] + piece + text[at + cut :]
    checked(text)


@BOUNDED
@given(st.lists(st.sampled_from([*PIECES, " A ", " b ", '"t"', "view", "where", "language 1\n"]), max_size=60))
def test_heaps_of_tokens(pieces: list[str]) -> None:
    """Tokens in any order never make the parser raise."""
    checked("".join(pieces))


@BOUNDED
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Any characters at all never make the parser raise."""
    checked(text.removeprefix("\ufeff"))


@BOUNDED
@given(st.permutations(REFERENCE.splitlines()[:40]))
def test_lines_in_any_order(lines: list[str]) -> None:
    """Good lines in a wrong order never make the parser raise."""
    checked("\n".join(lines))
