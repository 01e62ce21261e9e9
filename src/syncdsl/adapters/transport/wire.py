"""One HTTP exchange: bytes out, an `Answer` back, or a plain statement of what went wrong."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncdsl.adapters.transport import exact_json
from syncdsl.adapters.transport.answer import Answer, LostError, UnsentError
from syncdsl.adapters.transport.hosts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""How long a connection and an answer may take. Recovery counts from `ANSWER_SECONDS` after a write was sent."""

LEFT_HEADERS = ("X-API-CREDITS-REMAINING", "X-Rate-Limit-Remaining")
"""Zoho CRM tells the credits left once half of them are used ("API limits"); Books, where at all, the calls left."""

KEEP_SECONDS = 4.0
"""Idle connections are dropped sooner than servers do (5 s is common), so that no write meets a closing one."""

log = logging.getLogger(__name__)


class Wire:
    """The sockets to one host. Redirects are not followed, so that no token travels further; safe for threads."""

    def __init__(self, url: str, *, connection: str) -> None:
        self._url = url
        self._connection = connection
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        """Send one request to `path` below the host and return its answer, whatever its status.

        Raises UnsentError when no connection was made and LostError when the answer did not come.
        """
        import httpx  # noqa: PLC0415 - 130 ms that commands without network do not pay

        started = time.monotonic()
        try:
            response = self._open().request(method, self._url + path, params=params, headers=headers, content=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            reason = _reason(error)
            log.debug("%s %s %s not sent: %s", self._connection, method, path, reason)
            raise UnsentError(reason) from None
        except httpx.HTTPError as error:
            reason = _reason(error)
            log.debug("%s %s %s lost: %s", self._connection, method, path, reason)
            raise LostError(reason) from None
        spent = (time.monotonic() - started) * 1000
        log.debug("%s %s %s %d %.0f ms", self._connection, method, path, response.status_code, spent)
        return _answer(response)

    def close(self) -> None:
        """Release the sockets."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _open(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 - as above

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    follow_redirects=False,
                    timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                    limits=httpx.Limits(keepalive_expiry=KEEP_SECONDS),
                    headers={"User-Agent": "syncdsl", "Accept": "application/json"},
                    # A proxy of the environment has no business between a process and its own machine.
                    trust_env=not is_loopback(urlsplit(self._url).hostname or ""),
                )
            return self._client


def _answer(response: httpx.Response) -> Answer:
    data, broken = None, False
    if response.content.strip():
        try:
            data = exact_json.parse(response.text)
        except (ValueError, RecursionError):
            broken = True
    return Answer(
        status=response.status_code,
        data=data,
        server_time=_moment(response.headers.get("Date")),
        retry_after=_seconds(response.headers.get("Retry-After"), _moment(response.headers.get("Date"))),
        broken=broken,
        left=_left(response.headers),
    )


def _left(headers: httpx.Headers) -> int | None:
    """Return how many calls are left, from whichever header of those in use tells it."""
    told = next((headers[name] for name in LEFT_HEADERS if name in headers), "")
    return int(told) if told.isascii() and told.isdigit() else None


def _moment(header: str | None) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(dt.UTC) if header else None
    except ValueError:
        return None


def _seconds(header: str | None, now: dt.datetime | None) -> float | None:
    """Return a Retry-After in seconds; a date counts from the server's own clock."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        until = _moment(header)
        return max(0.0, (until - now).total_seconds()) if until is not None and now is not None else None


def _reason(error: httpx.HTTPError) -> str:
    """Return the reason in words; the library's own text may hold the request."""
    import httpx  # noqa: PLC0415 - as above

    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {CONNECT_SECONDS:.0f} s"
        case httpx.PoolTimeout():
            return "no connection became free in time"
        case httpx.ProxyError():
            return "the proxy refused"
        case httpx.ConnectError():
            text = str(error)
            if "CERTIFICATE" in text or "SSL" in text:
                return "its certificate is not trusted"
            unknown = any(word in text for word in ("getaddrinfo", "Name or service", "nodename", "name resolution"))
            return "its name is not known" if unknown else "connection refused"
        case httpx.TimeoutException():
            return f"no answer within {ANSWER_SECONDS:.0f} s"
        case httpx.DecodingError():
            return "the answer is damaged"
        case _:
            return "the connection broke"
