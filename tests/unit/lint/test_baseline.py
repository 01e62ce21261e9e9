from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncdsl.diagnostics import Diagnostic, Fault, SourceFile, find_code
from syncdsl.lint.baseline import Baseline, Compared, Entry, Places, baseline_of, compare, read_baseline, write_baseline
from syncdsl.lint.engine import lint

FOLDER = Path("/project")
TABLE = 'table {}:\n    "Goods" <-> "goods"\n'
RULES = (
    "language 1\n\n"
    + TABLE.format("kinds")
    + 'record deal: crm.Deals\n    where: Id == "500882300000012345" or Parent == "500882300000012346"\n'
    + "    stage: Stage\n"
    + 'when deal.Name  ==  "a: b # c":\n    create invoice\n    create quote\n'
    + 'when deal.Id == "500882300000012345": create invoice\n'
)


def program(text: str, name: str = "rules/a.sync") -> tuple[list[SourceFile], Places]:
    """Return a program of one file and its places."""
    sources = [SourceFile(str(FOLDER / name), text)]
    return sources, Places(sources, FOLDER)


def made(text: str) -> Baseline:
    """Return the baseline of a text."""
    sources, places = program(text)
    return baseline_of(lint(sources, {}), places)


def against(baseline: Baseline, text: str, name: str = "rules/a.sync") -> Compared:
    """Compare a text with a baseline."""
    sources, places = program(text, name)
    return compare(baseline, lint(sources, {}), places, lambda _: True)


def test_entries_name_the_rule() -> None:
    """A finding is known by its code and the statement around it, counted."""
    assert dict(made(RULES).counts) == {
        Entry("SD501", "table kinds", ""): 1,
        Entry("SD508", "record deal", ""): 2,
        Entry("SD505", 'when deal.Name == "a: b # c"', ""): 1,
        Entry("SD508", 'when deal.Id == "500882300000012345"', ""): 1,
    }


@pytest.mark.parametrize(("rule", "file"), [("guard", "rules/a.sync"), ('use "a.sync"', ""), ("", "rules/a.sync")])
def test_what_has_no_name_is_known_by_its_file(rule: str, file: str) -> None:
    """A guard in another file is another rule; so is what stands before the first rule."""
    text = '# head\nlanguage 1\n\nguard: amount <= 1 EUR  # x\nuse "a.sync"\n'
    sources, places = program(text)
    code = find_code("SD508")
    assert code is not None
    start = text.index(rule)
    found = Diagnostic(code=code, message="planted", span=sources[0].span(start, start + 1))
    assert places.entry(found) == Entry("SD508", rule, file)


def test_it_outlives_moved_lines() -> None:
    """Nothing is new after lines, comments and even the file have moved."""
    moved = "language 1\n\n# a\n\n" + RULES.removeprefix("language 1\n\n")
    compared = against(made(RULES), moved, "other/b.sync")
    assert compared.findings == []
    assert compared.shrunk == made(RULES)


def test_what_is_new_is_reported_and_not_taken_in() -> None:
    """A finding in another rule is new; one more in a known rule shows all of that rule."""
    grown = RULES + TABLE.format("more") + "\n"
    compared = against(made(RULES), grown)
    assert [(item.code.id, item.message) for item in compared.findings] == [("SD501", "no line calls the table `more`")]
    assert compared.shrunk == made(RULES)
    third = RULES.replace("    stage", '    where: Id == "500882300000012347"\n    stage')
    assert [item.code.id for item in against(made(RULES), third).findings if item.code.id == "SD508"] == ["SD508"] * 3


def test_it_shrinks_and_what_went_does_not_come_back() -> None:
    """What is mended leaves the baseline, and is new when it returns; what was not judged stays."""
    mended = RULES.replace(' or Parent == "500882300000012346"', "").replace(TABLE.format("kinds"), "")
    compared = against(made(RULES), mended)
    assert compared.findings == []
    assert compared.shrunk == made(mended)
    assert {item.code.id for item in against(compared.shrunk, RULES).findings} == {"SD501", "SD508"}
    sources, places = program("language 1\n")
    assert compare(made(RULES), lint(sources, {}), places, lambda code: code != "SD508").shrunk.counts == {
        entry: count for entry, count in made(RULES).counts.items() if entry.code == "SD508"
    }


def test_errors_that_stop_the_rules_and_notes_are_never_known() -> None:
    """A baseline cannot hide them."""
    sources, places = program("language 1\n\nmodule\n")
    errors = lint(sources, {})
    assert baseline_of(errors, places).size == 0
    known = Baseline(counts={places.entry(item): 9 for item in errors})
    assert compare(known, errors, places, lambda _: True).findings == errors
    sources, places = program(RULES)
    assert baseline_of(lint(sources, {"SD508": "note"}), places).size == 2


def test_the_file_is_stable_and_read_as_written() -> None:
    """Sorted, one entry a line, the same whatever the order; it says which version wrote it."""
    text = write_baseline(made(RULES))
    shuffled = Baseline(counts=dict(reversed(list(made(RULES).counts.items()))))
    assert write_baseline(shuffled) == text
    assert read_baseline(text.encode(), Path("b.json")).counts == made(RULES).counts
    assert json.loads(text)["format"] == "syncdsl/baseline/1"
    assert len(text.splitlines()) == 4 + 5
    empty = Baseline(counts={})
    assert read_baseline(write_baseline(empty).encode(), Path("b.json")).size == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": "syncdsl/baseline/2", "findings": []}',
        b'{"format": "syncdsl/baseline/1", "findings": {}, "x": 1}',
        b'{"format": "syncdsl/baseline/1", "findings": 1}',
        b'{"format": "syncdsl/baseline/1", "findings": [1]}',
        b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD501", "rule": "a"}]}',
        b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD501", "rule": "a", "count": 0}]}',
        b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD501", "rule": "a", "count": true}]}',
        b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD777", "rule": "a", "count": 1}]}',
        b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD501", "rule": "\\ud800", "count": 1}]}',
        (
            b'{"format": "syncdsl/baseline/1", "findings": [{"code": "SD501", "rule": "a", "count": 1},'
            b'{"code": "SD501", "rule": "a", "count": 2}]}'
        ),
        b'{"format": "syncdsl/baseline/1",\n<<<<<<< ours\n "findings": []}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_a_fault(content: bytes) -> None:
    """It is named with what to do, and never taken for an empty one."""
    with pytest.raises(Fault, match=r"SD641: the baseline `b\.json` cannot be used: ") as refused:
        read_baseline(content, Path("b.json"))
    assert "delete it" in (refused.value.help or "")
