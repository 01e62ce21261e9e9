"""Where tokens may go: the hosts a data centre is known by, this machine, and hosts that the user allowed."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import FORBIDDEN_HOST

if TYPE_CHECKING:
    from collections.abc import Collection


def trusted_url(url: str, *, connection: str, known: Collection[str], allowed: Collection[str]) -> str:
    """Return an address without a trailing slash when tokens may go there.

    `known` are the hosts of the connection's data centre, `allowed` those of the user's environment (`host`
    or `host:port`). Both need https; this machine may be spoken to in plain http on any port.

    Raises Fault SD607 for any other address, before any request.
    """
    parts = _split(url, connection)
    host = (parts.hostname or "").rstrip(".").lower()
    secure = parts.scheme == "https"
    if parts.username is not None or parts.query or parts.fragment or parts.scheme not in {"http", "https"}:
        raise _forbidden(connection, host, "is not a plain web address")
    if not is_loopback(host):
        listed = {entry.strip().lower() for entry in allowed}
        if host not in known and not {host, f"{host}:{parts.port or 443}"} & listed:
            raise _forbidden(connection, host, "is neither a known host nor an allowed one")
        if not secure:
            raise _forbidden(connection, host, "is addressed without https")
        if host in known and parts.port not in {None, 443}:
            raise _forbidden(connection, host, "is addressed on an unusual port")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of an address, with its port where one is given; this is what messages show."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host


def _split(url: str, connection: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        raise _forbidden(connection, "the address", "cannot be read") from None
    return parts


def _forbidden(connection: str, host: str, reason: str) -> Fault:
    return Fault(
        FORBIDDEN_HOST,
        f"connection `{connection}`: `{host}` {reason}, so no token is sent there",
        help="remove `url` from the connection, or, when you trust the host, list it in the environment variable "
        "SYNCDSL_ALLOW_HOSTS and address it with https",
    )
