from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from syncdsl.cli.demo import _point_to
from syncdsl.cli.demo_world import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60.0
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

AT_A_TERMINAL = """
import os, sys
os.login_tty(0)
os.execv(sys.executable, [sys.executable, "-m", "syncdsl", *sys.argv[1:]])
"""
"""Ctrl-C is a signal only at a controlling terminal."""


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


def at_a_terminal(folder: Path, environment: dict[str, str], *arguments: str, keys: str) -> tuple[int, str]:
    """Run a command at a terminal, press keys, and return its exit code and everything the terminal got."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *arguments],
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown = b""
        deadline = time.monotonic() + SECONDS
        while True:
            if not select.select([controller], [], [], max(0.0, deadline - time.monotonic()))[0]:
                process.kill()
                pytest.fail(f"the command hangs after: {shown.decode(errors='replace')[-200:]}")
            try:
                part = os.read(controller, 65536)
            except OSError:  # the terminal closes with the command
                break
            if not part:
                break
            shown += part
            if keys and b"[y/N]" in shown:
                os.write(controller, keys.encode())
                keys = ""
        code = process.wait(timeout=60)
    os.close(controller)
    return code, shown.decode()


@pytest.mark.acceptance
def test_apply_asks_at_a_terminal(project: Path, environment: dict[str, str]) -> None:
    """The preview is shown, `n` and Ctrl-C change nothing, and only `y` applies."""
    code, shown = at_a_terminal(project, environment, "apply", keys="n\n")
    assert code == 0
    assert "Apply these to sandbox? [y/N]" in shown
    assert "Nothing was applied." in shown
    code, shown = at_a_terminal(project, environment, "apply", keys="\x03")
    assert code == 130
    assert "Applied" not in shown
    code, shown = at_a_terminal(project, environment, "apply", keys="y\n")
    assert code in {0, 7}
    assert "Applied" in ESCAPES.sub("", shown)
    code, shown = at_a_terminal(project, environment, "apply", keys="")
    assert code == 0
    assert "[y/N]" not in shown


@pytest.mark.acceptance
def test_progress_and_colour_are_for_terminals(project: Path, environment: dict[str, str]) -> None:
    """A terminal sees colour and progress; with `NO_COLOR` no colour; with `--quiet` no progress."""
    _, shown = at_a_terminal(project, environment, "plan", keys="")
    assert "read crm.Accounts" in shown
    assert "\x1b[1m" in shown
    _, shown = at_a_terminal(project, {**environment, "NO_COLOR": "1"}, "plan", keys="")
    assert "read crm.Accounts" in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)
    _, shown = at_a_terminal(project, environment, "plan", "--quiet", keys="")
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
