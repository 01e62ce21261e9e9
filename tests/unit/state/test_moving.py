"""A state moves to another place, whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.state.conftest import ON_SQLITE
from tests.unit.state.test_backup import ENTRY, everything, fill, link

from syncdsl.diagnostics import Fault
from syncdsl.state import open_state
from syncdsl.state.moving import count_rows, move_state, refuse_place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State

NEW = "sqlite:///new/place.db"


@pytest.fixture
def target(request: pytest.FixtureRequest, url: str) -> str:
    """Return an empty place of the other kind of database."""
    if not url.startswith("sqlite"):
        return NEW
    found = request.getfixturevalue("postgres_url")
    assert isinstance(found, str)
    return found


def test_there_and_back(state: State, target: str, tmp_path: Path) -> None:
    """Every row arrives in the other kind of database, numbering goes on there, and it moves back the same."""
    fill(state)
    before = everything(state)
    seen: list[int] = []
    moved = move_state(state, target, base=tmp_path, told=seen.append)
    assert moved.rows == sum(seen) == count_rows(state)
    assert everything(state) == before
    with closing(open_state(target, base=tmp_path)) as there:
        assert everything(there) == before
        assert there.digest() == state.digest()
        there.add_history("run-3", [ENTRY])
        there.set_switch("syncing", value=True, by="ada", at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
        last = everything(there)
        assert move_state(there, "sqlite:///back.db", base=tmp_path).place == str(tmp_path / "back.db")
    with closing(open_state("sqlite:///back.db", base=tmp_path)) as back:
        assert everything(back) == last
        assert [row.seq for row in back.history()] == list(range(1, len(last["history"]) + 1))


@ON_SQLITE
def test_a_new_file_is_private_and_complete(state: State, tmp_path: Path) -> None:
    """The file appears with its folder, for its user alone, and nothing lies beside it."""
    fill(state)
    move_state(state, NEW, base=tmp_path)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["place.db"]
    assert stat.S_IMODE((tmp_path / "new" / "place.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_place_that_holds_something(state: State, target: str, tmp_path: Path) -> None:
    """A place with a single row, and the state's own place, are refused and stay as they are: SD877."""
    fill(state)
    with closing(open_state(target, base=tmp_path)) as there:
        there.put_link(link(9))
        before = everything(there)
        with pytest.raises(Fault, match="is not empty") as caught:
            move_state(state, target, base=tmp_path)
        assert everything(there) == before
    assert caught.value.code.id == "SD877"


@ON_SQLITE
@pytest.mark.parametrize(
    ("url_of_target", "said"),
    [
        ("postgresql://sync@127.0.0.1:1/sync", "cannot be moved there"),
        ("mysql://sync@localhost/sync", "cannot be moved there"),
        ("sqlite:///taken", "is not empty"),
        ("sqlite:///taken/below.db", "cannot be"),
        ("nonsense", "cannot be moved there"),
    ],
)
def test_places_that_cannot_be_used(state: State, tmp_path: Path, url_of_target: str, said: str) -> None:
    """A server that does not answer, a file that is something else, no URL at all: SD877, and nothing is touched."""
    fill(state)
    (tmp_path / "taken").write_text("precious")
    with pytest.raises(Fault, match=said) as caught:
        move_state(state, url_of_target, base=tmp_path)
    assert caught.value.code.id == "SD877"
    assert (tmp_path / "taken").read_text() == "precious"


def test_a_damaged_state_is_not_moved(state: State, target: str, tmp_path: Path) -> None:
    """What cannot be read is not carried elsewhere as if it were sound; the place is empty afterwards."""
    fill(state)
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE link SET left_base = '{'")
    with pytest.raises(Fault, match="is not sound: `left_base` of the row") as caught:
        move_state(state, target, base=tmp_path)
    assert caught.value.code.id == "SD877"
    refuse_place(target, tmp_path)


def test_killed_in_the_middle(state: State, url: str, target: str, tmp_path: Path, child: StartChild) -> None:
    """After `kill -9` in the middle the state is as it was and free, the place is empty, and it can be done again."""
    fill(state)
    before = everything(state)
    process = child(
        tmp_path,
        "from syncdsl.state.moving import move_state\n"
        f"acquire()\nmove_state(state, {target!r}, base=Path(sys.argv[1]), told=lambda count: ready())",
    )
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    assert everything(state) == before
    refuse_place(target, tmp_path)
    with closing(open_state(url, base=tmp_path)) as again:
        fence = again.acquire_lease("test", os.getpid(), socket.gethostname(), dt.datetime.now(dt.UTC))
        move_state(again, target, base=tmp_path)
        again.release_lease(fence)
    with closing(open_state(target, base=tmp_path)) as there:
        assert everything(there) == before


def test_interrupted(state: State, target: str, tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves nothing behind."""
    fill(state)

    def interrupt(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_state(state, target, base=tmp_path, told=interrupt)
    refuse_place(target, tmp_path)
    if target == NEW:
        assert list((tmp_path / "new").iterdir()) == []
