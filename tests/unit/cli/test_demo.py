from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def start(temporary: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the demo with a folder for temporary files of its own, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "syncdsl", "demo", "--records", "40", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(temporary), "TMPDIR": str(temporary / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def sandboxes(temporary: Path) -> list[int]:
    """Return the processes that run with this folder for temporary files."""
    wanted = f"TMPDIR={temporary / 'tmp'}".encode()
    found: list[int] = []
    if not os.path.isdir("/proc"):  # noqa: PTH112 - no path to build
        return found
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/environ", "rb") as stream:  # noqa: PTH123 - no path to build
                    if wanted in stream.read():
                        found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return a folder with a place for temporary files."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.mark.acceptance
def test_the_demo_shows_the_whole_way(temporary: Path) -> None:
    """From the rule to the invoice, without an error, an escape sequence or anything left behind."""
    process = start(temporary)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert "error" not in err
    assert "\x1b" not in out + err
    for part in ("$ syncdsl lint", "$ syncdsl check", "$ syncdsl plan", "Applied ", "No changes.", "Closed Won"):
        assert part in out
    assert "1 change in sandbox: 1 create" in out
    assert out.count("Invoice ") == 1
    assert list((temporary / "tmp").iterdir()) == []
    assert sandboxes(temporary) == []


@pytest.mark.acceptance
def test_an_interrupted_demo_cleans_up(temporary: Path) -> None:
    """Ctrl-C in the middle ends with 130 and leaves neither a process nor a file."""
    process = start(temporary)
    assert process.stdout is not None
    while "$ syncdsl" not in process.stdout.readline():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    # A shell shows 130 for both: Python ends by the signal itself where it came while a dataclass was being made.
    assert process.returncode in {130, -signal.SIGINT}
    deadline = time.monotonic() + 10
    while sandboxes(temporary) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sandboxes(temporary) == []
    assert list((temporary / "tmp").iterdir()) == []
