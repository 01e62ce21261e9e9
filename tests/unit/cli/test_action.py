"""The GitHub Action: its scripts run for real, over the example's project and its snapshot."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.cli.ci_steps import ACTION, ROOT, Action
from tests.unit.cli.forges import TOKEN, forge
from tests.unit.render.workflow_commands import other_commands, read_commands

from syncdsl.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.cli.forges import Forge

EXAMPLE = ROOT / "examples" / "review" / "shop"
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
HOSTILE = "$(touch owned); `touch owned` \n::error::x | '\"; touch owned #"
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return the example's project, below a checked-out repository."""
    shutil.copytree(EXAMPLE, tmp_path / "work" / "shop")
    return tmp_path / "work" / "shop"


@pytest.fixture
def action(shop: Path, tmp_path: Path) -> Action:
    """Return the action in a job for the example."""
    return Action(shop, tmp_path)


@pytest.fixture
def site() -> Iterator[Forge]:
    """Return a server that plays GitHub's API."""
    with forge() as held:
        yield held


def change(shop: Path, old: str = "Description -> notes, when empty", new: str = "Description -> notes") -> None:
    """Change a rule."""
    file = shop / "rules" / "customers.sync"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


def test_no_input_becomes_part_of_a_script() -> None:
    """Expressions stand in no script: text of a stranger in a script would be run. Every input is used."""
    assert all("${{" not in step.get("run", "") for step in STEPS)
    rest = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", rest)) == set(ACTION["inputs"])


def test_the_inputs_of_before_are_there() -> None:
    """Workflows that were written for the first version go on: its inputs stand with what they were by default."""
    before = {
        "command": "check",
        "paths": "",
        "working-directory": ".",
        "fail-level": "warning",
        "notes": "false",
        "sarif-file": "",
        "version": "",
        "python-version": "3.12",
    }
    assert {name: ACTION["inputs"][name]["default"] for name in before} == before


def test_the_token_reaches_the_comment_alone() -> None:
    """The steps that read rules have no token, and only actions of GitHub's own are used."""
    with_token = [step["name"] for step in STEPS if "github-token" in str(step)]
    assert with_token == ["Comment on the pull request"]
    used = {step["uses"].partition("@")[0] for step in STEPS if "uses" in step}
    assert all(re.match(r"actions/|github/codeql-action/upload-sarif$", name) for name in used)


def test_every_option_exists() -> None:
    """Every option in the scripts is one of a command that they run."""
    named = {option for step in STEPS for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", step.get("run", ""))}
    known: set[str] = set()
    for command in ("lint", "check", "test", "plan", "comment"):
        found = main.get_command(main.make_context("syncdsl", [], resilient_parsing=True), command)
        assert found is not None
        known |= {option for parameter in found.params for option in parameter.opts}
    assert named - known == {"--disable-pip-version-check"}


def test_by_default_it_annotates(action: Action, shop: Path) -> None:
    """As ever it checks: a clean project passes in silence, a broken one fails with annotations and a SARIF file."""
    clean = action.run()
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "", "")
    change(shop, new="Descripton -> notes")
    broken = action.run(sarif_file="out/found.sarif")
    assert broken.returncode == 1
    (found,) = read_commands(broken.stdout)
    assert (found.properties["file"], found.properties["line"]) == ("rules/customers.sync", "14")
    assert '"ruleId": "SD203"' in (shop / "out" / "found.sarif").read_text(encoding="utf-8")
    assert action.said() == "## syncdsl\n\n| step | result |\n| --- | --- |\n| `check` | ❌ failed |\n"


