"""Access tokens: made from the refresh token when first needed, shared by all threads, kept in memory only."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.transport.answer import Answer, LostError, RefusedError, UnsentError, Verdict
from syncdsl.adapters.transport.retry import RetryPolicy, repeat
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        path: str,
        secrets: Mapping[str, str],
        problems: Problems,
        policy: RetryPolicy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._path = path
        self._secrets = secrets
        self._problems = problems
        self._policy = policy
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until = 0.0

    def current(self) -> str:
        """Return a token that should still be good.

        Raises Fault: SD606 when a secret is not configured, SD702 when they are refused, SD701, SD704 or
        SD705 when the accounts server does not answer as it should.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._good_until:
                self._refresh()
            return self._token or ""

    def renew(self, refused: str) -> str:
        """Return a token other than the refused one; of many threads with the same refused token one refreshes."""
        with self._lock:
            if self._token == refused:
                self._refresh()
            return self._token or ""

    def _refresh(self) -> None:
        missing = [name for name in NAMES if not self._secrets.get(name)]
        if missing:
            raise Fault(
                MISSING_CREDENTIALS,
                f"connection `{self._problems.connection}`: not set: {', '.join(missing)}",
                help=self._problems.credentials or "set the variables that `credentials` of the connection names",
            )
        self._token = None
        answer = self._ask()
        data = answer.data if isinstance(answer.data, dict) else {}
        if "error" in data or not isinstance(data.get("access_token"), str):
            raise self._refusal(str(data.get("error") or f"HTTP {answer.status} without a token"))
        self._token = data["access_token"]
        self._problems.redactor.learn(data["access_token"])
        lifetime = data.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int) and lifetime > 0 else 3600.0
        self._good_until = self._clock() + max(seconds - MARGIN_SECONDS, seconds / 2)

    def _ask(self) -> Answer:
        url, headers, body = _request(self._path, self._secrets)

        def call() -> Answer:
            answer = self._wire.exchange("POST", url, params={}, headers=headers, body=body)
            if answer.status == 429 or _throttled(answer):
                raise RefusedError(Verdict.BUSY, answer)
            if answer.status >= 500 or answer.broken:
                raise RefusedError(Verdict.FAILING, answer)
            return answer

        try:
            # Asking twice for a token changes nothing, so this is repeated like a read.
            return repeat(call, self._policy, write=False)
        except UnsentError as error:
            raise self._problems.unreachable(str(error)) from None
        except LostError as error:
            raise self._problems.unreachable(str(error)) from None
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
