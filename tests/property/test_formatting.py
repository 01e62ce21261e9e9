"""The formatter's promises, over random programs in random layouts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.programs import Programs
from tests.property.writing import Layout, Writer

from syncdsl.diagnostics import SourceFile
from syncdsl.format import NotFormatted, format_source
from syncdsl.syntax import ParseResult, accords, expressions, nodes, parse, parts, trials, walk
from syncdsl.syntax.comments import comments

bounded = settings(derandomize=True, max_examples=80, deadline=None)
seeds = st.integers(0, 2**32 - 1)
REFERENCE = Path(__file__).parents[1] / "golden" / "parse" / "reference.sync"


def written(seed: int, layout: Layout) -> SourceFile:
    return SourceFile("program.sync", Writer(layout).write(Programs(random.Random(seed)).program(4)))


def meaning(source: SourceFile) -> str:
    """Return the tree as text: unlike `==` it tells 1.50 from 1.5."""
    parsed: ParseResult = parse(source)
    assert parsed.complete, parsed.diagnostics[0]
    return repr(parsed.program)


def test_every_kind_of_node_is_drawn() -> None:
    """What holds for the drawn programs is said about the whole language."""
    drawn = {type(node) for seed in range(60) for node in walk(Programs(random.Random(seed)).program(12))}
    kinds = [kind for module in (accords, expressions, nodes, parts, trials) for kind in vars(module).values()]
    every = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, expressions._Node)}
    assert every - drawn == {expressions._Node, expressions.BadExpression, parts.Bad}


@given(seeds)
@bounded
def test_the_tree_of_what_is_written_is_the_tree_that_was_drawn(seed: int) -> None:
    """The generator is sound: a program written in any layout is read as that program."""
    program = repr(Programs(random.Random(seed)).program(4))
    assert meaning(written(seed, Layout(random.Random(seed)))) == program
    assert meaning(written(seed, Layout(random.Random(seed), odd=True, comments=0.1, interleave=True))) == program


@given(seeds, st.sampled_from([0.0, 0.05, 0.2]), st.booleans(), st.sampled_from([4, 4, 2, 3]))
@bounded
def test_formatting_keeps_the_meaning_and_every_comment(
    seed: int,
    share: float,
    odd: bool,  # noqa: FBT001 - drawn
    indent: int,
) -> None:
    """`parse(format(x)) == parse(x)`, the comments are the same, no line ends in a blank, and nothing is left to do."""
    source = written(seed, Layout(random.Random(seed), odd=odd, comments=share, interleave=odd, indent=indent))
    result = SourceFile(source.path, format_source(source))
    assert meaning(result) == meaning(source)
    assert sorted(item.text for item in comments(result)) == sorted(item.text for item in comments(source))
    assert [line for line in result.text.split("\n") if line != line.rstrip()] == []
    assert format_source(result) == result.text


@given(seeds, st.sampled_from([4, 2]))
@bounded
def test_there_is_one_layout(seed: int, indent: int) -> None:
    """However a program is laid out, it is formatted alike: spaces, line breaks, parentheses, quotes and digits."""
    plain = format_source(written(seed, Layout(random.Random(seed))))
    assert format_source(written(seed, Layout(random.Random(seed), odd=True, indent=indent))) == plain


@given(seeds)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_damaged_file_is_refused_or_formatted(seed: int) -> None:
    """Whatever stands in a file: it is refused as one with errors, or its format is proved and final."""
    chance = random.Random(seed)
    text = REFERENCE.read_text()
    start = chance.randrange(len(text) - 400)
    text = "language 1\n" + text[text.index("\n", start) :][:600]
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(len(text))
        piece = chance.choice(("", "", "#", '"', "(", ")", "\n", " ", "\t", "`", ":", ",", "->", "or", "\r\n", "    "))
        text = text[:at] + piece + text[at + chance.randrange(3) :]
    source = SourceFile("damaged.sync", text)
    if parse(source).complete:
        result = format_source(source)
        assert format_source(SourceFile("damaged.sync", result)) == result
    else:
        with pytest.raises(NotFormatted):
            format_source(source)
