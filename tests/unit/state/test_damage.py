"""A file that cannot be the state is refused in words, and left for its owner to look at."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.state import Link, open_state

if TYPE_CHECKING:
    from pathlib import Path

URL = "sqlite:///state.db"
BOTH_WAYS = pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])


def make(base: Path) -> Path:
    """Make a state of a few hundred pages."""
    state = open_state(URL, base=base)
    with state.transaction():
        for n in range(500):
            state.put_link(
                Link(uid=f"u{n}", pair="p", left_id=f"l{n}", right_id=f"r{n}", key=f"k{n}", left_base={"a": "x" * 900})
            )
    state.close()
    return base / "state.db"


def refused(base: Path, *, read_only: bool) -> Fault:
    """Return the fault of opening, after making sure that nothing in the folder changed."""
    before = {path.name: (path.stat().st_mode, path.stat().st_mtime_ns) for path in base.iterdir()}
    content = {path.name: path.read_bytes() for path in base.iterdir() if path.is_file()}
    with pytest.raises(Fault) as caught:
        open_state(URL, base=base, read_only=read_only)
    assert {path.name: (path.stat().st_mode, path.stat().st_mtime_ns) for path in base.iterdir()} == before
    assert {path.name: path.read_bytes() for path in base.iterdir() if path.is_file()} == content
    return caught.value


@BOTH_WAYS
@pytest.mark.parametrize("size", [1, 15, 16, 50, 100, 1000, 4096, 5000, 40960, -4096, -1])
def test_a_truncated_file(tmp_path: Path, size: int, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A state whose end is missing, wherever it was cut, is SD805 and says what to do."""
    path = make(tmp_path)
    os.truncate(path, size if size > 0 else path.stat().st_size + size)
    fault = refused(tmp_path, read_only=read_only)
    assert fault.code.id == "SD805"
    assert "restore a copy" in (fault.help or "")


@BOTH_WAYS
@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_in_the_middle(tmp_path: Path, seed: int, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A state with pages of noise in it is SD805."""
    path = make(tmp_path)
    noise = random.Random(seed)
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        file.seek(4096 * noise.randrange(1, pages - 8))
        file.write(noise.randbytes(4096 * 8))
    assert refused(tmp_path, read_only=read_only).code.id == "SD805"


@BOTH_WAYS
@pytest.mark.parametrize(
    "content", [b"\n", b"hello, this is no database at all\n" * 500, b"SQLite format 3\0", b"\0" * 8192]
)
def test_a_file_of_something_else(tmp_path: Path, content: bytes, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A file that is no database is SD805."""
    (tmp_path / "state.db").write_bytes(content)
    assert refused(tmp_path, read_only=read_only).code.id == "SD805"


@BOTH_WAYS
@pytest.mark.parametrize("version_table", [False, True])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_database_of_another_program(
    tmp_path: Path,
    journal: str,
    version_table: bool,  # noqa: FBT001 - a parameter of the test
    read_only: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A sound database that holds something else, even one that is migrated with Alembic too, is SD805."""
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        raw.execute(f"PRAGMA journal_mode = {journal}")
        raw.execute("CREATE TABLE photos (name TEXT)")
        if version_table:
            raw.execute("CREATE TABLE alembic_version (version_num TEXT)")
            raw.execute("INSERT INTO alembic_version VALUES ('0001')")
        raw.commit()
    fault = refused(tmp_path, read_only=read_only)
    assert fault.code.id == "SD805"
    assert "another program" in fault.message


@BOTH_WAYS
def test_a_database_of_another_program_in_use(tmp_path: Path, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Another program's database is refused without its log being tidied up under it."""
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE photos (name TEXT)")
        raw.commit()
        log = (tmp_path / "state.db-wal").stat()
        with pytest.raises(Fault, match="another program"):
            open_state(URL, base=tmp_path, read_only=read_only)
        after = (tmp_path / "state.db-wal").stat()
        assert (after.st_size, after.st_mtime_ns) == (log.st_size, log.st_mtime_ns)


@BOTH_WAYS
@pytest.mark.parametrize("rows", ["DELETE FROM alembic_version", "INSERT INTO alembic_version VALUES ('0001')"])
def test_a_state_without_one_revision(tmp_path: Path, rows: str, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A state that does not say which revision it has is SD805."""
    with closing(sqlite3.connect(make(tmp_path))) as raw:
        raw.execute(rows)
        raw.commit()
    assert refused(tmp_path, read_only=read_only).code.id == "SD805"


@BOTH_WAYS
def test_a_folder(tmp_path: Path, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A folder in the state's place is SD808."""
    (tmp_path / "state.db").mkdir()
    assert refused(tmp_path, read_only=read_only).code.id == "SD808"


@BOTH_WAYS
def test_a_pipe(tmp_path: Path, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Something that is neither file nor folder is SD808, and nobody waits for it."""
    os.mkfifo(tmp_path / "state.db")
    assert refused(tmp_path, read_only=read_only).code.id == "SD808"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    """A file where the state's folder should be is SD808."""
    (tmp_path / ".syncdsl").write_text("")
    with pytest.raises(Fault) as caught:
        open_state("sqlite:///.syncdsl/state.db", base=tmp_path)
    assert caught.value.code.id == "SD808"


@pytest.mark.parametrize("target", ["state.db", "nowhere/state.db"])
def test_a_link_that_leads_nowhere(tmp_path: Path, target: str) -> None:
    """A symbolic link to itself is SD808; one to a file that is missing gets the file."""
    (tmp_path / "state.db").symlink_to(tmp_path / target)
    if target == "state.db":
        with pytest.raises(Fault) as caught:
            open_state(URL, base=tmp_path)
        assert caught.value.code.id == "SD808"
    else:
        open_state(URL, base=tmp_path).close()
        assert (tmp_path / target).is_file()


def test_an_empty_file_is_a_new_state(tmp_path: Path) -> None:
    """A file of no bytes, such as a killed first run leaves, becomes a new state."""
    (tmp_path / "state.db").touch()
    state = open_state(URL, base=tmp_path)
    assert state.links("p") == []
    state.close()


def test_a_file_without_tables_is_a_new_state(tmp_path: Path) -> None:
    """A database without tables, such as a killed first run leaves, becomes a new state."""
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
    state = open_state(URL, base=tmp_path)
    assert state.links("p") == []
    state.close()
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]
