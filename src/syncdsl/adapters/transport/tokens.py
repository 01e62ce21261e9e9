"""Access tokens: made from the refresh token when first needed, shared by all threads and processes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.transport.answer import Answer, HeldBackError, LostError, RefusedError, UnsentError, Verdict
from syncdsl.adapters.transport.retry import RetryPolicy, repeat
from syncdsl.adapters.transport.token_store import MOST, POLL_SECONDS, WINDOW_SECONDS, Token, TokenStore, Turn
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.services import Services
    from syncdsl.adapters.transport.problems import Problems
    from syncdsl.adapters.transport.wire import Wire

MARGIN_SECONDS = 60.0
"""A token this close to its end is renewed before it is used."""

NAMES = ("client_id", "client_secret", "refresh_token")


class AccessTokens:
    """The access token of one connection (OAuth 2.0, RFC 6749 section 6, as Zoho Accounts implements it)."""

    def __init__(
        self,
        *,
        wire: Wire,
        accounts: str,
        path: str,
        secrets: Mapping[str, str],
        problems: Problems,
        policy: RetryPolicy,
        services: Services,
    ) -> None:
        self._wire = wire
        self._accounts = accounts
        self._path = path
        self._secrets = secrets
        self._problems = problems
        self._policy = policy
        self._services = services
        self._lock = threading.Lock()
        self._store: TokenStore | None = None
        self._token: Token | None = None

    def current(self) -> str:
        """Return a token that should still be good.

        Raises Fault: SD606 when a secret is not configured, SD702 when they are refused, SD701, SD704 or
        SD705 when the accounts server does not answer as it should.
        """
        with self._lock:
            token = self._token
            if token is None or self._services.clock.now() >= token.good_until:
                token = self._get(refused=None)
            return token.text

    def renew(self, refused: str) -> str:
        """Return a token other than the refused one; of many threads and processes with the same one refreshes."""
        with self._lock:
            token = self._token
            if token is None or token.text == refused:
                token = self._get(refused=refused)
            return token.text

    def _get(self, *, refused: str | None) -> Token:
        """Take the token that lies in the store, or make one while the others wait."""
        self._token = None
        if self._store is None:
            self._store = self._open()
        while (token := self._store.token(refused)) is None and self._store.take_turn() is Turn.THEIRS:
            self._services.clock.sleep(POLL_SECONDS)
        if token is None:
            # The one who had the turn before may have made it between our looking and our turn.
            token = self._store.token(refused)
            if token is None:
                token = self._make(self._store)
            else:
                self._store.failed(refused=False)
        self._problems.redactor.learn(token.text)
        self._token = token
        return token

    def _open(self) -> TokenStore:
        missing = [name for name in NAMES if not self._secrets.get(name)]
        if missing:
            raise Fault(
                MISSING_CREDENTIALS,
                f"connection `{self._problems.connection}`: not set: {', '.join(missing)}",
                help=self._problems.credentials or "set the variables that `credentials` of the connection names",
            )
        return TokenStore(self._services, accounts=self._accounts, **{name: self._secrets[name] for name in NAMES})

    def _make(self, store: TokenStore) -> Token:
        refused = False
        token = None
        try:
            answer = self._ask(store)
            data = answer.data if isinstance(answer.data, dict) else {}
            if "error" in data or not isinstance(data.get("access_token"), str):
                refused = True
                raise self._refusal(str(data.get("error") or f"HTTP {answer.status} without a token"))
            lifetime = data.get("expires_in")
            seconds = float(lifetime) if isinstance(lifetime, int) and lifetime > 0 else 3600.0
            good = max(seconds - MARGIN_SECONDS, seconds / 2)
            token = Token(
                text=data["access_token"],
                good_until=self._services.clock.now() + good,
                scope=str(data.get("scope") or ""),
            )
            # Before it lies anywhere, and before anything can go wrong with it.
            self._problems.redactor.learn(token.text)
            store.made(token)
        finally:
            if token is None:
                store.failed(refused=refused)
        return token

    def _ask(self, store: TokenStore) -> Answer:
        url, headers, body = _request(self._path, self._secrets)

        def call() -> Answer:
            wait = store.may_ask()
            if wait > self._policy.budget:
                raise HeldBackError(f"{MOST} access tokens were made in {WINDOW_SECONDS / 60:.0f} minutes", wait=wait)
            if wait > 0:
                self._services.clock.sleep(wait)
                return call()
            answer = self._wire.exchange("POST", url, params={}, headers=headers, body=body)
            if answer.status == 429 or _throttled(answer):
                raise RefusedError(Verdict.BUSY, answer)
            if answer.status >= 500 or answer.broken:
                raise RefusedError(Verdict.FAILING, answer)
            return answer

        try:
            # Asking twice for a token changes nothing, so this is repeated like a read.
            return repeat(call, self._policy, write=False, clock=self._services.clock)
        except UnsentError as error:
            raise self._problems.unreachable(str(error)) from None
        except LostError as error:
            raise self._problems.unreachable(str(error)) from None
        except HeldBackError as error:
            raise self._problems.held_back(error) from None
        except RefusedError as error:
            if error.verdict is Verdict.BUSY:
                words = "too many access tokens were asked for in a short time"
                raise self._problems.rate_limited(words, error.answer.retry_after) from None
            raise self._problems.unexpected(f"HTTP {error.answer.status} to a token request") from None

    def _refusal(self, error: str) -> Fault:
        """Failures come with HTTP 200 and an `error` word; which secret it is about is in the word."""
        meaning = {
            "invalid_code": "the refresh token is wrong, revoked or of another data centre",
            "invalid_client": "the client id is not known there",
            "invalid_client_secret": "the client secret is wrong",
        }
        return self._problems.not_authenticated(f"{error} ({meaning[error]})" if error in meaning else error)


def _throttled(answer: Answer) -> bool:
    """Zoho Accounts says `Access Denied` when it has issued too many tokens."""
    return isinstance(answer.data, dict) and "access denied" in str(answer.data.get("error", "")).lower()


def _request(path: str, secrets: Mapping[str, str]) -> tuple[str, dict[str, str], bytes]:
    """Return path, headers and body of the token request; authlib knows the grant and how clients authenticate."""
    from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # noqa: PLC0415 - the library ships no types; 150 ms, only with network
    from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
        prepare_token_request,
    )

    body: Any = prepare_token_request("refresh_token", refresh_token=secrets["refresh_token"])
    client = ClientAuth(secrets["client_id"], secrets["client_secret"], "client_secret_post")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url, signed, body = client.prepare("POST", path, headers, body)
    return str(url), dict(signed), str(body).encode()
