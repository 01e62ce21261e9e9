from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from syncdsl.diagnostics import Code, Diagnostic, Related, SourceFile
from syncdsl.render.diagnostics_text import render_text
from syncdsl.render.frame import LONGEST_LINE, Mark, frame, shown_lines
from syncdsl.render.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE = Code(id="SD201", name="n", title="t", explanation="e")

SOURCE = SourceFile(
    "rules/a.sync",
    """\
language 1
module customers: crm.Accounts <-> books.customers
    dedupe: Name == contact_name
    where crm: Type == "漢字 👩‍🔧 ok" and e\u0301 > 1 \t and last
    map:
        a -> b
        c -> d
        e -> f
        g -> h
        i -> j
guard: creates <= 5
""",
)
OTHER = SourceFile("rules/b.sync", "language 1\nconnection crm: zoho_crm\n")


def at(words: str, until: str = "", source: SourceFile = SOURCE) -> Mark:
    start = source.text.index(words)
    end = source.text.index(until, start) + len(until) if until else start + len(words)
    return Mark(span=source.span(start, end))


def finding(words: str, until: str = "", *related: tuple[str, str, SourceFile], message: str = "m") -> Diagnostic:
    return Diagnostic(
        code=CODE,
        message=message,
        span=at(words, until).span,
        related=tuple(Related(span=at(place, "", source).span, message=text) for place, text, source in related),
    )


def test_frames_of_every_kind(golden: Callable[[Path, str], None], previews: Path) -> None:
    """Wide and joined characters, several lines (whole, from the middle, many), labels here and in another file."""
    findings = [
        finding("e\u0301", message="behind wide, joined and combining characters"),
        finding("last", message="behind a tab"),
        finding("👩‍🔧", message="one picture of three characters"),
        finding("map:", "c -> d\n", message="some lines, up to a line break"),
        finding("Type", "a -> b", message="from the middle of a line"),
        finding("map:", "i -> j", message="many lines"),
        finding("books.customers", "i -> j", ("dedupe", "a place inside", SOURCE), message="a place in another"),
        finding("g -> h", "", ("c -> d", "first here", SOURCE), ("guard", "and here", SOURCE), message="labels"),
        finding("Name", "", ("contact_name", "on the same line", SOURCE), message="two on a line"),
        finding("crm.A", "", ("crm", "declared here", OTHER), message="in another file"),
    ]
    text = render_text(findings, {SOURCE.path: SOURCE, OTHER.path: OTHER})
    golden(previews.parent / "findings" / "frames-of-every-kind.txt", text)


PIECES = [
    *"ab #[\t",
    "漢",
    "字",
    "é",
    "e\u0301",
    "👩‍🔧",
    "👍🏽",
    "⚠️",
    "⚠",
    "🇩🇪",
    "한",
    "\u1112\u1161\u11ab",
    "ก็",
    "\x1b",
    "\u202e",
    "##[",
]


@settings(derandomize=True, deadline=None)
@given(*[st.lists(st.sampled_from(PIECES), max_size=12)] * 3)
def test_the_carets_stand_under_their_place(before: list[str], inside: list[str], after: list[str]) -> None:
    """Measured by another library, the carets begin and end where the place does."""
    first, marked, last = ("".join(pieces) for pieces in (before, inside, after))
    source = SourceFile("a.sync", first + marked + last)
    mark = Mark(span=source.span(len(first), len(first + marked)))
    shown, carets = frame(source, [mark], 1, PLAIN)
    text, under = shown.removeprefix("1 |").removeprefix(" "), carets.removeprefix("  | ")
    start, end = (cell_len(piece) for piece in _parts(text, first, marked))
    assert under == " " * start + "^" * max(end - start, 1)


def _parts(shown: str, first: str, marked: str) -> tuple[str, str]:
    """Return what is shown of the text before a place, and up to its end."""
    hot = "##[" in shown.replace("<U+0023>", "#")
    spelled = {"\t": "    ", "\x1b": "␛", "\u202e": "<U+202E>", **({"#": "<U+0023>"} if hot else {})}
    start, end = ("".join(spelled.get(character, character) for character in text) for text in (first, first + marked))
    assert shown.startswith(end.rstrip())
    return start, end


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=200), st.data())
def test_no_place_breaks_a_frame(text: str, data: st.DataObject) -> None:
    """Whatever the text and the places, every line is shown with its number and nothing steers the terminal."""
    source = SourceFile("a.sync", text)
    marks = []
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        marks.append(Mark(span=source.span(start, data.draw(st.integers(start, len(text)))), label="x"))
    lines = list(frame(source, marks, 3, PLAIN))
    kinds = {unicodedata.category(character) for line in lines for character in line if character not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    numbers = [int(line[:3]) for line in lines if re.match(r" *\d+ \|", line)]
    assert numbers == shown_lines(marks)
    assert sum(" x" in line and "^" in line for line in lines) >= len(marks)


def test_a_long_line_is_cut_around_the_mark() -> None:
    """Of a line of a million characters only the part around the place is shown."""
    source = SourceFile("a.sync", "x" * 500_000 + "HERE" + "y" * 500_000)
    shown, carets = frame(source, [at("HERE", "", source)], 1, PLAIN)
    assert len(shown) < LONGEST_LINE + 20
    assert shown[carets.index("^") : carets.index("^") + 4] == "HERE"
    assert carets.strip(" |") == "^^^^"
    assert (shown[4:6], shown[-2:]) == ("… ", " …")


def test_many_lines_are_left_out() -> None:
    """Of a place over a thousand lines the first and the last two are shown."""
    source = SourceFile("a.sync", "line\n" * 1000)
    lines = list(frame(source, [Mark(span=source.span(0, 4999))], 4, PLAIN))
    assert [line[:4].strip() for line in lines] == ["1", "2", "...", "999", "1000", ""]
    assert lines[-1].endswith("|____^")
