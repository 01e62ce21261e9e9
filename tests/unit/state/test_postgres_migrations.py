"""From one version of the program to the next, on a PostgreSQL server: whole or not at all, after a copy."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine

from syncdsl.state import HistoryEntry, Link, open_state, postgres
from syncdsl.state.migration import migrate, newest_revision

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg
    from sqlalchemy import Connection
    from tests.postgres import Server
    from tests.unit.state.conftest import StartChild

LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k", left_base={"name": "Ada"})
OLD = "INSERT INTO link VALUES ('u', 'p', 'l', 'r', 'k', 'active', '[]', '{\"name\":\"Ada\"}', '{}', '{}')"
ENTRY = (
    "INSERT INTO history (run, uid, connection, module, record_id, field, cause_rule, cause_location) "
    "VALUES ('run', 'u', 'crm', 'accounts', '1', 'name', 'rule', 'a.sync:1')"
)


class StopError(Exception):
    """Something that ends a migration."""


@pytest.fixture
def old(postgres: Server, postgres_url: str) -> str:
    """Return the URL of a state of the first revision that holds a link and an entry of the history."""
    schema = postgres_url.rpartition("schema=")[2]
    engine = create_engine("postgresql+psycopg://", creator=lambda: _connected(postgres, schema))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        migrate(connection, "0001")
        connection.exec_driver_sql(OLD)
        connection.exec_driver_sql(ENTRY)
    engine.dispose()
    return postgres_url


def _connected(server: Server, schema: str) -> psycopg.Connection[Any]:
    connection = server.connect(schema)
    connection.autocommit = False
    return connection


def content(server: Server, schema: str) -> dict[str, list[Any]]:
    """Return the columns, indexes and references of a schema, and two of its tables."""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = %s ORDER BY 1, 2",
        "indexes": "SELECT replace(indexdef, %s || '.', '') FROM pg_indexes WHERE schemaname = %s ORDER BY 1",
        "references": "SELECT conname FROM pg_constraint WHERE connamespace = to_regnamespace(%s) AND contype = 'f' "
        "ORDER BY 1",
    }
    with closing(server.connect(schema)) as connection:
        found = {
            name: [row for row in connection.execute(text, (schema,) * text.count("%s")).fetchall()]  # noqa: C416 - plain lists
            for name, text in queries.items()
        }
        for table in ("link", "history"):
            found[table] = connection.execute(f"TABLE {table}".encode()).fetchall()
    return found


def test_an_old_state_is_copied_then_migrated(old: str, postgres: Server, tmp_path: Path) -> None:
    """An older state opens with all it held, and beside it stands a schema that is what it was, references and all."""
    schema = old.rpartition("schema=")[2]
    before = content(postgres, schema)
    state = open_state(old, base=tmp_path)
    assert state.links("p") == [LINK]
    state.add_history("run", [_entry()])
    assert [row.seq for row in state.history()] == [1, 2]
    state.close()
    assert content(postgres, f"{schema}_backup_0001") == before
    assert len(before["indexes"]) > 20
    assert len(before["references"]) == 2
    with closing(postgres.connect(schema)) as connection:
        assert connection.execute("TABLE alembic_version").fetchall() == [(newest_revision(),)]


def test_the_copy_numbers_by_itself(old: str, postgres: Server, tmp_path: Path) -> None:
    """A copy that is put back goes on numbering behind its own rows, and can do without the schema it came from."""
    schema = old.rpartition("schema=")[2]
    open_state(old, base=tmp_path).close()
    with closing(postgres.connect()) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.execute(f"ALTER SCHEMA {schema}_backup_0001 RENAME TO {schema}")
    state = open_state(old, base=tmp_path)
    assert state.links("p") == [LINK]
    state.add_history("run", [_entry()])
    assert [row.seq for row in state.history()] == [1, 2]
    state.close()


def test_an_interrupted_migration_leaves_the_original(
    old: str, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that fails after it changed tables leaves the state as it was and no copy; the next one succeeds."""
    schema = old.rpartition("schema=")[2]
    before = content(postgres, schema)

    def stop(connection: Connection) -> None:
        migrate(connection)
        connection.exec_driver_sql("DROP TABLE link")
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(postgres_module, "migrate", stop)
        with pytest.raises(StopError):
            open_state(old, base=tmp_path)
    assert content(postgres, schema) == before
    with closing(postgres.connect()) as connection:
        assert connection.execute("SELECT to_regnamespace(%s)", (f"{schema}_backup_0001",)).fetchone() == (None,)
    state = open_state(old, base=tmp_path)
    assert state.links("p") == [LINK]
    state.close()


def test_a_killed_migration_leaves_the_original(old: str, postgres: Server, tmp_path: Path, child: StartChild) -> None:
    """After kill -9 in the middle of a migration the state is as it was, and the next run migrates it."""
    before = content(postgres, old.rpartition("schema=")[2])
    code = """
from syncdsl.state import postgres
real = postgres.migrate
def stop(connection):
    real(connection)
    connection.exec_driver_sql("DROP TABLE link")
    ready()
postgres.migrate = stop
open_state(sys.argv[3], base=Path(sys.argv[1]))
""".replace("sys.argv[3]", repr(old))
    migrating = child(tmp_path, code)
    migrating.kill()
    migrating.wait()
    assert content(postgres, old.rpartition("schema=")[2]) == before
    state = open_state(old, base=tmp_path)
    assert state.links("p") == [LINK]
    state.close()


def test_two_programs_make_a_state_once(postgres_url: str, tmp_path: Path, child: StartChild) -> None:
    """Programs that open a new state at the same time end up with one state, made once."""
    code = f"""
ready()
state = open_state({postgres_url!r}, base=Path(sys.argv[1]))
state.put_link(link(os.getpid()))
"""
    programs = [child(tmp_path / str(number), code) for number in range(3)]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate()
        assert program.returncode == 0
    state = open_state(postgres_url, base=tmp_path)
    assert len(state.links("p")) == 3
    state.close()


def test_a_preview_of_an_old_state(old: str, postgres: Server, tmp_path: Path) -> None:
    """A preview works with an older state, which stays as old as it was."""
    schema = old.rpartition("schema=")[2]
    before = content(postgres, schema)
    preview = open_state(old, base=tmp_path, scratch=True)
    assert preview.links("p") == [LINK]
    preview.add_history("run", [_entry()])
    assert [row.seq for row in preview.history()] == [1, 2]
    assert not preview.approved("digest")
    preview.close()
    assert content(postgres, schema) == before
    state = open_state(old, base=tmp_path)
    state.add_history("run", [_entry()])
    assert [row.seq for row in state.history()] == [1, 2]
    state.close()


def test_the_condition_of_the_open_create(postgres_url: str, postgres: Server, tmp_path: Path) -> None:
    """The index that refuses a second open create has its condition on the server, too."""
    open_state(postgres_url, base=tmp_path).close()
    schema = postgres_url.rpartition("schema=")[2]
    with closing(postgres.connect(schema)) as connection:
        (found,) = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND indexname = 'uq_intent_open_create'", (schema,)
        ).fetchone() or ("",)
    assert "UNIQUE" in found
    assert "op = 'create'" in found
    for word in ("intent", "sent", "ambiguous", "quarantined"):
        assert f"'{word}'" in found


postgres_module = postgres


def _entry() -> HistoryEntry:
    return HistoryEntry(
        uid="u", connection="crm", module="accounts", record_id="1", field="name", old=None, new="Ada",
        cause_rule="rule", cause_location="a.sync:1",
    )  # fmt: skip
