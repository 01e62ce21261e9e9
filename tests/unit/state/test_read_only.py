"""A preview reads the state and leaves no trace."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syncdsl.state import Link, ReadOnlyStateError, open_state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.state.conftest import StartChild

URL = "sqlite:///.syncdsl/state.db"
LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k")


def traces(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return all there is to know of the files in a folder, and of the folder."""
    found = {"": (folder.stat().st_mode, folder.stat().st_mtime_ns, 0, b"")}
    for path in folder.iterdir():
        stat = path.stat()
        found[path.name] = (stat.st_mode, stat.st_mtime_ns, stat.st_ino, path.read_bytes())
    return found


def read_uids(base: Path) -> list[str]:
    state = open_state(URL, base=base, read_only=True)
    try:
        state.digest()
        return [item.uid for item in state.links("p")]
    finally:
        state.close()


def test_no_state_is_an_empty_one(tmp_path: Path) -> None:
    """Reading a state that is not there finds nothing, and makes neither the file nor its folder."""
    assert read_uids(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_an_empty_state(tmp_path: Path) -> None:
    """Reading a file of no bytes finds nothing and leaves it empty."""
    (tmp_path / ".syncdsl").mkdir()
    (tmp_path / ".syncdsl" / "state.db").touch()
    before = traces(tmp_path / ".syncdsl")
    assert read_uids(tmp_path) == []
    assert traces(tmp_path / ".syncdsl") == before


def test_a_state_at_rest(tmp_path: Path) -> None:
    """Reading a state that nobody uses changes no byte, mode or time of any file, even of a read-only one."""
    state = open_state(URL, base=tmp_path)
    state.put_link(LINK)
    state.close()
    (tmp_path / ".syncdsl" / "state.db").chmod(0o400)
    before = traces(tmp_path / ".syncdsl")
    assert read_uids(tmp_path) == ["u"]
    assert traces(tmp_path / ".syncdsl") == before
    assert list(before) == ["", "state.db"]


def test_a_state_in_use(tmp_path: Path, child: StartChild) -> None:
    """Reading while another process writes sees what it committed, waits for nothing and changes no file."""
    child(tmp_path, "state.put_link(link(1))\nwith state.transaction():\n    state.put_link(link(2))\n    ready()")
    before = traces(tmp_path / ".syncdsl")
    assert read_uids(tmp_path) == ["u1"]
    assert traces(tmp_path / ".syncdsl") == before
    assert len(before) == 4


def test_the_holder_goes_on(tmp_path: Path, child: StartChild) -> None:
    """A process whose state was read meanwhile commits, and closes the file as if nobody had looked."""
    holder = child(tmp_path, "state.put_link(link(1))\nready()\nstate.put_link(link(2))\nstate.close()")
    assert read_uids(tmp_path) == ["u1"]
    holder.communicate("go\n")
    assert holder.returncode == 0
    assert read_uids(tmp_path) == ["u1", "u2"]
    assert [path.name for path in (tmp_path / ".syncdsl").iterdir()] == ["state.db"]


def test_a_state_in_use_by_this_process(tmp_path: Path) -> None:
    """Reading a state that this very process has open takes none of its locks away."""
    state = open_state(URL, base=tmp_path)
    state.put_link(LINK)
    path = tmp_path / ".syncdsl" / "state.db"
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN EXCLUSIVE')"
    with state.transaction():
        assert read_uids(tmp_path) == ["u"]
        other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    state.close()


def test_after_a_crash(tmp_path: Path, child: StartChild) -> None:
    """Reading what kill -9 left behind sees what was committed, and leaves the tidying up to the next run."""
    holder = child(tmp_path, "state.put_link(link(1))\nready()")
    holder.kill()
    holder.wait()
    before = traces(tmp_path / ".syncdsl")
    assert len(before) == 4
    assert read_uids(tmp_path) == ["u1"]
    assert traces(tmp_path / ".syncdsl") == before


def test_a_log_without_its_index(tmp_path: Path, child: StartChild) -> None:
    """Reading a database that was copied with its log only sees what is in the log, and changes no file."""
    child(tmp_path / "one", "state.put_link(link(1))\nready()")
    folder = tmp_path / "two" / ".syncdsl"
    folder.mkdir(parents=True)
    for name in ("state.db", "state.db-wal"):
        shutil.copy(tmp_path / "one" / ".syncdsl" / name, folder / name)
    before = traces(folder)
    assert read_uids(tmp_path / "two") == ["u1"]
    assert traces(folder) == before


def test_writing_is_refused(tmp_path: Path) -> None:
    """Every write to a state opened for reading raises, and says so before anything happens."""
    state = open_state(URL, base=tmp_path, read_only=True)
    now = dt.datetime.now(dt.UTC)
    for write in (
        lambda: state.put_link(LINK),
        lambda: state.acquire_lease("me", os.getpid(), "here", now),
        lambda: state.start_run("run", "preview", "plan", now),
        lambda: state.approve("digest", "me", now),
    ):
        with pytest.raises(ReadOnlyStateError):
            write()
    assert state.links("p") == []
    state.close()


def test_reading_inside_reading(tmp_path: Path) -> None:
    """A read inside another read joins it."""
    state = open_state(URL, base=tmp_path, read_only=True)
    with state.reading(), state.reading():
        assert state.links("p") == []
    state.close()


@pytest.mark.parametrize("options", [{"read_only": True}, {"scratch": True}])
def test_a_large_state_can_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, bool]) -> None:
    """A copy that is a file without a name works although its original keeps a write-ahead log."""
    monkeypatch.setattr("syncdsl.state.sqlite_file.LARGE", 0)
    state = open_state(URL, base=tmp_path)
    state.put_link(LINK)
    state.close()
    copy = open_state(URL, base=tmp_path, **options)
    try:
        assert [item.uid for item in copy.links("p")] == ["u"]
    finally:
        copy.close()
