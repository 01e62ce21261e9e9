"""Runs the scripts of CI files as their runners do: in bash, with the command under test as the installed one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its types are a package of their own

ROOT = Path(__file__).parents[3]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ ([a-z_.-]+) \}\}")


def install(folder: Path) -> Path:
    """Put a command `syncdsl` into a folder, which runs the one under test."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "syncdsl"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m syncdsl "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return folder


def bash(script: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as both CIs do; whatever happens, there is no traceback."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


class Action:
    """The GitHub Action in a job: its steps with their inputs, and what the runner gives them."""

    def __init__(self, folder: Path, home: Path, **more: str) -> None:
        self.folder = folder
        self.home = home
        self.runner = home / "runner"
        install(self.runner / "syncdsl" / "bin")
        self.summary = self.runner / "summary.md"
        self.outputs = self.runner / "outputs"
        self.more = more

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a step; an input's name has `_` for `-`, other expressions are variables of the job."""
        (step,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == name)
        values = {f"inputs.{name}": str(found["default"]) for name, found in ACTION["inputs"].items()}
        values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        values["steps.run.outputs.results"] = self.results
        values["github.event.pull_request.head.repo.full_name"] = self.more.get("head", "shop/rules")
        values["inputs.github-token"] = self.more.get("token", "")
        variables = {
            name: _EXPRESSION.sub(lambda match: values[match[1]], str(text)) for name, text in step["env"].items()
        }
        self.summary.write_text("", encoding="utf-8")
        return bash(
            step["run"],
            self.folder,
            {
                "HOME": str(self.home),
                "RUNNER_TEMP": str(self.runner),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_OUTPUT": str(self.outputs),
                "SYNCDSL_CACHE_DIR": str(self.home / "cache"),
                "GITHUB_REPOSITORY": "shop/rules",
                **{name: value for name, value in self.more.items() if name.isupper()},
                **variables,
            },
        )

    def run(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run what the action is for."""
        return self.step("Run syncdsl", **inputs)

    @property
    def results(self) -> str:
        """The folder that the last run wrote into."""
        text = self.outputs.read_text(encoding="utf-8") if self.outputs.exists() else ""
        return text.strip().rpartition("results=")[2]

    def made(self, name: str) -> str:
        """Return the text of a result; nothing where it was not made."""
        path = Path(self.results) / name
        return path.read_text(encoding="utf-8") if self.results and path.exists() else ""

    def said(self) -> str:
        """Return the summary that the last step wrote."""
        return self.summary.read_text(encoding="utf-8")
