"""The corpus of broken rule files: what was planted is found, and nearly nothing else is said."""

from __future__ import annotations

import shutil
from functools import cache

import pytest
from tests.corpus.measure import CASCADE, RECALL, check, figures, judge, misses, of_the_base, outcomes, table
from tests.corpus.planter import BASES, KINDS, MANIFEST, Case, generate, known_words, lines_of, read, written

from syncdsl.project.workspace import Workspace

judged = cache(outcomes)


@cache
def cases() -> tuple[Case, ...]:
    """Return the committed corpus."""
    return tuple(read(MANIFEST.read_text(encoding="utf-8")))


def test_the_manifest_is_what_the_planter_writes() -> None:
    """Nobody has edited what is expected: the manifest is that of the planter, which never asks the tool.

    After a change of a shipped set or of the planter, `python -m tests.corpus.planter` writes it anew.
    """
    assert written(generate()) == MANIFEST.read_text(encoding="utf-8")


def test_the_size_of_the_corpus() -> None:
    """There are at least 150 files, nearly half of them shipped sets, and at least 40 have two faults."""
    shipped = sum(case.base.shipped for case in cases())
    assert len(cases()) >= 150
    assert shipped >= 150
    assert abs(2 * shipped - len(cases())) <= len(cases()) // 10
    assert sum(len(case.faults) == 2 for case in cases()) >= 40
    assert {fault.kind.name for case in cases() for fault in case.faults} == KINDS.keys()
    assert {case.base.name for case in cases()} == BASES.keys()


def test_a_fault_changes_its_line_and_no_other() -> None:
    """Putting the old lines back gives the base, and each fault is expected in a line of the text."""
    for case in cases():
        lines = case.text().split("\n")
        for fault in case.faults:
            assert 0 < fault.expected <= len(lines)
        back = 0
        for fault in case.faults:
            at = fault.line - 1 + back
            assert tuple(lines[at : at + len(fault.new)]) == fault.new
            lines[at : at + len(fault.new)] = [fault.old]
        assert "\n".join(lines) == case.base.text


def test_what_is_misspelt_means_nothing() -> None:
    """A misspelling is no word of any program or schema, so it is a fault for certain."""
    for case in cases():
        for fault in case.faults:
            if fault.kind.misspelt:
                (new,) = fault.new
                old = lines_of(case.base.text)
                word = next(
                    found
                    for line in old
                    if line.number == fault.line
                    for found in [fault.kind._line.fullmatch(line.code.strip())]
                )
                assert word is not None
                start, end = word.span(fault.kind.misspelt)
                indent = len(new) - len(new.lstrip())
                misspelt = new[indent + start : len(new) - (len(fault.old) - indent - end)]
                assert misspelt.casefold() not in known_words()


@pytest.mark.parametrize("name", BASES)
def test_the_bases_are_valid(name: str) -> None:
    """The programs that faults are planted into have no error, and two known warnings in the one with every clause."""
    assert {code for code, _ in of_the_base(name)} <= ({"SD501", "SD510"} if name == "every_clause" else set())


def test_the_goals() -> None:
    """Of the planted faults nearly all are found, with hardly more than one report each, in shipped sets and others."""
    everything = judged()
    listed = "\n".join(filter(None, map(misses, everything)))
    for chosen in (
        everything,
        [item for item in everything if item.case.base.shipped],
        [item for item in everything if not item.case.base.shipped],
        [item for item in everything if len(item.found) > 1],
    ):
        assert figures(chosen).recall >= RECALL, listed
        assert figures(chosen).cascade <= CASCADE, listed
    assert "recall" in table(everything)


def test_a_silent_checker_would_fail() -> None:
    """The measure counts: a case whose fault is not planted has nothing found, and a report of nothing is too much."""
    case = cases()[0]
    healed = Case(
        number=0,
        base=case.base,
        faults=tuple(
            type(fault)(kind=fault.kind, line=fault.line, old=fault.old, new=(fault.old,), expected=fault.expected)
            for fault in case.faults
        ),
    )
    assert figures([judge(healed)]).recall == 0
    moved = Case(
        number=0,
        base=case.base,
        faults=tuple(
            type(fault)(kind=fault.kind, line=fault.line, old=fault.old, new=fault.new, expected=fault.expected + 5)
            for fault in case.faults
        ),
    )
    outcome = judge(moved)
    assert figures([outcome]).recall == 0
    assert outcome.further


def test_the_measure_checks_as_the_command_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`check` on a project with a broken program finds what the measure sees."""
    for case in cases()[::40]:
        folder = tmp_path_factory.mktemp("project")
        (folder / "rules").mkdir()
        shutil.copytree(MANIFEST.parents[2] / "rules" / "zoho" / "schema", folder / "schema")
        (folder / "syncdsl.toml").write_text('[project]\nrules = "rules"\nschema = "schema"\n', encoding="utf-8")
        files = []
        for name, text in case.files().items():
            (folder / "rules" / name).write_text(text, encoding="utf-8")
            files.append(folder / "rules" / name)
        checked = Workspace(folder).check(files)
        found = [
            (item.span.line, item.code.id, item.message) for item in checked.findings if item.level.value != "note"
        ]
        expected = [(item.span.line, item.code.id, item.message) for item in check(case.files())]
        assert sorted(found) == sorted(expected)
