"""What the fixes of checks come to: the finding is gone, and a safe one leaves the plan as it was."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.checks.pages import CASES, TODAY, Case, findings, schemas

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.format import format_source
from syncdsl.lint.checks import CHECKS
from syncdsl.lint.engine import lint
from syncdsl.lint.fixing import fix_program
from syncdsl.lint.proof import PlanProof
from syncdsl.lint.schema_checks import SCHEMA_CHECKS
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.diagnostics import Diagnostic, Fix
    from syncdsl.plan.plan import Plan

CODES = [*(check.code for check in CHECKS), *(check.code for check in SCHEMA_CHECKS)]
FIXED = [(case, item, fix) for case in CASES for item in findings(case) for fix in item.fixes]
NAME = "rules.sync"
RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts -> books.customers
    where crm: {condition}
    dedupe: Account_Name == contact_name
    map:
        Account_Name -> contact_name
        Phone -> phone

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Amount -> rate

when {trigger}: create invoice

guard: creates <= 100 per day
"""
SHIPPED = schemas(CASES[0])


def applied(text: str, fix: Fix) -> str:
    """Return a text with a fix."""
    return text[: fix.span.start] + fix.replacement + text[fix.span.end :]


@pytest.mark.parametrize(
    ("case", "item", "fix"), FIXED, ids=[f"{case} line {item.span.line}" for case, item, _ in FIXED]
)
def test_a_fix_removes_its_finding(case: Case, item: Diagnostic, fix: Fix) -> None:
    """After a fix the file is well formed and has one finding of the kind less; a safe one brings none of another.

    What was in the canonical form is so afterwards.
    """
    files = {**case.files, fix.span.file: applied(case.files[fix.span.file], fix)}
    fixed = Case(case.page, case.part, case.title, files=files, schemas=case.schemas)
    assert not parse(SourceFile(NAME, files[fix.span.file])).diagnostics
    old, new = (SourceFile(NAME, text[fix.span.file]) for text in (case.files, files))
    if format_source(old) == old.text:
        assert format_source(new) == new.text
    before, after = ([found.code.id for found in findings(one)] for one in (case, fixed))
    assert after.count(item.code.id) == before.count(item.code.id) - 1
    assert not fix.safe or set(after) <= set(before)


def test_every_code_says_what_its_fix_does() -> None:
    """A code has fixes in its page exactly when its explanation has a word on them, and says when they are safe."""
    fixes = {code.id: {fix.safe for _, item, fix in FIXED if item.code.id == code.id} for code in CODES}
    for code in CODES:
        assert bool(code.fix) == bool(fixes[code.id]), code.id
        assert all(code.fix.startswith("safe: " if safe else "unsafe: ") for safe in fixes[code.id])


def plan_of(text: str) -> Plan | None:
    """Return the plan of rules; None when something is wrong with them."""
    source = SourceFile(NAME, text)
    return analyse([(source, parse(source).program)], SHIPPED).plan


def compiled(text: str) -> Plan:
    """Return the plan of rules that are right."""
    plan = plan_of(text)
    assert plan is not None, text
    return plan


class Conditions:
    """Makes random conditions over the fields of one record."""

    def __init__(self, seed: int, record: str = "") -> None:
        self._random = random.Random(seed)
        self._record = record

    def condition(self, depth: int) -> str:
        """Return a condition with so many levels at most."""
        make = self._random.choice(
            [self._test] if not depth else [self._test, self._negated, self._negated, self._joined]
        )
        return make(depth - 1)

    def _field(self) -> str:
        names = ["Deal_Name", "Description", "Amount"] if self._record else ["Account_Name", "Phone", "Website"]
        return f"{self._record}{self._random.choice(names)}"

    def _value(self, field: str) -> str:
        return self._random.choice(["1", "2.50"] if field.endswith("Amount") else ['"a"', '"b # c"'])

    def _test(self, _: int) -> str:
        field = self._field()
        one, other = self._value(field), self._value(field)
        tests = [
            f"{field} {self._random.choice(['==', '!='])} {one}",
            f"{one} == {field}",
            f"{field} {self._random.choice(['==', '!='])} empty",
            f"{field} is {self._random.choice(['', 'not '])}empty",
            f"({field} ?? {one}) {self._random.choice(['in', 'not in'])} ({one})",
            f"{field} {self._random.choice(['in', 'not in'])} ({one}, {other}, {one})",
            f"{field} {self._random.choice(['in', 'not in'])} (empty)",
        ]
        if self._record:
            tests += [f"{self._record}stage {operator} {word}" for operator in ("==", "!=") for word in ("won", "open")]
            tests.append(f"{self._record}Amount < 5")
        return self._random.choice(tests)

    def _negated(self, depth: int) -> str:
        operand = self.condition(max(depth, 0))
        plain = " and " not in operand and " or " not in operand
        return f"not {operand}" if plain and self._random.random() < 0.5 else f"not ({operand})"

    def _joined(self, depth: int) -> str:
        word = self._random.choice(["and", "or"])
        return f"({self.condition(depth)} {word} {self.condition(depth)})"


@pytest.mark.parametrize("seed", range(30))
def test_safe_fixes_keep_the_plan(seed: int) -> None:
    """One after the other, the safe fixes of random conditions all come to the plan of the rules as they were."""
    texts = (
        RULES.format(condition=Conditions(number).condition(4), trigger=Conditions(number + 1000, "deal.").condition(4))
        for number in range(seed * 100, seed * 100 + 100)
    )
    text = next(text for text in texts if plan_of(text) is not None)  # the first that can be true
    digest = compiled(text).digest
    for _ in range(200):
        fix = next((fix for item in lint([SourceFile(NAME, text)], {}) for fix in item.fixes if fix.safe), None)
        if fix is None:
            break
        text = applied(text, fix)
        assert compiled(text).digest == digest, fix
    else:
        raise AssertionError("the fixes come to no end")
    left = {item.code.id for item in lint([SourceFile(NAME, text)], {})}
    assert not left & {"SD518", "SD519"}


@pytest.mark.parametrize("case", [case for case in CASES if case.page in {"SD518", "SD519"}], ids=str)
def test_safe_fixes_are_kept(case: Case) -> None:
    """Fixing takes the safe fixes of a page, refuses none of them, and leaves what is right as it is."""
    sources = [SourceFile(name, text) for name, text in case.files.items()]
    fixed = fix_program(sources, lambda files: lint(files, {}, today=TODAY), PlanProof(digest=lambda _: None))
    assert fixed.refused == ()
    assert bool(fixed.applied) == (case.part == "Bad")
    assert case.page not in {item.code.id for item in fixed.state.findings}
