"""From the text of a rule file to its tree and findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix, SourceFile
from syncdsl.diagnostics.codes.syntax import (
    MISPLACED_LANGUAGE,
    MISSING_LANGUAGE,
    RULE_AMONG_TESTS,
    TOO_LARGE,
    UNSUPPORTED_VERSION,
)
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.syntax.automaton import NotPlain, TooDeep
from syncdsl.syntax.builder import Builder
from syncdsl.syntax.findings import Findings
from syncdsl.syntax.grammar import automaton
from syncdsl.syntax.nodes import Bad, Language, Program
from syncdsl.syntax.recovery import Recovery
from syncdsl.syntax.scanner import Scanner
from syncdsl.syntax.trials import Test

if TYPE_CHECKING:
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.syntax.automaton import Automaton, Node

VERSION = 1
TEST_SUFFIX = "_test.sync"
"""How the name of a file ends that holds tests of the rules and nothing else."""

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseResult:
    """A tree, what is wrong with the text, and whether the tree holds all of it (no syntax error)."""

    program: Program
    diagnostics: tuple[Diagnostic, ...]
    complete: bool


def parse(source: SourceFile) -> ParseResult:
    """Parse a rule file; never raises for what stands in it."""
    if source.text.startswith(_BYTE_ORDER_MARK):
        source = SourceFile(source.path, source.text.removeprefix(_BYTE_ORDER_MARK))
    findings = Findings(source)
    if _too_large(source.text):
        findings.add(TOO_LARGE, "this file is larger than 1 MiB", 0, 0, help="split it into several")
        program = Program(span=source.span(0, 0), statements=())
    else:
        tables = automaton()
        program = Builder(tables, findings).program(_tree(source, tables, findings))
        _check_language(program, findings)
        if is_test_file(source.path):
            _check_tests_only(program, findings)
        program = replace(program, doubtful=findings.guessed) if findings.failed else program
    return ParseResult(program=program, diagnostics=findings.sorted(), complete=not findings.failed)


def is_test_file(path: str) -> bool:
    """Return whether a file, by its name, holds tests alone."""
    return path.endswith(TEST_SUFFIX)


def _tree(source: SourceFile, tables: Automaton, findings: Findings) -> Node:
    try:
        return tables.parse(source.text + "\n")
    except (NotPlain, TooDeep):
        return Recovery(tables, _scanner(), findings).tree()


@cache
def _scanner() -> Scanner:
    return Scanner(automaton())


def _too_large(text: str) -> bool:
    return len(text) > MAX_BYTES or (len(text) > MAX_BYTES // 4 and len(text.encode(errors="replace")) > MAX_BYTES)


def _check_language(program: Program, findings: Findings) -> None:
    first = next(iter(program.statements), None)
    languages = [item for item in program.statements if isinstance(item, Language)]
    if not languages and not is_test_file(findings.source.path) and not (first and findings.reported(first.span.line)):
        fix = Fix(
            title="write `language 1`",
            span=findings.source.span(0, 0),
            replacement=f"language {VERSION}\n\n",
            safe=True,
        )
        findings.add(
            MISSING_LANGUAGE,
            "this file does not say its language version",
            0,
            0,
            help=f"write `language {VERSION}` as its first statement",
            fixes=[fix],
        )
    for item in languages:
        start, end = item.span.start, item.span.end
        if item is not first:
            message = "`language` stands once, as the first statement"
            findings.add(MISPLACED_LANGUAGE, message, start, end)
        elif item.version != VERSION:
            findings.add(
                UNSUPPORTED_VERSION,
                f"this syncdsl reads language {VERSION}, not {findings.source.text[start:end].split()[-1]}",
                start,
                end,
            )


def _check_tests_only(program: Program, findings: Findings) -> None:
    """Report every statement of a file of tests that is none."""
    for item in program.statements:
        if not isinstance(item, Language | Test | Bad):
            start, text = item.span.start, findings.source.text
            end = text.find("\n", start)
            findings.add(
                RULE_AMONG_TESTS,
                f"a file whose name ends in `{TEST_SUFFIX}` holds tests and nothing else",
                start,
                min(item.span.end, len(text) if end < 0 else end),
                help="move this into a file of rules; the tests here see the rules of all files",
            )
