"""The template for GitLab CI: its scripts run for real, over the example's project and its snapshot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from tests.unit.cli.ci_steps import ROOT, bash, install
from tests.unit.cli.forges import TOKEN, forge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.cli.forges import Forge

TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
EXAMPLE = ROOT / "examples" / "review" / "shop"
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")


class Pipeline:
    """A merge request pipeline over the example, in a repository whose base is one commit back."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.work = home / "work"
        shutil.copytree(EXAMPLE, self.work / "shop")
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        self.variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": self.git("rev-parse", "HEAD").strip()}

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        done = subprocess.run(["git", *IDENTITY, *arguments], cwd=self.work, check=True, capture_output=True, text=True)
        return done.stdout

    def change(self, old: str, new: str, file: str = "customers.sync") -> None:
        """Change a rule file."""
        path = self.work / "shop" / "rules" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def job(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the scripts of a job as GitLab's runner does, but for installing."""
        before = [line for line in TEMPLATE[".syncdsl"]["before_script"] if "pip install" not in line]
        path = f"{install(self.home / 'bin')}:{os.environ['PATH']}"
        return bash(
            "\n".join([*before, *TEMPLATE[name]["script"]]),
            self.work,
            {
                "HOME": str(self.home),
                "CI_PROJECT_DIR": str(self.work),
                "GITLAB_CI": "true",
                "SYNCDSL_CACHE_DIR": str(self.home / "cache"),
                **TEMPLATE["variables"],
                "SYNCDSL_PROJECT": "shop",
                "SYNCDSL_SNAPSHOT": "production.snapshot",
                **self.variables,
                **variables,
                "PATH": path,
            },
        )

    def made(self, name: str) -> str:
        """Return the text of a file that a job left; nothing where there is none."""
        path = self.work / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """Return a pipeline over the example."""
    return Pipeline(tmp_path)


@pytest.fixture
def site() -> Iterator[Forge]:
    """Return a server that plays GitLab's API."""
    with forge() as held:
        held.user = {"id": 41, "username": "project_12_bot"}
        yield held


def noting(site: Forge) -> dict[str, str]:
    """Return the variables of a merge request's job that may write a note."""
    return {
        "CI_API_V4_URL": site.url,
        "CI_PROJECT_ID": "12",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
    }


def test_findings_are_a_quality_report(pipeline: Pipeline) -> None:
    """A clean project passes with an empty report; a finding fails the job, named by its path in the repository."""
    assert pipeline.job("syncdsl-check").returncode == 0
    assert pipeline.made("syncdsl-quality.json") == "[]\n"
    pipeline.change("Description -> notes", "Descripton -> notes")
    assert pipeline.job("syncdsl-check").returncode == 1
    (found,) = json.loads(pipeline.made("syncdsl-quality.json"))
    assert found["location"] == {"path": "shop/rules/customers.sync", "lines": {"begin": 14, "end": 14}}


def test_tests_are_a_junit_report(pipeline: Pipeline) -> None:
    """Tests are run with coverage, and too little of it fails the job."""
    passed = pipeline.job("syncdsl-test")
    assert passed.returncode == 0
    assert "\nall rules " in passed.stdout
    assert len(ET.fromstring(pipeline.made("syncdsl-tests.xml")).findall(".//testcase")) == 6  # noqa: S314 - ours
    assert pipeline.job("syncdsl-test", SYNCDSL_FAIL_UNDER="99").returncode == 1


def test_the_preview_is_an_artifact(pipeline: Pipeline) -> None:
    """Without a token there is no note, which is told, and the preview and the comparison are files."""
    pipeline.change("Description -> notes, when empty", "Description -> notes")
    done = pipeline.job("syncdsl-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "There is no GITLAB_TOKEN" in done.stdout
    assert "## Preview of <code>production</code>" in pipeline.made("syncdsl-preview/preview.md")
    assert "3 only with these files" in pipeline.made("syncdsl-preview/comparison.md")
    assert "<!doctype html>" in pipeline.made("syncdsl-preview/preview.html")[:100].lower()


def test_the_preview_is_a_note(pipeline: Pipeline, site: Forge) -> None:
    """With a token it is one note that is kept, also when the rules cannot be previewed any more."""
    first = pipeline.job("syncdsl-preview", **noting(site))
    assert first.returncode == 0, first.stderr
    assert "No difference" in site.comments[0]["body"]
    pipeline.change("Description -> notes", "Descripton -> notes")
    assert pipeline.job("syncdsl-preview", **noting(site)).returncode == 1
    assert len(site.comments) == 1
    assert site.comments[0]["body"].startswith("<!-- syncdsl preview rules -->\n## No preview\n")


def test_a_refused_note_fails_nothing(pipeline: Pipeline, site: Forge) -> None:
    """A token that may only read leaves the artifact and a line in the log, without the token."""
    site.read_only = True
    done = pipeline.job("syncdsl-preview", **noting(site))
    assert done.returncode == 0
    assert "The note could not be written" in done.stdout
    assert "error[SD617]" in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_hostile_variables_are_no_commands(pipeline: Pipeline, site: Forge) -> None:
    """Names of notes, snapshots and files that attack are taken as they are, and nothing of them is run."""
    odd = '$(touch owned)`touch owned`"; touch owned #'
    (pipeline.work / "shop" / "rules" / "$(touch owned)_test.sync").write_text(
        f'test "{odd.replace(chr(34), "")} | [x](http://evil.example)":\n'
        '    given crm.Accounts "A":\n'
        "    expect nothing else\n",
        encoding="utf-8",
    )
    pipeline.job("syncdsl-test", SYNCDSL_FAIL_UNDER=odd)
    pipeline.job("syncdsl-check")
    pipeline.job("syncdsl-preview", SYNCDSL_NOTE=odd, CI_MERGE_REQUEST_TITLE=odd, **noting(site))
    pipeline.job("syncdsl-preview", SYNCDSL_SNAPSHOT=odd, CI_MERGE_REQUEST_DIFF_BASE_SHA=odd)
    assert [path for path in pipeline.home.rglob("*") if path.name == "owned"] == []
    assert "evil.example" not in site.comments[0]["body"]


def test_nothing_of_a_template_is_put_into_scripts() -> None:
    """Variables are the shell's: nothing is pasted into a script, and only merge request pipelines write notes."""
    text = (ROOT / "examples" / "ci" / "gitlab.yml").read_text(encoding="utf-8")
    assert "$[[" not in text
    assert TEMPLATE["syncdsl-preview"]["rules"] == [{"if": "$CI_MERGE_REQUEST_IID && $SYNCDSL_SNAPSHOT"}]
    assert text.count("GITLAB_TOKEN") == text.count("GITLAB_TOKEN", text.index("syncdsl-preview:")) + 1
