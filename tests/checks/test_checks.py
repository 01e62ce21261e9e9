"""Runs the pages next to this file: each case under "Good" is clean, each under "Bad" has the findings it lists.

A case is a `###` heading with one or more fenced blocks, the files of one program (the second word after the fence
names a file, `rules.sync` unless given), and below "Bad" a list of `line: CODE` or `file:line: CODE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from syncdsl.diagnostics import SourceFile, find_code
from syncdsl.diagnostics.codes import lint as codes
from syncdsl.diagnostics.codes import suppressions
from syncdsl.lint.checks import CHECKS
from syncdsl.lint.engine import lint
from syncdsl.lint.fixing import apply_fixes

TODAY = date(2026, 6, 1)
"""The day on which the pages are read: suppressions end."""
PAGES = sorted(Path(__file__).parent.glob("SD*.md"))
NAME = "rules.sync"
EXPECTATION = re.compile(r"- (?:(?P<file>\S+):)?(?P<line>\d+): (?P<code>SD\d{3})")


@dataclass
class Case:
    """One program with the findings expected of it."""

    page: str
    part: str
    title: str
    files: dict[str, str] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.page} {self.title}"


def cases_of(page: Path) -> list[Case]:
    """Return the cases of a page."""
    cases: list[Case] = []
    part = ""
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith("## "):
            part = line[3:]
        elif line.startswith("### "):
            cases.append(Case(page.stem, part, line[4:]))
        elif line.startswith("```sync"):
            name = line.removeprefix("```sync").strip() or NAME
            block: list[str] = []
            while (inner := next(lines)) != "```":
                block.append(inner)
            assert name not in cases[-1].files
            cases[-1].files[name] = "\n".join(block) + "\n"
        elif found := EXPECTATION.fullmatch(line):
            cases[-1].expected.append(f"{found['file'] or NAME}:{found['line']}: {found['code']}")
        else:
            assert not line.startswith(("- ", "```")), f"{page.name}: cannot read `{line}`"
    return cases


CASES = [case for page in PAGES for case in cases_of(page)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_says_what_lint_finds(case: Case) -> None:
    """The findings of a case are exactly those that its page lists."""
    found = lint([SourceFile(name, text) for name, text in case.files.items()], {}, today=TODAY)
    assert [f"{item.span.file}:{item.span.line}: {item.code.id}" for item in found] == case.expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_messages_keep_to_the_form(case: Case) -> None:
    """A message is lower case without a full stop and its help shows the right form in backticks."""
    for item in lint([SourceFile(name, text) for name, text in case.files.items()], {}, today=TODAY):
        assert item.message[0] in "`abcdefghijklmnopqrstuvwxyz"
        assert not item.message.endswith(".")
        assert item.help is not None


def test_every_check_has_a_page_with_good_and_bad_cases() -> None:
    """Every check is shown, with at least one case of either kind that has its code."""
    about_suppressions = {code.id for code in suppressions.CODES}
    assert {page.stem for page in PAGES} == {check.code.id for check in CHECKS} | about_suppressions
    for page in PAGES:
        parts = {case.part for case in CASES if case.page == page.stem}
        assert parts == {"Good", "Bad"}
    for case in CASES:
        assert bool(case.expected) == (case.part == "Bad")
        own = [item for item in case.expected if item.endswith(case.page)]
        # What a comment fails to suppress is found beside it.
        assert own == case.expected or (own and case.page in about_suppressions)


def test_every_lint_code_has_a_check() -> None:
    """Codes of this range are those of the checks, and each can be explained with an example."""
    assert {code.id for code in codes.CODES} == {check.code.id for check in CHECKS}
    for code in codes.CODES:
        assert find_code(code.name) is code
        assert code.explanation
        assert code.example
        assert code.instead


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fixes_are_as_safe_as_their_code_says(case: Case) -> None:
    """A code that has a fix says how safe it is; applying it removes the finding, and a safe one brings no other."""
    sources = [SourceFile(name, text) for name, text in case.files.items()]
    before = keys(sources)
    for item in lint(sources, {}, today=TODAY):
        for fix in item.fixes:
            assert item.code.fix.startswith("safe: " if fix.safe else "unsafe: ")
            after = keys([apply_fixes(one, [fix])[0] if one.path == fix.span.file else one for one in sources])
            key = (item.span.file, item.code.id, item.message)
            assert after.count(key) < before.count(key)
            if fix.safe:
                assert set(after) <= set(before)


def keys(sources: list[SourceFile]) -> list[tuple[str, str, str]]:
    """Return what is found, wherever in its file it stands."""
    return [(item.span.file, item.code.id, item.message) for item in lint(sources, {}, today=TODAY)]
