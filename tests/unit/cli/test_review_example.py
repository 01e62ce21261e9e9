"""The example of reviews: clean, with a small snapshot that tells no name, and CI files that keep their word."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from tests.acceptance.review_story import ACCOUNTS, DEALS, EXAMPLE, NOTES, SNAPSHOT
from tests.unit.cli.ci_steps import ACTION, ROOT, bash, install
from tests.unit.cli.forges import TOKEN, forge
from yamllint import linter  # type: ignore[import-untyped]  # it has no types
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]  # the same

from syncdsl.project.operator import read_operator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

SHOP = EXAMPLE / "shop"
WORKFLOWS = SHOP / ".github" / "workflows"
FILES = [
    ROOT / "action.yml",
    ROOT / "examples" / "ci" / "gitlab.yml",
    SHOP / ".gitlab-ci.yml",
    *sorted(WORKFLOWS.iterdir()),
]
STYLE = YamlLintConfig(
    "{extends: default, rules: {line-length: {max: 125}, document-start: disable, truthy: {check-keys: false}}}"
)


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow; YAML takes its `on` for true."""
    found: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return {"on": found[True], **found}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_yamllint_has_nothing_to_say(path: Path) -> None:
    """Every CI file is clean for yamllint."""
    assert [str(problem) for problem in linter.run(path.read_text(encoding="utf-8"), STYLE)] == []


def test_the_example_is_clean(syncdsl: Syncdsl) -> None:
    """The example checks clean, is in the canonical form, and its tests pass with the coverage that its CI asks for."""
    project = syncdsl.folder / "shop"
    shutil.copytree(SHOP, project)
    syncdsl.folder = project
    assert syncdsl("check").out == "clean: 4 files checked\n"
    assert syncdsl("fmt", "--check").code == 0
    (step,) = (one for one in workflow("rules.yml")["jobs"]["rules"]["steps"] if "syncdsl" in one["uses"])
    assert syncdsl("test", "--fail-under", str(step["with"]["fail-under"])).code == 0
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_snapshot_is_small_and_tells_no_name() -> None:
    """It has less than 100 KB, and nothing that a record of the story holds is in it."""
    packed = (SHOP / SNAPSHOT).read_bytes()
    assert len(packed) < 100_000
    text = gzip.decompress(packed).decode("utf-8", "surrogatepass").casefold()
    assert json.loads(text.splitlines()[0])["privacy"] == "pseudonyms"
    told = [*NOTES.values(), *(name for name, _, _ in DEALS)]
    told += [fact for name, _, phone, description in ACCOUNTS for fact in (name, phone, description) if fact]
    assert [one for one in told if one.casefold() in text] == []


def test_no_workflow_trusts_a_stranger() -> None:
    """None runs a stranger's code with a secret: only the one without checks it out, and scripts hold no text."""
    for path in WORKFLOWS.iterdir():
        found = workflow(path.name)
        assert "pull_request_target" not in path.read_text(encoding="utf-8")
        for job in found["jobs"].values():
            for step in job["steps"]:
                assert "${{" not in step.get("run", "")
                assert re.match(r"(actions/|OWNER/syncdsl@|github/)", step.get("uses", "actions/"))
    rules, comment, snapshot = (workflow(f"{name}.yml") for name in ("rules", "comment", "snapshot"))
    assert rules["on"] == ["pull_request"]
    assert "secrets." not in (WORKFLOWS / "rules.yml").read_text(encoding="utf-8")
    assert rules["jobs"]["rules"]["steps"][0]["with"]["persist-credentials"] is False
    assert comment["on"]["workflow_run"]["workflows"] == [rules["name"]]
    assert not any("checkout" in step.get("uses", "") for step in comment["jobs"]["comment"]["steps"])
    assert comment["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert set(snapshot["on"]) == {"schedule", "workflow_dispatch"}
    assert snapshot["jobs"]["take"]["environment"] == "production"
    assert "--pseudonymise" in (WORKFLOWS / "snapshot.yml").read_text(encoding="utf-8")


EVENT = {
    "workflow_run": {
        "head_sha": "a" * 40,
        "head_branch": "x$(touch${IFS}owned)",
        "head_repository": {"full_name": "mallory/rules", "owner": {"login": "mallory"}},
    }
}


@pytest.mark.parametrize("kind", ["as it was", "edited", "huge", "a link", "none"])
def test_a_strangers_preview_is_drawn_anew(syncdsl: Syncdsl, tmp_path: Path, kind: str) -> None:
    """The job that may write takes a change set as data alone: whole and strictly read, or there is no comment."""
    shutil.copytree(SHOP, tmp_path / "shop")
    syncdsl.folder = tmp_path / "shop"
    saved = tmp_path / "preview.changes.json"
    assert syncdsl("plan", "--offline", SNAPSHOT, "--out", str(saved)).code == 0
    whole = saved.read_bytes()
    match kind:
        case "edited":
            saved.write_bytes(whole.replace(b"4200", b"9900"))
        case "huge":
            saved.write_bytes(whole + b" " * 20_000_000)
        case "a link":
            saved.unlink()
            (tmp_path / "elsewhere").write_bytes(whole)
            saved.symlink_to(tmp_path / "elsewhere")
        case "none":
            saved.unlink()
        case _:
            pass
    (tmp_path / "event.json").write_text(json.dumps(EVENT), encoding="utf-8")
    step = workflow("comment.yml")["jobs"]["comment"]["steps"][-1]
    with forge() as site:
        site.pulls = [{"number": 7, "head": {"sha": "a" * 40, "repo": {"full_name": "mallory/rules"}}}]
        done = bash(
            step["run"],
            tmp_path,
            {
                "PATH": f"{install(tmp_path / 'bin')}:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "CHANGES": str(saved),
                "GITHUB_ACTIONS": "true",
                "GITHUB_REPOSITORY": "shop/rules",
                "GITHUB_API_URL": site.url,
                "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
                "GITHUB_TOKEN": TOKEN,
            },
        )
        bodies = [comment["body"] for comment in site.comments]
    if kind == "as it was":
        (body,) = bodies
        assert body.startswith("<!-- syncdsl preview rules -->\n## Preview of <code>production</code>\n")
    else:
        assert bodies == []
        assert done.returncode == (5 if kind == "edited" else 0)
    assert not (tmp_path / "owned").exists()


def test_the_operators_file_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's configuration beside the project can be used, lies outside of it, and demands a signature."""
    monkeypatch.setenv("SYNCDSL_OPERATOR", str(EXAMPLE / "operator.toml"))
    found = read_operator(SHOP)
    assert list(found.approvers) == ["anna"]
    assert (found.approval.needed, found.approval.not_author) == ("always", True)
