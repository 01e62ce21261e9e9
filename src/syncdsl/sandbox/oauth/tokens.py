"""The tokens of Zoho Accounts: codes, refresh tokens and access tokens, each with its scopes.

Tokens open both emulated systems. All belong to one user.
"""

import secrets
from dataclasses import dataclass

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.limits import Gate
from syncdsl.sandbox.organisation import REFRESH_TOKEN
from syncdsl.sandbox.scopes import EVERY_SCOPE
from syncdsl.sandbox.store import Store

LIFETIME = 3600
"""Seconds for which an access token is good."""

CODE_LIFETIME = 600
"""Seconds for which a code can be exchanged."""

ISSUE_WINDOW = 600
"""Seconds in which the access tokens of one refresh token are counted."""

LIVE_TOKENS = 1000
"""How many access tokens are kept where no limit is in force, which parallel test runs would exhaust."""

SCHEME = "Zoho-oauthtoken "

TABLES = (
    """CREATE TABLE IF NOT EXISTS oauth_code (
        value TEXT PRIMARY KEY, scopes TEXT NOT NULL, redirect_uri TEXT, offline INTEGER NOT NULL, expires REAL NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS oauth_refresh (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT UNIQUE NOT NULL, scopes TEXT NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS oauth_access (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT UNIQUE NOT NULL, refresh TEXT NOT NULL, scopes TEXT NOT NULL,
        expires REAL NOT NULL
    )""",
    "CREATE TABLE IF NOT EXISTS oauth_issue (refresh TEXT NOT NULL, moment REAL NOT NULL)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code can be exchanged for, and the address it was sent to (None: shown to a self-client)."""

    scopes: tuple[str, ...]
    redirect_uri: str | None
    offline: bool


class TooManyError(Exception):
    """A refresh token has been used too often in the last ten minutes."""


class Tokens:
    """Makes, checks and ends tokens."""

    def __init__(self, store: Store, clock: Clock, gate: Gate) -> None:
        self._store = store
        self._clock = clock
        self._gate = gate
        for table in TABLES:
            store.rows(table)
        if not store.rows("SELECT 1 FROM oauth_refresh"):
            self.publish()

    def publish(self) -> str:
        """Make the published refresh token good, also after it was revoked, and return it."""
        self._store.rows(
            "INSERT OR IGNORE INTO oauth_refresh (value, scopes) VALUES (?, ?)", (REFRESH_TOKEN, " ".join(EVERY_SCOPE))
        )
        return REFRESH_TOKEN

    def new_code(self, scopes: tuple[str, ...], redirect_uri: str | None = None, *, offline: bool = True) -> str:
        """Return a code that can be exchanged once, in the next ten minutes."""
        code = _secret()
        expires = self._clock.moment() + CODE_LIFETIME
        self._store.rows(
            "INSERT INTO oauth_code VALUES (?, ?, ?, ?, ?)", (code, " ".join(scopes), redirect_uri, offline, expires)
        )
        return code

    def spend_code(self, code: str) -> Code | None:
        """Return what a code stands for and end it; None when it is unknown, spent or too old."""
        now = self._clock.moment()
        rows = self._store.rows(
            "DELETE FROM oauth_code WHERE value = ? AND expires > ? RETURNING scopes, redirect_uri, offline",
            (code, now),
        )
        self._store.rows("DELETE FROM oauth_code WHERE expires <= ?", (now,))
        if not rows:
            return None
        [(scopes, redirect_uri, offline)] = rows
        return Code(scopes=tuple(scopes.split()), redirect_uri=redirect_uri, offline=bool(offline))

    def new_refresh_token(self, scopes: tuple[str, ...]) -> str:
        """Return a new refresh token. Over the limit the oldest one ends; the published one is never the oldest."""
        token = _secret()
        self._store.rows("INSERT INTO oauth_refresh (value, scopes) VALUES (?, ?)", (token, " ".join(scopes)))
        limit = self._gate.oauth.refresh_tokens
        if limit is not None:
            rows = self._store.rows(
                "SELECT value FROM oauth_refresh ORDER BY value = ? DESC, seq DESC LIMIT -1 OFFSET ?",
                (REFRESH_TOKEN, limit),
            )
            for (oldest,) in rows:
                self.revoke(oldest)
        return token

    def scopes_of_refresh_token(self, token: str) -> tuple[str, ...] | None:
        """Return the scopes of a refresh token, None when it is not live."""
        rows = self._store.rows("SELECT scopes FROM oauth_refresh WHERE value = ?", (token,))
        return tuple(rows[0][0].split()) if rows else None

    def new_access_token(self, refresh: str, scopes: tuple[str, ...]) -> str:
        """Return a new access token of a refresh token. Raises TooManyError over the limit of ten minutes."""
        now = self._clock.moment()
        limits = self._gate.oauth
        self._store.rows("DELETE FROM oauth_issue WHERE moment <= ?", (now - ISSUE_WINDOW,))
        [(issued,)] = self._store.rows("SELECT count(*) FROM oauth_issue WHERE refresh = ?", (refresh,))
        if limits.issued is not None and issued >= limits.issued:
            raise TooManyError
        self._store.rows("INSERT INTO oauth_issue VALUES (?, ?)", (refresh, now))
        self._store.rows("DELETE FROM oauth_access WHERE expires <= ?", (now,))
        token = _secret()
        self._store.rows(
            "INSERT INTO oauth_access (value, refresh, scopes, expires) VALUES (?, ?, ?, ?)",
            (token, refresh, " ".join(scopes), now + LIFETIME),
        )
        self._store.rows(
            "DELETE FROM oauth_access WHERE seq IN"
            " (SELECT seq FROM oauth_access WHERE refresh = ? ORDER BY seq DESC LIMIT -1 OFFSET ?)",
            (refresh, LIVE_TOKENS if limits.live is None else limits.live),
        )
        return token

    def scopes_of(self, authorization: str | None) -> frozenset[str] | None:
        """Return the scopes (in lower case) of an Authorization header's token, None when it is not live."""
        if authorization is None or not authorization.startswith(SCHEME):
            return None
        rows = self._store.rows(
            "SELECT scopes FROM oauth_access WHERE value = ? AND expires > ?",
            (authorization.removeprefix(SCHEME).strip(), self._clock.moment()),
        )
        return frozenset(rows[0][0].lower().split()) if rows else None

    def revoke(self, token: str) -> bool:
        """End a refresh token with its access tokens, or one access token; return whether it was live."""
        ended = self._store.rows("DELETE FROM oauth_refresh WHERE value = ? RETURNING 1", (token,))
        if ended:
            self._store.rows("DELETE FROM oauth_access WHERE refresh = ?", (token,))
        ended += self._store.rows("DELETE FROM oauth_access WHERE value = ? RETURNING 1", (token,))
        return bool(ended)

    def end(self, authorization: str | None) -> None:
        """End the token of an Authorization header."""
        if authorization is not None:
            self.revoke(authorization.removeprefix(SCHEME).strip())

    def expire(self) -> int:
        """End all access tokens and return how many there were."""
        return len(self._store.rows("DELETE FROM oauth_access RETURNING 1"))


def _secret() -> str:
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
