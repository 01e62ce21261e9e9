"""From one version of the program to the next."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from tests.unit.state.conftest import ON_SQLITE

from syncdsl.diagnostics import Fault
from syncdsl.state import Link, open_state, sqlite_file
from syncdsl.state.migration import current_revision, known_revisions, migrate, newest_revision
from syncdsl.state.tables import METADATA
from syncdsl.state.untouched import reading_untouched

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection
    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State

URL = "sqlite:///state.db"
LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k", left_base={"name": "Ada"})


def dump(path: Path) -> list[str]:
    with reading_untouched(path) as raw:
        return list(raw.iterdump())


def make_old(base: Path) -> list[str]:
    """Make a state of the first revision that holds a link, and return all that is in it."""
    state = open_state(URL, base=base)
    state.put_link(LINK)
    state.close()
    with closing(sqlite3.connect(base / "state.db")) as raw:
        raw.execute("DROP TABLE approval")
        raw.execute("ALTER TABLE link DROP COLUMN left_written")
        raw.execute("ALTER TABLE link DROP COLUMN right_written")
        raw.execute("ALTER TABLE observation DROP COLUMN swept")
        raw.execute("DROP INDEX ix_observed_record_key")
        first = ("agenda", "match_form", "pair_pass", "review", "rules", "switch", "archive")
        for name in (*first, "access_grant", "association", "daemon", "attempt", "alert", "call_back"):
            raw.execute(f"DROP TABLE {name}")
        for table, columns in {
            "link": ("origin", "linked_at"),
            "observed_record": ("key",),
            "history": ("kind", "side", "at", "by", "erased"),
            "instance": ("part", "turn", "base"),
            "run": ("cause", "by", "parts", "error"),
        }.items():
            for column in columns:
                raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
        raw.commit()
    return dump(base / "state.db")


def revision(path: Path) -> str:
    with reading_untouched(path) as raw:
        return str(raw.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_the_tables_are_what_the_migrations_make(state: State) -> None:
    """Tables, columns, indexes, uniqueness and references of the program and of a migrated database are the same."""
    with state.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


@ON_SQLITE
def test_the_condition_of_the_open_create_is_what_the_migrations_make(state: State) -> None:
    """The index that refuses a second open create has the same condition in both, which Alembic does not compare."""
    with state.reading() as connection:
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'uq_intent_open_create'"
        ).scalar_one()
    (index,) = (index for index in METADATA.tables["intent"].indexes if index.name == "uq_intent_open_create")
    assert str(made).endswith(f"WHERE {index.dialect_options['sqlite']['where']}")


@ON_SQLITE
def test_the_first_revision_is_what_old_states_are(state: State, tmp_path: Path) -> None:
    """The old state of these tests is the one that the first revision makes."""
    del state
    make_old(tmp_path)
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        old = raw.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    made = create_engine("sqlite://")
    with made.begin() as connection:
        migrate(connection, "0001")
        assert current_revision(connection) == "0001"
        new = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    made.dispose()
    assert [tuple(row) for row in new] == old


def test_an_old_state_is_copied_then_migrated(tmp_path: Path) -> None:
    """An older state opens with all it held, and beside it lies a private copy equal to what it was."""
    before = make_old(tmp_path)
    state = open_state(URL, base=tmp_path)
    assert state.links("p") == [LINK]
    assert not state.approved("digest")
    state.close()
    backup = tmp_path / "state.db.backup-0001"
    assert dump(backup) == before
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert revision(tmp_path / "state.db") == newest_revision()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.db", "state.db.backup-0001"]


def test_a_state_that_is_not_old_is_not_copied(tmp_path: Path) -> None:
    """A new state, and one of this version, is opened without a copy."""
    for _ in range(2):
        open_state(URL, base=tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]


def test_reading_migrates_in_memory_only(tmp_path: Path) -> None:
    """A preview works with an older state and leaves the file as old as it was."""
    make_old(tmp_path)
    before = (tmp_path / "state.db").read_bytes()
    state = open_state(URL, base=tmp_path, read_only=True)
    assert state.links("p") == [LINK]
    assert not state.approved("digest")
    state.close()
    assert (tmp_path / "state.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]


class StopError(Exception):
    """Something that ends a migration."""


def test_an_interrupted_migration_leaves_the_original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails after it changed tables leaves the state as it was; the next attempt succeeds."""
    before = make_old(tmp_path)

    def stop(connection: Connection) -> None:
        migrate(connection)
        connection.exec_driver_sql("DROP TABLE link")
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_file, "migrate", stop)
        with pytest.raises(StopError):
            open_state(URL, base=tmp_path)
    assert dump(tmp_path / "state.db") == before
    state = open_state(URL, base=tmp_path)
    assert state.links("p") == [LINK]
    state.close()
    assert dump(tmp_path / "state.db.backup-0001") == before


def test_a_killed_migration_leaves_the_original(tmp_path: Path, child: StartChild) -> None:
    """After kill -9 in the middle of a migration the state is as it was; the next run migrates it."""
    before = make_old(tmp_path)
    code = """
from syncdsl.state import sqlite_file
real = sqlite_file.migrate
def stop(connection):
    real(connection)
    connection.exec_driver_sql("DROP TABLE link")
    ready()
sqlite_file.migrate = stop
open_state("sqlite:///state.db", base=Path(sys.argv[1]))
"""
    migrating = child(tmp_path, code)
    migrating.kill()
    migrating.wait()
    reader = open_state(URL, base=tmp_path, read_only=True)
    assert reader.links("p") == [LINK]
    reader.close()
    assert dump(tmp_path / "state.db") == before
    state = open_state(URL, base=tmp_path)
    assert state.links("p") == [LINK]
    state.close()
    assert revision(tmp_path / "state.db") == newest_revision()


def test_two_programs_migrate_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another program migrated between the check and the lock, the copy is not made again from the new one."""
    before = make_old(tmp_path)
    check = sqlite_file.checked_revision

    def overtaken(path: Path) -> str | None:
        found = check(path)
        monkeypatch.undo()
        open_state(URL, base=tmp_path).close()
        return found

    monkeypatch.setattr(sqlite_file, "checked_revision", overtaken)
    open_state(URL, base=tmp_path).close()
    assert dump(tmp_path / "state.db.backup-0001") == before
    assert sorted(path.name for path in tmp_path.glob("*backup*")) == ["state.db.backup-0001"]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_state_is_refused(tmp_path: Path, read_only: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A state of a revision that this version does not know is SD806 and left alone."""
    make_old(tmp_path)
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(Fault) as caught:
        open_state(URL, base=tmp_path, read_only=read_only)
    assert caught.value.code.id == "SD806"
    assert "9999" in caught.value.message
    assert (tmp_path / "state.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]


def test_revisions_form_one_line() -> None:
    """Every revision is numbered in order, the newest last."""
    assert sorted(known_revisions()) == [f"{number:04}" for number in range(1, len(known_revisions()) + 1)]
    assert newest_revision() == max(known_revisions())
