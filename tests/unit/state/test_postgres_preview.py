"""A preview of a state on a PostgreSQL server works on a copy of its own."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.state import HistoryEntry, Intent, Link, NotUniqueError, StoredRecord, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server

    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k")
OTHER = Link(uid="v", pair="p", left_id="l2", right_id="r2", key="k2")
INTENT = Intent(
    iid="i1", op="create", connection="books", module="contacts", key="k1", pair_or_document="p",
    source_connection="crm", source_module="accounts", source_id="7", payload={}, payload_hash="h", fence=1,
)  # fmt: skip
ENTRY = HistoryEntry(
    uid="u", connection="crm", module="accounts", record_id="1", field="name", old=None, new="Ada",
    cause_rule="rule", cause_location="a.sync:1",
)  # fmt: skip


@pytest.fixture
def real(postgres_url: str, tmp_path: Path) -> Iterator[State]:
    """Return a state with something of everything."""
    state = open_state(postgres_url, base=tmp_path)
    state.put_link(LINK)
    state.add_intents([INTENT])
    state.add_history("run", [ENTRY, ENTRY])
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id="1"), None)])
    state.end_observation("step", ("name",), "1")
    yield state
    state.close()


@pytest.fixture
def preview(real: State, postgres_url: str, tmp_path: Path) -> Iterator[State]:
    """Return a preview of it."""
    del real
    state = open_state(postgres_url, base=tmp_path, scratch=True)
    yield state
    state.close()


def everything(server: Server, schema: str) -> dict[str, list[Any]]:
    """Return every row and every sequence of a schema, and every lock on it."""
    with closing(server.connect(schema)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        found = {name: connection.execute(f'TABLE "{name}"'.encode()).fetchall() for (name,) in tables}
        found["sequences"] = connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s ORDER BY 1", (schema,)
        ).fetchall()
    return found


def write(state: State, number: int) -> None:
    state.put_link(replace(OTHER, uid=f"u{number}", left_id=f"a{number}", right_id=f"b{number}", key=f"c{number}"))
    state.add_intents([replace(INTENT, iid=f"n{number}", key=f"n{number}")])
    state.mark_sent([f"n{number}"], NOW)
    state.add_history("run", [ENTRY])
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id=str(number)), f"key-{number}")])
    state.unstage("step", {"1": "gone"})
    state.end_observation("step", ("name",), str(number))
    state.start_run(f"run-{number}", "preview", "plan", NOW)


def test_what_a_preview_writes_stays_with_it(preview: State, postgres: Server, postgres_url: str) -> None:
    """A preview reads what it wrote; of the real tables no row and no sequence changes."""
    schema = postgres_url.rpartition("schema=")[2]
    before = everything(postgres, schema)
    write(preview, 7)
    assert [link.uid for link in preview.links("p")] == ["u", "u7"]
    assert [row.seq for row in preview.history()] == [1, 2, 3, 4, 5]
    assert [intent.iid for intent in preview.open_intents()] == ["i1", "n7"]
    assert preview.stored_ids("step", "", 9) == ["7"]
    assert everything(postgres, schema) == before


def test_a_preview_has_the_promises_of_the_state(preview: State) -> None:
    """Partners, keys, open creates and references are as strict in the copy."""
    with pytest.raises(NotUniqueError):
        preview.put_link(replace(OTHER, key="k"))
    with pytest.raises(NotUniqueError):
        preview.put_link(replace(OTHER, left_id="l"))
    with pytest.raises(NotUniqueError):
        preview.add_intents([replace(INTENT, iid="i2")])
    with pytest.raises(Fault):
        preview.mark_sent(["unknown"], NOW)
    assert preview.links("p") == [LINK]


def test_neither_waits_for_the_other(real: State, preview: State, postgres_url: str, tmp_path: Path) -> None:
    """While a preview is open runs write and previews are made, also in the middle of a transaction."""
    assert preview.links("p") == [LINK]
    with real.transaction():
        real.put_link(OTHER)
        another = open_state(postgres_url, base=tmp_path, scratch=True)
        assert another.links("p") == [LINK]
        write(another, 1)
        another.close()
        write(preview, 2)
    assert real.links("p") == [LINK, OTHER]
    assert [link.uid for link in preview.links("p")] == ["u", "u2"]


def test_the_real_tables_are_out_of_reach(preview: State) -> None:
    """Whatever a preview names is its own: it sees no other schema."""
    with preview.reading() as connection:
        assert connection.exec_driver_sql("SELECT current_schemas(false)::text").scalar_one().startswith("{pg_temp_")
    with preview.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE link")
    with pytest.raises(Fault):
        preview.links("p")


def test_a_transaction_in_a_transaction(preview: State) -> None:
    """An inner transaction may be the first thing in an outer one, and a transaction may be empty."""
    with preview.transaction():
        pass
    with preview.transaction(), preview.transaction():
        preview.put_link(OTHER)
    assert preview.links("p") == [LINK, OTHER]


def test_writing_while_reading(preview: State) -> None:
    """What a preview writes while it reads is kept; of what fails nothing is, and reading goes on."""
    with preview.reading():
        assert preview.links("p") == [LINK]
        preview.put_link(OTHER)
        with pytest.raises(NotUniqueError):
            preview.put_link(replace(OTHER, uid="w"))
        with pytest.raises(LookupError), preview.transaction():  # noqa: PT012 - the transaction is what fails
            write(preview, 3)
            raise LookupError
        assert preview.links("p") == [LINK, OTHER]
    assert preview.links("p") == [LINK, OTHER]


def test_a_preview_of_no_state(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """A preview of a state that is not there is an empty one, and makes no schema."""
    preview = open_state(postgres_url, base=tmp_path, scratch=True)
    write(preview, 1)
    assert [link.uid for link in preview.links("p")] == ["u1"]
    preview.close()
    with closing(postgres.connect()) as connection:
        found = connection.execute("SELECT to_regnamespace(%s)", (postgres_url.rpartition("schema=")[2],)).fetchone()
    assert found == (None,)


def test_a_preview_decides_on_the_same_state(real: State, preview: State) -> None:
    """What decisions rest on has the same digest in a preview as in the state."""
    assert preview.digest() == real.digest()
    write(preview, 1)
    assert preview.digest() != real.digest()
