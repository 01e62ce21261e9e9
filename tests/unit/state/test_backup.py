"""A state in one file, and back: to the same kind of database, or to the other."""

from __future__ import annotations

import datetime as dt
import os
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from tests.unit.state.conftest import ON_POSTGRES, ON_SQLITE

from syncdsl.diagnostics import Fault
from syncdsl.state import Grant, HistoryEntry, Intent, Link, StoredRecord, backup, open_state
from syncdsl.state.backup import back_up, describe, opened_backup, put_back
from syncdsl.state.portable import plain
from syncdsl.state.tables import LEASE, METADATA

if TYPE_CHECKING:
    from tests.postgres import Server
    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State
    from syncdsl.state.backup import Restored

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
INTENT = Intent(
    iid="i1", op="create", connection="books", module="contacts", key="k1", pair_or_document="p",
    source_connection="crm", source_module="accounts", source_id="7", payload={"fields": {"name": "Ada \ud800"}},
    payload_hash="h", fence=1,
)  # fmt: skip
GRANT = Grant(
    connection="books", module="users", record_id="7", address="ada@example.com", role="Sales", ours=True, since=NOW
)
ENTRY = HistoryEntry(
    uid="u", connection="crm", module="accounts", record_id="1", field="name", old=None, new="Ada", at=NOW,
    cause_rule="rule", cause_location="a.sync:1",
)  # fmt: skip


def link(number: int) -> Link:
    return Link(
        uid=f"u{number}", pair="p", left_id=f"l{number}", right_id=f"r{number}", key=f"k{number}",
        left_base={"name": "Zoë 🎈\n"}, linked_at=NOW,
    )  # fmt: skip


def fill(state: State) -> None:
    """Put something into a state."""
    facts = {"organization": "1", "data_centre": "eu"}
    state.record_identity("live", {"crm": facts, "books": facts})
    state.start_run("run-1", "apply", "plan", NOW)
    for number in range(5):
        state.put_link(link(number))
    state.set_aside("p", "left", "9", "because")
    state.add_intents([INTENT])
    state.mark_sent(["i1"], NOW)
    state.add_history("run-1", [ENTRY, ENTRY])
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id="1", modified=NOW), "key")])
    state.end_observation("step", ("name",), "cursor", swept=NOW)
    state.activate("t", NOW)
    state.put_truths("t", {"1": True, "2": False}, NOW)
    state.approve("digest", "me", NOW)
    state.put_grants([GRANT])


def everything(state: State) -> dict[str, list[Any]]:
    """Return every row, as it is stored."""
    with state.reading() as connection:
        return {
            table.name: sorted(connection.execute(select(plain(table))).all(), key=repr)
            for table in METADATA.sorted_tables
            if table is not LEASE
        }


def restored(url: str, base: Path, file: Path, now: dt.datetime = LATER) -> Restored:
    with opened_backup(file) as found:
        return put_back(url, base=base, backup=found, owner="test", host=socket.gethostname(), now=now)


