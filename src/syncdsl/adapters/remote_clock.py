"""The clock of a sandbox on this machine: tests move it, and everything that waits follows at once."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from syncdsl.adapters.transport.hosts import is_loopback
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNREACHABLE
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION

PATH = "/_sandbox/clock"
_MOVING = threading.Lock()
JSON = {"Content-Type": "application/json"}
SECONDS = 10.0
"""How long the clock may take to answer."""

LOOK_SECONDS = 0.25
"""How often a running clock is looked at while waiting: somebody may have moved it."""


class RemoteClock:
    """A clock read over HTTP from `url`, the address of a sandbox on this machine.

    Waiting for a clock that stands still moves it, once for all threads of this process that wait for the same moment.
    Raises Fault SD602 when the address is not one of this machine; the methods raise Fault SD701 when the clock does
    not answer.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.strip())
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme != "http" or port is None or not is_loopback(parts.hostname or "") or parts.username:
            raise Fault(
                BAD_CONFIGURATION,
                f"`{url}` is not the address of a clock on this machine",
                help="set SYNCDSL_CLOCK to the address of a sandbox, such as http://127.0.0.1:8085, or unset it",
            )
        self._url = url
        self._host, self._port = parts.hostname or "", port

    def now(self) -> float:
        """Return the clock's seconds since the epoch."""
        return self._look()[0]

    def monotonic(self) -> float:
        """Return the same as `now`: whoever moves this clock moves it forward."""
        return self.now()

    def sleep(self, seconds: float) -> None:
        """Wait until as many seconds have passed on this clock; where it stands still, move it there."""
        if seconds <= 0:
            return
        until = self.now() + seconds
        while True:
            with _MOVING:
                now, frozen = self._look()
                if now < until and frozen:
                    self._ask("POST", f"{PATH}/advance", {"seconds": until - now})
                    return
            if now >= until:
                return
            time.sleep(min(until - now, LOOK_SECONDS))

    def _look(self) -> tuple[float, bool]:
        answer = self._ask("GET", PATH, None)
        return float(answer["now"]), bool(answer.get("frozen"))

    def _ask(self, method: str, path: str, body: dict[str, float] | None) -> dict[str, Any]:
        # A line of its own for every look: nobody closes a clock.
        line = HTTPConnection(self._host, self._port, timeout=SECONDS)
        try:
            line.request(method, path, json.dumps(body) if body is not None else None, JSON)
            answer = line.getresponse()
            data = json.loads(answer.read())
            if answer.status == 200 and isinstance(data, dict) and isinstance(data.get("now"), int | float):
                return data
        except (OSError, HTTPException, ValueError):
            pass  # the same as any other answer that is none
        finally:
            line.close()
        raise Fault(
            UNREACHABLE,
            f"the clock at `{self._url}` does not answer",
            help="start the sandbox that SYNCDSL_CLOCK names, or unset SYNCDSL_CLOCK",
        )
