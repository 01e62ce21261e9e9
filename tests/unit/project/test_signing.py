"""Signatures over change sets: with keys for SSH, in the form of OpenSSH."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.signing import NAMESPACE, load_key, public_key, public_of, sign, signer

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = "syncdsl approval 1\nb2:00\nproduction\nanna\n2026-06-01T00:00:00+00:00\n"
needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen")


def made(folder: Path, name: str = "key", *, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Return a key that OpenSSH made."""
    path = folder / name
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def nobody() -> str | None:
    """Answer that there is no passphrase."""
    return None


@needs_openssh
def test_openssh_checks_what_is_signed(tmp_path: Path) -> None:
    """A signature is one that `ssh-keygen -Y verify` accepts, and only for the message that was signed."""
    path = made(tmp_path)
    (tmp_path / "signature").write_text(sign(load_key(path, nobody), MESSAGE))
    public = (tmp_path / "key.pub").read_text()
    (tmp_path / "allowed").write_text(f"anna {public}")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "anna", "-n", NAMESPACE]
    command += ["-s", str(tmp_path / "signature")]
    assert subprocess.run(command, input=MESSAGE.encode(), capture_output=True, check=False).returncode == 0
    other = MESSAGE.replace("production", "sandbox")
    assert subprocess.run(command, input=other.encode(), capture_output=True, check=False).returncode != 0


@needs_openssh
def test_what_openssh_signs_is_accepted(tmp_path: Path) -> None:
    """A signature that `ssh-keygen -Y sign` made counts as well, for its own purpose alone."""
    path = made(tmp_path)
    for purpose, counts in ((NAMESPACE, True), ("git", False)):
        (tmp_path / "message").write_text(MESSAGE)
        (tmp_path / "message.sig").unlink(missing_ok=True)
        command = ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", purpose, str(tmp_path / "message")]
        subprocess.run(command, check=True, capture_output=True)
        found = signer((tmp_path / "message.sig").read_text(), MESSAGE)
        assert (found == public_key((tmp_path / "key.pub").read_text())) is counts


@needs_openssh
def test_fingerprints_are_those_that_openssh_shows(tmp_path: Path) -> None:
    """A key is called as `ssh-keygen -l` calls it."""
    path = made(tmp_path)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], check=True, capture_output=True, text=True).stdout
    assert public_of(load_key(path, nobody)).fingerprint in shown


@needs_openssh
def test_a_key_with_a_passphrase_needs_it(tmp_path: Path) -> None:
    """The passphrase is asked for; a wrong one is said without a word of what is in the file."""
    path = made(tmp_path, passphrase="correct horse")
    key = load_key(path, lambda: "correct horse")
    assert signer(sign(key, MESSAGE), MESSAGE) == public_of(key)
    for answer in ("wrong", None):
        with pytest.raises(Fault, match="passphrase is another one") as refused:
            load_key(path, lambda answer=answer: answer)  # type: ignore[misc]  # the default binds the answer
        assert "BEGIN" not in refused.value.message


@needs_openssh
def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    """Only ed25519 signs: the message says so, and how to make one."""
    path = made(tmp_path, kind="ecdsa")
    with pytest.raises(Fault, match="no ed25519 key") as refused:
        load_key(path, nobody)
    assert "ssh-keygen -t ed25519" in (refused.value.help or "")
    assert public_key((tmp_path / "key.pub").read_text()) is None


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    """A missing file and one with something else in it give one clear message."""
    with pytest.raises(Fault, match="no such file"):
        load_key(tmp_path / "none", nobody)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(Fault, match="no private key for SSH"):
        load_key(tmp_path / "text", nobody)


@needs_openssh
def test_a_changed_signature_is_none(tmp_path: Path) -> None:
    """Whichever character of it is another one, nobody made it."""
    text = sign(load_key(made(tmp_path), nobody), MESSAGE)
    for position, character in enumerate(text):
        other = "B" if character == "A" else "A"
        assert signer(text[:position] + other + text[position + 1 :], MESSAGE) is None, position
    assert signer(text[:-1], MESSAGE) is None
    assert signer(text + "\n", MESSAGE) is None
