"""The ledger: every request the emulated systems answered, with its outcome and without its secrets."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Store

SECRETS = frozenset({"access_token", "client_secret", "code", "refresh_token", "token"})
"""Names of parameters and body keys whose values are never recorded."""
REDACTED = "[redacted]"
LONGEST_BODY = 1_000_000
"""Characters of a request body that are kept."""
PAGE = 500
"""Entries read from the table at a time, so that memory does not grow with the ledger."""
NO_ANSWER = 0
"""Status of a request that was lost before anything was done."""

_TOKEN = re.compile(r"1000\.[0-9a-f]{16,}(?:\.[0-9a-f]+)?")

TABLE = """
CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    time TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    template TEXT NOT NULL,
    query TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    created TEXT NOT NULL,
    wrote INTEGER NOT NULL,
    faults TEXT NOT NULL
)
"""


GONE = "CREATE TABLE IF NOT EXISTS client_gone (seq INTEGER PRIMARY KEY)"
"""Requests whose client was gone before their answer could leave: it died, or waited no longer."""

COLUMNS = (
    "seq, system, time, method, path, template, query, body, status, created, wrote, faults,"
    " EXISTS (SELECT 1 FROM client_gone WHERE client_gone.seq = request.seq)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted: those behind `after` that have all the given properties."""

    after: int = 0
    system: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    writes: bool = False

    def sql(self) -> tuple[str, list[str | int]]:
        """Return the condition and its parameters; `path` is the start of a path."""
        pairs: list[tuple[str, str | int | None]] = [
            ("seq > ?", self.after),
            ("system = ?", self.system),
            ("method = ?", self.method),
            ("substr(path, 1, length(?)) = ?", self.path),
            ("status = ?", self.status),
            ("wrote = ?", 1 if self.writes else None),
        ]
        given = [(sql, value) for sql, value in pairs if value is not None]
        parameters = [value for sql, value in given for _ in range(sql.count("?"))]
        return " AND ".join(sql for sql, _ in given), parameters


class Ledger:
    """Appends to and reads from the table of requests; `seq` counts from 1 without gaps over both systems."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._open: dict[int, dict[str, Any]] = {}
        self._begun = count(1)
        store.rows(TABLE)
        store.rows(GONE)

    @contextmanager
    def open(self, system: str, call: Call) -> Iterator[None]:
        """Count a call as begun and not finished inside the block."""
        number = next(self._begun)
        self._open[number] = {"system": system, "method": call.method, "path": call.path, "template": call.template}
        try:
            yield
        finally:
            del self._open[number]

    def begun(self) -> list[dict[str, Any]]:
        """Return the calls that began and are not finished, oldest first."""
        return list(self._open.values())

    def client_gone(self, seq: int) -> None:
        """Record that nobody was there any more to take the answer of a call."""
        self._store.rows("INSERT OR IGNORE INTO client_gone VALUES (?)", (seq,))

    def append(self, system: str, call: Call, reply: Reply | None, faults: list[str]) -> int:
        """Record one call with its reply (None: the request was lost) and the faults that struck it.

        Returns the number of the entry.
        """
        status = NO_ANSWER if reply is None else reply.status
        [(seq,)] = self._store.rows(
            "INSERT INTO request (system, time, method, path, template, query, body, status, created, wrote, faults)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            (
                system,
                datetime.fromtimestamp(self._clock.moment(), UTC).isoformat(timespec="milliseconds"),
                call.method,
                call.path,
                call.template,
                json.dumps({key: _redacted(key, value) for key, value in call.query.items()}),
                redacted_body(call),
                status,
                json.dumps(reply.created if reply is not None else ()),
                int(NO_ANSWER < status < 300 and is_write(call)),
                json.dumps(faults),
            ),
        )
        return int(seq)

    def entries(self, wanted: Filter, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the wanted entries, oldest first, at most `limit` of them, read a page at a time."""
        where, parameters = wanted.sql()
        seq, left = wanted.after, limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            rows = self._store.rows(
                f"SELECT {COLUMNS} FROM request"  # noqa: S608 - values are bound
                f" WHERE {where} AND seq > ? ORDER BY seq LIMIT ?",
                (*parameters, seq, size),
            )
            for row in rows:
                yield _entry(row)
            if len(rows) < size:
                return
            seq = int(rows[-1][0])
            left = None if left is None else left - len(rows)

    def tail(self, number: int) -> list[dict[str, Any]]:
        """Return the newest entries, newest first."""
        rows = self._store.rows(
            f"SELECT {COLUMNS} FROM request ORDER BY seq DESC LIMIT ?",  # noqa: S608 - values are bound
            (number,),
        )
        return [_entry(row) for row in rows]

    def summary(self, wanted: Filter) -> dict[str, Any]:
        """Return how many calls there were: in all, and by system, method and path template.

        A write is a call that was answered with success and whose method changes records; a failure has a status
        from 400, or none because the request was lost.
        """
        where, parameters = wanted.sql()
        rows = self._store.rows(
            "SELECT system, method, template, count(*), sum(wrote), sum(status >= 400 OR status = 0) FROM request"  # noqa: S608 - values are bound
            f" WHERE {where} GROUP BY system, method, template ORDER BY system, template, method",
            parameters,
        )
        names = ("system", "method", "path", "calls", "writes", "failures")
        groups = [dict(zip(names, row, strict=True)) for row in rows]
        [(last,)] = self._store.rows("SELECT coalesce(max(seq), 0) FROM request")
        totals = {name: sum(group[name] for group in groups) for name in ("calls", "writes", "failures")}
        return {**totals, "last": last, "groups": groups}

    def clear(self) -> int:
        """Remove all entries and return how many there were; `seq` counts on."""
        self._store.rows("DELETE FROM client_gone")
        return len(self._store.rows("DELETE FROM request RETURNING 1"))


def is_write(call: Call) -> bool:
    """Return whether a call changes records when it succeeds."""
    return (
        call.method not in {"GET", "HEAD"} and not call.path.startswith("/oauth/") and not call.path.endswith("/coql")
    )


def _entry(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "seq": row[0],
        "system": row[1],
        "time": row[2],
        "method": row[3],
        "path": row[4],
        "template": row[5],
        "query": json.loads(row[6]),
        "body": row[7],
        "status": row[8],
        "created": json.loads(row[9]),
        "wrote": bool(row[10]),
        "faults": json.loads(row[11]),
        "client_gone": bool(row[12]),
    }


def redacted_body(call: Call) -> str:
    """Return the request body as text; secret fields and whatever looks like a token are replaced."""
    if call.form:
        return urlencode({key: _redacted(key, value) for key, value in call.form.items()})
    text = call.body.decode("utf-8", "replace")[:LONGEST_BODY]
    try:
        dumped = json.dumps(_redacted_tree(json.loads(text)), ensure_ascii=False)
        return dumped.encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        pairs = parse_qsl(text)
        if any(key in SECRETS for key, _ in pairs):
            return urlencode([(key, _redacted(key, value)) for key, value in pairs])
        return _TOKEN.sub(REDACTED, text)


def _redacted(key: str, value: str) -> str:
    return REDACTED if key in SECRETS else _TOKEN.sub(REDACTED, value)


def _redacted_tree(tree: Any) -> Any:
    match tree:
        case dict():
            return {
                key: REDACTED if key in SECRETS and isinstance(value, str) else _redacted_tree(value)
                for key, value in tree.items()
            }
        case list():
            return [_redacted_tree(item) for item in tree]
        case str():
            return _TOKEN.sub(REDACTED, tree)
        case _:
            return tree
