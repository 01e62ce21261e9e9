from __future__ import annotations

import time
from datetime import date

import pytest

from syncdsl.diagnostics import ALL_CODES, Diagnostic, Severity, SourceFile, find_code
from syncdsl.lint.engine import lint
from syncdsl.lint.suppressions import suppressible, without_suppressed

TODAY = date(2026, 6, 1)
HEAD = "language 1\n\n"
TABLE = 'table kinds:\n    "Goods" <-> "goods"\n'


def found(text: str, *, today: date = TODAY, **levels: str) -> list[str]:
    """Return what lint finds in a file after its first two lines: `line: CODE`."""
    return [f"{item.span.line - 2}: {item.code.id}" for item in run(text, today=today, **levels)]


def run(text: str, *, today: date = TODAY, **levels: str) -> list[Diagnostic]:
    """Return the findings in a file."""
    return lint([SourceFile("a.sync", HEAD + text)], levels, today=today)


@pytest.mark.parametrize(
    "text",
    [
        "# allow SD501: kept for the audit\n" + TABLE,
        "# allow unused-table: kept for the audit\n" + TABLE,
        "#allow  SD501 :kept for the audit\n" + TABLE,
        "# allow SD501: kept for the audit, until 2026-06-01\n" + TABLE,
        "# allow SD501: kept for the audit until 2026-06-01\n" + TABLE,
        "# allow SD501: kept for the audit\n\n# another comment\n\n" + TABLE,
        'table kinds:  # allow SD501: kept for the audit\n    "Goods" <-> "goods"\n',
    ],
)
def test_a_suppression_hides_what_its_line_has(text: str) -> None:
    """On the line or above it, by number or by name, with blank lines and comments between, its last day included."""
    assert found(text) == []
    assert lint([SourceFile("a.sync", HEAD + text)], {}) != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('table kinds:\n    # allow SD501: the wrong line\n    "Goods" <-> "goods"\n', ["1: SD501", "2: SD593"]),
        ("# allow SD508: the wrong code\n" + TABLE, ["1: SD593", "2: SD501"]),
        ("# allow SD508, SD501: one of two\n" + TABLE, ["1: SD593"]),
        (TABLE + "# allow SD501: nothing follows\n", ["1: SD501", "3: SD593"]),
        ("# allow SD501\n" + TABLE, ["1: SD590"]),
        ("# allow SD501: until 2026-07-01\n" + TABLE, ["1: SD590"]),
        ("# allow SD501:\n" + TABLE, ["1: SD590"]),
        ("# allow SD501: old, until 2026-05-31\n" + TABLE, ["1: SD594", "2: SD501"]),
        ("# allow SD501: old, until 2026-02-30\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# allow SD501: old, until the audit\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# ignore SD501: old\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# noqa: SD501\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# Allow SD501: old\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# allow SD501 SD502: old\n" + TABLE, ["1: SD591", "2: SD501"]),
        ("# allow SD591: no\n", ["1: SD595"]),
        ("# allow SD101: no\n", ["1: SD595"]),
        ("# allow SD601: no\n", ["1: SD592"]),
        ("# allow people to sign\n# nothing allows SD501 here\n" + TABLE, ["3: SD501"]),
    ],
)
def test_what_is_wrong_with_a_suppression_is_found(text: str, expected: list[str]) -> None:
    """Each mistake has its code at the comment, and suppresses nothing by accident; prose is no suppression."""
    assert found(text) == expected


def test_an_expired_suppression_is_deleted_only_when_it_covers_nothing() -> None:
    """Deleting a comment whose day is over is offered where nothing is left to mend, and not above a finding."""
    (covering, _) = run("# allow SD501: old, until 2026-05-31\n" + TABLE)
    (idle,) = run("# allow SD508: old, until 2026-05-31\n\nguard: updates <= 20 %\n")
    assert (covering.code.id, covering.fixes) == ("SD594", ())
    assert (idle.code.id, [fix.safe for fix in idle.fixes]) == ("SD594", [True])


