"""SD506: two lines of one map that write the same field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint import DUPLICATE_TARGET
from syncdsl.lint.check import Check, RuleFile, statements
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import Call, Path
from syncdsl.syntax.nodes import Arrow, Document, Group, LineBlock, Map, MapLine, Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from syncdsl.syntax.expressions import Expression


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for statement in statements(files):
        if isinstance(statement, Module | Document):
            items = [item for clause in statement.clauses if isinstance(clause, Map) for item in clause.items]
            yield from _judge(_lines(items))
            for item in items:
                if isinstance(item, LineBlock):
                    yield from _judge(_lines(item.lines))


def _lines(items: Iterable[object]) -> Iterator[MapLine]:
    """Return the lines that write into one record; those of a `line:` write into a record of their own."""
    for item in items:
        if isinstance(item, MapLine):
            yield item
        elif isinstance(item, Group):
            yield from _lines(item.lines)


def _judge(lines: Iterable[MapLine]) -> Iterator[Diagnostic]:
    writers: dict[tuple[str, tuple[str, ...]], list[tuple[MapLine, Path]]] = {}
    for line in lines:
        for side, target, source in _writes(line):
            earlier = writers.setdefault((side, target.parts), [])
            clash = next((found for other, found in earlier if not _complement(other, line)), None)
            earlier.append((line, target))
            if clash is not None:
                yield Diagnostic(
                    code=DUPLICATE_TARGET,
                    message=f"another line already writes `{target.text}`",
                    span=target.span,
                    help=_help(source, target),
                    related=(Related(span=clash.span, message=f"`{target.text}` is first written here"),),
                )


def _help(source: Expression, target: Path) -> str:
    field = f"`{source.text}`" if isinstance(source, Path) else "the other value"
    return f"keep one line; to use {field} where the first is empty, write `First ?? Second -> {target.text}`"


def _writes(line: MapLine) -> Iterator[tuple[str, Path, Expression]]:
    """Return the sides that a line writes, with the written path and what is read for it."""
    if line.arrow is not Arrow.RIGHT and (left := _written(line.left)) is not None:
        yield "left", left, line.right
    if line.arrow is not Arrow.LEFT and (right := _written(line.right)) is not None:
        yield "right", right, line.left


def _written(side: Expression) -> Path | None:
    """Return the path that a side of a line stands for; with `<->` a table may be called on it."""
    if isinstance(side, Call) and len(side.arguments) == 1:
        side = side.arguments[0]
    return side if isinstance(side, Path) else None


def _complement(one: MapLine, other: MapLine) -> bool:
    """Tell whether a one-way line says more about one direction of a two-way line over the same fields."""
    if (one.arrow is Arrow.BOTH) == (other.arrow is Arrow.BOTH):
        return False
    both, single = (one, other) if one.arrow is Arrow.BOTH else (other, one)
    read, expected = (single.left, both.left) if single.arrow is Arrow.RIGHT else (single.right, both.right)
    field = _written(expected)
    return any(isinstance(node, Path) and field is not None and node.parts == field.parts for node in walk(read))


CHECK = Check(code=DUPLICATE_TARGET, run=_run)
