"""What is wrong with a state is told, each with what to do, and nothing of it changes."""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.state.conftest import ON_POSTGRES, ON_SQLITE

from syncdsl.diagnostics import Fault
from syncdsl.state import Intent, Link, StoredRecord
from syncdsl.state.checking import MOST, check_state

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
INTENT = Intent(
    iid="i1", op="create", connection="books", module="contacts", key="k1", pair_or_document="p",
    source_connection="crm", source_module="accounts", source_id="7", payload={}, payload_hash="h", fence=1,
)  # fmt: skip


def link(number: int) -> Link:
    return Link(
        uid=f"u{number}", pair="p", left_id=f"l{number}", right_id=f"r{number}", key=f"k{number}",
        left_base={"a": "x" * 500}, linked_at=NOW,
    )  # fmt: skip


def fill(state: State, links: int = 3) -> None:
    with state.transaction():
        for number in range(links):
            state.put_link(link(number))
    state.add_intents([INTENT])
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id="1"), None)])
    state.end_observation("step", ("name",), "cursor", swept=NOW)


def change(state: State, *statements: str) -> None:
    for statement in statements:
        with state.transaction() as connection:
            connection.exec_driver_sql(statement)


def test_a_sound_state(state: State, url: str, tmp_path: Path) -> None:
    """Nothing is wrong with a sound state; what is in doubt and how much there is, is told."""
    fill(state)
    state.acquire_lease("Ada", os.getpid(), "here", dt.datetime.now(dt.UTC))
    state.start_run("run", "apply", "plan", NOW)
    report = check_state(url, base=tmp_path)
    assert report.troubles == []
    assert [intent.iid for intent in report.doubtful] == ["i1"]
    assert (report.rows["link"], report.rows["observed_record"], report.rows["truth"]) == (3, 1, 0)
    assert (report.holder, report.started) == (f"Ada (process {os.getpid()} on here)", 1)


def test_no_state_is_a_sound_one(url: str, tmp_path: Path) -> None:
    """Examining a state that is not there finds nothing and makes none."""
    assert check_state(url, base=tmp_path).troubles == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE link SET left_base = '{' WHERE uid = 'u1'", "`left_base` of the row `u1` in `link`"),
        ("UPDATE link SET right_base = '[1]' WHERE uid = 'u2'", "`right_base` of the row `u2` in `link`"),
        ("UPDATE intent SET payload = 'x'", "`payload` of the row `1` in `intent`"),
        ("UPDATE observed_record SET fields = 'x'", "`fields` of the row `step, 1` in `observed_record`"),
    ],
)
def test_a_value_that_cannot_be_read(state: State, url: str, tmp_path: Path, statement: str, told: str) -> None:
    """Each stored document that is none is named by table, row and column, with what to do."""
    fill(state)
    change(state, statement)
    (trouble,) = check_state(url, base=tmp_path).troubles
    assert told in trouble.message
    assert "syncdsl" in trouble.help


def test_many_values_that_cannot_be_read(state: State, url: str, tmp_path: Path) -> None:
    """Of very many troubles the first are told one by one and the rest are counted."""
    fill(state, links=MOST + 5)
    change(state, "UPDATE link SET suffix = '{'")
    troubles = check_state(url, base=tmp_path).troubles
    assert len(troubles) == MOST + 1
    assert troubles[-1].message.startswith("5 more values in `link`")


@ON_SQLITE
def test_a_moment_that_cannot_be_read(state: State, url: str, tmp_path: Path) -> None:
    """A time that is none is named, too."""
    fill(state)
    change(state, "UPDATE link SET linked_at = 'yesterday' WHERE uid = 'u0'")
    (trouble,) = check_state(url, base=tmp_path).troubles
    assert "`linked_at` of the row `u0`" in trouble.message


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP INDEX uq_intent_open_create", "uq_intent_open_create"),
        ("ALTER TABLE link ADD COLUMN extra TEXT", "extra"),
        ("DROP TABLE approval", "approval"),
    ],
)
def test_tables_that_somebody_changed(state: State, url: str, tmp_path: Path, statement: str, told: str) -> None:
    """An index, column or table that is missing or too many is told by name."""
    fill(state)
    change(state, statement)
    troubles = check_state(url, base=tmp_path).troubles
    assert troubles
    assert any(told in trouble.message for trouble in troubles)
    assert all("by hand" in trouble.help for trouble in troubles)


@ON_POSTGRES
def test_two_partners(state: State, url: str, tmp_path: Path) -> None:
    """Where the promise of one partner was taken away and broken, both are told."""
    fill(state)
    change(
        state,
        "ALTER TABLE link DROP CONSTRAINT link_pair_left_id_key",
        "UPDATE link SET left_id = 'l1' WHERE uid = 'u2'",
    )
    troubles = check_state(url, base=tmp_path).troubles
    assert any("link_pair_left_id_key" in trouble.message or "lacks" in trouble.message for trouble in troubles)


@ON_SQLITE
def test_rows_that_lost_what_they_belong_to(state: State, url: str, tmp_path: Path) -> None:
    """Records of an observation that is gone are told, once by SQLite and once by us, and that nothing is lost."""
    fill(state)
    with closing(sqlite3.connect(tmp_path / ".syncdsl" / "state.db")) as raw:
        raw.execute("DELETE FROM observation")
        raw.commit()
    troubles = check_state(url, base=tmp_path).troubles
    assert any("nothing is lost" in trouble.help for trouble in troubles)


@ON_SQLITE
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file(state: State, url: str, tmp_path: Path, seed: int) -> None:
    """A file with noise in it is told to be damaged, with what to do, and stays byte for byte as it is."""
    fill(state, links=300)
    state.close()
    path = tmp_path / ".syncdsl" / "state.db"
    noise = random.Random(seed)
    with path.open("r+b") as file:
        file.seek(4096 * noise.randrange(1, path.stat().st_size // 4096 - 8))
        file.write(noise.randbytes(4096 * 8))
    before = path.read_bytes()
    report = check_state(url, base=tmp_path)
    assert report.troubles
    assert all("restore" in trouble.help for trouble in report.troubles)
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == ["state.db"]


def test_what_is_wrong_outside_of_it(tmp_path: Path) -> None:
    """A state that cannot be reached is no trouble of the state: SD808."""
    with pytest.raises(Fault) as caught:
        check_state("sqlite:///", base=tmp_path)
    assert caught.value.code.id == "SD808"
