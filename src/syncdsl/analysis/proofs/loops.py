"""Write loops: a field that, by way of other modules or documents, is written from itself (SD411).

The two directions of one line are no loop: the last synced value tells there which side changed. Between statements
nothing does, so a value would be handed round for ever, or two rules would undo each other's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.proofs.rules import endpoint, opposite
from syncdsl.analysis.satisfiability import example_text
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import WRITE_LOOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.pairs import Assignment, Endpoint, Pair, Side

Field: TypeAlias = tuple[str, str, str]
"""Connection, module and field."""

_LONGEST = 8
_MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Write:
    """One field written from another by a line of a statement.

    `scopes` are that statement's at the two ends; None for a document, which is this statement's alone.
    """

    statement: str
    line: str
    source: Field
    target: Field
    scopes: tuple[Endpoint | None, Endpoint | None]


def run(rules: Rules) -> None:
    """Report each set of statements that pass a value round, once."""
    writes = [*_module_writes(rules), *_document_writes(rules)]
    finder = _Finder(rules, writes)
    reported: set[frozenset[str]] = set()
    for write in writes:
        loop = finder.from_(write)
        statements = frozenset(item.statement for item in loop)
        if loop and statements not in reported:
            reported.add(statements)
            _report(rules, loop)


def _module_writes(rules: Rules) -> Iterator[Write]:
    """Return what modules write; a line that fills an empty field writes it once, and so ends every loop.

    Every statement of a loop hands on what another one wrote. A two-way module is the overlap's matter there: it writes
    what it reads, and so has to exclude whoever writes it too.
    """
    sides: tuple[Side, Side] = ("right", "left")
    for pair in _one_way(rules):
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

    def __init__(self, rules: Rules, writes: Sequence[Write]) -> None:
        self._scopes = rules.scopes
        self._steps = 0
        self._own: dict[tuple[str, Field], list[Write]] = {}
        self._leaving: dict[tuple[int, Field], list[Write]] = {}
        for write in writes:
            self._own.setdefault((write.statement, write.source), []).append(write)
            scope = write.scopes[0]
            if scope is not None:
                self._leaving.setdefault((id(scope), write.source), []).append(write)
        self._readers = {id(reader): reader for reader in _readers(rules)}
        self._joined: dict[int, list[int]] = {}

    def from_(self, start: Write) -> list[Write]:
        """Return the shortest loop over several statements that begins with a write; empty when there is none."""
        waiting: list[list[Write]] = [[start]]
        seen = {id(start)}
        while waiting:
            nearer: list[list[Write]] = []
            for way in waiting:
                for write in self._after(way[-1]):
                    self._steps += 1
                    if self._steps > _MOST_STEPS:
                        return []
                    if write is start and len({item.statement for item in way}) > 1:
                        return way if self._meet(way) else []
                    if id(write) not in seen and len(way) < _LONGEST:
                        seen.add(id(write))
                        nearer.append([*way, write])
            waiting = nearer
        return []

    def _after(self, write: Write) -> Iterator[Write]:
        """Return the writes that take up what a write has written."""
        for other in self._own.get((write.statement, write.target), ()):
            if other.line != write.line or write.statement.startswith("document "):
                yield other
        scope = write.scopes[1]
        if scope is None:
            return
        for reader in self._meeting(scope):
            yield from (item for item in self._leaving.get((reader, write.target), ()) if not _same(item, write))

    def _meeting(self, scope: Endpoint) -> list[int]:
        """Return the scopes of readers that share a record with a scope."""
        if id(scope) not in self._joined:
            near = (item for place, item in self._readers.items() if place in self._scopes.near(scope))
            self._joined[id(scope)] = [id(item) for item in near if not self._scopes.apart(scope, item)]
        return self._joined[id(scope)]

    def _meet(self, loop: Sequence[Write]) -> bool:
        """Return whether there is a record at each joint of a loop."""
        joints = ((one.scopes[1], other.scopes[0]) for one, other in _joints(loop))
        return all(one is None or other is None or self._scopes.common(one, other) is not None for one, other in joints)


def _joints(loop: Sequence[Write]) -> Iterator[tuple[Write, Write]]:
    """Return the places where one statement hands a value to another."""
    for one, other in zip(loop, [*loop[1:], loop[0]], strict=True):
        if one.statement != other.statement:
            yield one, other


def _same(one: Write, other: Write) -> bool:
    return one.statement == other.statement


def _one_way(rules: Rules) -> list[Pair]:
    """Return the one-way modules from whose target other rules lead back to their source.

    What nested modules have in scope depends on their parents too, so that nothing is said of them.
    """
    pairs = [pair for pair in rules.pairs if pair.direction != "both" and pair.parent is None]
    ways = {pair.name: tuple(_place(endpoint(pair, side)) for side in _sides(pair)) for pair in pairs}
    after: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for source, target in ways.values():
        after.setdefault(source, set()).add(target)
    return [pair for pair in pairs if _leads(after, *reversed(ways[pair.name]))]


def _sides(pair: Pair) -> tuple[Side, Side]:
    """Return the sides that a one-way module reads and writes."""
    return ("right", "left") if pair.direction == "left" else ("left", "right")


def _place(item: Endpoint) -> tuple[str, str]:
    return item.connection, item.module


def _leads(after: Mapping[tuple[str, str], set[tuple[str, str]]], start: tuple[str, str], end: tuple[str, str]) -> bool:
    """Return whether one-way modules lead from the records of one module to those of another."""
    seen, waiting = {start}, [start]
    while waiting:
        for place in after.get(waiting.pop(), set()) - seen:
            seen.add(place)
            waiting.append(place)
    return end in seen


def _readers(rules: Rules) -> Iterator[Endpoint]:
    """Return the sides that are read and never written: two modules that write one are the overlap's matter."""
    for pair in _one_way(rules):
        yield endpoint(pair, _sides(pair)[0])
    yield from (record.endpoint for record in rules.records.values())


def _report(rules: Rules, loop: Sequence[Write]) -> None:
    first = loop[0]
    way = [".".join(first.source), *(f"{'.'.join(write.target)} (`{write.statement}`)" for write in loop)]
    shown = []
    for one, other in _joints(loop):
        arriving, leaving = one.scopes[1], other.scopes[0]
        if arriving is not None and leaving is not None:
            values = rules.scopes.common(arriving, leaving)
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
