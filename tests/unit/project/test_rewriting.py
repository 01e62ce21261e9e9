from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault, SourceFile
from syncdsl.lint.paths import read_source
from syncdsl.project.rewriting import rewrite_files

if TYPE_CHECKING:
    from pathlib import Path


def changed(path: Path, text: str = "after\n") -> tuple[SourceFile, SourceFile]:
    """Return a file as it is and as it is to be."""
    return read_source(path), SourceFile(str(path), text)


def test_mark_line_ends_and_mode_stay(tmp_path: Path) -> None:
    """Only what changed is different afterwards, and nothing else lies beside it."""
    file = tmp_path / "a.sync"
    file.write_bytes(b"\xef\xbb\xbfbefore\r\n# a\r\n")
    file.chmod(0o640)
    old = read_source(file)
    rewrite_files([(old, SourceFile(str(file), old.text.replace("before", "after")))], tmp_path)
    assert file.read_bytes() == b"\xef\xbb\xbfafter\r\n# a\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [item.name for item in tmp_path.iterdir()] == ["a.sync"]


def test_what_does_not_change_is_not_written(tmp_path: Path) -> None:
    """An unchanged file is left alone, even one that could not be written."""
    file = tmp_path / "a.sync"
    file.write_text("same\n")
    before = file.stat()
    rewrite_files([changed(file, "same\n")], tmp_path)
    assert file.stat().st_ino == before.st_ino


def test_a_link_inside_the_project_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written."""
    (tmp_path / "b.sync").write_text("before\n")
    link = tmp_path / "a.sync"
    link.symlink_to("b.sync")
    rewrite_files([changed(link)], tmp_path)
    assert link.is_symlink()
    assert (tmp_path / "b.sync").read_text() == "after\n"


@pytest.mark.parametrize("named", ["link.sync", "folder/a.sync"])
def test_nothing_outside_is_written(tmp_path: Path, named: str) -> None:
    """A link that leads out of the project, as file or as folder, is refused, and no other file is written either."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    project.mkdir()
    (outside / "a.sync").write_text("before\n")
    (project / "good.sync").write_text("before\n")
    (project / "link.sync").symlink_to(outside / "a.sync")
    (project / "folder").symlink_to(outside)
    with pytest.raises(Fault, match=r"SD609: .*leads out of the project"):
        rewrite_files([changed(project / "good.sync"), changed(project / named)], project)
    assert (outside / "a.sync").read_text() == (project / "good.sync").read_text() == "before\n"


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody's edit between reading and writing wins."""
    file = tmp_path / "a.sync"
    file.write_text("before\n")
    pair = changed(file)
    file.write_text("meanwhile\n")
    with pytest.raises(Fault, match="has changed since"):
        rewrite_files([pair], tmp_path)
    assert file.read_text() == "meanwhile\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    """Permissions of the file count, not only those of its folder."""
    file = tmp_path / "a.sync"
    file.write_text("before\n")
    file.chmod(0o444)
    with pytest.raises(Fault, match="read-only"):
        rewrite_files([changed(file)], tmp_path)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    """They end with a message."""
    (tmp_path / "a.sync").symlink_to("b.sync")
    (tmp_path / "b.sync").symlink_to("a.sync")
    pair = (SourceFile(str(tmp_path / "a.sync"), "x"), SourceFile(str(tmp_path / "a.sync"), "y"))
    with pytest.raises(Fault, match="SD609"):
        rewrite_files([pair], tmp_path)
