from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.backends.file_keyring import FileKeyring

from syncdsl.adapters.remote_clock import RemoteClock
from syncdsl.adapters.services import SystemClock
from syncdsl.diagnostics import Fault
from syncdsl.project.environment import connection_table
from syncdsl.project.keyring_tokens import keyring_tokens
from syncdsl.project.services import project_clock, services
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[environments.live]
state = "sqlite:///{state}"
[environments.live.connections.books]
adapter = "zoho_books"
options = {{ limits = {{ per_minute = 7, per_day = 70 }}, automation = false }}
"""


def workspace(folder: Path, state: str = ".syncdsl/live.db", text: str = SETTINGS) -> Workspace:
    (folder / "syncdsl.toml").write_text(text.format(state=state), encoding="utf-8")
    return Workspace(folder)


def test_the_clock_is_the_machines_unless_the_environment_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNCDSL_CLOCK", raising=False)
    assert isinstance(project_clock(), SystemClock)
    monkeypatch.setenv("SYNCDSL_CLOCK", "http://127.0.0.1:8085")
    assert isinstance(project_clock(), RemoteClock)
    monkeypatch.setenv("SYNCDSL_CLOCK", "http://clock.example:8085")
    with pytest.raises(Fault) as caught:
        project_clock()
    assert caught.value.code.id == "SD602"


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    """The shared file appears beside the state with the first use, in a folder that git leaves out."""
    shared = services(workspace(tmp_path), "live", None).shared
    assert not (tmp_path / ".syncdsl").exists()
    shared.change("a", lambda _text: ("b", None))
    assert (tmp_path / ".syncdsl" / "shared.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".syncdsl" / ".gitignore").is_file()


def test_projects_over_one_state_share(tmp_path: Path) -> None:
    """Whoever uses the same state keeps to the same limits."""
    (tmp_path / "common").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = services(workspace(tmp_path / "one", "../common/live.db"), "live", None)
    second = services(workspace(tmp_path / "two", "../common/live.db"), "live", None)
    first.shared.change("a", lambda _text: ("b", None))
    assert second.shared.read("a") == "b"


def test_a_file_that_cannot_be_used_is_no_reason_to_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / ".syncdsl" / "shared.db").mkdir(parents=True)
    shared = services(workspace(tmp_path), "live", None).shared
    shared.change("a", lambda _text: ("b", None))
    assert shared.read("a") == "b"
    assert "not shared with other processes" in caplog.text


def test_options_are_what_the_settings_say(tmp_path: Path) -> None:
    table = connection_table(workspace(tmp_path), "live", "books")
    options = table.options.model_dump(exclude_none=True, exclude_unset=True)
    assert options == {"limits": {"per_minute": 7, "per_day": 70}, "automation": False}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("options = { limits = { per_hour = 7 } }", "unknown key `per_hour`"),
        ("options = { limits = { per_day = 0 } }", "`per_day`"),
        ("options = { automation = 'no' }", "`automation`"),
    ],
)
def test_an_option_that_makes_no_sense_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    text = f'[environments.live.connections.books]\nadapter = "zoho_books"\n{line}\n'.replace("{", "{{")
    with pytest.raises(Fault) as caught:
        _ = workspace(tmp_path, text=text.replace("}", "}}")).settings
    assert caught.value.code.id == "SD602"
    assert message in caught.value.message


def test_tokens_lie_in_the_keyring_when_the_credentials_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the keyring extra is not installed")
    monkeypatch.setenv("KEYRING_FILE", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]  # its base ships no types
    try:
        tokens = keyring_tokens("keyring:books")
        assert tokens is not None
        assert tokens.load("x") is None
        tokens.save("x", "sealed")
        assert tokens.load("x") == "sealed"
        (tmp_path / "keyring.json").write_text("locked", encoding="utf-8")
        tokens.save("x", "other")
        assert tokens.load("x") is None
    finally:
        keyring.set_keyring(before)
    assert keyring_tokens("env:SYNCDSL_BOOKS") is None
