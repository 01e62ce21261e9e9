"""One call that an emulated system makes itself, and to whom it may be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call to make: `system` is the sender, `body` is sent as it is."""

    system: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def is_loopback(url: str) -> bool:
    """Return whether a URL is plain HTTP to this machine: the only kind that may be registered or called."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
