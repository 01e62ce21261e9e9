"""The command: how it reports its start, ends, and names what is missing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from syncdsl.cli import main

COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox", "--records", "0")
PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), flush=True)
time.sleep(60)
"""


def begin(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "--exit-with-parent", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_text_report_has_all_a_user_needs() -> None:
    """Both addresses, both organisations, the variables to export and how to stop it."""
    process = begin("--crm-org", "111", "--books-org", "222")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(16)]
    process.terminate()
    rest, errors = process.communicate(timeout=10)
    text = "".join(lines) + rest
    assert "organisation 111" in text
    assert "organisation 222" in text
    for system in ("CRM", "BOOKS"):
        assert f"export SYNCDSL_{system}_CLIENT_ID=sandbox-client" in text
        assert f"export SYNCDSL_{system}_CLIENT_SECRET=sandbox-secret" in text
        assert f"export SYNCDSL_{system}_REFRESH_TOKEN=sandbox-refresh" in text
    assert f"kill {process.pid}" in text
    assert errors == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_silently(number: signal.Signals) -> None:
    """One JSON line at the start and nothing at the end, also while a response is held; exit code 0."""
    process = begin("--format", "json")
    assert process.stdout is not None
    started = json.loads(process.stdout.readline())
    assert set(started) == {"crm_url", "books_url", "crm_organization", "books_organization", "pid"}
    assert started["pid"] == process.pid
    assert httpx.get(started["books_url"] + "/_sandbox/health").status_code == 200
    process.send_signal(number)
    rest, errors = process.communicate(timeout=10)
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_it_ends_with_its_parent(eventually: Callable[[Callable[[], bool]], None]) -> None:
    """With `--exit-with-parent` nothing stays behind when the starting process is killed."""
    command = [*COMMAND, "--exit-with-parent", "--format", "json"]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    started = json.loads(parent.stdout.readline())

    def gone() -> bool:
        try:
            httpx.get(started["crm_url"] + "/_sandbox/health")
        except httpx.TransportError:
            return True
        return False

    assert not gone()
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    eventually(gone)


def test_a_taken_port_is_named() -> None:
    """Starting twice on one port ends with exit code 3 and one line."""
    first = begin("--format", "json")
    assert first.stdout is not None
    port = json.loads(first.stdout.readline())["crm_url"].rpartition(":")[2]
    second = begin("--crm-port", port)
    _, errors = second.communicate(timeout=10)
    first.terminate()
    first.communicate(timeout=10)
    assert second.returncode == 3
    assert f"cannot listen on ports {port} and 0" in errors
    assert "Traceback" not in errors


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra's packages the command says what to install."""
    monkeypatch.setattr("syncdsl.cli.sandbox.find_spec", lambda name: None if name == "uvicorn" else name)
    result = CliRunner().invoke(main, ["sandbox"])
    assert result.exit_code == 3
    assert "the sandbox needs its extra: pip install 'syncdsl[sandbox]'" in result.output


def test_a_data_file_keeps_records_between_starts(start: Any, tmp_path: Path) -> None:
    """What was written before a restart is there after it, and nothing is seeded twice."""
    data = tmp_path / "sandbox.db"
    first = start("--records", "5", "--data", str(data))
    [identity] = first.insert("Accounts", {"Account_Name": "Kept"})
    os.kill(first.process.pid, signal.SIGTERM)
    first.process.wait(10)
    second = start("--records", "50", "--data", str(data))
    rows = second.crm.get("/Accounts", params={"fields": "Account_Name"}).json()["data"]
    assert len(rows) == 6
    assert rows[0] == {"id": identity, "Account_Name": "Kept"}


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A data file of another kind ends with exit code 3 and stays as it was."""
    data = tmp_path / "letter.txt"
    data.write_text("Dear Sir or Madam, " * 100)
    process = begin("--data", str(data))
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 3
    assert str(data) in errors
    assert data.read_text().startswith("Dear Sir")
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(data).execute("SELECT 1 FROM sqlite_master").fetchall()
