"""A file whose name ends in `_test.sync` holds tests and nothing else."""

from __future__ import annotations

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import parse

TEST = 'test "nothing happens":\n    change crm.Accounts "A": Phone = "1"\n    expect nothing else\n'


def codes(path: str, text: str) -> list[tuple[str, int]]:
    """Return what is found in a file, with its line."""
    return [(item.code.id, item.span.line) for item in parse(SourceFile(path, text)).diagnostics]


@pytest.mark.parametrize("head", ["", "language 1\n\n", "# Tests of the deals.\n\n"])
def test_tests_alone_are_clean_without_language_and_connections(head: str) -> None:
    """The rules of the other files say all that; saying the version again is allowed."""
    assert codes("rules/deals_test.sync", head + TEST) == []


@pytest.mark.parametrize(
    "rule",
    [
        "connection crm: zoho_crm",
        "when deal.stage == won: create invoice",
        "guard: deletes <= 5",
        "module a: crm.Accounts -> books.customers\n    map:\n        Phone -> phone",
        "use zoho.items",
        "moved module a to b",
    ],
)
def test_whatever_is_no_test_is_reported_where_it_stands(rule: str) -> None:
    """A rule among tests would change what is synced, so it is an error, once and on its first line."""
    assert codes("rules/deals_test.sync", f"{TEST}\n{rule}\n") == [("SD129", 5)]


def test_the_name_alone_decides() -> None:
    """Another file needs its version, and may hold rules and tests; a name that only contains the word is another."""
    assert codes("rules/tests.sync", TEST) == [("SD122", 1)]
    assert codes("rules/latest.sync", f"language 1\n\nguard: deletes <= 5\n\n{TEST}") == []


def test_a_mistake_in_a_test_file_is_reported_as_anywhere() -> None:
    """A line that cannot be read has its own report, and no second one for being no test."""
    assert [code for code, _ in codes("a_test.sync", f"{TEST}\nwenn deal won\n")] != ["SD129"]
