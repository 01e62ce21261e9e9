from __future__ import annotations

import time

from syncdsl.format.layout import (
    FORCED,
    HARD,
    SOFT,
    SPACE,
    WIDTH,
    Doc,
    IfBroken,
    Remark,
    concat,
    flat,
    group,
    nest,
    render,
    width_of,
)


def call(*arguments: Doc) -> Doc:
    parts: list[Doc] = []
    for argument in arguments:
        parts += (",", SPACE, argument) if parts else (argument,)
    return group(concat("f(", nest(concat(SOFT, *parts, IfBroken(",", ""))), SOFT, ")"))


def test_a_group_that_fits_stands_on_one_line() -> None:
    """Up to the last column, and not one further."""
    word = "x" * (WIDTH - 6)
    assert render(call(word, "y"), 0) == f"f({word}, y)"
    assert render(call(word, "y"), 1) == f"f(\n     {word},\n     y,\n )"


def test_what_follows_a_group_counts() -> None:
    """A group is broken when the text after it, up to the next line end, would not fit."""
    word = "x" * (WIDTH - 10)
    assert "\n" not in render(concat(call(word, "y"), " -> "), 0)
    assert "\n" in render(concat(call(word, "y"), " -> z"), 0)
    assert render(concat(call(word, "y"), group(concat(SOFT, "z" * 20))), 0).startswith(f"f({word}, y)\n")


def test_only_the_groups_that_must_be_are_broken() -> None:
    """The outermost first."""
    word = "x" * (WIDTH - 12)
    assert render(call(call("a", "b"), word, "c"), 0) == f"f(\n    f(a, b),\n    {word},\n    c,\n)"


def test_a_remark_has_no_width_and_a_forced_end_breaks() -> None:
    """A comment never breaks what stands before it; what must stand on lines of its own breaks all around it."""
    word = "x" * (WIDTH - 8)
    doc = group(concat("(", nest(concat(SOFT, call(word), ",", Remark("# " + "c" * 50), HARD, "y")), SOFT, ")"))
    assert render(doc, 0) == f"(\n    f({word}),  # {'c' * 50}\n    y\n)"
    assert render(group(concat("(", SOFT, "x", FORCED, ")")), 0) == "(\nx)"


def test_flat_is_one_line_however_long() -> None:
    """As in placeholders, where no line can end."""
    assert flat(call("x" * 500, "y")) == f"f({'x' * 500}, y)"


def test_texts_are_one_text() -> None:
    """A line without a place to break at is a text: nothing is laid out for it."""
    assert concat("a", " -> ", "b") == "a -> b"
    assert group(nest("a")) == "a"
    assert width_of(concat("a", SPACE, "b")) == 3


def test_time_grows_with_the_document() -> None:
    """Groups within groups that all have to be broken are judged at once."""

    def took(depth: int) -> float:
        doc: Doc = "x" * WIDTH
        for _ in range(depth):
            doc = group(concat("(", SOFT, doc, SOFT, ")"))
        start = time.process_time()
        assert render(doc, 0).count("\n") == 2 * depth
        return time.process_time() - start

    took(100)
    small = max(min(took(500) for _ in range(3)), 0.001)
    assert min(took(4000) for _ in range(3)) < small * 8 * 3
