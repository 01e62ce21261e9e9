"""Limits kept by processes together, against a sandbox that enforces them, on its own clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

ROOT = Path(__file__).parents[2]


def test_processes_use_the_whole_limit_and_never_more() -> None:
    """Two processes of three threads use 95 % of 100 calls a minute or more; no sliding minute has more than 100."""
    command = [sys.executable, str(ROOT / "benchmarks" / "api_rate.py"), "--calls", "400", "--threads", "3"]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["calls"] == 400
    assert found["refused"] == 0
    assert found["worst_minute"] == 100
    assert found["used_percent"] >= 95


def test_commands_keep_to_the_limit_of_the_settings(project: Project, sandbox: Sandbox) -> None:
    """Two previews at once, with fewer calls a minute than they need: both end well, and no call is refused."""
    settings = project.folder / "syncdsl.toml"
    option = "options = { limits = { per_minute = 4, concurrency = 1 } }\n"
    table = "[environments.sandbox.connections.books]\n"
    text = settings.read_text(encoding="utf-8")
    assert table in text
    settings.write_text(text.replace(table, table + option), encoding="utf-8")
    control = f"{sandbox.books_url}/_sandbox"
    httpx.put(f"{control}/limits", json={"books": {"per_minute": 4, "concurrency": 1}}).raise_for_status()
    began = httpx.put(f"{control}/clock", json={"frozen": True}).raise_for_status().json()["now"]
    before = sandbox.last()
    project.environment["SYNCDSL_CLOCK"] = sandbox.books_url
    both = [project.start("plan") for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    calls = [entry for entry in sandbox.control(f"ledger?after={before}")["entries"] if entry["system"] == "books"]
    calls = [entry for entry in calls if not entry["path"].startswith("/oauth")]
    assert len(calls) > 4
    assert {entry["status"] for entry in calls} == {200}
    assert httpx.get(f"{control}/clock").json()["now"] - began >= 60
