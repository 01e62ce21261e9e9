"""A small layout algebra: documents that know how to stand on one line or on several.

It knows nothing of the language. A group stands on one line when all of it, and what follows up to the next place
where a line may end, fits; otherwise every line end of its own is taken. Widths are known when a document is made, so
rendering takes time in proportion to the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 120
INDENT: Final = 4
_NEVER: Final = 1_000_000_000
"""The width of what cannot stand on one line."""


@dataclass(frozen=True, slots=True)
class LineEnd:
    """A place where a line may end; `flat` stands there when it does not."""

    flat: str
    width: int


@dataclass(frozen=True, slots=True)
class IfBroken:
    """One text when the group around it is broken, another when it stands on one line."""

    broken: str
    flat: str

    @property
    def width(self) -> int:
        """The columns on one line."""
        return len(self.flat)


@dataclass(frozen=True, slots=True)
class Remark:
    """A text at the end of a line that counts for no width; a forced line end must follow it, or the end."""

    text: str
    width: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Concat:
    """Documents one after the other."""

    parts: tuple[Doc, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Nest:
    """A document whose lines begin one step further right."""

    doc: Doc
    width: int


@dataclass(frozen=True, slots=True)
class Group:
    """A document that is broken as a whole or not at all; groups within it decide for themselves."""

    doc: Doc
    width: int


@dataclass(frozen=True, slots=True)
class Forced:
    """Nothing, but the groups around it are broken."""

    width: ClassVar[int] = _NEVER


Doc: TypeAlias = "str | LineEnd | IfBroken | Remark | Concat | Nest | Group | Forced"

SPACE: Final = LineEnd(" ", 1)
SOFT: Final = LineEnd("", 0)
HARD: Final = LineEnd("", _NEVER)
FORCED: Final = Forced()


def width_of(doc: Doc) -> int:
    """Return the columns of a document on one line; more than any line has where it cannot stand on one."""
    return len(doc) if isinstance(doc, str) else doc.width


def concat(*parts: Doc) -> Doc:
    """Return documents one after the other; texts alone become one text."""
    texts: list[str] = []
    width = 0
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            width += len(part)
        else:
            width += part.width
    return "".join(texts) if len(texts) == len(parts) else Concat(parts, width)


def nest(doc: Doc) -> Doc:
    """Return a document whose lines begin one step further right."""
    return doc if isinstance(doc, str) else Nest(doc, width_of(doc))


def group(doc: Doc) -> Doc:
    """Return a document that stands on one line if it fits there."""
    return doc if isinstance(doc, str) else Group(doc, width_of(doc))


def fits(doc: Doc, column: int) -> bool:
    """Return whether a document can stand on one line that begins at a column."""
    return column + width_of(doc) <= WIDTH


def flat(doc: Doc) -> str:
    """Return a document on one line, however long."""
    return _render(doc, 0, WIDTH, flat_now=True)


def render(doc: Doc, column: int) -> str:
    """Return the text of a document that begins at a column, which its further lines are indented to at least."""
    return doc if isinstance(doc, str) else _render(doc, column, WIDTH)


def _render(doc: Doc, column: int, width: int, *, flat_now: bool = False) -> str:
    out: list[str] = []
    pending: list[tuple[int, bool, Doc]] = [(column, flat_now, doc)]
    while pending:
        indent, flat_now, item = pending.pop()
        if isinstance(item, str):
            out.append(item)
            column += len(item)
        elif isinstance(item, Concat):
            pending.extend([(indent, flat_now, part) for part in reversed(item.parts)])
        elif isinstance(item, Group):
            room = width - column - item.width
            pending.append((indent, flat_now or (room >= 0 and _rest_fits(pending, room)), item.doc))
        elif isinstance(item, Nest):
            pending.append((indent + INDENT, flat_now, item.doc))
        elif isinstance(item, LineEnd):
            if flat_now:
                out.append(item.flat)
                column += len(item.flat)
            else:
                out.append("\n" + " " * indent)
                column = indent
        elif isinstance(item, IfBroken):
            text = item.flat if flat_now else item.broken
            out.append(text)
            column += len(text)
        elif isinstance(item, Remark):
            out.append("  " + item.text)
        elif not isinstance(item, Forced):
            assert_never(item)
    return "".join(out)


def _rest_fits(pending: Sequence[tuple[int, bool, Doc]], room: int) -> bool:
    """Return whether what follows, up to the next place where a line may end, has at most `room` columns."""
    at = len(pending)
    inner: list[tuple[bool, Doc]] = []
    while room >= 0:
        if inner:
            flat_now, item = inner.pop()
        elif at:
            at -= 1
            _, flat_now, item = pending[at]
        else:
            return True
        if isinstance(item, str):
            room -= len(item)
        elif isinstance(item, Concat):
            inner.extend([(flat_now, part) for part in reversed(item.parts)])
        elif isinstance(item, Nest | Group):
            inner.append((flat_now, item.doc))
        elif isinstance(item, LineEnd):
            if not flat_now:
                return True
            room -= len(item.flat)
        elif isinstance(item, IfBroken):
            room -= len(item.flat if flat_now else item.broken)
    return False
