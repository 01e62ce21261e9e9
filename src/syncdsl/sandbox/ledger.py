"""The ledger: every request the emulated systems answered, with its outcome and without its secrets."""

import json
import re
from datetime import UTC, datetime
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

_TOKEN = re.compile(r"1000\.[0-9a-f]{16,}")


class Ledger:
    """Appends to and reads from the table of requests; `seq` counts from 1 without gaps over both systems."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def append(self, system: str, call: Call, reply: Reply) -> None:
        """Record one answered call."""
        self._store.rows(
            "INSERT INTO ledger (system, time, method, path, query, body, status, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                system,
                datetime.fromtimestamp(self._clock.moment(), UTC).isoformat(timespec="milliseconds"),
                call.method,
                call.path,
                json.dumps({key: _redacted(key, value) for key, value in call.query.items()}),
                redacted_body(call),
                reply.status,
                json.dumps(reply.created),
            ),
        )

    def after(self, seq: int, system: str | None) -> list[dict[str, Any]]:
        """Return the entries with a greater `seq`, oldest first, of one system or of both."""
        rows = self._store.rows(
            "SELECT seq, system, time, method, path, query, body, status, created FROM ledger"
            " WHERE seq > ? AND (? = '' OR system = ?) ORDER BY seq",
            (seq, system or "", system or ""),
        )
        return [
            {
                "seq": row[0],
                "system": row[1],
                "time": row[2],
                "method": row[3],
                "path": row[4],
                "query": json.loads(row[5]),
                "body": row[6],
                "status": row[7],
                "created": json.loads(row[8]),
            }
            for row in rows
        ]


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
