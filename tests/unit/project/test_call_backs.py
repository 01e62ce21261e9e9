from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.call_backs import call_back_base, call_back_path, call_back_url, public_address, webhook_secret
from syncdsl.project.template import create_project
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "canary0secret0of0ours"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a project as `init` makes it, with a public address from a variable."""
    create_project(tmp_path / "shop")
    settings = tmp_path / "shop" / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    heading = "[environments.sandbox]\n"
    settings.write_text(text.replace(heading, f'{heading}call_back = "env:CALL_BACK"\n'), encoding="utf-8")
    return Workspace(tmp_path / "shop")


def test_a_path_is_the_same_everywhere_and_unguessable() -> None:
    """It follows from the secret and what it is for, needs no escaping, and does not show the secret."""
    path = call_back_path("production", "crm", SECRET)
    assert path == "/hooks/g5u71JbKRMxoqRr8SKU2t9gLrwxuzPcK", "every address that was told to a system would change"
    others = [("staging", "crm", SECRET), ("production", "books", SECRET), ("production", "crm", SECRET + "0")]
    assert len({path, *(call_back_path(*other) for other in others)}) == 4
    assert re.fullmatch(r"/hooks/[A-Za-z0-9_-]{32}", path)
    assert call_back_url("https://sync.example.com", "production", "crm", SECRET) == f"https://sync.example.com{path}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sync.example.com", "https://sync.example.com"),
        ("https://sync.example.com:8443/sync/", "https://sync.example.com:8443/sync"),
        ("http://127.0.0.1:8087/", "http://127.0.0.1:8087"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_public_address(url: str, expected: str) -> None:
    """With a certificate, or on this machine."""
    assert public_address(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://sync.example.com", "`https://`"),
        ("ftp://sync.example.com", "no address"),
        ("sync.example.com", "no address"),
        ("books", "no address"),
        ("https://", "no address"),
        ("https://h:99999", "no address"),
        ("https://[::1", "no address"),
        ("https://h/?a=b", "more than a host and a path"),
        ("https://h/#a", "more than a host and a path"),
        ("https://user:hunter2@h", "more than a host and a path"),
    ],
)
def test_what_is_no_public_address_is_said(url: str, words: str) -> None:
    """With what to write instead; a password in it is not repeated."""
    with pytest.raises(Fault, match=words) as caught:
        public_address(url)
    assert caught.value.code.id == "SD602"
    assert caught.value.help
    assert "hunter2" not in caught.value.message + caught.value.help


def test_the_address_of_an_environment(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """May come from a variable, which is named when it is not set."""
    monkeypatch.setenv("CALL_BACK", "https://sync.example.com/")
    assert call_back_base(workspace, "sandbox") == "https://sync.example.com"
    monkeypatch.delenv("CALL_BACK")
    with pytest.raises(Fault, match="`CALL_BACK`"):
        call_back_base(workspace, "sandbox")


def test_a_secret_that_is_too_short_keeps_nobody_out(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused without being shown; none is none."""
    monkeypatch.delenv("SYNCDSL_BOOKS_WEBHOOK_SECRET", raising=False)
    assert webhook_secret(workspace, "sandbox", "books") is None
    monkeypatch.setenv("SYNCDSL_BOOKS_WEBHOOK_SECRET", SECRET)
    assert webhook_secret(workspace, "sandbox", "books") == SECRET
    monkeypatch.setenv("SYNCDSL_BOOKS_WEBHOOK_SECRET", "hunter2")
    with pytest.raises(Fault) as caught:
        webhook_secret(workspace, "sandbox", "books")
    assert caught.value.code.id == "SD606"
    assert "`SYNCDSL_BOOKS_WEBHOOK_SECRET`" in caught.value.message
    assert "hunter2" not in f"{caught.value.message} {caught.value.help}"
