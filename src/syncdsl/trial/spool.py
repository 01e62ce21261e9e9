"""A private temporary database for one verification: two whole modules need not fit into memory."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.adapters.protocol import Record
from syncdsl.schema.values import fields_from_json, fields_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from syncdsl.state.records import Side

CHUNK = 500
"""Rows of one query: far below the number of parameters that SQLite takes."""

_CACHE_KIB = 16_384
_TABLES = """
CREATE TABLE record (
    step TEXT, id TEXT, store TEXT, module TEXT, created TEXT, modified TEXT, fields TEXT, key TEXT,
    PRIMARY KEY (step, id)
) WITHOUT ROWID;
CREATE TABLE link (pair TEXT, left_id TEXT, right_id TEXT, status TEXT, PRIMARY KEY (pair, left_id)) WITHOUT ROWID;
CREATE TABLE absent (step TEXT, id TEXT, gone INTEGER, PRIMARY KEY (step, id)) WITHOUT ROWID;
CREATE TABLE lookup (name TEXT, form TEXT, id TEXT);
"""
_INDEXES = """
CREATE INDEX link_right ON link (pair, right_id);
CREATE INDEX record_key ON record (store, key) WHERE key IS NOT NULL;
"""
_Row: TypeAlias = "tuple[str, str, str | None, str | None, str]"


@contextmanager
def opened_spool() -> Iterator[Spool]:
    """Make an empty spool in a folder that only this user can read; it is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="syncdsl-verify-") as folder:
        connection = sqlite3.connect(Path(folder) / "spool.db", isolation_level=None)
        try:
            # It is thrown away, whatever happens: nothing of it has to survive a crash.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.executescript(_TABLES)
            yield Spool(connection)
        finally:
            connection.close()


