"""The private file of variables that a service has its secrets from."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.env_file import read_env_file, use_env_file
from syncdsl.project.keeping import InFile, keep

if TYPE_CHECKING:
    from pathlib import Path

ODD = 'a\'b "c" $d \\e #f'


def private(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    return path


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    """What `login` and `credentials update` write is read back as it was, and as a shell reads it."""
    file = tmp_path / "shop.env"
    keep(InFile(path=file, prefix="CRM"), "crm", {"client_id": "1000.X", "refresh_token": ODD})
    assert read_env_file(file) == {"CRM_CLIENT_ID": "1000.X", "CRM_REFRESH_TOKEN": ODD}
    shown = subprocess.run(
        ["sh", "-c", f'. {file}; printf %s "$CRM_REFRESH_TOKEN"'], capture_output=True, text=True, check=True
    )
    assert shown.stdout == ODD


def test_forms_of_lines(tmp_path: Path) -> None:
    """Comments, `export`, quotes, empty values and a byte order mark are what shells and systemd take them for."""
    text = '\ufeff# secrets\n\nexport A=1\nB="two words" # a remark\nC=\nD=x=y\r\n'
    assert read_env_file(private(tmp_path / "a.env", text)) == {"A": "1", "B": "two words", "C": "", "D": "x=y"}


@pytest.mark.parametrize("line", ["no variable s3cret", "A=two s3cret words", "A='s3cret", "1A=s3cret"])
def test_lines_that_are_none(tmp_path: Path, line: str) -> None:
    """A line that is no variable is named by its number; what it says may be a secret."""
    with pytest.raises(Fault, match="line 2 of") as caught:
        read_env_file(private(tmp_path / "a.env", f"A=1\n{line}\n"))
    assert caught.value.code.id == "SD609"
    assert "s3cret" not in f"{caught.value.message}{caught.value.help}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_only_its_owner_may_read_it(tmp_path: Path, mode: int) -> None:
    """A file that others can read is refused with what to do."""
    file = private(tmp_path / "a.env", "A=1\n")
    file.chmod(mode)
    with pytest.raises(Fault, match="can be read by others") as caught:
        read_env_file(file)
    assert f"chmod 600 {file}" in str(caught.value.help)


def test_files_that_are_none(tmp_path: Path) -> None:
    """A missing file, a folder, and a file that is no text are said to be so."""
    for path, said in (
        (tmp_path / "missing", "No such file"),
        (tmp_path, "cannot be read"),
        (private(tmp_path / "b.env", b"A=\xff\n"), "is not UTF-8"),
    ):
        with pytest.raises(Fault, match=said):
            read_env_file(path)


def test_used_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file says takes the place of what the process began with."""
    monkeypatch.setenv("A", "old")
    use_env_file(private(tmp_path / "a.env", "A=new\n"))
    assert os.environ["A"] == "new"
