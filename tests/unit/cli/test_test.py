"""`syncdsl test`: what it prints, how it ends, and that it needs nothing but the project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from syncdsl.render.tests_json import tests_schema as output_schema

if TYPE_CHECKING:
    from tests.conftest import Golden
    from tests.unit.cli.conftest import Syncdsl

GOLDENS = Path(__file__).parents[2] / "golden" / "tests"
PASSES = """test "a won deal becomes one invoice":
    given crm.Accounts "Acme":
    given deal "D1": Deal_Name = "Pump", Stage = "Qualification", Amount = 1200.00, Account_Name = "Acme"
    change deal "D1": Stage = "Closed Won"
    expect create invoice: line.rate == 1200.00, customer_id.contact_name == "Acme"
    expect nothing else
    expect nothing again
"""
FAILS = """test "an invoice has the full price":
    given crm.Accounts "Acme":
    given deal "D1": Stage = "Qualification", Amount = 1100.00, Account_Name = "Acme"
    change deal "D1": Stage = "Closed Won"
    expect create invoice: line.rate == 1200.00, line.quantity == 1
    expect nothing else

test "a phone number comes along":
    given crm.Accounts "Acme":
    change crm.Accounts "Acme": Phone = "+49 1", Website = "https://acme.example"
    expect update customers "Acme": phone == "+49 2", notes == "x"
    expect create invoice

test "a deal without an amount has an invoice":
    given crm.Accounts "Acme":
    given deal "D1": Stage = "Qualification", Account_Name = "Acme"
    change deal "D1": Stage = "Closed Won"
    expect create invoice "D1"

test "two of one name":
    given crm.Accounts "A": Account_Name = "Acme"
    given crm.Accounts "B": Account_Name = "Acme"
    change crm.Accounts "A": Phone = "1"
    expect nothing else
"""


def masked(text: str) -> str:
    """Return output without the times in it."""
    return re.sub(r"time=\"\d+\.\d+\"", 'time="…"', re.sub(r"\d+\.\d+ s\b", "… s", text))


def write(project: Path, name: str, text: str) -> None:
    """Write a file of the project's rules."""
    (project / "rules" / name).write_text(text, encoding="utf-8")


def test_what_passes_is_a_line_each(syncdsl: Syncdsl, project: Path, golden: Golden) -> None:
    """Every test has a line with its name, place and time, and the last line counts."""
    write(project, "deals_test.sync", PASSES)
    done = syncdsl("test")
    assert (done.code, done.err) == (0, "")
    golden(GOLDENS / "passed.txt", masked(done.out))


def test_what_fails_shows_the_nearest_miss(syncdsl: Syncdsl, project: Path, golden: Golden) -> None:
    """A failure shows the expectation's line, what came nearest, what waits, and what else happened."""
    write(project, "deals_test.sync", FAILS)
    done = syncdsl("test")
    assert (done.code, done.err) == (1, "")
    golden(GOLDENS / "failed.txt", masked(done.out))


def test_junit_has_a_case_for_each_test(syncdsl: Syncdsl, project: Path, golden: Golden) -> None:
    """The XML is well-formed, and tells failures from tests that could not be carried out."""
    write(project, "deals_test.sync", PASSES + "\n" + FAILS)
    done = syncdsl("test", "--junit", "out/tests.xml", "-q")
    text = (project / "out" / "tests.xml").read_text(encoding="utf-8")
    suite = ET.fromstring(text).find("testsuite")  # noqa: S314 - our own output
    assert done.code == 1
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "5",
        "failures": "3",
        "errors": "1",
    }
    golden(GOLDENS / "junit.xml", masked(text))


def test_coverage_is_a_table_and_marks_beside_the_rules(syncdsl: Syncdsl, project: Path, golden: Golden) -> None:
    """The table says how much, the marks where, and lcov the same for other programs."""
    write(project, "deals_test.sync", PASSES)
    done = syncdsl("test", "--annotate", "--coverage-lcov", "coverage.info")
    assert done.code == 0
    golden(GOLDENS / "annotated.txt", masked(done.out))
    golden(GOLDENS / "coverage.info", (project / "coverage.info").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("percent", "code"), [("10", 0), ("100", 1)])
def test_too_little_coverage_fails(syncdsl: Syncdsl, project: Path, percent: str, code: int) -> None:
    """With `--fail-under` all tests may pass and the command still ends with 1, saying why."""
    write(project, "deals_test.sync", PASSES)
    done = syncdsl("test", "--fail-under", percent)
    assert done.code == code
    assert ("of the rules is covered, less than 100 %" in done.err) is bool(code)


