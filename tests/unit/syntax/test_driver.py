"""The driver makes the trees that lark makes, and refuses what lark refuses."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Tree
from lark.exceptions import UnexpectedInput

from syncdsl.syntax.automaton import NotPlain, TooDeep
from syncdsl.syntax.grammar import automaton, grammar_text
from syncdsl.syntax.lark_tables import build_lark
from syncdsl.syntax.tables import Tables

from .sentences import Sentences

GOLDEN = Path(__file__).parents[2] / "golden" / "parse"
REFERENCE = (GOLDEN / "reference.sync").read_text(encoding="utf-8")
REFUSED = "refused"
_NO_NODES = ("expression", "name")
"""Rules that are what they have."""


@cache
def stock() -> Lark:
    """Return lark's own parser of the grammar."""
    return build_lark(grammar_text())


def lark_tree(item: Any) -> Any:
    """Return a tree of lark's as plain data: names, texts and places."""
    if isinstance(item, Tree):
        meta: Any = item.meta
        place = (0, 0) if meta.empty else (meta.start_pos, meta.end_pos)
        return (str(item.data), *place, [lark_tree(child) for child in item.children])
    return (item.type, str(item), item.start_pos, item.end_pos)


def own_tree(item: Any) -> Any:
    """Return a tree of ours as the same plain data."""
    if isinstance(item, str):
        return (item.type, str(item), item.start_pos, item.end_pos)  # type: ignore[attr-defined]  # it is a token
    return (item.data, item.start_pos, item.end_pos, [own_tree(child) for child in item.children])


def by_lark(text: str, start: str) -> Any:
    """Return what lark makes of a text."""
    try:
        return lark_tree(stock().parse(text, start=start))
    except (NotPlain, TooDeep, UnexpectedInput):
        return REFUSED


def by_us(text: str, start: str) -> Any:
    """Return what the driver makes of a text."""
    try:
        return own_tree(automaton().parse(text, start))
    except (NotPlain, TooDeep):
        return REFUSED


@pytest.mark.parametrize("start", ["start", "interpolation"])
def test_derived_texts_make_the_trees_of_lark(start: str) -> None:
    """Texts that the grammar derives make the tree of `Lark.parse`: names, tokens, order and places."""
    sentences = Sentences(stock(), random.Random(7))
    accepted = 0
    kinds: set[str] = set()
    for _ in range(1000):
        text = sentences.text(start)
        expected = by_lark(text, start)
        assert by_us(text, start) == expected, text
        accepted += expected != REFUSED
        kinds |= set(_kinds(expected))
    assert accepted > 300
    if start == "start":
        written = kinds | set(_kinds(by_lark(REFERENCE, start)))
        named = {str(rule.alias or rule.origin.name) for rule in stock().rules}
        assert {name for name in named - written if not name.startswith("_")} == {"bad", "interpolation", *_NO_NODES}


def test_damaged_texts_are_refused_alike() -> None:
    """A text with a piece cut out or put in makes the tree of lark, or none where lark makes none."""
    seeded = random.Random(11)
    lines = REFERENCE.splitlines(keepends=True)
    outcomes = set()
    for _ in range(400):
        first = seeded.randrange(len(lines) - 12)
        text = "".join(lines[first : first + 12]) + "\n"
        at, cut = seeded.randrange(len(text)), seeded.randrange(4)
        piece = seeded.choice(["", "", " ", "\n", "\r", "\t", "(", ")", '"', "é", "#", "_", "or", "view", "    ", "="])
        text = text[:at] + piece + text[at + cut :] + "\n"
        expected = by_lark(text, "start")
        assert by_us(text, "start") == expected, text
        outcomes.add(expected == REFUSED)
    assert outcomes == {True, False}


def test_the_reference_program_makes_the_tree_of_lark() -> None:
    """The reference program, which has every statement, makes lark's tree."""
    assert by_us(REFERENCE, "start") == by_lark(REFERENCE, "start") != REFUSED


def test_saved_tables_are_the_tables() -> None:
    """Tables come back from their bytes as they were; other bytes are refused."""
    saved = automaton().save()
    assert Tables.load(saved).save() == saved
    for damaged in (saved[:-1], b"", b"[]", b"{}", b'{"rules": [], "patterns": []}'):
        with pytest.raises((ValueError, TypeError, KeyError)):
            Tables.load(damaged)


def _kinds(tree: Any) -> list[str]:
    if tree == REFUSED or not isinstance(tree[-1], list):
        return []
    return [tree[0], *(kind for child in tree[-1] for kind in _kinds(child))]
