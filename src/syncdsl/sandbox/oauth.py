"""Zoho Accounts: `POST /oauth/v2/token`, and the check of the token on every call.

Failures are answered with HTTP 200 and an `error` key, as Zoho does. Tokens open both emulated systems.
"""

import secrets

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CLIENT_ID, CLIENT_SECRET, GRANT_CODE, REFRESH_TOKEN
from syncdsl.sandbox.store import Store

LIFETIME = 3600
"""Seconds for which an access token is good."""

LIVE_TOKENS = 1000
"""How many tokens are kept; the oldest give way (Zoho keeps 30, which parallel test runs would exhaust)."""

SCHEME = "Zoho-oauthtoken "


class Tokens:
    """Issues and checks access tokens."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, call: Call) -> Reply:
        """Answer a token request; parameters may come in the query, a form or a multipart body."""
        given = {**call.query, **call.form}
        grant = given.get("grant_type")
        if given.get("client_id") != CLIENT_ID:
            return _failure("invalid_client")
        if given.get("client_secret") != CLIENT_SECRET:
            return _failure("invalid_client_secret")
        if grant == "refresh_token":
            if given.get("refresh_token") != REFRESH_TOKEN:
                return _failure("invalid_code")
            return Reply(content=self._grant(call))
        if grant == "authorization_code":
            if given.get("code") != GRANT_CODE:
                return _failure("invalid_code")
            return Reply(content={**self._grant(call), "refresh_token": REFRESH_TOKEN})
        return _failure("unsupported_grant_type")

    def accepts(self, authorization: str | None) -> bool:
        """Return whether an Authorization header carries a live token of this sandbox."""
        if authorization is None or not authorization.startswith(SCHEME):
            return False
        token = authorization.removeprefix(SCHEME).strip()
        now = self._clock.now()
        return bool(self._store.rows("SELECT 1 FROM token WHERE value = ? AND expires > ?", (token, now)))

    def end(self, authorization: str | None) -> None:
        """End the token of an Authorization header."""
        if authorization is not None:
            self._store.rows("DELETE FROM token WHERE value = ?", (authorization.removeprefix(SCHEME).strip(),))

    def expire(self) -> int:
        """End all live tokens and return how many there were."""
        return len(self._store.rows("DELETE FROM token RETURNING 1"))

    def _grant(self, call: Call) -> dict[str, object]:
        now = self._clock.now()
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._store.rows("DELETE FROM token WHERE expires <= ?", (now,))
        self._store.rows("INSERT INTO token VALUES (?, ?, ?)", (token, now, now + LIFETIME))
        self._store.rows(
            "DELETE FROM token WHERE value IN (SELECT value FROM token ORDER BY issued DESC LIMIT -1 OFFSET ?)",
            (LIVE_TOKENS,),
        )
        return {
            "access_token": token,
            "scope": "ZohoCRM.modules.ALL ZohoCRM.settings.ALL ZohoBooks.fullaccess.all",
            "api_domain": call.base_url,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
        }


def _failure(error: str) -> Reply:
    return Reply(content={"error": error})
