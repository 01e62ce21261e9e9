from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.dialogue import talk

from syncdsl.cli.demo import _point_to
from syncdsl.cli.demo_world import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

ASKED = "[y/N]"


@pytest.fixture
def environment(project: Path) -> Iterator[dict[str, str]]:
    """Point the project at a small sandbox and return the environment of its commands."""
    with running_sandbox(10) as sandbox:
        _point_to(project / "syncdsl.toml", sandbox)
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "TERM": "xterm-256color",
            "SYNCDSL_CACHE_DIR": str(project / ".cache"),
            **sandbox.environment(),
        }


@pytest.mark.acceptance
def test_apply_asks_at_a_terminal(project: Path, environment: dict[str, str]) -> None:
    """The preview is shown, `n` and Ctrl-C change nothing, and only `y` applies."""
    code, shown = talk(project, environment, "apply", answers=[(ASKED, "n")])
    assert code == 0
    assert "Apply these to sandbox? [y/N]" in shown
    assert "Nothing was applied." in shown
    code, shown = talk(project, environment, "apply", answers=[(ASKED, "\x03")])
    assert code == 130
    assert "Applied" not in shown
    code, shown = talk(project, environment, "apply", answers=[(ASKED, "y")])
    assert code in {0, 7}
    assert "Applied" in ESCAPES.sub("", shown)
    code, shown = talk(project, environment, "apply", answers=())
    assert code == 0
    assert "[y/N]" not in shown


@pytest.mark.acceptance
def test_progress_and_colour_are_for_terminals(project: Path, environment: dict[str, str]) -> None:
    """A terminal sees colour and progress; with `NO_COLOR` no colour; with `--quiet` no progress."""
    _, shown = talk(project, environment, "plan", answers=())
    assert "read crm.Accounts" in shown
    assert "\x1b[1m" in shown
    _, shown = talk(project, {**environment, "NO_COLOR": "1"}, "plan", answers=())
    assert "read crm.Accounts" in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)
    _, shown = talk(project, environment, "plan", "--quiet", answers=())
    assert "read crm.Accounts" not in shown
    done = subprocess.run(
        [sys.executable, "-m", "syncdsl", "plan"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\x1b" not in done.stdout + done.stderr
    assert "read crm.Accounts" not in done.stderr
