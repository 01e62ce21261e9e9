"""Where the state lies, and who may read it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.state.conftest import ON_SQLITE

from syncdsl.diagnostics import Fault
from syncdsl.state import Link, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.state import State

URL = "sqlite:///.syncdsl/state.db"
LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Set a umask: one that hides nothing, the usual one, one that hides too much."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_every_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    """The folders that are made are 0700, and the database, its log and its index 0600, under any umask."""
    state = open_state("sqlite:///a/b/state.db", base=tmp_path)
    state.put_link(LINK)
    folder = tmp_path / "a" / "b"
    found = {path.name: mode(path) for path in folder.iterdir()}
    state.close()
    assert found == dict.fromkeys(("state.db", "state.db-wal", "state.db-shm"), 0o600)
    assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)


def test_a_wide_file_is_narrowed_before_its_companions_are_made(tmp_path: Path) -> None:
    """A database somebody copied back with wide modes is private again, and so is its log, from the next run on."""
    open_state(URL, base=tmp_path).close()
    path = tmp_path / ".syncdsl" / "state.db"
    path.chmod(0o644)
    state = open_state(URL, base=tmp_path)
    state.put_link(LINK)
    found = {file.name: mode(file) for file in path.parent.iterdir()}
    state.close()
    assert len(found) == 3
    assert set(found.values()) == {0o600}


def test_a_folder_that_existed_keeps_its_mode(tmp_path: Path) -> None:
    """A folder that the state did not make is not its own: only the files are made private."""
    (tmp_path / "shared").mkdir(mode=0o755)
    (tmp_path / "shared").chmod(0o755)
    open_state("sqlite:///shared/state.db", base=tmp_path).close()
    assert mode(tmp_path / "shared") == 0o755
    assert mode(tmp_path / "shared" / "state.db") == 0o600


@ON_SQLITE
def test_commits_reach_the_disk(state: State) -> None:
    """Every connection, of reads and of writes, has WAL, synchronous=FULL and foreign keys in force."""
    for opened in (state.transaction, state.reading):
        with opened() as connection:
            values = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert values == ["wal", 2, 1]


def test_a_closed_state_is_one_file(tmp_path: Path) -> None:
    """After closing, the log has gone into the database, so copying one file is a copy of the state."""
    state = open_state(URL, base=tmp_path)
    state.put_link(LINK)
    state.close()
    assert [path.name for path in (tmp_path / ".syncdsl").iterdir()] == ["state.db"]
    with closing(sqlite3.connect(tmp_path / ".syncdsl" / "state.db")) as raw:
        assert raw.execute("SELECT key FROM link").fetchall() == [("k",)]


@pytest.mark.parametrize("name", ["what?.db", "100%25.db", "a b#c.db", "ümlaut.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    """Names with characters that mean something in URLs stand for themselves, in the folder at least."""
    base = tmp_path / name.removesuffix(".db")
    state = open_state(URL, base=base)
    state.put_link(LINK)
    state.close()
    assert [path.name for path in base.rglob("*") if path.is_file()] == ["state.db"]
    reader = open_state(URL, base=base, read_only=True)
    assert reader.links("p") == [LINK]
    reader.close()


@pytest.mark.parametrize(
    "url",
    [
        "state.db",
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///state.db?mode=memory",
        "sqlite:///state.db?nolock=1",
        "sqlite:///nul\0.db",
        "sqlite://host/state.db",
        "mysql://user:topsecret@host/db",
        "postgresql://user:topsecret@host/db?shema=acme",
        "postgresql://user:topsecret@host/db?options=-csearch_path%3Dpublic",
        "postgresql://user:topsecret@host/db?schema=a&schema=b",
        "postgresql://user:topsecret@host/db?schema=pg_temp",
        "postgresql://user:topsecret@host/db?schema=Acme",
        'postgresql://user:topsecret@host/db?schema=a"b',
        "postgresql://user:topsecret@host",
        "postgresql+psycopg2://user:topsecret@host/db",
        "nonsense://host:port/db",
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_url_that_names_no_state_is_refused(tmp_path: Path, url: str, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A URL that names no state, or has options that switch safety off, is SD808; no password is shown."""
    with pytest.raises(Fault) as caught:
        open_state(url, base=tmp_path, read_only=read_only)
    assert caught.value.code.id == "SD808"
    assert "topsecret" not in f"{caught.value} {caught.value.help}"
    assert list(tmp_path.iterdir()) == []


def test_a_link_leads_to_the_file(tmp_path: Path) -> None:
    """A state behind a symbolic link is the file it leads to, log and all."""
    open_state("sqlite:///real/state.db", base=tmp_path).close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "state.db").symlink_to(tmp_path / "real" / "state.db")
    state = open_state("sqlite:///other/state.db", base=tmp_path)
    state.put_link(LINK)
    beside = sorted(path.name for path in (tmp_path / "real").iterdir())
    state.close()
    assert beside == ["state.db", "state.db-shm", "state.db-wal"]
    assert not (tmp_path / "other" / "state.db-wal").exists()
