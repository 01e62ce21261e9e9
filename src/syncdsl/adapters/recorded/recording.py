"""What was read of systems, kept in a file of SQLite: a connection that answers from it needs no system.

There may be a million records, so nothing is kept in memory.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

import orjson

from syncdsl.adapters.protocol import Record
from syncdsl.adapters.stages import StageChange
from syncdsl.schema.digest import canonical_json
from syncdsl.schema.values import fields_from_json, fields_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from syncdsl.schema.values import Fields

Reading: TypeAlias = Literal["all", "changes"]
"""A complete reading of a module, or one of what changed since a cursor."""

CHUNK = 500
_TABLES = """
CREATE TABLE record (connection TEXT, module TEXT, id TEXT, version TEXT, modified TEXT, created TEXT, fields TEXT,
    PRIMARY KEY (connection, module, id)) WITHOUT ROWID;
CREATE TABLE shown (connection TEXT, module TEXT, view TEXT, reading TEXT, number INTEGER, id TEXT, how TEXT,
    PRIMARY KEY (connection, module, view, reading, number)) WITHOUT ROWID;
CREATE TABLE ending (connection TEXT, module TEXT, view TEXT, reading TEXT, begun TEXT, complete INTEGER, cursor TEXT,
    server_time TEXT, steady INTEGER, PRIMARY KEY (connection, module, view, reading)) WITHOUT ROWID;
CREATE TABLE unread (connection TEXT, module TEXT, view TEXT, code TEXT, message TEXT, help TEXT,
    PRIMARY KEY (connection, module, view)) WITHOUT ROWID;
CREATE TABLE stage (connection TEXT, module TEXT, id TEXT, number INTEGER, at TEXT, stage TEXT,
    PRIMARY KEY (connection, module, id, number)) WITHOUT ROWID;
