from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.discovery import find_project, locate_project
from syncdsl.project.levels import read_lint_settings
from syncdsl.project.private import write_private
from syncdsl.project.rule_files import rule_files
from syncdsl.project.toml_file import read_toml


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_files(tmp_path: Path) -> None:
    """What is written is for its owner's eyes, and so are the folders made for it; those there before stay."""
    tmp_path.chmod(0o755)
    path = tmp_path / "a" / "b" / "x.json"
    for text in ("first", "second"):
        write_private(path, text)
        assert path.read_text() == text
        assert mode(path) == 0o600
    assert mode(path.parent) == mode(path.parent.parent) == 0o700
    assert mode(tmp_path) == 0o755
    assert [item.name for item in path.parent.iterdir()] == ["x.json"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A failed write is a fault and leaves nothing behind."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "x", tmp_path / "folder"):
        with pytest.raises(Fault) as refused:
            write_private(path, "text")
        assert refused.value.code.id == "SD609"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]


def test_the_project_is_found_upward(tmp_path: Path) -> None:
    """The nearest `syncdsl.toml` counts."""
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    (tmp_path / "syncdsl.toml").touch()
    assert find_project(inside) == tmp_path
    (tmp_path / "a" / "syncdsl.toml").touch()
    assert find_project(inside) == tmp_path / "a"
    assert locate_project(tmp_path / "syncdsl.toml") == tmp_path
    with pytest.raises(Fault) as refused:
        locate_project(inside)
    assert refused.value.code.id == "SD601"


def test_rule_files_are_sorted_and_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders give their rule files by name, hidden ones left out; a file named twice is one file."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.sync", "a.sync", "c.txt", "sub/d.sync", ".hidden/e.sync"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert rule_files([Path(), Path("a.sync")]) == [Path("a.sync"), Path("b.sync"), Path("sub/d.sync")]
    assert rule_files([Path("c.txt")]) == [Path("c.txt")]
    (tmp_path / "settings.toml").touch()
    with pytest.raises(Fault, match="is no rule file"):
        rule_files([Path("settings.toml")])


def test_levels_are_judged_without_the_rest(tmp_path: Path) -> None:
    """`lint` needs the levels alone, and refuses those that cannot be."""
    file = tmp_path / "syncdsl.toml"
    file.write_text('[nonsense]\nx = 1\n[lint.levels]\n\nSD999 = "off"\n')
    with pytest.raises(Fault, match=r"syncdsl\.toml:5: `SD999` is no code of a finding"):
        read_lint_settings(file)
    file.write_text("[lint]\nlevels = 3\n")
    with pytest.raises(Fault, match="a table"):
        read_lint_settings(file)
    file.write_text("")
    assert read_lint_settings(file).levels == {}


def test_lines_of_keys(tmp_path: Path) -> None:
    """Keys are found on their lines: quoted, dotted, in tables and arrays of tables."""
    file = tmp_path / "syncdsl.toml"
    file.write_text('a.b = 1\n["x y"] # [no]\n"k.l" = 2\n[[list]]\nm=3\n')
    found = read_toml(file)
    assert found.line(("a", "b")) == 1
    assert found.line(("x y",)) == 2
    assert found.line(("x y", "k.l")) == 3
    assert found.line(("list", "m")) == 5
    assert found.line(("x y", "missing")) == 2
    assert found.line(("missing",)) == 1
