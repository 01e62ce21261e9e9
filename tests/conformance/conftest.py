"""One sandbox for all conformance tests of a process, over real HTTP."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.conformance.weather import OLD_SECONDS, SIDES, Side, Weather

from syncdsl.adapters.protocol import Connection, ConnectionSettings
from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.services import Services, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
COMMAND = "from syncdsl.cli.sandbox import sandbox; sandbox()"
ADAPTERS = {"crm": "zoho_crm", "books": "zoho_books"}


class Unwaiting(SystemClock):
    """The machine's clock, on which nobody waits before trying again."""

    def sleep(self, seconds: float) -> None:
        """Do not wait."""


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A running sandbox."""

    crm_url: str
    books_url: str
    crm_organization: str
    books_organization: str

    def settings(self, system: str, **changes: Any) -> ConnectionSettings:
        """Return the settings of a connection to `crm` or `books`."""
        given = ConnectionSettings(
            name=system,
            adapter=ADAPTERS[system],
            data_centre=None,
            organization=getattr(self, f"{system}_organization"),
            url=getattr(self, f"{system}_url"),
            secrets=SECRETS,
            services=Services(clock=Unwaiting()),
        )
        return replace(given, **changes)

    def connect(self, system: str) -> Connection:
        """Return a connection to `crm` or `books` with its schema as it is now."""
        adapter = load_adapter(ADAPTERS[system])
        opening = adapter.connect(self.settings(system), None)
        schema = opening.schema()
        opening.close()
        return adapter.connect(self.settings(system), schema)

    def order(self, what: str, **given: Any) -> Any:
        """Make a call of the sandbox's control endpoint and return its answer."""
        method = "GET" if what in {"ledger", "held"} else "POST"
        url = f"{self.crm_url}/_sandbox/{what}"
        return httpx.request(method, url, json=given or None, trust_env=False).raise_for_status().json()

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the calls the sandbox answered after a number of the ledger, token requests left out."""
        url = f"{self.crm_url}/_sandbox/ledger"
        entries = httpx.get(url, params={"after": str(since)}, trust_env=False).raise_for_status().json()["entries"]
        return [entry for entry in entries if not entry["path"].startswith("/oauth")]


@contextmanager
def running(records: int) -> Iterator[Sandbox]:
    """Run a sandbox that starts with so many accounts."""
    if any(importlib.util.find_spec(name) is None for name in ("starlette", "uvicorn", "faker")):
        pytest.skip("the sandbox needs its extra: pip install 'syncdsl[sandbox]'")
    command = [sys.executable, "-c", COMMAND, "--format", "json", "--records", str(records), "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            started.pop("pid")
            yield Sandbox(**started)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Start a sandbox with a few records; it ends with the tests."""
    with running(30) as started:
        yield started


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    """Start an empty sandbox whose clock stands still, for one file of tests with faults."""
    with running(0) as started:
        made = Weather(started)
        yield made
        made.end()


@pytest.fixture
def faults(weather: Weather) -> Iterator[Weather]:
    """Return the sandbox without standing faults, all that it holds being old; nothing is left to land afterwards."""
    weather.calm()
    weather.passes(OLD_SECONDS)
    yield weather
    weather.close()


@pytest.fixture(params=SIDES, ids=lambda side: side.system)
def side(request: pytest.FixtureRequest) -> Side:
    """Return each system in turn."""
    found: Side = request.param
    return found


@pytest.fixture
def connection(faults: Weather, side: Side) -> Connection:
    """Return a connection to the system under test."""
    return faults.connect(side)