CREATE TABLE survivor (connection TEXT, module TEXT, id TEXT, survivor TEXT,
    PRIMARY KEY (connection, module, id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One id as a reading showed it: with its `record`, as `unchanged`, or as `gone`."""

    id: str
    how: Literal["record", "unchanged", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a reading ended, as `ObservationEnd` says it; `begun` is the cursor that it began at."""

    begun: str | None
    complete: bool
    cursor: str | None
    server_time: dt.datetime
    steady: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The fault with which a reading ended: the id of its code, its message and help."""

    code: str
    message: str
    help: str | None


class Recording:
    """Readings of modules, and the records they showed. `path` is a new file, or one that was recorded before."""

    def __init__(self, path: Path) -> None:
        there = path.exists()
        # A recording is thrown away: nothing of it has to survive anything.
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        if not there:
            self._file.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # -- records ------------------------------------------------------------------------------------------------

    def put(self, connection: str, records: Iterable[Record]) -> None:
        """Keep records; one that is there already is replaced."""
        rows = [
            (
                connection,
                record.module,
                record.id,
                record.version,
                _stamp(record.modified),
                _stamp(record.created),
                canonical_json(fields_to_json(record.fields)).encode("utf-8", "surrogatepass"),
            )
            for record in records
        ]
        self._many("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def records(self, connection: str, module: str, ids: Iterable[str]) -> dict[str, Record]:
        """Return those of some records that there are."""
        found: dict[str, Record] = {}
        waiting = iter(ids)
        while some := list(islice(waiting, CHUNK)):
            marks = ", ".join("?" * len(some))
            statement = f"SELECT {_COLUMNS} FROM record WHERE connection = ? AND module = ? AND id IN ({marks})"  # noqa: S608 - marks and names of columns alone
            for row in self._file.execute(statement, (connection, module, *some)):
                found[row[0]] = _record(module, row)
        return found

    def every_record(self, connection: str, module: str) -> Iterator[Record]:
        """Return all records of a module, in order of ids."""
        after = ""
        statement = (
            f"SELECT {_COLUMNS} FROM record WHERE connection = ? AND module = ? AND id > ? ORDER BY id LIMIT {CHUNK}"  # noqa: S608 - names of columns alone
        )
        while rows := self._file.execute(statement, (connection, module, after)).fetchall():
            for row in rows:
                yield _record(module, row)
            after = rows[-1][0]

    def modules(self) -> list[tuple[str, str]]:
        """Return the modules of which there is any record, reading or fault, each with its connection first."""
        rows = self._file.execute(
            "SELECT connection, module FROM record UNION SELECT connection, module FROM ending "
            "UNION SELECT connection, module FROM unread ORDER BY 1, 2"
        )
        return [(connection, module) for connection, module in rows]

    def count(self, connection: str, module: str) -> int:
        """Return how many records of a module there are."""
        statement = "SELECT count(*) FROM record WHERE connection = ? AND module = ?"
        return int(self._file.execute(statement, (connection, module)).fetchone()[0])

    # -- readings -----------------------------------------------------------------------------------------------

    def show(
        self, connection: str, module: str, view: str | None, reading: Reading, first: int, items: Iterable[Shown]
    ) -> int:
        """Keep what a reading showed, numbered from `first` on; return the next number."""
        rows = [
            (connection, module, view or "", reading, number, item.id, item.how)
            for number, item in enumerate(items, first)
        ]
        self._many("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        return first + len(rows)

    def shown(self, connection: str, module: str, view: str | None, reading: Reading) -> Iterator[list[Shown]]:
        """Return what a reading showed, some at a time, in its order."""
        after = -1
        while True:
            rows = self._file.execute(
                "SELECT number, id, how FROM shown WHERE connection = ? AND module = ? AND view = ? AND reading = ? "
                "AND number > ? ORDER BY number LIMIT ?",
                (connection, module, view or "", reading, after, CHUNK),
            ).fetchall()
            if not rows:
                return
            yield [Shown(id=record_id, how=how) for _, record_id, how in rows]
            after = rows[-1][0]

    def end(self, connection: str, module: str, view: str | None, reading: Reading, ending: Ending) -> None:
        """Keep how a reading ended."""
        row = (
            connection,
            module,
            view or "",
            reading,
            ending.begun,
            ending.complete,
            ending.cursor,
            _stamp(ending.server_time),
            ending.steady,
        )
        self._many("INSERT OR REPLACE INTO ending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [row])

    def ending(self, connection: str, module: str, view: str | None, reading: Reading) -> Ending | None:
        """Return how a reading ended; None where there was none."""
        row = self._file.execute(
            "SELECT begun, complete, cursor, server_time, steady FROM ending "
            "WHERE connection = ? AND module = ? AND view = ? AND reading = ?",
            (connection, module, view or "", reading),
        ).fetchone()
        if row is None:
            return None
        return Ending(
            begun=row[0],
            complete=bool(row[1]),
            cursor=row[2],
            server_time=dt.datetime.fromisoformat(row[3]),
            steady=bool(row[4]),
        )

    def forget(self, connection: str, module: str, view: str | None, reading: Reading) -> None:
        """Forget a reading that did not come to its end."""
        key = (connection, module, view or "", reading)
        for table in ("shown", "ending"):
            self._file.execute(
                f"DELETE FROM {table} WHERE connection = ? AND module = ? AND view = ? AND reading = ?",  # noqa: S608 - the tables above
                key,
            )

    def fail(self, connection: str, module: str, view: str | None, fault: Unread) -> None:
        """Keep the fault that a module cannot be read with."""
        row = (connection, module, view or "", fault.code, fault.message, fault.help)
        self._many("INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?, ?)", [row])

    def failed(self, connection: str, module: str, view: str | None) -> Unread | None:
        """Return the fault that a module could not be read with."""
        row = self._file.execute(
            "SELECT code, message, help FROM unread WHERE connection = ? AND module = ? AND view = ?",
            (connection, module, view or ""),
        ).fetchone()
        return None if row is None else Unread(code=row[0], message=row[1], help=row[2])

    # -- what else was asked ------------------------------------------------------------------------------------

    def put_stages(self, connection: str, module: str, histories: Iterable[tuple[str, Iterable[StageChange]]]) -> None:
        """Keep the stages that records went through; one without any is known to have none."""
        rows: list[tuple[object, ...]] = []
        for record_id, changes in histories:
            rows.append((connection, module, record_id, -1, "", ""))
            rows += [
                (connection, module, record_id, number, change.at.isoformat(), change.stage)
                for number, change in enumerate(changes)
            ]
        self._many("INSERT OR REPLACE INTO stage VALUES (?, ?, ?, ?, ?, ?)", rows)

    def stages(self, connection: str, module: str, ids: Iterable[str]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages of those of some records of which they are known."""
        found: dict[str, list[StageChange]] = {}
        for record_id in ids:
            rows = self._file.execute(
                "SELECT number, at, stage FROM stage WHERE connection = ? AND module = ? AND id = ? ORDER BY number",
                (connection, module, record_id),
            )
            for number, at, stage in rows:
                known = found.setdefault(record_id, [])
                if number >= 0:
                    known.append(StageChange(at=dt.datetime.fromisoformat(at), stage=stage))
        return {record_id: tuple(changes) for record_id, changes in found.items()}

    def with_stages(self, connection: str, module: str) -> list[str]:
        """Return the records of a module whose stages are known."""
        statement = "SELECT id FROM stage WHERE connection = ? AND module = ? AND number = -1 ORDER BY id"
        return [row[0] for row in self._file.execute(statement, (connection, module))]

    def put_survivors(self, connection: str, module: str, survivors: Iterable[tuple[str, str]]) -> None:
        """Keep what merged records were merged into."""
        rows = [(connection, module, loser, survivor) for loser, survivor in survivors]
        self._many("INSERT OR REPLACE INTO survivor VALUES (?, ?, ?, ?)", rows)

    def survivors(self, connection: str, module: str) -> dict[str, str]:
        """Return what the merged records of a module were merged into."""
        statement = "SELECT id, survivor FROM survivor WHERE connection = ? AND module = ? ORDER BY id"
        return dict(self._file.execute(statement, (connection, module)))

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._file.execute("BEGIN")
        self._file.executemany(statement, rows)
        self._file.execute("COMMIT")


_COLUMNS = "id, version, modified, created, fields"


def _stamp(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _record(module: str, row: tuple[str, str | None, str | None, str | None, bytes]) -> Record:
    record_id, version, modified, created, fields = row
    return Record(
        module=module,
        id=record_id,
        fields=_fields(fields),
        version=version,
        modified=_moment(modified),
        created=_moment(created),
    )


def _fields(text: bytes) -> Fields:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:  # a lone surrogate, or a number beyond 64 bits
        import json  # noqa: PLC0415 - hardly any record needs it

        data = json.loads(text.decode("utf-8", "surrogatepass"))
    return fields_from_json(data)
