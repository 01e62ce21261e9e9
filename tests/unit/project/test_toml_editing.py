from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.settings import read_settings
from syncdsl.project.toml_editing import set_connection, set_environment

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
# What people wrote stays.
[project]
rules   = "rules"   # even this

[environments.sandbox.connections.crm]
adapter = "zoho_crm"
credentials = "env:OLD"   # OLD_CLIENT_ID and so on

# [environments.production]
"""


def test_everything_else_stays(tmp_path: Path) -> None:
    """Keys of one table change, with the remark about the old value; every other line is as it was."""
    file = tmp_path / "syncdsl.toml"
    file.write_text(BEFORE, encoding="utf-8")
    values = {"credentials": "keyring:shop", "organization": "42"}
    assert set_connection(tmp_path, "sandbox", "crm", values) == ("credentials", "organization")
    after = file.read_text(encoding="utf-8")
    assert after == BEFORE.replace(
        'credentials = "env:OLD"   # OLD_CLIENT_ID and so on', 'credentials = "keyring:shop"\norganization = "42"'
    )
    assert set_connection(tmp_path, "sandbox", "crm", values) == ()
    assert file.read_text(encoding="utf-8") == after


def test_missing_tables_are_made(tmp_path: Path) -> None:
    """An environment and a connection that are not there yet are added, and can be read."""
    file = tmp_path / "syncdsl.toml"
    for text in (BEFORE, ""):
        file.write_text(text, encoding="utf-8")
        set_connection(tmp_path, "production", "crm", {"adapter": "zoho_crm", "data_centre": "eu"})
        set_connection(tmp_path, "production", "books", {"adapter": "zoho_books"})
        found = read_settings(tmp_path).environments["production"].connections
        assert (found["crm"].data_centre, found["books"].adapter) == ("eu", "zoho_books")


def test_tables_below_stay_below(tmp_path: Path) -> None:
    """A key goes into its own table, not into one below it."""
    file = tmp_path / "syncdsl.toml"
    text = '[environments.p.connections.crm]\nadapter = "zoho_crm"\n\n[environments.p.connections.crm.options]\n'
    file.write_text(text + "automation = true\n", encoding="utf-8")
    set_connection(tmp_path, "p", "crm", {"organization": "42"})
    assert read_settings(tmp_path).environments["p"].connections["crm"].organization == "42"


def test_line_ends_stay(tmp_path: Path) -> None:
    """A file with line ends of Windows keeps them, in new lines too."""
    file = tmp_path / "syncdsl.toml"
    file.write_bytes(BEFORE.replace("\n", "\r\n").encode())
    set_connection(tmp_path, "sandbox", "crm", {"organization": "42"})
    content = file.read_bytes()
    assert b'organization = "42"\r\n' in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_what_cannot_be_written_is_said_with_the_lines(tmp_path: Path) -> None:
    """A file that leads out of the project is not written, and the message has the lines to write by hand."""
    (tmp_path / "project").mkdir()
    (tmp_path / "elsewhere.toml").write_text(BEFORE, encoding="utf-8")
    (tmp_path / "project" / "syncdsl.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(Fault):
        set_connection(tmp_path / "project", "sandbox", "crm", {"organization": "42"})
    assert (tmp_path / "elsewhere.toml").read_text(encoding="utf-8") == BEFORE


def test_a_key_of_an_environment(tmp_path: Path) -> None:
    """A key of an environment's own table goes before the tables inside it, and whatever they hold stays."""
    file = tmp_path / "syncdsl.toml"
    before = (
        '[environments.live]\nstate = "sqlite:///a.db"  # here\n\n'
        '[environments.live.connections.crm]\nadapter = "memory"\n'
    )
    file.write_text(before, encoding="utf-8")
    assert set_environment(tmp_path, "live", {"state": "env:STATE"}) == ("state",)
    assert file.read_text(encoding="utf-8") == before.replace('"sqlite:///a.db"  # here', '"env:STATE"')
    without = before.partition("\n\n")[2]
    file.write_text(without, encoding="utf-8")
    set_environment(tmp_path, "live", {"state": "env:STATE"})
    found = read_settings(tmp_path).environments["live"]
    assert (found.state, found.connections["crm"].adapter) == ("env:STATE", "memory")
