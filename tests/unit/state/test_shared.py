from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.state.shared import SharedFile

if TYPE_CHECKING:
    from pathlib import Path

ADD = """
import sys
from pathlib import Path
from syncdsl.state.shared import SharedFile
file = SharedFile(Path(sys.argv[1]))
for _ in range(200):
    file.change("count", lambda text: (str(int(text or 0) + 1), None))
file.close()
"""
HOLD = """
import sys, time
from pathlib import Path
from syncdsl.state.shared import SharedFile
print(SharedFile(Path(sys.argv[1])).holder(), flush=True)
time.sleep(60)
"""


def test_changes_of_processes_and_threads_are_all_kept(tmp_path: Path) -> None:
    """Two processes and two threads each add one 200 times: none of the additions is lost."""
    path = tmp_path / "shared.db"
    processes = [subprocess.Popen([sys.executable, "-c", ADD, str(path)]) for _ in range(2)]
    with closing(SharedFile(path)) as file:

        def add() -> None:
            for _ in range(200):
                file.change("count", lambda text: (str(int(text or 0) + 1), None))

        threads = [threading.Thread(target=add) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [process.wait(timeout=60) for process in processes] == [0, 0]
        assert file.read("count") == "800"


def test_a_text_can_be_removed_and_an_error_changes_nothing(tmp_path: Path) -> None:
    with closing(SharedFile(tmp_path / "shared.db")) as file:
        assert file.change("a", lambda text: ("new", text)) is None

        def fail(_text: str | None) -> tuple[str | None, None]:
            raise KeyError("x")

        with pytest.raises(KeyError):
            file.change("a", fail)
        assert file.read("a") == "new"
        file.change("a", lambda _text: (None, None))
        assert file.read("a") is None


def test_every_file_of_it_is_its_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    path.touch()
    path.chmod(0o644)
    with closing(SharedFile(path)) as file:
        file.change("a", lambda _text: ("b", None))
        found = sorted(tmp_path.iterdir())
        assert [item.name for item in found] == ["shared.db", "shared.db-shm", "shared.db-wal"]
        assert {item.stat().st_mode & 0o777 for item in found} == {0o600}


def test_a_file_of_another_form_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    with closing(SharedFile(path)) as file:
        file.change("a", lambda _text: ("b", None))
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        other.commit()
    with closing(SharedFile(path)) as file:
        assert file.read("a") is None


def test_what_is_no_database_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 100)
    with pytest.raises(Fault) as caught:
        SharedFile(path)
    assert caught.value.code.id == "SD808"
    assert "made anew" in (caught.value.help or "")
    with pytest.raises(Fault):
        SharedFile(tmp_path / "missing" / "shared.db")


def test_a_killed_process_is_known_to_be_gone(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    with (
        closing(SharedFile(path)) as file,
        subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        holder = process.stdout.readline().strip()
        assert not file.gone(holder)
        assert not file.gone(file.holder())
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        assert file.gone(holder)
        assert not file.gone(holder.replace(socket.gethostname(), "elsewhere"))
        assert file.gone("nonsense")
        assert str(os.getpid()) in file.holder()