def test_an_unknown_code_gets_a_suggestion() -> None:
    """The nearest code is offered in the form that was written, as an unsafe fix."""
    for written, near in (("unused-tabel", "unused-table"), ("SD5O1", "SD501")):
        item = run(f"# allow {written}: old\n" + TABLE)[0]
        assert (item.code.id, item.help) == ("SD592", f"did you mean `{near}`?")
        assert [(fix.replacement, fix.safe) for fix in item.fixes] == [(near, False)]


def test_a_suppression_inside_parentheses_covers_the_whole_line() -> None:
    """A line that runs over several is covered by a comment beside, above or between its parts."""
    record = (
        'record deal: crm.Deals\n    where: Id in (\n        {0}\n        "500882300000012345",\n        "7",\n    )\n'
        "transactions books: invoices\n    associate: deal\n"
    )
    for text in (
        record.format("# allow SD508: the test account"),
        "record deal: crm.Deals\n    # allow SD508: the test account\n" + record.format("").split("\n", 1)[1],
        record.format("").replace("in (", "in (  # allow SD508: the test account"),
    ):
        assert found(text) == []


def test_lint_does_not_judge_what_it_does_not_see() -> None:
    """A suppression of a proof is unused only where proofs are made; one that is off, or after an error, never is."""
    proof = next(code for code in ALL_CODES if code.id[:3] in {"SD2", "SD3", "SD4"} and suppressible(code))
    text = f"# allow {proof.id}: seen\n"
    assert found(text) == []
    source = SourceFile("a.sync", HEAD + text)
    judged = without_suppressed([], [source], {}, today=TODAY, analysed=True)
    assert [item.code.id for item in judged] == ["SD593"]
    assert without_suppressed([], [source], {proof.id: "off"}, today=TODAY, analysed=True) == []
    assert found("# allow SD508: here\n\nmodule\n") == [f"3: {item}" for item in {found("module\n")[0][3:]}]


def test_what_suppressions_report_has_a_level() -> None:
    """Their own findings are weighed like all others."""
    (item,) = run("# allow SD501\n" + TABLE, SD590="error")
    assert item.level is Severity.ERROR
    assert found("# allow SD501\n" + TABLE, SD590="off") == []


def test_errors_that_stop_the_rules_cannot_be_suppressed() -> None:
    """Only findings with which rules can run: no error outside the lint range, nothing that is no finding."""
    for code in ALL_CODES:
        if code.id[:3] in {"SD1", "SD2", "SD3", "SD4"}:
            assert suppressible(code) == (code.severity is not Severity.ERROR)
        elif not code.id.startswith("SD5"):
            assert not suppressible(code)
    duplicate = find_code("SD504")
    assert duplicate is not None
    assert suppressible(duplicate)


@pytest.mark.parametrize(
    "text",
    [
        "#" * 300_000 + " SD501",
        "# allow " + "SD501, " * 40_000,
        "# allow SD501" + " " * 300_000 + "x",
        "#SD1 allow " * 30_000,
        "# allow SD501: a" + ", until" * 40_000,
        "`'\"(" * 80_000 + "# allow SD501",
        "(\n" * 50_000 + "# allow SD501: a",
    ],
)
def test_hostile_comments_take_linear_time(text: str) -> None:
    """No pattern runs away on a line without end; a quadratic one would take minutes."""
    begin = time.process_time()
    without_suppressed([], [SourceFile("a.sync", text)], {}, today=TODAY, analysed=True)
    assert time.process_time() - begin < 5


def test_many_suppressions_take_little_time() -> None:
    """Ten thousand are judged by one pass over the lines."""
    text = "".join(f"# allow SD508: one of many\nconnection c{number}: zoho_crm\n" for number in range(5000))
    judged = without_suppressed([], [SourceFile("a.sync", text)], {}, today=TODAY, analysed=False)
    assert len(judged) == 5000
