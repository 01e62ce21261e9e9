"""The pre-commit hooks and the GitHub Action: what they run exists and does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from tests.unit.render.workflow_commands import read_commands

from syncdsl.cli import main

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Syncdsl

ROOT = Path(__file__).parents[3]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
RUN: str = ACTION["runs"]["steps"][-1]["run"]


def command_of(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None, name
    return found


def command_line(hook: dict[str, Any]) -> list[str]:
    """Return what a hook runs, the names of files apart."""
    arguments: list[str] = hook.get("args", [])
    return shlex.split(hook["entry"]) + arguments


def options_of(name: str) -> set[str]:
    return {option for parameter in command_of(name).params for option in parameter.opts}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_names_a_command(hook: dict[str, Any]) -> None:
    """Every hook runs a command that exists, with arguments it takes, on files that are there."""
    program, name, *rest = command_line(hook)
    assert program == "syncdsl"
    assert hook["id"] == f"syncdsl-{name}"
    command_of(name).make_context(name, [*rest, "a.sync"])
    assert re.search(hook["files"], "shop/rules/customers.sync")
    assert not re.search(hook["files"], "shop/rules/customers.sync.md")


def test_the_hooks() -> None:
    """There is one for every stage, and each is known to pre-commit by what it requires."""
    assert [hook["id"] for hook in HOOKS] == ["syncdsl-lint", "syncdsl-check", "syncdsl-fmt"]
    assert all(hook["language"] == "python" and hook["name"] and hook["description"] for hook in HOOKS)


def test_check_runs_when_a_snapshot_changes() -> None:
    """A new snapshot can break rules that did not change."""
    (check,) = (hook for hook in HOOKS if hook["id"] == "syncdsl-check")
    for path in ("schema/crm.json", "shop/schema/books.json", "syncdsl.toml", "shop/syncdsl.toml"):
        assert re.search(check["files"], path)
    assert not re.search(check["files"], "docs/schemas/plan.json")


@pytest.mark.parametrize("name", ["lint", "check"])
def test_a_hook_finds_what_is_wrong(syncdsl: Syncdsl, project: Path, name: str) -> None:
    """The hook's command line passes a clean project and stops a broken one."""
    (hook,) = (hook for hook in HOOKS if hook["id"] == f"syncdsl-{name}")
    _, *arguments = command_line(hook)
    assert hook["pass_filenames"] is False
    assert syncdsl(*arguments).code == 0
    file = project / "rules" / "customers.sync"
    file.write_text(file.read_text() + "nonsense\n")
    broken = syncdsl(*arguments)
    assert broken.code == 1
    assert "error[SD1" in broken.out


def test_the_action_names_options() -> None:
    """Every option in the action's script is one of both commands that it runs."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", RUN))
    assert named == {"--fail-level", "--notes", "--format", "--output-file"}
    for command in ("lint", "check"):
        assert named <= options_of(command)


def test_no_input_becomes_part_of_a_script() -> None:
    """Inputs reach the scripts as variables: text of a stranger in a script would be run."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])


def run_action(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step as the runner does, with the command under test as the installed one."""
    step = ACTION["runs"]["steps"][-1]
    defaults = {name: str(found["default"]) for name, found in ACTION["inputs"].items()}
    values = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    installed = folder / "runner" / "syncdsl" / "bin" / "syncdsl"
    installed.parent.mkdir(parents=True, exist_ok=True)
    installed.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m syncdsl "$@"\n')
    installed.chmod(0o755)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder / "runner"),
            "SYNCDSL_CACHE_DIR": str(folder / "cache"),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_action_annotates(project: Path) -> None:
    """The action's script passes a clean project; a broken one fails it, with annotations and a SARIF file."""
    clean = run_action(project)
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "", "")
    file = project / "rules" / "customers.sync"
    file.write_text(file.read_text().replace("Phone <-> phone", "Phon <-> phone"))
    broken = run_action(project, sarif_file="out/found.sarif")
    assert broken.returncode == 1
    (found,) = read_commands(broken.stdout)
    assert (found.properties["file"], found.properties["line"]) == ("rules/customers.sync", "18")
    assert '"ruleId": "SD203"' in (project / "out" / "found.sarif").read_text()


def test_the_action_takes_its_inputs_as_they_are(project: Path) -> None:
    """Paths are one a line and may hold spaces and dashes, a wrong command is refused, and nothing of them is run."""
    file = project / "rules" / "customers.sync"
    odd = project / "-a b; touch owned.sync"
    odd.write_text(file.read_text() + "nonsense\n")
    both = run_action(project, command="lint", paths=f"rules\n{odd.name}\n")
    assert both.returncode == 1
    assert {found.properties["file"] for found in read_commands(both.stdout)} == {odd.name}
    refused = run_action(project, command="plan; touch owned")
    assert refused.returncode == 3
    assert not (project / "owned").exists()
    level = run_action(project, fail_level="fatal")
    assert level.returncode == 3
    assert "`fatal` is not one of" in level.stderr


def test_the_page_names_what_there_is() -> None:
    """What docs/ci.md shows exists: hooks, inputs of the action, options, and every format."""
    page = (ROOT / "docs" / "ci.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    hooks, action, gitlab = blocks
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == {hook["id"] for hook in HOOKS}
    steps = action["jobs"]["rules"]["steps"]
    (ours,) = (step for step in steps if step["uses"].startswith("OWNER/syncdsl"))
    assert set(ours["with"]) <= set(ACTION["inputs"])
    lines = [*re.findall(r"^syncdsl .*$", page, re.MULTILINE), gitlab["rules"]["script"][-1]]
    for line in lines:
        _, name, *arguments = shlex.split(line)
        command_of(name).make_context(name, arguments)
    (choice,) = (found.type for found in command_of("check").params if found.name == "output")
    assert isinstance(choice, click.Choice)
    assert re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE) == list(choice.choices)