def test_json_is_of_its_published_form(syncdsl: Syncdsl, project: Path) -> None:
    """Everything is in it: verdict, failures, coverage."""
    jsonschema = pytest.importorskip("jsonschema")
    write(project, "deals_test.sync", PASSES + "\n" + FAILS)
    done = syncdsl("test", "--format", "json", "--coverage")
    data = json.loads(done.out)
    jsonschema.validate(data, output_schema())
    assert data["summary"] | {"seconds": 0, "percent": ""} == {
        "passed": 1,
        "failed": 3,
        "broken": 1,
        "not_run": 0,
        "seconds": 0,
        "percent": "",
    }
    assert data["coverage"]["points"]


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (("-k", "WON DEAL"), ["a won deal becomes one invoice"]),
        (("rules/deals_test.sync",), ["a won deal becomes one invoice"]),
        (("rules",), ["a won deal becomes one invoice", "other"]),
        ((".",), ["a won deal becomes one invoice", "other"]),
    ],
)
def test_names_and_files_choose(syncdsl: Syncdsl, project: Path, arguments: tuple[str, ...], ran: list[str]) -> None:
    """`-k` chooses by name whatever the case, paths by file; the rules are all of the project's."""
    write(project, "deals_test.sync", PASSES)
    write(project, "z_test.sync", 'test "other":\n    change crm.Vendors "V": Phone = "1"\n    expect nothing else\n')
    done = syncdsl("test", *arguments, "--format", "json")
    assert [result["name"] for result in json.loads(done.out)["report"]["results"]] == ran


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((), "the rules have no test"), (("-k", "x"), "no test's name contains `x`"), (("rules",), "the rules have no")],
)
def test_no_test_is_no_success(syncdsl: Syncdsl, project: Path, arguments: tuple[str, ...], told: str) -> None:
    """Where nothing is run that is said, with how to write a test or find its name."""
    if arguments[:1] == ("-k",):
        write(project, "deals_test.sync", PASSES)
    done = syncdsl("test", *arguments)
    assert done.code == 3
    assert "error[SD880]" in done.err
    assert told in done.err
    assert done.out == ""


def test_with_a_mistake_nothing_is_run(syncdsl: Syncdsl, project: Path) -> None:
    """A label that there is not is shown as `syncdsl check` shows it, and no test begins."""
    write(project, "deals_test.sync", PASSES.replace('Account_Name = "Acme"', 'Account_Name = "Acne"'))
    done = syncdsl("test")
    assert done.code == 1
    assert "error[SD227]: no record here has the label `Acne`" in done.err
    assert done.out == ""
    assert "SD227" in syncdsl("check").out


def test_a_file_of_tests_does_not_change_the_plan(syncdsl: Syncdsl, project: Path) -> None:
    """The digest of the plan is the same before there are tests, with them, and when they change."""
    digests = [json.loads(syncdsl("compile", "--format", "json").out)["digest"]]
    for text in (PASSES, FAILS):
        write(project, "deals_test.sync", text)
        digests.append(json.loads(syncdsl("compile", "--format", "json").out)["digest"])
    assert len(set(digests)) == 1


def test_a_rule_in_a_file_of_tests_is_an_error(syncdsl: Syncdsl, project: Path) -> None:
    """It is found by `lint`, `check` and `test` alike."""
    write(project, "deals_test.sync", PASSES + "\nwhen deal is created: create invoice\n")
    for command in ("lint", "check", "test"):
        done = syncdsl(command)
        assert done.code == 1
        assert "error[SD129]" in done.out + done.err


def test_names_of_strangers_are_only_shown(syncdsl: Syncdsl, project: Path) -> None:
    """Control characters and commands for a CI in names and values reach neither a terminal nor the XML as they are."""
    write(
        project,
        "deals_test.sync",
        'test "a \x1b[31mred ##vso[x] name":\n'
        '    change crm.Accounts "A\x1b[2J": Phone = "::error::\x07"\n'
        "    expect nothing else\n",
    )
    done = syncdsl("test", "--junit", "t.xml")
    xml = (project / "t.xml").read_text(encoding="utf-8")
    assert done.code == 1
    for text in (done.out, done.err, xml):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "##vso[" not in text
    assert "␛[2J" in done.out


def test_fail_fast_ends_with_the_first_failure(syncdsl: Syncdsl, project: Path) -> None:
    """The others are counted as not run."""
    write(project, "deals_test.sync", FAILS + "\n" + PASSES)
    done = syncdsl("test", "--fail-fast")
    assert done.code == 1
    assert masked(done.out).endswith("1 failed, 4 not run in … s\n")


def test_it_leaves_the_project_as_it_is(syncdsl: Syncdsl, project: Path) -> None:
    """Without credentials or anything else in the environment: no state, no file, nothing is written."""
    write(project, "deals_test.sync", PASSES)
    before = sorted(str(path) for path in project.rglob("*"))
    assert syncdsl("test").code == 0
    assert sorted(str(path) for path in project.rglob("*")) == before
