"""What a service manager is told (sd_notify(3)): that the daemon is ready, lives, and ends. Elsewhere nothing is."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"


def notify(text: str) -> None:
    """Send a message such as `READY=1` to the service manager that started this process, if one did."""
    address = os.environ.get(SOCKET, "")
    if not address.startswith(("/", "@")):
        return
    # A name of Linux's abstract namespace begins with a null byte, which is written `@`.
    place = "\0" + address[1:] if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(text.encode(), place)


def watchdog_seconds() -> float | None:
    """Return how often the service manager wants to hear that this process lives; None when it does not ask."""
    try:
        return int(os.environ.get(WATCHDOG, "")) / 1_000_000
    except ValueError:
        return None
