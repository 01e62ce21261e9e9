"""The lines that a program comes to, before comments and blank lines are put between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from syncdsl.format import spelling
from syncdsl.format.expressions import ANY, Expressions
from syncdsl.format.layout import INDENT, concat, fits
from syncdsl.format.remarks import Remarks
from syncdsl.syntax.spelling import spelled_name, spelled_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.diagnostics import SourceFile
    from syncdsl.format.layout import Doc
    from syncdsl.syntax.comments import Comment
    from syncdsl.syntax.expressions import Expression, Path, TextLiteral, _Node
    from syncdsl.syntax.parts import Identifier

_Item = TypeVar("_Item", bound="_Node")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the language. `start` and `end` are where its code stood; `opens` when deeper lines may follow."""

    depth: int
    doc: Doc
    start: int
    end: int
    opens: bool
    above: tuple[Comment, ...]
    """Comments from inside the line that found no place in it."""
    kind: str
    """The kind of statement that this line begins; empty for all lines below it."""


class Lines:
    """Collects the lines of one file; what all statements are made of is here too."""

    def __init__(self, source: SourceFile, comments: Sequence[Comment]) -> None:
        self.remarks = Remarks(source.text, comments)
        self.lines: list[Line] = []
        self._expressions = Expressions(source.text, self.remarks)
        self._start = self._end = 0

    def begin(self, start: int, end: int) -> None:
        """Begin a line whose code stands between two offsets; its documents are made after this."""
        self._start, self._end = start, end
        self.remarks.enter(start, end)

    def put(self, depth: int, doc: Doc, *, opens: bool = False, kind: str = "") -> None:
        """End the line that was begun."""
        above = self.remarks.leave() if self.remarks.inner else ()
        line = Line(depth=depth, doc=doc, start=self._start, end=self._end, opens=opens, above=above, kind=kind)
        self.lines.append(line)

    def header(self, node: _Node, depth: int, doc: Doc, *, kind: str = "") -> None:
        """Put a line that opens a block and holds no parentheses."""
        self.begin(node.span.start, node.span.start + 1)
        self.put(depth, doc, opens=True, kind=kind)

    def simple(self, node: _Node, depth: int, doc: Doc, *, kind: str = "") -> None:
        """Put a line that holds no parentheses, nor lines below it."""
        self.begin(node.span.start, node.span.end)
        self.put(depth, doc, kind=kind)

    def listed(
        self,
        node: _Node,
        depth: int,
        header: str,
        items: Sequence[_Item],
        lay_out: Callable[[_Item], Doc],
        kind: str = "",
    ) -> None:
        """Put a header and the list after it on one line where that fits, else every item on a line below it.

        Comments inside keep the lines apart, and so does one at the end of a last line that was apart.
        """
        span = node.span
        self.begin(span.start, span.end)
        if not self.remarks.inner and not (span.end_line > span.line and self.remarks.follows(span.end)):
            docs: list[Doc] = []
            for item in items:
                docs += (", " if docs else " ", lay_out(item))
            line = concat(header, *docs)
            if fits(line, depth * INDENT):
                self.put(depth, line, opens=True, kind=kind)
                return
        self.header(node, depth, header, kind=kind)
        for item in items:
            self.begin(item.span.start, item.span.end)
            self.put(depth + 1, lay_out(item))

    def boundary(self, end: int, sign: str) -> int:
        """Return where the next sign stands after an offset: comments before it belong to what is before it.

        Where the line holds no comment it does not matter, and is not looked for.
        """
        return self.remarks.after(end, sign) if self.remarks.inner else end

    def expression(self, expression: Expression, start: int, end: int, level: int = ANY) -> Doc:
        """Lay out an expression of the current line; the comments between the offsets are near it."""
        return self._expressions.whole(expression, start, end, level)


def identifier(node: Identifier) -> str:
    """Spell a name."""
    return spelled_name(node.text)


def identifiers(nodes: Sequence[Identifier]) -> str:
    """Spell names in a list."""
    return ", ".join([spelled_name(node.text) for node in nodes])


def path(node: Path) -> str:
    """Spell a path."""
    return spelling.dotted(node.parts)


def text(node: TextLiteral) -> str:
    """Spell a text."""
    return spelled_text(node.value)
