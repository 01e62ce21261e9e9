"""From the text of a rule file to its canonical text, which is proved to mean the same before it is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, SourceFile
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.format.lines import Lines
from syncdsl.format.statements import put_program
from syncdsl.format.weaving import Weaver
from syncdsl.syntax.comments import comments
from syncdsl.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.comments import Comment
    from syncdsl.syntax.nodes import Program

_BYTE_ORDER_MARK = "\ufeff"


class NotFormatted(Exception):  # noqa: N818 - an outcome that callers handle, not a mistake in the program
    """A file that is left alone; `diagnostics` are its syntax errors, or say that its new text would be too large."""

    def __init__(self, path: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{path} has syntax errors")
        self.diagnostics = tuple(diagnostics)


class FormatterMistake(AssertionError):  # noqa: N818 - what it is called in messages
    """The new text would mean something else or lose a comment: a mistake of ours, so the file is left alone."""


def format_source(source: SourceFile) -> str:
    r"""Return the canonical text of a rule file: same meaning, same comments, one spelling.

    Lines end as most lines of the file do (`\n` or `\r\n`); a byte-order mark is dropped.
    Raises `NotFormatted` for a file with syntax errors (or whose new text would be over 1 MiB), and `FormatterMistake`
    where the result was not proved.
    """
    source = SourceFile(source.path, source.text.removeprefix(_BYTE_ORDER_MARK))
    parsed = parse(source)
    if not parsed.complete:
        raise NotFormatted(source.path, parsed.diagnostics)
    found = comments(source)
    text = layout(source, parsed.program, found)
    if text != source.text:
        _prove(source, parsed.program, found, text)
    return text


def layout(source: SourceFile, program: Program, found: Sequence[Comment]) -> str:
    """Lay out a program without proving anything. The spans of the program are offsets into the source."""
    lines = Lines(source, found)
    put_program(lines, program)
    text = Weaver(source, found).weave(lines.lines)
    returns = source.text.count("\r\n")
    return text.replace("\n", "\r\n") if returns * 2 > source.text.count("\n") else text


def _prove(source: SourceFile, program: Program, found: Sequence[Comment], text: str) -> None:
    result = SourceFile(source.path, text)
    again = parse(result)
    if len(text.encode()) > MAX_BYTES:
        raise NotFormatted(source.path, again.diagnostics)
    # `repr` rather than `==`: it tells 1.50 from 1.5 too.
    if not again.complete or repr(again.program) != repr(program):
        raise FormatterMistake(f"formatting {source.path} would change what it means")
    if sorted(comment.text for comment in comments(result)) != sorted(comment.text for comment in found):
        raise FormatterMistake(f"formatting {source.path} would lose a comment")
