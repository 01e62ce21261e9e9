from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.credentials import resolve_address, resolve_secrets, secrets_hint

if TYPE_CHECKING:
    from collections.abc import Mapping

WANTED = ("client_id", "client_secret", "refresh_token")


def with_keyring(monkeypatch: pytest.MonkeyPatch, entries: Mapping[tuple[str, str], str]) -> None:
    """Put a keyring with these entries in the place of the real one."""
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    module.get_password = lambda service, name: entries.get((service, name))  # type: ignore[attr-defined]
    errors.KeyringError = OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`env:PREFIX` reads one variable for each secret."""
    for name in WANTED:
        monkeypatch.setenv(f"P_{name.upper()}", f" {name}-value\n")
    assert resolve_secrets("crm", "env:P", WANTED) == {name: f"{name}-value" for name in WANTED}


def test_what_is_not_set_is_named_and_what_is_set_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names exactly the missing variables and never a value."""
    monkeypatch.setenv("P_CLIENT_SECRET", "hunter2")
    monkeypatch.setenv("P_CLIENT_ID", " ")
    monkeypatch.delenv("P_REFRESH_TOKEN", raising=False)
    with pytest.raises(Fault) as refused:
        resolve_secrets("crm", "env:P", WANTED)
    assert refused.value.code.id == "SD606"
    assert "`P_CLIENT_ID` and `P_REFRESH_TOKEN`, which are not set" in refused.value.message
    assert "hunter2" not in f"{refused.value} {refused.value.help}"
    assert "P_CLIENT_SECRET" not in refused.value.message


def test_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """`keyring:NAME` reads the entries of the service `syncdsl:NAME`; missing ones are named with their command."""
    entries = {("syncdsl:crm", name): name for name in WANTED}
    with_keyring(monkeypatch, entries)
    assert resolve_secrets("crm", "keyring:crm", WANTED) == {name: name for name in WANTED}
    del entries["syncdsl:crm", "client_id"]
    with pytest.raises(Fault, match="lacks `client_id`") as refused:
        resolve_secrets("crm", "keyring:crm", WANTED)
    assert (refused.value.help or "").endswith("\n`keyring set syncdsl:crm client_id`")


def test_without_the_keyring_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is named with the command that installs it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Fault) as refused:
        resolve_secrets("crm", "keyring:crm", WANTED)
    assert refused.value.code.id == "SD612"
    assert "syncdsl[keyring]" in (refused.value.help or "")


def test_without_a_reference() -> None:
    """A connection without credentials says what to add; an adapter that needs none needs no reference."""
    with pytest.raises(Fault, match="names no credentials"):
        resolve_secrets("crm", None, WANTED)
    assert resolve_secrets("crm", None, ()) == {}


def test_the_hint_names_places_only() -> None:
    """What messages say about credentials is where they are."""
    assert secrets_hint("env:P", ("client_id", "refresh_token")) == "`P_CLIENT_ID` and `P_REFRESH_TOKEN`"
    assert secrets_hint("keyring:x", WANTED) == "the keyring entry `syncdsl:x`"
    assert not secrets_hint(None, WANTED)


def test_an_address_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`env:NAME` is read, anything else is the address."""
    monkeypatch.setenv("WHERE", "http://127.0.0.1:1")
    assert resolve_address("crm", "env:WHERE") == "http://127.0.0.1:1"
    assert resolve_address("crm", "https://x") == "https://x"
    assert resolve_address("crm", None) is None
    monkeypatch.delenv("WHERE")
    with pytest.raises(Fault, match="`WHERE`"):
        resolve_address("crm", "env:WHERE")
