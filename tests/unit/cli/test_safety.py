"""Linting and checking a stranger's branch: nothing of it runs, nothing leaves, nothing outside is read."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.lint import paths
from syncdsl.lint.paths import read_sources
from syncdsl.project.rule_files import rule_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

COMMANDS = ("lint", "check")
SECRET = "swordfish"

_GUARDED = """
import socket, sys, importlib.metadata, runpy
def refuse(*arguments, **options):
    raise AssertionError("network")
for name in ("connect", "connect_ex", "bind", "sendto", "listen"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
assert any(point.name == "evil" for point in importlib.metadata.entry_points(group="syncdsl.adapters"))
sys.argv = ["syncdsl", *sys.argv[1:]]
runpy.run_module("syncdsl", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("rules", ["", "connection evil: evil\n", "connection crm: evil\n"])
def test_no_adapter_is_loaded_and_no_network_used(syncdsl: Syncdsl, project: Path, rules: str) -> None:
    """An adapter of another package is not imported, named in the rules or not, and no socket is opened."""
    package = project.parent / "package"
    (package / "evil-1.0.dist-info").mkdir(parents=True)
    (package / "evil-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (package / "evil-1.0.dist-info" / "entry_points.txt").write_text("[syncdsl.adapters]\nevil = evil:adapter\n")
    trace = project.parent / "trace"
    (package / "evil.py").write_text(f"open({str(trace)!r}, 'w').write('ran')\nadapter = None\n")
    for other in ("conftest.py", "sitecustomize.py", "syncdsl.py", "rules/evil.py"):
        (project / other).write_text(f"open({str(trace)!r}, 'w').write('ran')\n")
    file = project / "rules" / "customers.sync"
    if "crm:" in rules:
        file.write_text(file.read_text().replace("connection crm: zoho_crm", rules.strip()))
    elif rules:
        file.write_text(file.read_text() + rules)
    for command in (["lint", "--no-cache"], ["check"], ["check", "--fix"]):
        done = subprocess.run(
            [sys.executable, "-P", "-c", _GUARDED, *command],
            cwd=project,
            env={"PATH": os.environ["PATH"], "HOME": str(project), "PYTHONPATH": str(package), **syncdsl.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode in {0, 1, 3}, done.stderr
        assert "SD901" not in done.stderr
        assert done.returncode == 0 or rules
        assert not trace.exists()


def hostile(project: Path, kind: str) -> None:
    """Put something into the project that is no rule file of its own."""
    outside = project.parent / "outside"
    outside.mkdir()
    (outside / "secret.sync").write_text(f"{SECRET} {SECRET}\n")
    (outside / "secret.json").write_text(f'{{"{SECRET}": 1}}')
    (outside / "secret.toml").write_text(f'{SECRET} = "{SECRET}"\n')
    rules = project / "rules"
    match kind:
        case "link":
            (rules / "b.sync").symlink_to(outside / "secret.sync")
        case "relative link":
            (rules / "b.sync").symlink_to("../../outside/secret.sync")
        case "device":
            (rules / "b.sync").symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(rules / "b.sync")
        case "circle":
            (rules / "b.sync").symlink_to("b.sync")
        case "rules":
            (rules / "customers.sync").rename(project / "customers.sync")
            rules.rmdir()
            rules.symlink_to(outside)
        case "settings":
            (project / "syncdsl.toml").unlink()
            (project / "syncdsl.toml").symlink_to(outside / "secret.toml")
        case "rules setting":
            text = (project / "syncdsl.toml").read_text()
            (project / "syncdsl.toml").write_text(text.replace('rules = "rules"', 'rules = "../outside"'))


@pytest.mark.parametrize(
    "kind", ["link", "relative link", "device", "pipe", "circle", "rules", "settings", "rules setting"]
)
def test_what_is_no_file_of_the_project_is_named_and_not_read(syncdsl: Syncdsl, project: Path, kind: str) -> None:
    """A link that leads out, a device, a pipe: a clear message at once, and not a word of what lies outside."""
    hostile(project, kind)
    for command in COMMANDS:
        result = syncdsl(command)
        assert result.code == 3
        assert result.err.startswith(("error[SD609]", "error[SD602]"))
        assert SECRET not in result.out + result.err
        assert "internal" not in result.err


def test_a_schema_outside_is_not_read(syncdsl: Syncdsl, project: Path) -> None:
    """A snapshot that is a link out of the project is refused by `check`; `lint` needs none."""
    hostile(project, "nothing")
    (project / "schema" / "crm.json").unlink()
    (project / "schema" / "crm.json").symlink_to(project.parent / "outside" / "secret.json")
    result = syncdsl("check")
    assert result.code == 3
    assert "leads out of the project" in result.err
    assert SECRET not in result.err


def test_named_files_are_judged_like_found_ones(syncdsl: Syncdsl, project: Path) -> None:
    """A list of changed files, as a hook gets it, is no way out."""
    hostile(project, "link")
    (project / "rules" / "folder").symlink_to(project.parent / "outside")
    for path in ("rules/b.sync", "rules/folder/secret.sync", "rules/folder"):
        for command in COMMANDS:
            result = syncdsl(command, path)
            assert result.code == 3, path
            assert "leads out of the project" in result.err
            assert SECRET not in result.out + result.err


def test_folder_links_are_not_followed(tmp_path: Path) -> None:
    """A folder that contains itself ends, and what another link leads to is no part of the rules."""
    (tmp_path / "a.sync").touch()
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "up").symlink_to("..")
    assert rule_files([tmp_path]) == [tmp_path / "a.sync"]


def test_the_size_of_a_program_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many files, and too much text in them together, are faults; of a file that is too large little is read."""
    files = [tmp_path / f"{number}.sync" for number in range(4)]
    for file in files:
        file.write_bytes(b"#" * 100)
    with files[0].open("wb") as large:
        large.truncate(100 * MAX_BYTES)
    (source, *_) = read_sources(files)
    assert len(source.text) == MAX_BYTES + 1
    monkeypatch.setattr(paths, "MAX_PROGRAM", MAX_BYTES + 200)
    with pytest.raises(Fault, match="SD640"):
        read_sources(files)
    monkeypatch.setattr(paths, "MAX_FILES", 3)
    with pytest.raises(Fault, match="SD640: there are 4 rule files"):
        read_sources(files)


def test_a_file_that_is_too_large_is_one_finding(syncdsl: Syncdsl) -> None:
    """It is not parsed, and cut in the middle of a character it is still text."""
    (syncdsl.folder / "a.sync").write_text("#" + "ö" * MAX_BYTES, encoding="utf-8")
    result = syncdsl("lint", "a.sync", "--format", "concise")
    assert result.code == 1
    assert [line.split()[1] for line in result.out.splitlines()] == ["SD125"]
