"""From the text of a rule file to its tree and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import UNEXPECTED
from syncdsl.syntax.automaton import NotPlain, TooDeep
from syncdsl.syntax.builder import Builder
from syncdsl.syntax.findings import Findings
from syncdsl.syntax.grammar import automaton
from syncdsl.syntax.nodes import Program

if TYPE_CHECKING:
    from syncdsl.diagnostics import Diagnostic, SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseResult:
    """A tree, what is wrong with the text, and whether the tree holds all of it (no syntax error)."""

    program: Program
    diagnostics: tuple[Diagnostic, ...]
    complete: bool


def parse(source: SourceFile) -> ParseResult:
    """Parse a rule file; never raises for what stands in it."""
    findings = Findings(source)
    tables = automaton()
    try:
        tree = tables.parse(source.text + "\n")
    except (NotPlain, TooDeep):
        findings.add(UNEXPECTED, "this file cannot be read", 0, 0)
        program = Program(span=source.span(0, len(source.text)), statements=())
    else:
        program = Builder(tables, findings).program(tree)
    return ParseResult(program=program, diagnostics=findings.sorted(), complete=not findings.failed)