def without_sweep(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return rows as a restore leaves them: the next run reads everything."""
    observations = [(*row[:-1], None) for row in rows["observation"]]
    return {**rows, "observation": observations}


def test_there_and_back(state: State, url: str, tmp_path: Path) -> None:
    """What was backed up is there again, all of it, and what came since is not; numbers go on behind it."""
    fill(state)
    before, digest = everything(state), state.digest()
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.put_link(link(7))
    state.resolve_intent("i1", "done")
    state.add_history("run-2", [ENTRY])
    done = restored(url, tmp_path, tmp_path / "copy.db")
    assert everything(state) == without_sweep(before)
    assert state.digest() == digest
    assert done.rows == sum(len(rows) for rows in before.values())
    state.add_history("run-3", [ENTRY])
    assert [row.seq for row in state.history()] == list(range(1, len(before["history"]) + 2))


def test_the_state_before_is_kept(state: State, url: str, tmp_path: Path) -> None:
    """The state that a restore replaces is kept whole where the answer says, and can be restored in its turn."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.put_link(link(7))
    before = everything(state)
    kept = restored(url, tmp_path, tmp_path / "copy.db").kept
    assert kept is not None
    if url.startswith("sqlite"):
        kept_url = f"sqlite:///{kept}"
        assert stat.S_IMODE(Path(kept).stat().st_mode) == 0o600
        assert kept.endswith("state.db.before-restore-20260102t040405")
    else:
        kept_url = f"{url.partition('schema=')[0]}schema={kept.removeprefix('the schema ')}"
    old = open_state(kept_url, base=tmp_path, read_only=True)
    assert everything(old) == before
    old.close()
    back_up(kept_url, base=tmp_path, file=tmp_path / "again.db")
    restored(url, tmp_path, tmp_path / "again.db", LATER + dt.timedelta(seconds=1))
    assert everything(state) == without_sweep(before)


@ON_SQLITE
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_state_moves_between_databases(state: State, url: str, postgres_url: str, tmp_path: Path, way: str) -> None:
    """A backup of a file goes onto a server and one of a server into a file, and decisions rest on the same."""
    source = state if way == "there" else open_state(postgres_url, base=tmp_path)
    from_url, to_url = (url, postgres_url) if way == "there" else (postgres_url, "sqlite:///other.db")
    fill(source)
    back_up(from_url, base=tmp_path, file=tmp_path / "copy.db")
    assert restored(to_url, tmp_path, tmp_path / "copy.db").kept is None
    target = open_state(to_url, base=tmp_path)
    assert everything(target) == without_sweep(everything(source))
    assert target.digest() == source.digest()
    assert target.open_intents() == source.open_intents()
    target.close()
    if source is not state:
        source.close()


def test_a_backup_is_private_and_one_file(state: State, url: str, tmp_path: Path) -> None:
    """The file is its user's alone, and nothing lies beside it."""
    fill(state)
    folder = tmp_path / "backups"
    folder.mkdir()
    umask = os.umask(0)
    try:
        back_up(url, base=tmp_path, file=folder / "copy.db")
    finally:
        os.umask(umask)
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_a_backup_replaces_nothing(state: State, url: str, tmp_path: Path) -> None:
    """A file that is there stays as it is: SD813."""
    fill(state)
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(Fault, match="is there already") as caught:
        back_up(url, base=tmp_path, file=tmp_path / "mine")
    assert caught.value.code.id == "SD813"
    assert (tmp_path / "mine").read_text() == "precious"
    with pytest.raises(Fault, match="cannot be written"):
        back_up(url, base=tmp_path, file=tmp_path / "nowhere" / "copy.db")


def test_a_backup_during_a_run(tmp_path: Path, state: State, url: str, child: StartChild) -> None:
    """While a run holds the lease and is in the middle of a transaction, a backup has what is committed."""
    child(
        tmp_path,
        "acquire()\nstate.put_link(link(1))\nwith state.transaction():\n    state.put_link(link(2))\n    ready()",
    )
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    with opened_backup(tmp_path / "copy.db") as found:
        assert [item.uid for item in found.links("p")] == ["u1"]
    del state


def test_a_restore_during_a_run_is_refused(tmp_path: Path, state: State, url: str, child: StartChild) -> None:
    """While a run holds the lease nothing is restored: SD804."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.put_link(link(7))
    child(tmp_path, "acquire()\nready()")
    with pytest.raises(Fault) as caught:
        restored(url, tmp_path, tmp_path / "copy.db")
    assert caught.value.code.id == "SD804"
    assert len(state.links("p")) == 6


def test_a_run_that_was_overtaken_by_a_restore_commits_nothing(state: State, url: str, tmp_path: Path) -> None:
    """The fence is no part of a backup: it grows, so a run from before the restore writes nothing after it."""
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.acquire_lease("test", 2**22, socket.gethostname(), NOW)
    restored(url, tmp_path, tmp_path / "copy.db")
    with pytest.raises(Fault) as caught:
        state.put_link(link(1))
    assert caught.value.code.id == "SD804"


def test_nothing_to_back_up(url: str, tmp_path: Path) -> None:
    """Where there is no state there is no backup of it, and none is made on the way: SD808."""
    with pytest.raises(Fault) as caught:
        back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    assert caught.value.code.id == "SD808"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database at all\n" * 300, b"SQLite format 3\0"])
def test_a_file_that_is_no_backup(state: State, url: str, tmp_path: Path, content: bytes) -> None:
    """Whatever is no backup is SD813, and the state stays as it is."""
    fill(state)
    before = everything(state)
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(Fault) as caught:
        restored(url, tmp_path, tmp_path / "copy.db")
    assert caught.value.code.id == "SD813"
    assert caught.value.help
    assert everything(state) == before


@ON_SQLITE
def test_a_backup_with_a_value_that_cannot_be_read(state: State, url: str, tmp_path: Path) -> None:
    """A backup of which a part cannot be read is not restored, and says which."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.execute("UPDATE link SET left_base = '{' WHERE uid = 'u3'")
        raw.commit()
    with pytest.raises(Fault, match="`left_base` of the row `u3`") as caught:
        restored(url, tmp_path, tmp_path / "copy.db")
    assert caught.value.code.id == "SD813"


def test_a_backup_of_another_organisation(state: State, url: str, tmp_path: Path) -> None:
    """A backup of other organisations than those of the state is SD807: it is another environment's."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.execute("UPDATE identity SET organization = '2' WHERE connection = 'crm'")
        raw.commit()
    before = everything(state)
    with pytest.raises(Fault) as caught:
        restored(url, tmp_path, tmp_path / "copy.db")
    assert caught.value.code.id == "SD807"
    assert everything(state) == before


def test_a_restore_that_fails_changes_nothing(
    state: State, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore that is interrupted when everything was replaced already leaves the state as it was."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.put_link(link(7))
    before = everything(state)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_number", stop)
    with pytest.raises(KeyboardInterrupt):
        restored(url, tmp_path, tmp_path / "copy.db")
    assert everything(state) == before


@ON_SQLITE
@pytest.mark.parametrize("harm", ["cut", "newer"])
def test_a_damaged_file_is_put_aside(state: State, url: str, tmp_path: Path, harm: str) -> None:
    """In the place of a damaged file, or one of a newer version, comes the backup; the file is kept byte for byte."""
    fill(state)
    before = everything(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    state.close()
    path = tmp_path / ".syncdsl" / "state.db"
    if harm == "cut":
        os.truncate(path, 5000)
    else:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE alembic_version SET version_num = '9999'")
            raw.commit()
    harmed = path.read_bytes()
    kept = restored(url, tmp_path, tmp_path / "copy.db").kept
    assert kept is not None
    assert Path(kept).read_bytes() == harmed
    again = open_state(url, base=tmp_path)
    assert everything(again) == without_sweep(before)
    again.close()


@ON_SQLITE
def test_the_file_of_another_program_is_not_moved(url: str, tmp_path: Path) -> None:
    """A database of another program in the state's place stays where it is: the setting is wrong, not the file."""
    source = open_state("sqlite:///source.db", base=tmp_path)
    fill(source)
    source.close()
    back_up("sqlite:///source.db", base=tmp_path, file=tmp_path / "copy.db")
    path = tmp_path / ".syncdsl" / "state.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE photos (name TEXT)")
    with pytest.raises(Fault, match="another program"):
        restored(url, tmp_path, tmp_path / "copy.db")
    assert [item.name for item in path.parent.iterdir()] == ["state.db"]


