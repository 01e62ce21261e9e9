"""The pre-commit hooks and the page about CI: what they run exists and does what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from syncdsl.cli import main

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Syncdsl

ROOT = Path(__file__).parents[3]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
EXAMPLE = ROOT / "examples" / "review" / "shop"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


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


def test_the_page_names_what_there_is() -> None:
    """What docs/ci.md shows exists: hooks, inputs of the action, options, and every format."""
    page = (ROOT / "docs" / "ci.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    hooks, action, include, gitlab = blocks
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == {hook["id"] for hook in HOOKS}
    workflow = (EXAMPLE / ".github" / "workflows" / "rules.yml").read_text(encoding="utf-8")
    assert action == yaml.safe_load(workflow)
    assert include == yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    template = yaml.safe_load((ROOT / "examples" / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
    variables = re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)
    assert variables == [*template["variables"], "GITLAB_TOKEN"]
    (ours,) = (step for step in action["jobs"]["rules"]["steps"] if step["uses"].startswith("OWNER/syncdsl"))
    assert set(ours["with"]) <= set(ACTION["inputs"])
    lines = [*re.findall(r"^syncdsl .*$", page, re.MULTILINE), gitlab["rules"]["script"][-1]]
    for line in lines:
        _, name, *arguments = shlex.split(line)
        command_of(name).make_context(name, arguments)
    (choice,) = (found.type for found in command_of("check").params if found.name == "output")
    assert isinstance(choice, click.Choice)
    listed = page.partition("| `--format` |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z]+)` \|", listed, re.MULTILINE) == list(choice.choices)