def test_everything_in_one_go(action: Action, shop: Path) -> None:
    """Lint, check, test and preview, each in the summary; annotations once; files where they were asked for."""
    done = action.run(
        command="lint, check test\nplan",
        snapshot="production.snapshot",
        junit_file="out/tests.xml",
        coverage_file="out/lcov.info",
        html_report="out/preview.html",
        fail_under="50",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^\| `([a-z]+)` \| (.*) \|$", action.said(), re.MULTILINE)
    assert [name for name, _ in rows] == ["lint", "check", "test", "plan"]
    assert re.fullmatch(r"✅ passed: 6 passed, [0-9.]+ % covered", dict(rows)["test"])
    assert "<!-- syncdsl preview production -->\n## Preview of <code>production</code>" in action.said()
    assert len(action.made("preview.md").encode()) <= 60_000
    assert (shop / "out" / "tests.xml").read_text(encoding="utf-8").count("<testcase") == 6
    assert (shop / "out" / "lcov.info").read_text(encoding="utf-8").startswith("TN:")
    assert "<!doctype html>" in (shop / "out" / "preview.html").read_text(encoding="utf-8")[:100].lower()
    assert json.loads(action.made("preview.changes.json"))["observed"] == "snapshot"
    change(shop, new="Descripton -> notes")
    again = action.run(command="lint check")
    assert len(read_commands(again.stdout)) == 1


def test_a_comparison_with_the_base(action: Action, shop: Path) -> None:
    """On the merge commit of a pull request `HEAD^1` is its base: what the change changes stands first."""
    git(shop.parent, "init", "-q", "-b", "main")
    git(shop.parent, "add", "-A")
    git(shop.parent, "commit", "-q", "-m", "base")
    change(shop)
    git(shop.parent, "commit", "-q", "-am", "change")
    done = action.run(command="plan", snapshot="production.snapshot", compare="HEAD^1")
    assert done.returncode == 0, done.stderr
    assert "3 only with these files" in action.made("comparison.md")
    assert action.said().index("## What this changes") < action.said().index("## Preview of")
    change(shop, "Description -> notes", "Descripton -> notes")
    git(shop.parent, "commit", "-q", "-am", "broken")
    change(shop, "Descripton", "Description")
    after = action.run(command="plan", snapshot="production.snapshot", compare="HEAD")
    assert after.returncode == 0
    assert any(found.name == "warning" for found in read_commands(after.stdout))
    assert not action.made("comparison.md")
    assert action.made("preview.md")
    assert action.run(command="plan", snapshot="production.snapshot", compare="--output=x").returncode == 3


def test_what_fails_fails_the_step(action: Action, shop: Path) -> None:
    """A test that fails, too little coverage, and rules that cannot be previewed each end the step, and say so."""
    assert action.run(command="test", fail_under="99").returncode == 1
    tests = shop / "rules" / "invoices_test.sync"
    tests.write_text(tests.read_text(encoding="utf-8").replace("line.rate == 1200.00", "line.rate == 1"))
    assert action.run(command="test check").returncode == 1
    assert re.search(r"`test` \| ❌ failed: 1 failed, 5 passed, .* covered \|\n\| `check` \| ✅", action.said())
    change(shop, new="Descripton -> notes")
    failed = action.run(command="plan", snapshot="production.snapshot")
    assert failed.returncode == 1
    assert "## No preview" in action.said()
    assert action.run(command="plan").returncode == 3
    assert action.run(command=" ").returncode == 3
    assert "nothing.snapshot" in action.run(command="plan", snapshot="nothing.snapshot").stderr


def test_a_comment_is_made_and_kept(shop: Path, tmp_path: Path, site: Forge) -> None:
    """The preview becomes one comment; when the rules cannot be previewed any more, the old one does not stay."""
    job = commenting(shop, tmp_path, site)
    job.run(command="plan", snapshot="production.snapshot")
    first = job.step("Comment on the pull request")
    assert (first.returncode, first.stderr) == (0, "made the comment on pull request 7\n")
    assert "## Preview of <code>production</code>" in site.comments[0]["body"]
    change(shop, new="Descripton -> notes")
    job.run(command="plan", snapshot="production.snapshot")
    assert job.step("Comment on the pull request").stderr == "updated the comment on pull request 7\n"
    assert site.comments[0]["body"].startswith("<!-- syncdsl preview rules -->\n## No preview\n")
    assert len(site.comments) == 1
    job.run(command="check")
    assert job.step("Comment on the pull request").stderr == ""


def test_a_stranger_gets_a_summary_instead(shop: Path, tmp_path: Path, site: Forge) -> None:
    """Where the token may only read nothing fails: a fork's job notes it, one of the repository's own warns."""
    site.read_only = True
    for head, level in (("mallory/rules", "notice"), ("shop/rules", "warning")):
        job = commenting(shop, tmp_path, site, head=head)
        job.run(command="plan", snapshot="production.snapshot")
        assert "## Preview of" in job.said()
        refused = job.step("Comment on the pull request")
        assert refused.returncode == 0
        assert [found.name for found in read_commands(refused.stdout)] == [level]
        assert "error[SD617]" in refused.stderr
        assert job.said().startswith("\n> ")
        assert TOKEN not in refused.stdout + refused.stderr
    assert site.comments == []


def commenting(shop: Path, home: Path, site: Forge, **more: str) -> Action:
    """Return the action in a job that may comment."""
    event = home / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "title": HOSTILE}}), encoding="utf-8")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": site.url, "GITHUB_EVENT_PATH": str(event)}
    return Action(shop, home, token=TOKEN, **variables, **more)


@pytest.mark.parametrize(
    "names",
    [
        ("command",),
        ("paths", "notes", "sarif_file", "junit_file", "coverage_file", "snapshot", "compare", "html_report"),
        ("fail_level", "fail_under"),
    ],
)
def test_hostile_inputs_are_no_commands(action: Action, tmp_path: Path, names: tuple[str, ...]) -> None:
    """Whatever stands in an input is taken as it is or refused, and nothing of it is run."""
    inputs = {"command": "check test plan", "snapshot": "production.snapshot", **dict.fromkeys(names, HOSTILE)}
    done = action.run(**inputs)
    assert [path for path in tmp_path.rglob("*") if path.name == "owned"] == []
    assert all(found.properties.get("title") for found in read_commands(done.stdout))
    assert other_commands(done.stdout) == []


def test_hostile_rules_are_no_commands(shop: Path, tmp_path: Path, site: Forge) -> None:
    """Names of files, tests and refs that attack are shown, and command neither the shell nor the CI nor Markdown."""
    odd = "$(touch owned) `touch owned` ::error::x"
    (shop / "rules" / f"{odd}_test.sync").write_text(
        'test "## [x](http://evil.example) @everyone | ::set-output name=a::b $(touch owned)":\n'
        '    given crm.Accounts "$(touch owned)": Account_Type = "Customer"\n'
        "    expect nothing else\n",
        encoding="utf-8",
    )
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", odd)
    branch = "x$(touch${IFS}owned)`touch${IFS}owned`"
    git(shop, "branch", branch)
    change(shop)
    job = commenting(shop, tmp_path, site)
    done = job.run(command="check test plan", snapshot="production.snapshot", compare=branch, fail_level="error")
    assert done.returncode == 0, done.stdout + done.stderr
    assert other_commands(done.stdout) == []
    assert "evil.example" not in job.said()
    job.step("Comment on the pull request", comment_name=HOSTILE)
    assert site.comments[0]["body"].startswith("<!-- syncdsl preview touch-owned-touch-owned-error-x-touch-owned -->\n")
    assert [path for path in tmp_path.rglob("*") if path.name == "owned"] == []
