from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends import fail
from tests.backends.file_keyring import FileKeyring

from syncdsl.diagnostics import Fault
from syncdsl.project import keyrings
from syncdsl.project.keeping import InFile, InKeyring, keep, keyring_place, prefix_of, refuse_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = {"client_id": "1000.ID", "refresh_token": "1000.it's a secret"}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put a keyring in a file in the place of the machine's own, and return the file."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv("KEYRING_FILE", str(file))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]  # its base class is not typed
    yield file
    keyring.set_keyring(before)


def test_the_keyring_keeps_and_forgets(kept: Path) -> None:
    """What is kept can be read under the connection's entry, and is gone when it is forgotten; twice is no error."""
    keep(InKeyring(name="shop"), "crm", SECRETS)
    assert json.loads(kept.read_text(encoding="utf-8")) == {"syncdsl:shop": SECRETS}
    assert keyrings.read("crm", "shop", (*SECRETS, "other")) == SECRETS
    assert keyrings.forget("crm", "shop", (*SECRETS, "other")) == tuple(SECRETS)
    assert keyrings.forget("crm", "shop", SECRETS) == ()
    assert keyrings.read("crm", "shop", SECRETS) == {}


def test_a_locked_keyring_is_said_before_anything_happens(kept: Path, tmp_path: Path) -> None:
    """A keyring that nobody unlocked is refused with what to do, and no secret is in the message."""
    kept.write_text("locked", encoding="utf-8")
    with pytest.raises(Fault, match="it is locked") as refused:
        refuse_place(InKeyring(name="shop"), "crm", tmp_path)
    assert refused.value.code.id == "SD620"
    with pytest.raises(Fault) as refused:
        keep(InKeyring(name="shop"), "crm", SECRETS)
    assert "1000." not in f"{refused.value} {refused.value.help}"


def test_a_machine_without_a_keyring(kept: Path, tmp_path: Path) -> None:
    """Where there is no keyring, the message says what works instead."""
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # the same
    with pytest.raises(Fault, match="this machine has none") as refused:
        refuse_place(InKeyring(name="shop"), "crm", tmp_path)
    assert "--env-file" in (refused.value.help or "")
    assert not kept.exists()


def test_a_file_is_private_and_keeps_other_variables(tmp_path: Path) -> None:
    """The variables are written as a shell reads them; those of other connections stay, old values go."""
    file = tmp_path / "secrets" / "shop.env"
    keep(InFile(path=file, prefix="A"), "crm", {"client_id": "old", "refresh_token": "old"})
    keep(InFile(path=file, prefix="B"), "books", {"client_id": "b"})
    keep(InFile(path=file, prefix="A"), "crm", SECRETS)
    text = file.read_text(encoding="utf-8")
    assert text.splitlines() == ["B_CLIENT_ID=b", "A_CLIENT_ID=1000.ID", "A_REFRESH_TOKEN='1000.it'\"'\"'s a secret'"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_no_file_of_the_project_holds_secrets(tmp_path: Path) -> None:
    """A file inside the project is refused, also by way of a link; a folder is no file."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "link").symlink_to(project)
    for path in (project / "x.env", tmp_path / "link" / "x.env"):
        with pytest.raises(Fault, match="inside the project"):
            refuse_place(InFile(path=path, prefix="A"), "crm", project)
    with pytest.raises(Fault, match="is no file"):
        refuse_place(InFile(path=tmp_path, prefix="A"), "crm", project)
    refuse_place(InFile(path=tmp_path / "x.env", prefix="A"), "crm", project)


def test_names_follow_what_is_configured() -> None:
    """A reference that is there is kept; otherwise the name tells projects, environments and connections apart."""
    facts = {"environment": "live-eu", "connection": "crm"}
    assert keyring_place("keyring:mine", project="shop", **facts).name == "mine"
    assert keyring_place("env:X", project="My shop", **facts).reference == "keyring:My-shop-live-eu-crm"
    assert prefix_of("env:X", **facts) == "X"
    assert prefix_of(None, **facts) == "SYNCDSL_LIVE_EU_CRM"
