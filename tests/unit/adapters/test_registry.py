from __future__ import annotations

import subprocess
import sys

import pytest

from syncdsl.adapters.protocol import Connection, ConnectionSettings
from syncdsl.adapters.registry import adapter_names, load_adapter
from syncdsl.diagnostics import Fault


def test_the_shipped_adapters_are_found() -> None:
    assert {"memory", "zoho_books", "zoho_crm"} <= set(adapter_names())
    for name in ("memory", "zoho_books", "zoho_crm"):
        assert load_adapter(name).name == name


def test_connecting_makes_no_call() -> None:
    for name in ("memory", "zoho_books", "zoho_crm"):
        settings = ConnectionSettings(name="x", adapter=name, data_centre="eu", organization=None, url=None, secrets={})
        connection = load_adapter(name).connect(settings, None)
        assert isinstance(connection, Connection)
        assert connection.capabilities.batch >= 1
        connection.close()


def test_an_unknown_adapter_is_named() -> None:
    with pytest.raises(Fault) as caught:
        load_adapter("sap")
    assert caught.value.code.id == "SD608"
    assert "zoho_crm" in (caught.value.help or "")


def test_finding_adapters_imports_no_network() -> None:
    """Commands without network do not pay for it."""
    program = (
        "import sys; from syncdsl.adapters.registry import load_adapter; load_adapter('zoho_crm');"
        " print([name for name in ('httpx', 'authlib', 'tenacity', 'cryptography', 'lark') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
