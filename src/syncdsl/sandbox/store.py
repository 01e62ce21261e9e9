"""The records of both systems: JSON documents in SQLite, with the few columns that fast lists need.

A *collection* is one module of one system ("crm.Accounts", "books.contacts"). Ids are unique across all
collections, so the id is the row key. Equality searches go through `record_key`, which holds the folded
values of the fields a catalogue declares as keys; uniqueness is checked by the caller inside the same
transaction.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    name TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS record_key (
    collection TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (collection, field, value, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deleted (
    id INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    deleted INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deleted_by_time ON deleted (collection, deleted, id);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

INDEXES = {
    name: f"CREATE INDEX IF NOT EXISTS {name} ON {columns}"
    for name, columns in (
        ("record_by_id", "record (collection, id, kind, status)"),
        ("record_by_created", "record (collection, created, id, kind, status)"),
        ("record_by_modified", "record (collection, modified, id, kind, status)"),
        ("record_by_name", "record (collection, fold(name), id, kind, status)"),
        ("record_key_by_id", "record_key (id)"),
    )
}

Parameter = str | int | float | None

BATCH = 1_000
"""Records written by one statement."""


def fold(value: object) -> str:
    """Return the form in which both systems compare text: trimmed and without case."""
    return str(value).strip().casefold()


def _fold_or_null(value: object) -> str | None:
    return None if value is None else fold(value)


def row_key(identity: str | int) -> int | None:
    """Return an id as a row key, or None when SQLite could not hold it or it is no number."""
    text = str(identity)
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) >= 2**63:
        return None
    return int(text)


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL over `record` with its parameters."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(slots=True, kw_only=True)
class Record:
    """One record. `created` and `modified` are seconds since the epoch."""

    id: int
    created: int
    modified: int
    name: str
    document: dict[str, Any]
    kind: str = ""
    status: str = ""


class Store:
    """The database of one sandbox process. Used by one thread only."""

    def __init__(self, path: Path | None) -> None:
        # An empty name is a private temporary database: it spills to disk, so memory stays bounded, and it
        # vanishes with the process.
        self._connection = sqlite3.connect(
            "" if path is None else str(path), isolation_level=None, check_same_thread=False
        )
        self._connection.create_function("fold", 1, _fold_or_null, deterministic=True)
        if path is None:
            self._connection.execute("PRAGMA synchronous = OFF")
        else:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(TABLES)
        for statement in INDEXES.values():
            self._connection.execute(statement)

    def close(self) -> None:
        """Close the database; a temporary one is gone afterwards."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, or nothing of it when an exception leaves the block. Blocks nest."""
        outermost = not self._connection.in_transaction
        self._connection.execute("BEGIN" if outermost else "SAVEPOINT inner_block")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK" if outermost else "ROLLBACK TO inner_block")
            if not outermost:
                self._connection.execute("RELEASE inner_block")
            raise
        self._connection.execute("COMMIT" if outermost else "RELEASE inner_block")

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Commit what happens inside as one; indexes are made at the end, in one pass each.

        Meanwhile records can be found by id alone.
        """
        with self.transaction():
            for name in INDEXES:
                self._connection.execute(f"DROP INDEX {name}")
            yield
            for statement in INDEXES.values():
                self._connection.execute(statement)

    def rows(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[tuple[Any, ...]]:
        """Run any statement and return its rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def next_number(self, counter: str, first: int) -> int:
        """Return the next number of a named counter that starts at `first`."""
        [(value,)] = self.rows(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (counter, first),
        )
        return int(value)

    def count_from(self, counter: str, last: int) -> None:
        """Let a named counter go on after `last`."""
        self.rows("INSERT OR REPLACE INTO counter VALUES (?, ?)", (counter, last))

    def insert(self, collection: str, record: Record, keys: Mapping[str, str]) -> None:
        """Add a record with its key values (field to value, compared folded; empty ones are left out)."""
        self.insert_many(collection, [(record, keys)])

    def insert_many(self, collection: str, records: Iterable[tuple[Record, Mapping[str, str]]]) -> None:
        """Add many records, a batch at a time."""
        remaining = iter(records)
        while batch := list(islice(remaining, BATCH)):
            self._connection.executemany(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [_row(collection, r) for r, _ in batch]
            )
            self._insert_keys(collection, batch)

    def restamp(self, collection: str, modified: Callable[[int], int]) -> None:
        """Set when each record was last modified, given when it was created, oldest id first."""
        read = self._connection.execute(
            "SELECT id, created FROM record WHERE collection = ? ORDER BY id", (collection,)
        )
        while batch := read.fetchmany(BATCH):
            stamps = [(modified(created), identity, created) for identity, created in batch]
            self._connection.executemany(
                "UPDATE record SET modified = ? WHERE id = ?",
                [(stamp, identity) for stamp, identity, created in stamps if stamp != created],
            )

    def replace(self, collection: str, record: Record, keys: Mapping[str, str]) -> None:
        """Store a changed record in the place of the one with its id."""
        self._connection.execute(
            "UPDATE record SET modified = ?, kind = ?, status = ?, name = ?, document = ? WHERE id = ?",
            (record.modified, record.kind, record.status, record.name, _dumped(record.document), record.id),
        )
        self._connection.execute("DELETE FROM record_key WHERE id = ?", (record.id,))
        self._insert_keys(collection, [(record, keys)])

    def delete(self, collection: str, record: Record, *, created_by: str, at: int) -> None:
        """Remove a record and remember that it was there."""
        self._connection.execute("DELETE FROM record WHERE id = ?", (record.id,))
        self._connection.execute("DELETE FROM record_key WHERE id = ?", (record.id,))
        self._connection.execute(
            "INSERT INTO deleted VALUES (?, ?, ?, ?, ?)", (record.id, collection, created_by, record.name, at)
        )

    def bring_back(self, collection: str, record: Record, keys: Mapping[str, str]) -> None:
        """Add a record that was deleted again, under its old id, and forget that it was deleted."""
        self._connection.execute("DELETE FROM deleted WHERE id = ?", (record.id,))
        self.insert(collection, record, keys)

    def get(self, collection: str, identity: str | int) -> Record | None:
        """Return the record with this id, or None."""
        if (number := row_key(identity)) is None:
            return None
        found = self.select(collection, Clause("id = ?", (number,)), order="id", limit=1)
        return found[0] if found else None

    def find(self, collection: str, field: str, value: str) -> list[int]:
        """Return the ids of the records whose key field has this value (compared folded), oldest first."""
        return [
            row[0]
            for row in self.rows(
                "SELECT id FROM record_key WHERE collection = ? AND field = ? AND value = ? ORDER BY id",
                (collection, field, fold(value)),
            )
        ]

    def select(self, collection: str, where: Clause, *, order: str, limit: int, offset: int = 0) -> list[Record]:
        """Return a page of records. `order` is SQL over the record's columns."""
        # The inner query walks an index only; documents are read for the page alone.
        rows = self.rows(
            "SELECT id, created, modified, kind, status, name, document FROM record WHERE id IN ("  # noqa: S608 - values are bound
            f"SELECT id FROM record WHERE collection = ? AND ({where.sql}) ORDER BY {order} LIMIT ? OFFSET ?"
            f") ORDER BY {order}",
            (collection, *where.parameters, limit, offset),
        )
        return [
            Record(
                id=row[0],
                created=row[1],
                modified=row[2],
                kind=row[3],
                status=row[4],
                name=row[5],
                document=json.loads(row[6]),
            )
            for row in rows
        ]

    def count(self, collection: str, where: Clause) -> int:
        """Return how many records of a collection meet a condition."""
        [(number,)] = self.rows(
            f"SELECT count(*) FROM record WHERE collection = ? AND ({where.sql})",  # noqa: S608 - see select
            (collection, *where.parameters),
        )
        return int(number)

    def names(self, identities: Iterable[str]) -> dict[str, str]:
        """Return the display names of the records with these ids; records that are gone are left out."""
        wanted = sorted(set(identities))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), 500):
            chunk = wanted[start : start + 500]
            marks = ",".join("?" * len(chunk))
            sql = f"SELECT id, name FROM record WHERE id IN ({marks})"  # noqa: S608 - only bind marks are inserted
            found.update({str(row[0]): row[1] for row in self.rows(sql, [int(item) for item in chunk])})
        return found

    def _insert_keys(self, collection: str, batch: Iterable[tuple[Record, Mapping[str, str]]]) -> None:
        self._connection.executemany(
            "INSERT INTO record_key VALUES (?, ?, ?, ?)",
            [
                (collection, field, fold(value), record.id)
                for record, keys in batch
                for field, value in keys.items()
                if value
            ],
        )


def _row(collection: str, record: Record) -> tuple[Parameter, ...]:
    return (
        record.id,
        collection,
        record.created,
        record.modified,
        record.kind,
        record.status,
        record.name,
        _dumped(record.document),
    )


def _dumped(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
