"""A command at a terminal that asks, and a person who answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS = 60.0

AT_A_TERMINAL = """
import os, sys
os.login_tty(0)
os.execv(sys.executable, [sys.executable, "-m", "syncdsl", *sys.argv[1:]])
"""
"""Questions that hide their answer open the controlling terminal, and Ctrl-C is a signal at one alone."""


def talk(
    folder: Path, environment: dict[str, str], *arguments: str, answers: Sequence[tuple[str, str]]
) -> tuple[int, str]:
    """Run a command, give each answer once its question is there, and return exit code and all the terminal showed."""
    controller, terminal = pty.openpty()
    waiting = list(answers)
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *arguments],
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown, seen = b"", 0
        deadline = time.monotonic() + SECONDS
        while True:
            if not select.select([controller], [], [], max(0.0, deadline - time.monotonic()))[0]:
                process.kill()
                pytest.fail(f"the command hangs after: {shown.decode(errors='replace')[-300:]}")
            try:
                part = os.read(controller, 65536)
            except OSError:  # the terminal closes with the command
                break
            if not part:
                break
            shown += part
            if waiting and (at := shown.find(waiting[0][0].encode(), seen)) >= 0:
                seen = at + 1
                os.write(controller, waiting.pop(0)[1].encode() + b"\n")
        code = process.wait(timeout=SECONDS)
    os.close(controller)
    assert not waiting, f"never asked: {waiting}\n{shown.decode(errors='replace')}"
    return code, shown.decode().replace("\r\n", "\n")
