"""Checks take time in proportion to what they judge."""

from __future__ import annotations

import time

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.lint.check import RuleFile
from syncdsl.lint.checks import CHECKS
from syncdsl.syntax import parse

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
SMALL, LARGE = 250, 2000


def listed(count: int) -> str:
    """Return one long list."""
    values = ", ".join(f'"{number}"' for number in range(count))
    return f"{HEAD}module items: crm.Products <-> books.items\n    where crm: Code in ({values})\n"


def triggers(count: int) -> str:
    """Return many triggers."""
    lines = [f"when deal.Amount > {number} and deal.stage == won: create invoice\n" for number in range(count)]
    return HEAD + "".join(lines)


def changes(count: int) -> str:
    """Return a long test."""
    lines = [f'    change deal "D1": Field_{number} = {number}\n' for number in range(count)]
    return f'{HEAD}test "all":\n{"".join(lines)}    expect nothing else\n'


def seconds(text: str) -> float:
    """Return the processor time of all checks, the least of three."""
    source = SourceFile("rules.sync", text)
    parsed = parse(source)
    assert parsed.complete
    times: list[float] = []
    for _ in range(3):
        files = [RuleFile(source=source, program=parsed.program, complete=True)]
        start = time.process_time()
        for check in CHECKS:
            list(check.run(files))
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("program", [listed, triggers, changes], ids=lambda made: made.__name__)
def test_eight_times_as_much_takes_no_square_of_the_time(program: object) -> None:
    """A program of eight times the length is judged in less than 24 times the time; a square would take 64."""
    assert callable(program)
    assert seconds(program(LARGE)) < 24 * seconds(program(SMALL)) + 0.01
