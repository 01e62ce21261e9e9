"""A state on a PostgreSQL server: where it lies, who waits for whom, and what is said when something is wrong."""

from __future__ import annotations

import datetime as dt
import logging
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.postgres import PASSWORD

from syncdsl.diagnostics import Fault
from syncdsl.state import Link, open_state, postgres

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server
    from tests.unit.state.conftest import StartChild

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LINK = Link(uid="u", pair="p", left_id="l", right_id="r", key="k", left_base={"name": "Ada"})


def schema_of(url: str) -> str:
    return url.rpartition("schema=")[2]


def refused(url: str, base: Path, *, scratch: bool = False) -> Fault:
    with pytest.raises(Fault) as caught:
        open_state(url, base=base, scratch=scratch)
    return caught.value


def test_a_state_is_one_schema(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """Two schemas of one database are two states; neither sees the other, and nothing lies outside of them."""
    one, two = (open_state(postgres_url + name, base=tmp_path) for name in ("_a", "_b"))
    one.put_link(LINK)
    assert (one.links("p"), two.links("p")) == ([LINK], [])
    one.close()
    two.close()
    with closing(postgres.connect()) as other:
        found = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert found == []
    assert list(tmp_path.iterdir()) == []


def test_a_password_opens_and_is_never_shown(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Through TCP the password of the environment, or of a URL that came from there, opens; no text has it."""
    caplog.set_level(logging.DEBUG)
    url = postgres.tcp_url("by_password")
    with_password = url.replace("@", f":{PASSWORD}@")
    state = open_state(with_password, base=tmp_path)
    said = [repr(state), repr(state._database), repr(state._database.engine), state._database.place]
    state.close()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    open_state(url, base=tmp_path).close()
    monkeypatch.setenv("PGPASSWORD", "wrong-one")
    for wrong in (url, with_password.replace(PASSWORD, "wrong-one")):
        fault = refused(wrong, tmp_path)
        assert fault.code.id == "SD808"
        assert "`PGPASSWORD`" in (fault.help or "")
        said += [fault.message, str(fault.help), str(fault)]
    text = " ".join([*said, caplog.text])
    assert PASSWORD not in text
    assert "wrong-one" not in text


@pytest.mark.parametrize("scratch", [False, True])
def test_what_is_wrong_around_it_is_said_with_what_to_do(
    postgres: Server,
    tmp_path: Path,
    scratch: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """No server, no database, no user: SD808, in words, with the next step."""
    for url, words, advice in (
        (postgres.tcp_url("a", port=1), "refused", "check that the server runs"),
        (postgres.url("a", database="nowhere"), 'database "nowhere" does not exist', "createdb"),
        (postgres.url("a", user="nobody"), 'role "nobody" does not exist', "check the user"),
    ):
        fault = refused(url, tmp_path, scratch=scratch)
        assert fault.code.id == "SD808"
        assert words in fault.message
        assert advice in (fault.help or "")


def test_a_user_without_rights(postgres: Server, tmp_path: Path) -> None:
    """A user who may not make a schema is told what an administrator runs, and after that it works."""
    url = postgres.url("for_guest", user="guest")
    with closing(postgres.connect()) as owner:
        owner.execute("CREATE ROLE guest LOGIN")
        fault = refused(url, tmp_path)
        assert fault.code.id == "SD808"
        assert "may not make one" in fault.message
        command = (fault.help or "").partition("`")[2].rstrip("`")
        assert command == "CREATE SCHEMA for_guest AUTHORIZATION guest"
        owner.execute(command.encode())
        state = open_state(url, base=tmp_path)
        state.put_link(LINK)
        owner.execute("REVOKE TEMPORARY ON DATABASE syncdsl FROM PUBLIC")
        fault = refused(url, tmp_path, scratch=True)
        owner.execute("GRANT TEMPORARY ON DATABASE syncdsl TO PUBLIC")
        assert fault.code.id == "SD808"
        assert "GRANT TEMPORARY" in (fault.help or "")
        preview = open_state(url, base=tmp_path, scratch=True)
        assert preview.links("p") == [LINK]
        preview.close()
        state.close()
        owner.execute("ALTER SCHEMA for_guest OWNER TO syncdsl")
        for preview_only in (False, True):
            fault = refused(url, tmp_path, scratch=preview_only)
            assert fault.code.id == "SD808"
            assert "permission denied" in fault.message


def test_the_driver_is_missing(tmp_path: Path) -> None:
    """Without psycopg the message is one line with the command that installs it."""
    code = """
import sys
from pathlib import Path
sys.modules["psycopg"] = None
from syncdsl.diagnostics import Fault
from syncdsl.state import open_state
try:
    open_state("postgresql://host/db", base=Path(sys.argv[1]))
except Fault as fault:
    print(fault.code.id, fault.help)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "SD612 run `pip install 'syncdsl[postgres]'`\n"


@pytest.mark.parametrize("scratch", [False, True])
def test_the_tables_of_another_program(
    postgres: Server,
    postgres_url: str,
    tmp_path: Path,
    scratch: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A schema that holds something else is SD805 and left alone."""
    schema = schema_of(postgres_url)
    with closing(postgres.connect()) as other:
        other.execute(f"CREATE SCHEMA {schema}")
        other.execute(f"CREATE TABLE {schema}.photos (name text)")
        fault = refused(postgres_url, tmp_path, scratch=scratch)
        assert other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", (schema,)).fetchone() == (1,)
    assert fault.code.id == "SD805"
    assert "another program" in fault.message


@pytest.mark.parametrize("scratch", [False, True])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "SD806"),
        ("DELETE FROM alembic_version", "SD805"),
        ("DROP TABLE intent CASCADE", "SD805"),
    ],
)
def test_a_schema_that_cannot_be_worked_with(
    postgres: Server,
    postgres_url: str,
    tmp_path: Path,
    change: str,
    code: str,
    scratch: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A newer state is SD806, one without revision or tables SD805, and each message has a next step."""
    open_state(postgres_url, base=tmp_path).close()
    with closing(postgres.connect(schema_of(postgres_url))) as other:
        other.execute(change)
    fault = refused(postgres_url, tmp_path, scratch=scratch)
    assert fault.code.id == code
    assert fault.help


def test_texts_are_ordered_by_their_bytes(postgres_url: str, postgres: Server, tmp_path: Path) -> None:
    """Links come in the order that SQLite and Python have, in a database of any language."""
    with closing(postgres.connect()) as owner:
        owner.execute("DROP DATABASE IF EXISTS german")
        owner.execute("CREATE DATABASE german TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'")
    state = open_state(postgres.url(schema_of(postgres_url), database="german"), base=tmp_path)
    names = ["b", "a", "B", "Ä", "_", "1"]
    for number, name in enumerate(names):
        state.put_link(Link(uid=name, pair="p", left_id=str(number), right_id=str(number), key=name))
    assert [link.uid for link in state.links("p")] == sorted(names)
    state.close()


def test_a_database_that_lacks_characters(postgres: Server, tmp_path: Path) -> None:
    """A database that cannot hold every character is refused before anything is kept in it."""
    with closing(postgres.connect()) as owner:
        owner.execute("DROP DATABASE IF EXISTS latin")
        owner.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    fault = refused(postgres.url("a", database="latin"), tmp_path)
    assert fault.code.id == "SD808"
    assert "UTF8" in (fault.help or "")


def test_the_write_lock_is_taken_first(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """From the begin of a transaction on nobody else can change the lease, not even by hand, while all may read."""
    state = open_state(postgres_url, base=tmp_path)
    state.acquire_lease("test", 1, "elsewhere", NOW)
    with state.transaction(), closing(postgres.connect(schema_of(postgres_url))) as other:
        other.execute("SET lock_timeout TO '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("UPDATE lease SET fence = fence + 1")
        assert other.execute("SELECT fence FROM lease").fetchone() == (1,)
        reader = open_state(postgres_url, base=tmp_path, scratch=True)
        assert reader.links("p") == []
        reader.close()
    state.close()


def test_a_lock_that_is_never_given_up_is_a_fault(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state that another program keeps locked is SD808 in words; nothing is called damaged."""
    state, other = (open_state(postgres_url, base=tmp_path) for _ in range(2))
    monkeypatch.setattr(postgres, "_BEGIN", "SET LOCAL lock_timeout = '50ms'; ")
    with other.transaction(), pytest.raises(Fault) as caught:
        state.put_link(LINK)
    assert caught.value.code.id == "SD808"
    assert "another program keeps it locked" in caught.value.message
    state.put_link(LINK)
    state.close()
    other.close()


def test_a_writer_that_stands_still_is_ended(
    postgres_url: str, tmp_path: Path, child: StartChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program stopped in the middle of a transaction keeps the others waiting no longer than its time."""
    code = """
from syncdsl.state import postgres
postgres._BEGIN = "SET LOCAL idle_in_transaction_session_timeout = '200ms'; "
from syncdsl.diagnostics import Fault
try:
    with state.transaction():
        state.put_link(link(1))
        ready()
except Fault as fault:
    print(fault.code.id, fault.help, flush=True)
"""
    stopped = child(tmp_path, code, postgres_url)
    state = open_state(postgres_url, base=tmp_path)
    state.put_link(LINK)
    out, _ = stopped.communicate("go\n")
    assert out.startswith("SD808")
    assert state.links("p") == [LINK]
    state.close()
    del monkeypatch


def test_a_server_that_was_started_again(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """A connection that the server closed while it was idle is made anew; one in a transaction is SD808."""
    state = open_state(postgres_url, base=tmp_path)
    state.put_link(LINK)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncdsl' AND datname = %s"
    with closing(postgres.connect()) as owner:
        owner.execute(end, ("syncdsl",))
        assert state.links("p") == [LINK]
        with pytest.raises(Fault) as caught, state.transaction():  # noqa: PT012 - the transaction is what fails
            state.put_link(Link(uid="v", pair="p", left_id="2", right_id="2", key="k2"))
            owner.execute(end, ("syncdsl",))
            state.put_link(Link(uid="w", pair="p", left_id="3", right_id="3", key="k3"))
    assert caught.value.code.id == "SD808"
    assert state.links("p") == [LINK]
    state.close()


def test_limits_of_the_role_are_for_others(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """A role that ends whatever takes long does not end copies and long readings."""
    with closing(postgres.connect()) as owner:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            owner.execute(f"ALTER ROLE syncdsl IN DATABASE syncdsl SET {name} TO 1000")
        states = [open_state(postgres_url, base=tmp_path, scratch=preview) for preview in (False, True)]
        for state in states:
            with state.reading() as connection:
                assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
                assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "0"
            state.close()
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            owner.execute(f"ALTER ROLE syncdsl IN DATABASE syncdsl RESET {name}")


def test_a_commit_waits_for_the_disk(postgres: Server, postgres_url: str, tmp_path: Path) -> None:
    """A committed intent survives a power cut, even where the role was set up to be quick instead."""
    with closing(postgres.connect()) as owner:
        owner.execute("ALTER ROLE syncdsl IN DATABASE syncdsl SET synchronous_commit TO off")
        state = open_state(postgres_url, base=tmp_path)
        with state.transaction() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        state.close()
        owner.execute("ALTER ROLE syncdsl IN DATABASE syncdsl RESET synchronous_commit")