@ON_POSTGRES
@pytest.mark.parametrize("harm", ["DROP TABLE intent CASCADE", "UPDATE alembic_version SET version_num = '9999'"])
def test_a_damaged_schema_is_put_aside(state: State, url: str, postgres: Server, tmp_path: Path, harm: str) -> None:
    """In the place of a damaged schema, or one of a newer version, comes the backup; the schema keeps another name."""
    fill(state)
    before = everything(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    schema = url.rpartition("schema=")[2]
    with closing(postgres.connect(schema)) as raw:
        raw.execute(harm)
    kept = (restored(url, tmp_path, tmp_path / "copy.db").kept or "").removeprefix("the schema ")
    assert everything(state) == without_sweep(before)
    with closing(postgres.connect(kept)) as raw:
        assert raw.execute("SELECT count(*) FROM link").fetchone() == (5,)


@ON_POSTGRES
def test_the_schema_of_another_program_is_not_moved(url: str, postgres: Server, tmp_path: Path) -> None:
    """A schema with the tables of another program stays as it is."""
    source = open_state("sqlite:///source.db", base=tmp_path)
    fill(source)
    source.close()
    back_up("sqlite:///source.db", base=tmp_path, file=tmp_path / "copy.db")
    schema = url.rpartition("schema=")[2]
    with closing(postgres.connect()) as raw:
        raw.execute(f"CREATE SCHEMA {schema}")
        raw.execute(f"CREATE TABLE {schema}.photos (name text)")
        with pytest.raises(Fault, match="another program"):
            restored(url, tmp_path, tmp_path / "copy.db")
        assert raw.execute(f"TABLE {schema}.photos").fetchall() == []


def test_a_backup_says_what_it_holds(state: State, url: str, tmp_path: Path) -> None:
    """Before it takes the place of the state a backup tells how much it has, of when and of whom."""
    fill(state)
    back_up(url, base=tmp_path, file=tmp_path / "copy.db")
    with opened_backup(tmp_path / "copy.db") as found:
        told = describe(found)
    assert (told.links, told.doubtful, told.history, told.last_run) == (5, 1, 7, NOW)
    assert told.organisations == {"crm": "1", "books": "1"}
