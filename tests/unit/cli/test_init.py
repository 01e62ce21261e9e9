from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

FILES = ["syncdsl.toml", "rules/customers.sync", "schema/crm.json", "schema/books.json", ".gitignore"]


def test_a_new_project(syncdsl: Syncdsl) -> None:
    """`init` writes the files and names the next three commands."""
    result = syncdsl("init", "a b")
    assert result.code == 0
    assert all((syncdsl.folder / "a b" / name).is_file() for name in FILES)
    following = result.out.partition("Next:")[2].strip().splitlines()
    assert [line.split("   ")[0].strip() for line in following] == [
        "cd 'a b' && syncdsl check",
        "syncdsl sandbox --crm-port 8085 --books-port 8086",
        "syncdsl plan",
    ]


def test_a_new_project_is_clean(syncdsl: Syncdsl, project: Path) -> None:
    """What `init` writes lints and checks clean as it stands, in the project and named from outside."""
    assert project.is_dir()
    for arguments in (["lint"], ["check"], ["check", "rules/customers.sync"], ["check", "."]):
        result = syncdsl(*arguments)
        assert (result.code, result.out, result.err) == (0, "clean: 1 file checked\n", "")


def test_nothing_is_overwritten(syncdsl: Syncdsl, project: Path) -> None:
    """Where one of the files exists, nothing at all is written."""
    (project / "rules" / "customers.sync").write_text("mine")
    (project / "schema" / "crm.json").unlink()
    result = syncdsl("init", ".")
    assert result.code == 3
    assert "`syncdsl.toml`" in result.err
    assert (project / "rules" / "customers.sync").read_text() == "mine"
    assert not (project / "schema" / "crm.json").exists()


def test_a_repository_keeps_its_gitignore(syncdsl: Syncdsl) -> None:
    """A `.gitignore` that was there before stays as it is."""
    (syncdsl.folder / ".gitignore").write_text("mine\n")
    result = syncdsl("init", ".")
    assert result.code == 0
    assert (syncdsl.folder / ".gitignore").read_text() == "mine\n"
    assert ".gitignore" not in result.out
    assert "  syncdsl check" in result.out


def test_a_file_is_no_folder(syncdsl: Syncdsl) -> None:
    """A file in the way is named."""
    (syncdsl.folder / "taken").touch()
    result = syncdsl("init", "taken")
    assert (result.code, result.err.splitlines()[0]) == (3, "error[SD610]: `taken` is a file")


def test_a_folder_that_cannot_be_made(syncdsl: Syncdsl) -> None:
    """A folder below a file is an unreadable path, not a mistake of ours."""
    (syncdsl.folder / "taken").touch()
    result = syncdsl("init", "taken/inside")
    assert result.code == 3
    assert result.err.startswith("error[SD609]: `taken/inside` cannot be written")
