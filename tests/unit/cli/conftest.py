"""The command as a subprocess, in a folder and an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass
class Syncdsl:
    """Runs the command without a terminal; only what a test sets is in its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Result:
        """Run one command line."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "syncdsl", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def syncdsl(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Syncdsl:
    """Return the command in an empty folder; the parser's tables are built once for all tests."""
    return Syncdsl(tmp_path, {"SYNCDSL_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "cache")})


@pytest.fixture
def project(syncdsl: Syncdsl) -> Path:
    """Return a project that `init` made."""
    assert syncdsl("init", "my-sync").code == 0
    syncdsl.folder /= "my-sync"
    return syncdsl.folder
