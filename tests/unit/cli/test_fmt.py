from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syncdsl.cli import main
from syncdsl.format import formatter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

UGLY = "language 1\nconnection   a :b # why\n"
CANONICAL = "language 1\n\nconnection a: b  # why\n"
BROKEN = "language 1\nmodule a\n"


@pytest.fixture
def rules(syncdsl: Syncdsl) -> Path:
    """Return a project's folder of rules with one file that is not canonical, one that is, and one with an error."""
    (syncdsl.folder / "syncdsl.toml").write_text("[project]\n")
    folder = syncdsl.folder / "rules"
    folder.mkdir()
    (folder / "ugly.sync").write_text(UGLY)
    (folder / "good.sync").write_text(CANONICAL)
    return folder


def test_files_are_rewritten_in_place(syncdsl: Syncdsl, rules: Path) -> None:
    """Without paths it is the project; what is canonical is not touched, and permissions stay."""
    (rules / "ugly.sync").chmod(0o640)
    before = (rules / "good.sync").stat()
    result = syncdsl("fmt")
    assert (result.code, result.out, result.err) == (0, "", "1 file reformatted, 1 file already formatted\n")
    assert (rules / "ugly.sync").read_text() == CANONICAL
    assert (rules / "ugly.sync").stat().st_mode & 0o777 == 0o640
    assert (rules / "good.sync").stat().st_ino == before.st_ino
    assert sorted(path.name for path in rules.iterdir()) == ["good.sync", "ugly.sync"]
    assert syncdsl("fmt", "-q").err == ""


def test_check_names_the_files_and_writes_nothing(syncdsl: Syncdsl, rules: Path) -> None:
    """It ends with 1 while there is something to do, and with 0 afterwards."""
    result = syncdsl("fmt", "--check", "rules")
    assert (result.code, result.out) == (1, "would reformat rules/ugly.sync\n")
    assert result.err == "1 file would be reformatted, 1 file already formatted\n"
    assert (rules / "ugly.sync").read_text() == UGLY
    assert syncdsl("fmt").code == 0
    assert syncdsl("fmt", "--check").code == 0


def test_diff_shows_what_would_change(syncdsl: Syncdsl, rules: Path) -> None:
    """`--diff` prints a patch of the files that are not canonical, writes nothing, and ends with 1."""
    result = syncdsl("fmt", "--diff")
    assert result.code == 1
    assert result.out.splitlines() == [
        "--- rules/ugly.sync",
        "+++ rules/ugly.sync",
        "@@ -1,2 +1,3 @@",
        " language 1",
        "-connection   a :b # why",
        "+",
        "+connection a: b  # why",
    ]
    assert (rules / "ugly.sync").read_text() == UGLY


def test_a_file_with_errors_is_left_alone(syncdsl: Syncdsl, rules: Path) -> None:
    """The others are formatted all the same; the errors are shown and the command ends with 1."""
    (rules / "broken.sync").write_text(BROKEN)
    result = syncdsl("fmt")
    assert result.code == 1
    assert "1 file with errors left alone" in result.err
    assert "rules/broken.sync:2:" in result.err
    assert (rules / "broken.sync").read_text() == BROKEN
    assert (rules / "ugly.sync").read_text() == CANONICAL


def test_standard_input_to_standard_output(syncdsl: Syncdsl) -> None:
    """`-` is for editors: the text and nothing else, bytes as they are, nothing at all when it cannot be read."""
    assert syncdsl("fmt", "-", stdin=UGLY).out == CANONICAL
    assert syncdsl("fmt", "-", stdin=UGLY).err == ""
    assert syncdsl("fmt", "-", "--check", stdin=UGLY).code == 1
    assert syncdsl("fmt", "-", "--check", stdin=CANONICAL).code == 0
    broken = syncdsl("fmt", "-", stdin=BROKEN)
    assert (broken.code, broken.out) == (1, "")
    assert "<stdin>:2:" in broken.err
    assert syncdsl("fmt", "-", "rules").code == 3
    large = syncdsl("fmt", "-", stdin="language 1\n" + "# é\n" * 300_000)
    assert (large.code, large.out) == (1, "")
    assert "larger than 1 MiB" in large.err
    done = subprocess.run(
        [sys.executable, "-m", "syncdsl", "fmt", "-"],
        input="\ufefflanguage 1\r\n# é日\r\n".encode(),
        capture_output=True,
        check=True,
        env={**os.environ, **syncdsl.environment, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert done.stdout == "language 1\r\n# é日\r\n".encode()


def test_a_link_out_of_the_project_is_not_followed(syncdsl: Syncdsl, rules: Path) -> None:
    """A stranger's branch cannot make `fmt` write elsewhere; a link inside stays a link."""
    outside = syncdsl.folder.parent / f"{syncdsl.folder.name}-outside.sync"
    outside.write_text(UGLY)
    (rules / "link.sync").symlink_to(outside)
    result = syncdsl("fmt")
    assert result.code == 3
    assert "leads out of the project" in result.err
    assert outside.read_text() == UGLY
    (rules / "link.sync").unlink()
    (rules / "link.sync").symlink_to("ugly.sync")
    assert syncdsl("fmt", "rules/link.sync").code == 0
    assert (rules / "link.sync").is_symlink()
    assert (rules / "ugly.sync").read_text() == CANONICAL


def test_line_ends_and_mark_stay(syncdsl: Syncdsl, rules: Path) -> None:
    r"""A file with `\r\n` and a byte-order mark, as some editors write it, keeps both."""
    (rules / "ugly.sync").write_bytes(b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    assert syncdsl("fmt").code == 0
    assert (rules / "ugly.sync").read_bytes() == b"\xef\xbb\xbf" + CANONICAL.replace("\n", "\r\n").encode()
    assert syncdsl("fmt", "--check").code == 0


def test_a_mistake_of_ours_damages_nothing(
    syncdsl: Syncdsl, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A layout that would mean something else is not written: the file is named and the command ends with 70."""
    monkeypatch.chdir(syncdsl.folder)
    monkeypatch.setenv("SYNCDSL_CACHE_DIR", syncdsl.environment["SYNCDSL_CACHE_DIR"])
    monkeypatch.setattr(formatter, "layout", lambda source, *_: source.text.replace("connection   a", "connection b"))
    with pytest.raises(SystemExit) as ended:
        main(["fmt"])
    assert ended.value.code == 70
    error = capsys.readouterr().err
    assert "error[SD901]: formatting rules/ugly.sync would change what it means; the file is left as it is" in error
    assert (rules / "ugly.sync").read_text() == UGLY
