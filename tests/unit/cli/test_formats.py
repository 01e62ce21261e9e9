from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.unit.render.hostile import ATTACKS
from tests.unit.render.workflow_commands import other_commands, read_commands

from syncdsl.cli import main
from syncdsl.cli.findings import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

RULES = """\
language 1
connection crm: zoho_crm
connection books: zoho_books
connection spare: zoho_books
module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
guard: creates <= 5
"""
"""Rules with one warning: a connection that nothing uses."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Return what runs a command line in a folder with one rule file; nothing may be said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCDSL_CACHE_DIR", str(tmp_path / ".cache"))
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.sync").write_text(RULES)

    def command(*arguments: str) -> Ran:
        code = main(list(arguments), standalone_mode=False)
        said = capsys.readouterr()
        assert not said.err
        return Ran(code, said.out)

    return command


def count(output: str, text: str) -> int:
    """Return how many findings a format shows."""
    match output:
        case "text":
            return text.count("\n --> ")
        case "concise":
            return len(text.splitlines())
        case "json":
            return len(json.loads(text)["findings"])
        case "sarif":
            return len(json.loads(text)["runs"][0]["results"])
        case "github":
            return len(read_commands(text))
        case "gitlab":
            return len(json.loads(text))
        case _:
            cases = ET.fromstring(text).findall(".//testcase")  # noqa: S314 - written by us just now
            return sum(len(case) for case in cases)


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_the_level_decides(run: Callable[..., Ran], tmp_path: Path, output: str, level: str) -> None:
    """Errors always fail; warnings unless `--fail-level error`; notes never, and they are shown with `--notes` only."""
    (tmp_path / "syncdsl.toml").write_text(f'[project]\nrules = "."\n[lint.levels]\nunused-connection = "{level}"\n')
    for options, shown, code in (
        ([], level != "note", int(level != "note")),
        (["--fail-level", "warning"], level != "note", int(level != "note")),
        (["--fail-level", "error"], level != "note", int(level == "error")),
        (["--notes"], True, int(level != "note")),
        (["--notes", "--fail-level", "error"], True, int(level == "error")),
    ):
        ran = run("lint", "a.sync", "--format", output, *options)
        assert (ran.code, count(output, ran.out)) == (code, int(shown)), options
        if output == "junit":
            suite = ET.fromstring(ran.out)[0]  # noqa: S314 - written by us just now
            assert suite.attrib["failures"] == str(code)
            assert suite.attrib["name"] == "syncdsl lint"


@pytest.mark.parametrize("output", FORMATS)
def test_a_clean_file(run: Callable[..., Ran], tmp_path: Path, output: str) -> None:
    """Without findings every format is whole, and the command ends with 0."""
    (tmp_path / "a.sync").write_text(RULES.replace("connection spare: zoho_books\n", ""))
    ran = run("lint", "a.sync", "--format", output)
    assert (ran.code, count(output, ran.out)) == (0, 0)


@pytest.mark.parametrize("output", FORMATS)
def test_a_file_gets_the_format_and_the_screen_text(run: Callable[..., Ran], tmp_path: Path, output: str) -> None:
    """With `--output-file` the file holds what stdout would, in a folder made for it, and people read text."""
    alone = run("lint", "a.sync", "--format", output)
    both = run("lint", "a.sync", "--format", output, "--output-file", "reports/found")
    assert (tmp_path / "reports" / "found").read_text(encoding="utf-8") == alone.out
    assert (both.code, both.out) == (1, run("lint", "a.sync").out)


def test_a_file_has_no_colour(run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is for the screen, also when text goes to both."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("lint", "a.sync", "--output-file", "found.txt").out
    assert "\x1b" not in (tmp_path / "found.txt").read_text()
    for output in FORMATS[1:]:
        assert "\x1b" not in run("lint", "a.sync", "--format", output).out


def test_quiet_leaves_the_findings(run: Callable[..., Ran]) -> None:
    """With `-q` the verdict is left out; a format for programs is whole all the same."""
    loud, quiet = run("lint", "a.sync"), run("lint", "a.sync", "-q")
    assert quiet.code == 1
    assert loud.out == quiet.out + "1 warning in 1 file; `syncdsl explain SD502` says more\n"
    for output in FORMATS[1:]:
        assert run("lint", "a.sync", "-q", "--format", output) == run("lint", "a.sync", "--format", output)


def test_the_count_is_of_files_looked_at(run: Callable[..., Ran], tmp_path: Path) -> None:
    """The verdict counts every file that was looked at, clean or not, each once."""
    (tmp_path / "b.sync").write_text("language 1\nconnection other: zoho_crm\n")
    (tmp_path / "c.sync").write_text("language 1\nguard: deletes <= 7\n")
    shown = run("lint", ".", "a.sync").out
    assert shown.splitlines()[-1].startswith(f"{count('text', shown)} warnings in 3 files; ")


def test_a_file_that_cannot_be_written(syncdsl: Syncdsl) -> None:
    """A report that finds no place is said so, and ends with 3: no CI takes an old one for new."""
    (syncdsl.folder / "a.sync").write_text(RULES)
    (syncdsl.folder / "taken").write_text("")
    result = syncdsl("lint", "a.sync", "--format", "junit", "--output-file", "taken/found.xml")
    assert (result.code, result.out) == (3, "")
    assert "error[SD609]: `taken/found.xml` cannot be written" in result.err


@pytest.mark.parametrize("command", ["lint", "check"])
@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_files_are_named_below_the_checkout(syncdsl: Syncdsl, project: Path, command: str, variable: str) -> None:
    """In a CI files are named as the repository knows them, also when the command runs in a folder of it."""
    file = project / "rules" / "customers.sync"
    file.write_text(file.read_text() + "nonsense\n")
    where = {variable: str(project.parent)}
    (finding, *_) = read_commands(syncdsl(command, "--format", "github", **where).out)
    assert finding.properties["file"] == "my-sync/rules/customers.sync"
    run = json.loads(syncdsl(command, "--format", "sarif", **where).out)["runs"][0]
    assert run["artifacts"][0]["location"]["uri"] == "my-sync/rules/customers.sync"
    elsewhere = {variable: str(project / "rules" / "none")}
    (finding, *_) = read_commands(syncdsl(command, "--format", "github", **elsewhere).out)
    assert finding.properties["file"] == "rules/customers.sync"


@pytest.mark.parametrize("output", FORMATS)
def test_hostile_files(syncdsl: Syncdsl, output: str) -> None:
    """Files whose names and lines attack are linted, shown, and command nobody."""
    for name, attack in ATTACKS.items():
        if "\x00" not in attack and "\ud800" not in attack:
            (syncdsl.folder / f"{attack.replace('/', '')} {name}.sync").write_text(
                f"{attack}\nlanguage 1\n::error::{attack}\nconnection c: zoho_crm {attack}\n", newline=""
            )
    result = syncdsl("lint", ".", "--format", output)
    assert (result.code, result.err) == (1, "")
    assert {character for character in result.out if not character.isprintable()} == {"\n"}
    assert other_commands(result.out) == []
    assert bool(read_commands(result.out)) is (output == "github")
    assert all(found.properties["title"].startswith("SD1") for found in read_commands(result.out))
    assert count(output, result.out) > len(ATTACKS)
