"""Write loops: a field that, by way of other modules or documents, is written from itself (SD411).

The two directions of one line are no loop: the last synced value tells there which side changed. Between statements
nothing does, so a value would be handed round for ever, or two rules would undo each other's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.proofs.rules import endpoint, opposite
from syncdsl.analysis.proofs.scopes import ScopeIndex
from syncdsl.analysis.satisfiability import example_text
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import WRITE_LOOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.pairs import Assignment, Endpoint, Side

Field: TypeAlias = tuple[str, str, str]
"""Connection, module and field."""

_LONGEST = 8
_MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Write:
    """One field written from another by a line of a statement; `scopes` are that statement's at the two ends."""

    statement: str
    line: str
    source: Field
    target: Field
    scopes: tuple[Endpoint | None, Endpoint | None]


def run(rules: Rules) -> None:
    """Report each set of statements that pass a value round, once."""
    index = ScopeIndex(
        rules,
        [
            *(item for pair in rules.pairs for item in (pair.left, pair.right)),
            *(record.endpoint for record in rules.records.values()),
        ],
    )
    writes = [*_module_writes(rules), *_document_writes(rules)]
    after: dict[Field, list[Write]] = {}
    for write in writes:
        after.setdefault(write.source, []).append(write)
    finder = _Finder(after, index)
    reported: set[frozenset[str]] = set()
    for write in writes:
        loop = finder.from_(write)
        statements = frozenset(item.statement for item in loop)
        if loop and statements not in reported:
            reported.add(statements)
            _report(rules, index, loop)


def _module_writes(rules: Rules) -> Iterator[Write]:
    """Return what modules write; a line that fills an empty field writes it once, and so ends every loop."""
    sides: tuple[Side, Side] = ("right", "left")
    for pair in rules.pairs:
        for line in pair.lines:
            for side in sides:
                assignment = line.to_right if side == "right" else line.to_left
                if assignment is None or line.when_empty:
                    continue
                source, target = endpoint(pair, opposite(side)), endpoint(pair, side)
                for path in assignment.reads:
                    yield Write(
                        statement=f"module {pair.name}",
                        line=line.location,
                        source=(source.connection, source.module, path[0]),
                        target=(target.connection, target.module, assignment.target),
                        scopes=(source, target),
                    )


def _document_writes(rules: Rules) -> Iterator[Write]:
    for document in rules.documents.values():
        record = rules.records[document.record].endpoint
        lines = [(item, f"{document.lines_field}.") for line in document.lines for item in line.assignments]
        forward: list[tuple[Assignment, str]] = [*((item, "") for item in document.assignments), *lines]
        for assignment, prefix in forward:
            for path in assignment.reads:
                yield Write(
                    statement=f"document {document.name}",
                    line=document.location,
                    source=(record.connection, record.module, path[0]),
                    target=(document.connection, document.module, prefix + assignment.target),
                    scopes=(record, None),
                )
        for assignment in document.write_backs:
            for path in assignment.reads:
                yield Write(
                    statement=f"document {document.name}",
                    line=document.location,
                    source=(document.connection, document.module, path[0]),
                    target=(record.connection, record.module, assignment.target),
                    scopes=(None, record),
                )


class _Finder:
    """Looks for loops, the shortest first, with a limit on the whole work."""

    def __init__(self, after: dict[Field, list[Write]], index: ScopeIndex) -> None:
        self._after = after
        self._index = index
        self._steps = 0
        self._joins: dict[tuple[int, int], bool] = {}

    def from_(self, start: Write) -> list[Write]:
        """Return the shortest loop over several statements that begins with a write; empty when there is none."""
        waiting: list[list[Write]] = [[start]]
        seen = {id(start)}
        while waiting:
            nearer: list[list[Write]] = []
            for way in waiting:
                for write in self._after.get(way[-1].target, ()):
                    self._steps += 1
                    if self._steps > _MOST_STEPS:
                        return []
                    if not self._follows(way[-1], write):
                        continue
                    if write is start and len({item.statement for item in way}) > 1:
                        return way
                    if id(write) not in seen and len(way) < _LONGEST:
                        seen.add(id(write))
                        nearer.append([*way, write])
            waiting = nearer
        return []

    def _follows(self, one: Write, other: Write) -> bool:
        """Return whether one record can be written by the first and read by the second."""
        if one.statement == other.statement:
            return one.line != other.line or one.statement.startswith("document ")
        arriving, leaving = one.scopes[1], other.scopes[0]
        if arriving is None or leaving is None:
            return arriving is leaving
        key = (id(arriving), id(leaving))
        if key not in self._joins:
            self._joins[key] = self._index.common(arriving, leaving) is not None
        return self._joins[key]


def _report(rules: Rules, index: ScopeIndex, loop: Sequence[Write]) -> None:
    first = loop[0]
    way = [".".join(first.source), *(f"{'.'.join(write.target)} (`{write.statement}`)" for write in loop)]
    shown = []
    for one, other in zip(loop, [*loop[1:], first], strict=True):
        arriving, leaving = one.scopes[1], other.scopes[0]
        if one.statement != other.statement and arriving is not None and leaving is not None:
            values = index.common(arriving, leaving)
            place = f"{arriving.connection}.{arriving.module}"
            shown.append(f"`{place}` with {example_text(values)}" if values else f"any record of `{place}`")
    names = sorted({f"`{item.statement}`" for item in loop})
    spans = [rules.span_at(item.line) for item in loop]
    last = max(range(len(loop)), key=lambda number: (spans[number].file, spans[number].start))
    rules.report(
        WRITE_LOOP,
        f"{' and '.join(names)} pass a value round: {' -> '.join(way)}",
        spans[last],
        help=f"for example {' and '.join(dict.fromkeys(shown))}; "
        "let one module do both directions, with one `<->` line, or take one of the lines out",
        related=tuple(
            Related(span=span, message=f"`{item.statement}` writes `{item.target[2]}` here")
            for number, (span, item) in enumerate(zip(spans, loop, strict=True))
            if number != last
        ),
    )
