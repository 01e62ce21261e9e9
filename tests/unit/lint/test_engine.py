from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault, Severity, SourceFile
from syncdsl.lint import lint_paths
from syncdsl.lint.check import RuleFile
from syncdsl.lint.checks import CHECKS
from syncdsl.lint.engine import lint
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from pathlib import Path

UNUSED = 'language 1\n\ntable kinds:\n    "Goods" <-> "goods"\n'
TWICE = (
    "language 1\n\nrecord deal: crm.Deals\n    stage: Stage\n\nrecord deal: crm.Deals\n    stage: Stage\n\n"
    "transactions books: invoices\n    associate: deal\n"
)
EVERYTHING = (
    "language 1\n\nconnection crm: zoho_crm\n\n"
    'table kinds:\n    "Goods" <-> "goods"\n\n'
    "document invoice: books.invoices for deal\n    map:\n        today() -> date\n        today() -> date\n\n"
    "document quote: books.quotes for deal\n    map:\n        today() -> date\n\n"
    "when deal.stage == won: create invoice\nwhen deal.stage == won: create invoice\n"
)


def codes(text: str, **levels: str) -> list[str]:
    """Return the codes found in a file."""
    return [item.code.id for item in lint([SourceFile("a.sync", text)], levels)]


@pytest.mark.parametrize("name", ["SD501", "unused-table"])
def test_a_level_changes_the_weight_of_a_finding(name: str) -> None:
    """A code's level is set by its id or by its name."""
    for level in Severity:
        (item,) = lint([SourceFile("a.sync", UNUSED)], {name: level.value})
        assert item.level is level
    assert lint([SourceFile("a.sync", UNUSED)], {name: "off"}) == []


def test_a_level_of_syntax_counts_too() -> None:
    """What the parser finds has a level like any other finding."""
    source = SourceFile("a.sync", "language 1\n\nmodule\n")
    found = lint([source], {})
    assert {item.level for item in found} == {Severity.ERROR}
    assert {item.level for item in lint([source], {item.code.id: "note" for item in found})} == {Severity.NOTE}


def test_findings_are_sorted_by_file_and_position() -> None:
    """The order depends on where findings stand, not on which check made them."""
    sources = [SourceFile("b.sync", UNUSED), SourceFile("a.sync", TWICE)]
    found = lint(sources, {})
    assert [(item.span.file, item.code.id) for item in found] == [("a.sync", "SD504"), ("b.sync", "SD501")]
    assert found == lint(sources[::-1], {})


def test_a_file_that_was_not_read_whole_suppresses_what_it_may_refute() -> None:
    """After a syntax error nothing counts as unused or unguarded; what stands there is still judged."""
    source = SourceFile("a.sync", EVERYTHING)
    parsed = parse(source)
    assert parsed.complete

    def run(*, complete: bool) -> set[str]:
        files = [RuleFile(source=source, program=parsed.program, complete=complete)]
        return {item.code.id for check in CHECKS for item in check.run(files)}

    assert run(complete=True) == {"SD501", "SD502", "SD503", "SD505", "SD506", "SD507"}
    assert run(complete=False) == {"SD506", "SD507"}


def test_a_used_file_may_use_anything() -> None:
    """Where a file uses another that was not read, nothing is said about what seems unused."""
    assert codes(UNUSED + "\nuse zoho.customers\n") == []
    assert set(codes(EVERYTHING + "\nuse zoho.customers\n")) == {"SD506", "SD507"}


def test_what_a_statement_is_like_may_use_anything() -> None:
    """Where a statement is like another, nothing is said about what seems unused: it may be used there."""
    like = "\nmodule customers: crm.Accounts <-> books.customers\n    like: zoho.accounts\n"
    assert codes(UNUSED + like) == []
    assert codes(
        UNUSED + like.replace("    like: zoho.accounts\n", "    adopt: A == b\n    map:\n        A <-> b\n")
    ) == ["SD501"]


def test_one_file_that_was_not_read_is_enough() -> None:
    """What seems unused in one file may be used in another that could not be read, whether or not all others were."""
    broken = SourceFile("b.sync", "language 1\n\nmodule\n")
    found = {item.code.id for item in lint([SourceFile("a.sync", UNUSED), broken], {})}
    assert "SD501" not in found
    assert any(code.startswith("SD1") for code in found)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("document invoice: books.invoices for deal\n    map:\n        deal.Amount + -> rate\n", "SD504"),
        ("when deal.Amount > : create invoice\n", "SD507"),
    ],
)
def test_what_was_not_read_may_be_the_difference(statement: str, code: str) -> None:
    """Two statements with a mistake in them are not the same, however alike the rest is: neither is to go."""
    found = lint([SourceFile("a.sync", "language 1\n\n" + statement + "\n" + statement)], {})
    assert any(item.code.id.startswith("SD1") for item in found)
    assert [item for item in found if item.code.id == code and (item.fixes or code == "SD507")] == []


def test_paths_are_one_program_in_the_order_given(tmp_path: Path) -> None:
    """Every file comes back once, in the order given, with its own findings and as text without a byte-order mark."""
    first, second = tmp_path / "b.sync", tmp_path / "a.sync"
    first.write_bytes(b"\xef\xbb\xbf" + TWICE.encode())
    second.write_text(UNUSED + TWICE.removeprefix("language 1"), encoding="utf-8")
    answer = lint_paths([first, second, first], {"SD504": "warning"}, cache=False)
    assert [source.path for source, _ in answer] == [str(first), str(second)]
    assert answer[0][0].text == TWICE
    for source, items in answer:
        assert {item.span.file for item in items} == {source.path}
    found = [(item.code.id, item.level) for _, items in answer for item in items]
    assert found.count(("SD504", Severity.WARNING)) == 3


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing file and one that is not text are faults that name it."""
    file = tmp_path / "a.sync"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Fault, match=r"SD609: .*a\.sync"):
        lint_paths([file], {}, cache=False)
