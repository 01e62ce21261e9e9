"""The reference program of the language and its tree."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import SourceFile, Span
from syncdsl.syntax import Module, Program, parse, walk
from syncdsl.syntax.automaton import Lexeme
from syncdsl.syntax.builder import Builder
from syncdsl.syntax.findings import Findings
from syncdsl.syntax.grammar import automaton
from syncdsl.syntax.recovery import Recovery
from syncdsl.syntax.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = Path(__file__).parents[2] / "golden" / "parse"
REFERENCE = (GOLDEN / "reference.sync").read_text(encoding="utf-8")


def dump(node: Any, depth: int = 0, label: str = "") -> Iterator[str]:
    """Yield the lines of a tree: fields, types, spans and values."""
    indentation = "  " * depth + label
    if isinstance(node, tuple):
        for item in node:
            yield from dump(item, depth, label)
    elif hasattr(node, "span"):
        span = node.span
        plain = [
            f"{field.name}={_plain(getattr(node, field.name))}"
            for field in fields(node)
            if _is_plain(getattr(node, field.name)) and field.name != "doubtful"
        ]
        place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
        yield " ".join([f"{indentation}{type(node).__name__}", place, *plain])
        for field in fields(node):
            value = getattr(node, field.name)
            if not _is_plain(value) and not isinstance(value, Span):
                yield from dump(value, depth + 1, f"{field.name}: ")
    elif not isinstance(node, Span):
        yield f"{indentation}{_plain(node)}"


def _is_plain(value: object) -> bool:
    return not isinstance(value, tuple | Span) and not hasattr(value, "span")


def _plain(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else repr(value)


def recovered(text: str) -> tuple[Program, Findings]:
    """Read a text the way files with mistakes are read."""
    findings = Findings(SourceFile("reference.sync", text))
    tree = Recovery(automaton(), Scanner(automaton()), findings).tree()
    return Builder(automaton(), findings).program(tree), findings


def test_the_reference_program_has_its_tree(golden: Callable[[Path, str], None]) -> None:
    """Every node of the reference program stands where the golden file says, and nothing is found wrong."""
    result = parse(SourceFile("reference.sync", REFERENCE))
    assert result.diagnostics == ()
    assert result.complete
    golden(GOLDEN / "reference.txt", "\n".join(dump(result.program)) + "\n")


def test_recovery_builds_the_tree_of_the_parser() -> None:
    """A good file read line by line has the nodes and spans that lark's own parse gives."""
    program, findings = recovered(REFERENCE)
    stock = parse(SourceFile("reference.sync", REFERENCE)).program
    assert findings.sorted() == ()
    assert program == stock
    assert list(dump(program)) == list(dump(stock))


def test_fed_tokens_make_the_tree_that_lark_makes() -> None:
    """The lark tree of fed tokens equals the one of `Lark.parse`."""
    findings = Findings(SourceFile("reference.sync", REFERENCE))
    assert Recovery(automaton(), Scanner(automaton()), findings).tree() == automaton().parse(REFERENCE)


def test_saved_tables_parse_alike() -> None:
    """Tables that were saved and loaded make the same tree."""
    loaded = type(automaton()).load(automaton().save())
    assert loaded.parse(REFERENCE) == automaton().parse(REFERENCE)
    assert loaded.kind(loaded.initial(), Lexeme("VIEW", "view", 0, 4)) == "NAME"


def test_every_span_lies_inside_that_of_its_parent() -> None:
    """Spans nest, and a span's line and column are those of its offset."""
    source = SourceFile("reference.sync", REFERENCE)
    for node in walk(parse(source).program):
        assert source.span(node.span.start, node.span.end) == node.span
        for child in walk(node):
            assert node.span.start <= child.span.start <= child.span.end <= node.span.end


def test_a_header_ends_where_the_clauses_begin() -> None:
    """The header of a statement is what stands before its clauses."""
    program = parse(SourceFile("reference.sync", REFERENCE)).program
    customers = next(item for item in program.statements if isinstance(item, Module))
    start, end = customers.header.start, customers.header.end
    assert REFERENCE[start:end] == "module customers: crm.Accounts <-> books.customers"
