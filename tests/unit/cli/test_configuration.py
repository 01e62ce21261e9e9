from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

SECRETS = {
    f"SYNCDSL_{system}_{name}": "x"
    for system in ("CRM", "BOOKS")
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
}


def change(project: Path, before: str, after: str) -> None:
    file = project / "syncdsl.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def line_of(project: Path, part: str) -> int:
    lines = (project / "syncdsl.toml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_an_unknown_key_is_named_with_its_line(syncdsl: Syncdsl, project: Path) -> None:
    """A key with a typing mistake is refused, with its place and the right spelling."""
    change(project, "organization =", "organisation =")
    line = line_of(project, "organisation =")
    for command in (["check"], ["plan"], ["apply", "--yes"], ["compile"], ["schema", "pull"]):
        result = syncdsl(*command, **SECRETS)
        assert result.code == 3
        assert result.err.startswith(f"error[SD602]: syncdsl.toml:{line}: unknown key `organisation` in ")
        assert "did you mean `organization`?" in result.err


def test_missing_credentials_are_named(syncdsl: Syncdsl, project: Path) -> None:
    """What is not set is named variable by variable, and nothing else."""
    given = {name: value for name, value in SECRETS.items() if name != "SYNCDSL_CRM_REFRESH_TOKEN"}
    for command in (["plan"], ["apply", "--yes"], ["schema", "pull", "crm"]):
        result = syncdsl(*command, **given)
        assert result.code == 3
        assert "error[SD606]: the connection `crm` needs `SYNCDSL_CRM_REFRESH_TOKEN`, which is not set" in result.err
        assert "CLIENT_ID" not in result.err
    assert not list(project.rglob("*.db"))


@pytest.mark.parametrize(
    ("url", "environment", "reason"),
    [
        ('"https://collector.example"', {}, "neither a known host nor an allowed one"),
        ('"http://www.zohoapis.eu"', {}, "without https"),
        ('"env:WHERE"', {"WHERE": "https://collector.example"}, "neither a known host nor an allowed one"),
        ('"http://collector.example"', {"SYNCDSL_ALLOW_HOSTS": "collector.example"}, "without https"),
        ('"https://127.0.0.1.collector.example"', {}, "neither a known host nor an allowed one"),
    ],
)
def test_tokens_go_to_no_other_host(
    syncdsl: Syncdsl, project: Path, url: str, environment: dict[str, str], reason: str
) -> None:
    """An address that only a file or an address variable names gets no token, before any call is made."""
    change(project, '"http://127.0.0.1:8085"', url)
    result = syncdsl("plan", **SECRETS, **environment)
    assert result.code == 3
    assert "error[SD607]" in result.err
    assert reason in result.err


def test_an_address_that_is_not_set(syncdsl: Syncdsl, project: Path) -> None:
    """An address from the environment that is missing is named."""
    change(project, '"http://127.0.0.1:8085"', '"env:WHERE"')
    result = syncdsl("plan", **SECRETS)
    assert (result.code, "`WHERE`" in result.err) == (3, True)


def test_an_unknown_environment(syncdsl: Syncdsl, project: Path) -> None:
    """A mistyped environment leads to the right one, from the option and from the variable."""
    assert project.is_dir()
    for result in (syncdsl("plan", "--env", "sandbx"), syncdsl("plan", SYNCDSL_ENV="sandbx")):
        assert result.code == 3
        assert result.err.startswith("error[SD603]: there is no environment `sandbx`")
        assert "did you mean `sandbox`?" in result.err


def test_a_missing_snapshot(syncdsl: Syncdsl, project: Path) -> None:
    """Every missing snapshot is named at once, with the command that writes them."""
    for name in ("crm", "books"):
        (project / "schema" / f"{name}.json").unlink()
    result = syncdsl("check")
    assert result.code == 3
    assert "error[SD604]: there are no schema snapshots `schema/crm.json` and `schema/books.json`" in result.err
    assert "`syncdsl schema pull crm books`" in result.err


def test_a_damaged_snapshot(syncdsl: Syncdsl, project: Path) -> None:
    """A damaged snapshot is named and told from a missing one."""
    (project / "schema" / "crm.json").write_text("{")
    result = syncdsl("check")
    assert (result.code, "error[SD605]: `schema/crm.json`" in result.err) == (3, True)


def test_rules_and_settings_must_agree(syncdsl: Syncdsl, project: Path) -> None:
    """A connection that is one thing in the rules and another in the settings is refused."""
    change(project, 'adapter = "zoho_crm"', 'adapter = "memory"')
    result = syncdsl("plan", **SECRETS)
    assert (result.code, "the rules say `connection crm: zoho_crm`" in result.err) == (3, True)


def test_a_project_named_from_elsewhere(syncdsl: Syncdsl, project: Path) -> None:
    """`--project` works before and after the command's name."""
    syncdsl.folder = project.parent
    for arguments in (["--project", "my-sync", "check"], ["check", "--project", "my-sync"], ["check", "my-sync"]):
        assert syncdsl(*arguments).code == 0


def test_apply_asks_nobody_without_a_terminal(syncdsl: Syncdsl, project: Path) -> None:
    """Without a terminal, a file or `--yes` nothing is even read."""
    assert project.is_dir()
    result = syncdsl("apply", stdin="y\n")
    assert result.code == 3
    assert result.err.startswith("error[SD611]")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "syncdsl/changes/9"}', "\x00", "null"])
@pytest.mark.parametrize("command", ["apply", "approve"])
def test_a_damaged_change_set(syncdsl: Syncdsl, project: Path, command: str, content: str) -> None:
    """What is no change set is refused with 5 before anything is opened."""
    (project / "x.json").write_text(content)
    result = syncdsl(command, "x.json")
    assert (result.code, "error[SD803]" in result.err) == (5, True)
    assert not (project / ".syncdsl").exists()


def test_a_missing_change_set(syncdsl: Syncdsl, project: Path) -> None:
    """A file that is not there is named."""
    assert project.is_dir()
    result = syncdsl("apply", "monday.json")
    assert (result.code, "error[SD609]: there is no file `monday.json`" in result.err) == (3, True)
