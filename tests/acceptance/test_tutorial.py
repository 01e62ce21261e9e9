"""The tutorial of reviews: every command of the page is run in order, and prints what the page prints."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.acceptance import printed
from tests.acceptance.review_story import EXAMPLE, SNAPSHOT, began, happen
from tests.unit.cli.ci_steps import install

if TYPE_CHECKING:
    from tests.acceptance.conftest import Sandbox
    from tests.acceptance.review_story import Story

PAGE = Path(__file__).parents[2] / "docs" / "tutorial-review.md"

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None or shutil.which("git") is None, reason="there is no ssh-keygen, or no git"
)


def run(line: str, story: Story, bin_folder: Path) -> str:
    """Run a command line of the page as its reader does; return all it said."""
    environment = {**story.project.environment, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=story.project.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout
    return done.stdout


def test_the_tutorial_prints_what_happens(
    sandbox: Sandbox, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    """From the first edit to the undo, each command ends in what the page says; what others do happens in between."""
    story = began(sandbox, tmp_path, tmp_path_factory.getbasetemp() / "cache")
    story.begin_repository()
    bin_folder = install(tmp_path / "bin")
    page = PAGE.read_text(encoding="utf-8")
    commands = 0
    new, place = "", 0
    for part in printed.parts(page):
        match part:
            case printed.Patch(text=text):
                subprocess.run(
                    ["git", "apply", "--unidiff-zero", "-"], cwd=story.project.folder, input=text, text=True, check=True
                )
            case printed.Meanwhile(name=name):
                happen(name, story)
            case printed.Command(line=line):
                commands += 1
                said = run(line, story, bin_folder)
                alike = printed.agrees(part.printed, said)
                if not request.config.getoption("--regenerate"):
                    assert alike, f"$ {line}\n{said}\n--- the page prints\n{part.printed}"
                new += page[place : part.start] + (part.printed if alike else said)
                place = part.end
    assert commands > 15
    if request.config.getoption("--regenerate"):
        PAGE.write_text(new + page[place:], encoding="utf-8")


def test_the_snapshot_is_of_the_story(
    sandbox: Sandbox, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is committed beside the rules holds what taking it anew holds; only pseudonyms and times differ."""
    story = began(sandbox, tmp_path, tmp_path_factory.getbasetemp() / "cache")
    told = []
    for file in (EXAMPLE / "shop" / SNAPSHOT, story.take()):
        text = story.project.run("snapshot", "show", str(file)).stdout
        told.append([line for line in text.splitlines() if "digest" not in line and "taken" not in line])
    assert told[0] == told[1]
