"""A service manager is told what it asked to hear, and nobody else is."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from syncdsl.service.systemd import notify, watchdog_seconds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("abstract", [False, True])
def test_it_is_told_over_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:  # noqa: FBT001
    """A message arrives at the socket that the manager names, in the file system or beside it."""
    place = f"@{tmp_path.name}-notify" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + place[1:] if abstract else place)
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", place)
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_without_a_manager_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a service, and with a manager that is gone, a message goes nowhere and nothing fails."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")


def test_how_often_it_wants_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog's microseconds are seconds here; without one there is none."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert watchdog_seconds() == 30.0
    monkeypatch.setenv("WATCHDOG_USEC", "")
    assert watchdog_seconds() is None
