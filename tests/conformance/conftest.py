"""One sandbox for all conformance tests of a process, over real HTTP."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.protocol import Connection, ConnectionSettings
from syncdsl.adapters.registry import load_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.schema.snapshot import SchemaSnapshot

SECRETS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
COMMAND = "from syncdsl.cli.sandbox import sandbox; sandbox()"
ADAPTERS = {"crm": "zoho_crm", "books": "zoho_books"}


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A running sandbox."""

    crm_url: str
    books_url: str
    crm_organization: str
    books_organization: str

    def connect(self, system: str, schema: SchemaSnapshot | None = None) -> Connection:
        """Return a connection to `crm` or `books` with its schema as it is now."""
        settings = ConnectionSettings(
            name=system,
            adapter=ADAPTERS[system],
            data_centre=None,
            organization=getattr(self, f"{system}_organization"),
            url=getattr(self, f"{system}_url"),
            secrets=SECRETS,
        )
        adapter = load_adapter(ADAPTERS[system])
        if schema is None:
            opening = adapter.connect(settings, None)
            schema = opening.schema()
            opening.close()
        return adapter.connect(settings, schema)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Start a sandbox with a few records; it ends with the tests."""
    if any(importlib.util.find_spec(name) is None for name in ("starlette", "uvicorn", "faker")):
        pytest.skip("the sandbox needs its extra: pip install 'syncdsl[sandbox]'")
    command = [sys.executable, "-c", COMMAND, "--format", "json", "--records", "30", "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            started.pop("pid")
            yield Sandbox(**started)
        finally:
            process.terminate()