class Spool:
    """Both sides as they were read, and the links by either side's id."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # -- filling ------------------------------------------------------------------------------------------------

    def put_records(self, step: str, store: str, key_field: str | None, records: Iterable[Record]) -> None:
        """Add records of one reading; one that is there already is replaced by the later reading."""
        rows = [
            (
                step,
                record.id,
                store,
                record.module,
                record.created.isoformat() if record.created else None,
                record.modified.isoformat() if record.modified else None,
                json.dumps(fields_to_json(record.fields)),
                _key(record, key_field),
            )
            for record in records
        ]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_record(self, step: str, record_id: str) -> None:
        """Take a record out that is gone after all."""
        self._connection.execute("DELETE FROM record WHERE step = ? AND id = ?", (step, record_id))

    def put_links(self, pair: str, links: Iterable[tuple[str, str, str]]) -> None:
        """Add the (left id, right id, status) of links."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?)", [(pair, *link) for link in links]
            )

    def put_absent(self, step: str, ids: Mapping[str, bool]) -> None:
        """Note ids that a reading did not show: confirmed gone, or there and merely not in the view."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO absent VALUES (?, ?, ?)", [(step, one, int(gone)) for one, gone in ids.items()]
            )

    def put_lookup(self, name: str, forms: Iterable[tuple[str, str]]) -> None:
        """Add (form, id) pairs by which records of a module are found."""
        with self._transaction():
            self._connection.executemany("INSERT INTO lookup VALUES (?, ?, ?)", [(name, *form) for form in forms])
            self._connection.execute("CREATE INDEX IF NOT EXISTS lookup_form ON lookup (name, form)")

    def index(self) -> None:
        """Build the indexes, once everything is there."""
        self._connection.executescript(_INDEXES)

    # -- asking -------------------------------------------------------------------------------------------------

    def records(self, step: str, ids: Sequence[str]) -> dict[str, Record]:
        """Return those of the records that were read, at most `CHUNK`."""
        marks = ",".join("?" * len(ids))
        rows = self._connection.execute(
            f"SELECT id, module, created, modified, fields FROM record WHERE step = ? AND id IN ({marks})",  # noqa: S608 - only question marks are put in
            (step, *ids),
        )
        return {row[0]: _record(row) for row in rows}

    def record(self, step: str, record_id: str) -> Record | None:
        """Return one record, when it was read."""
        row = self._connection.execute(
            "SELECT id, module, created, modified, fields FROM record WHERE step = ? AND id = ?", (step, record_id)
        ).fetchone()
        return _record(row) if row else None

    def all_records(self, step: str) -> Iterator[Record]:
        """Yield every record of a reading, in order of ids."""
        yield from self._paged(
            "SELECT id, module, created, modified, fields FROM record r WHERE step = :step AND id > :after"
            " ORDER BY id LIMIT :limit",
            {"step": step},
        )

    def unlinked(self, step: str, pair: str, side: Side) -> Iterator[Record]:
        """Yield the records of a reading without a link in a pair, whatever its status, in order of ids."""
        yield from self._paged(
            "SELECT id, module, created, modified, fields FROM record r"  # noqa: S608 - a side is one of two words
            " WHERE step = :step AND id > :after AND NOT EXISTS"
            f" (SELECT 1 FROM link WHERE pair = :pair AND {side}_id = r.id) ORDER BY id LIMIT :limit",
            {"step": step, "pair": pair},
        )

    def unseen(self, step: str, pair: str, side: Side) -> Iterator[list[str]]:
        """Yield, in chunks, the ids of a side of links whose record was not read and is not known to be deleted."""
        after = ""
        while True:
            rows = self._connection.execute(
                f"SELECT {side}_id FROM link l WHERE pair = ? AND status IN ('active', ?) AND {side}_id > ?"  # noqa: S608 - the same
                f" AND NOT EXISTS (SELECT 1 FROM record WHERE step = ? AND id = l.{side}_id)"
                f" ORDER BY {side}_id LIMIT ?",
                (pair, "right_gone" if side == "left" else "left_gone", after, step, CHUNK),
            ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield [row[0] for row in rows]

    def partner(self, pair: str, side: Side, record_id: str) -> str | None:
        """Return the id of a record's partner by an active link."""
        found = self.link(pair, side, record_id)
        return found[0] if found is not None and found[1] == "active" else None

    def link(self, pair: str, side: Side, record_id: str) -> tuple[str, str] | None:
        """Return the id of a record's partner and the status of their link."""
        other = "right" if side == "left" else "left"
        row = self._connection.execute(
            f"SELECT {other}_id, status FROM link WHERE pair = ? AND {side}_id = ?",  # noqa: S608 - the same
            (pair, record_id),
        ).fetchone()
        return (row[0], row[1]) if row else None

    def is_gone(self, step: str, record_id: str) -> bool:
        """Return whether a record is confirmed absent."""
        row = self._connection.execute(
            "SELECT gone FROM absent WHERE step = ? AND id = ?", (step, record_id)
        ).fetchone()
        return bool(row and row[0])

    def looked_up(self, name: str, form: str) -> list[str]:
        """Return the ids that a lookup finds, at most two: more make no difference."""
        rows = self._connection.execute(
            "SELECT DISTINCT id FROM lookup WHERE name = ? AND form = ? ORDER BY id LIMIT 2", (name, form)
        )
        return [row[0] for row in rows]

    def shared_keys(self, store: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
        """Yield keys that several records of a collection carry, with the (step, module, id) of each."""
        keys = self._connection.execute(
            "SELECT key FROM record WHERE store = ? AND key IS NOT NULL"
            " GROUP BY key HAVING count(DISTINCT id) > 1 ORDER BY key",
            (store,),
        ).fetchall()
        for (key,) in keys:
            rows = self._connection.execute(
                "SELECT min(step), min(module), id FROM record WHERE store = ? AND key = ? GROUP BY id ORDER BY id",
                (store, key),
            )
            yield key, rows.fetchall()

    def count(self, step: str) -> int:
        """Return how many records a reading brought."""
        return int(self._connection.execute("SELECT count(*) FROM record WHERE step = ?", (step,)).fetchone()[0])

    # -- inside -------------------------------------------------------------------------------------------------

    def _paged(self, query: str, values: dict[str, str]) -> Iterator[Record]:
        after = ""
        while True:
            rows = self._connection.execute(query, {**values, "after": after, "limit": CHUNK}).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield from map(_record, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        yield
        self._connection.execute("COMMIT")


def _key(record: Record, field: str | None) -> str | None:
    value = record.fields.get(field) if field is not None else None
    return value.strip() if isinstance(value, str) and value.strip().startswith("sd-") else None


def _record(row: _Row) -> Record:
    record_id, module, created, modified, fields = row
    return Record(
        module=module,
        id=record_id,
        fields={**fields_from_json(json.loads(fields)), "id": record_id},
        created=dt.datetime.fromisoformat(created) if created else None,
        modified=dt.datetime.fromisoformat(modified) if modified else None,
    )
