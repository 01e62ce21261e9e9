from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Diagnostic, Fix, Related, Severity, SourceFile, find_code
from syncdsl.lint import cache, engine, lint_paths
from syncdsl.lint.cache import CACHE_VARIABLE, ENTRIES

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'language 1\n\ntable kinds:\n    "Goods" <-> "goods"\n'
SOURCE = SourceFile("a.sync", TEXT)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the answers, in a cache of the test's own."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "lint"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a rule file with one finding."""
    path = tmp_path / "a.sync"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with every run of the checks."""
    counted: list[int] = []
    original = engine.lint

    def counting(*arguments: object, **options: object) -> object:
        counted.append(1)
        return original(*arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(engine, "lint", counting)
    return counted


def codes(file: Path, levels: dict[str, str] | None = None) -> list[str]:
    """Return the codes found in a file."""
    return [item.code.id for _, items in lint_paths([file], levels or {}) for item in items]


def finding() -> Diagnostic:
    """Return a finding that has everything a finding can have."""
    code = find_code("SD501")
    assert code is not None
    return Diagnostic(
        code=code,
        message="no line calls the table `größe`",
        span=SOURCE.span(18, 23),
        help="a\nb",
        related=(Related(span=SOURCE.span(0, 8), message="here"),),
        fixes=(Fix(title="remove it", span=SOURCE.span(12, len(TEXT)), replacement="", safe=True),),
        severity=Severity.NOTE,
    )


def test_unchanged_files_are_answered_from_the_cache(file: Path, runs: list[int]) -> None:
    """The second answer is the first one, without a run; `cache=False` runs each time."""
    assert lint_paths([file], {}) == lint_paths([file], {}) == lint_paths([file], {}, cache=False)
    assert len(runs) == 2


def test_an_answer_comes_back_as_it_was() -> None:
    """All parts of a finding survive."""
    cache.store("key", [finding()])
    assert cache.load("key") == [finding()]
    assert cache.load("other") is None


def test_changed_content_is_read_again(file: Path, runs: list[int]) -> None:
    """Another text has another answer, even of the same size and age."""
    assert codes(file) == ["SD501"]
    before = file.stat()
    file.write_text(TEXT.replace("table kinds", "tabel kinds"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "SD501" not in codes(file)
    assert len(runs) == 2


def test_another_path_is_read_again(file: Path, runs: list[int]) -> None:
    """A file that was moved is shown under its new path."""
    assert codes(file) == ["SD501"]
    moved = file.rename(file.with_name("b.sync"))
    ((source, items),) = lint_paths([moved], {})
    assert {item.span.file for item in items} == {source.path} == {str(moved)}
    assert len(runs) == 2


def test_another_file_beside_it_is_another_program(file: Path, runs: list[int]) -> None:
    """What a file's findings are depends on the others linted with it, so they are part of the key."""
    other = file.with_name("b.sync")
    other.write_text(
        "language 1\n\nmodule items: crm.Products <-> books.items\n    dedupe: Code == sku\n    map:\n"
        "        kinds(Kind) <-> product_type\n"
    )
    assert codes(file) == ["SD501"]
    assert [items for _, items in lint_paths([file, other], {})] == [[], []]
    other.write_text(other.read_text().replace("kinds", "sorts"))
    assert [item.code.id for _, items in lint_paths([file, other], {}) for item in items] == ["SD501"]
    assert len(runs) == 3


def test_other_levels_are_another_answer(file: Path, runs: list[int]) -> None:
    """A level counts at once."""
    assert codes(file) == ["SD501"]
    assert codes(file, {"SD501": "off"}) == []
    assert codes(file, {"SD501": "note"}) == ["SD501"]
    assert len(runs) == 3


def test_the_day_counts_where_a_suppression_may_end(file: Path, runs: list[int]) -> None:
    """Another day is another answer only for rules in which a suppression may have a last day."""
    for day in (1, 2):
        lint_paths([file], {}, today=date(2026, 6, day))
    assert len(runs) == 1
    file.write_text(TEXT.replace("table", "# allow SD501: old, until 2026-06-01\ntable"), encoding="utf-8")
    answers = [lint_paths([file], {}, today=date(2026, 6, day)) for day in (1, 1, 2)]
    assert [[item.code.id for _, items in answer for item in items] for answer in answers] == [
        [],
        [],
        ["SD594", "SD501"],
    ]
    assert len(runs) == 3


def test_another_version_is_another_answer(file: Path, runs: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade of syncdsl or of Python everything is read again."""
    codes(file)
    assert any(name.startswith("syncdsl-") for name in cache.version())
    monkeypatch.setattr(cache, "version", lambda _: ["syncdsl-99.dist-info"])
    codes(file)
    monkeypatch.setattr(sys, "version", "3.99")
    codes(file)
    assert len(runs) == 3


def test_another_grammar_is_another_answer(
    file: Path, runs: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A grammar that was touched is read again."""
    grammar = tmp_path / "grammar" / "syncdsl.lark"
    grammar.parent.mkdir()
    grammar.write_text("start: A")
    monkeypatch.setattr(cache, "_GRAMMARS", (grammar.parent,))
    codes(file)
    codes(file)
    assert len(runs) == 1
    os.utime(grammar, ns=(0, 0))
    codes(file)
    assert len(runs) == 2


def test_the_fingerprint_covers_the_rooms_the_grammar_and_the_parser_library() -> None:
    """Code of the checks, the codes and the syntax, the grammar and lark are all part of it."""
    paths = [path for path, _, _ in cache.fingerprint()]
    for part in (
        "lint/cache.py",
        "lint/checks/unused_table.py",
        "diagnostics/codes/lint.py",
        "syntax/parser.py",
        "grammar/syncdsl.lark",
        "lark/__init__.py",
    ):
        assert sum(path.endswith(part) for path in paths) == 1, part


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"kinds", b"sorts"),
        lambda content: b"\xff" + content,
        lambda _: b"null",
    ],
)
def test_a_damaged_entry_is_passed_over(file: Path, folder: Path, runs: list[int], damage: object) -> None:
    """Whatever stands in an entry, the answer is right and the entry is made anew."""
    assert callable(damage)
    first = lint_paths([file], {})
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert lint_paths([file], {}) == first
    assert entry.read_bytes() == whole
    assert len(runs) == 2


@pytest.mark.parametrize("body", [[["SD999"]], {"a": 1}, 5, [[1, 2, 3, 4, 5, 6, 7]], None])
def test_an_entry_of_another_shape_is_passed_over(folder: Path, body: object) -> None:
    """A whole entry of another form, such as one with an unknown code, is no answer."""
    folder.mkdir(parents=True, mode=0o700)
    content = json.dumps(body).encode()
    digest = sha256(content).hexdigest().encode()
    (folder / "key.json").write_bytes(digest + b"\n" + content)
    assert cache.load("key") is None


def test_the_cache_is_private(file: Path, folder: Path) -> None:
    """Folder and entries are the user's alone, and nothing unfinished is left behind."""
    codes(file)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (entry,) = folder.iterdir()
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert entry.suffix == ".json"


def test_a_folder_that_others_may_write_is_not_trusted(file: Path, folder: Path, runs: list[int]) -> None:
    """Answers that somebody else may have put there are neither read nor added to."""
    codes(file)
    folder.chmod(0o777)
    codes(file)
    assert len(runs) == 2


def test_a_cache_that_cannot_be_written_is_passed_over(file: Path, tmp_path: Path) -> None:
    """Where the folder should be is a file: the answer comes all the same."""
    (tmp_path / "cache").write_text("in the way")
    assert codes(file) == codes(file) == ["SD501"]


def test_a_link_in_place_of_an_entry_is_not_followed(file: Path, folder: Path, runs: list[int]) -> None:
    """An entry is a file of the folder."""
    codes(file)
    (entry,) = folder.iterdir()
    entry.rename(folder.parent / "elsewhere")
    entry.symlink_to(folder.parent / "elsewhere")
    codes(file)
    assert len(runs) == 2
    assert not entry.is_symlink()


def test_the_number_of_entries_is_bounded(folder: Path) -> None:
    """The oldest go first."""
    for number in range(ENTRIES + 1):
        cache.store(f"key{number}", [])
        os.utime(folder / f"key{number}.json", ns=(number, number))
    cache.store("last", [])
    assert len(list(folder.iterdir())) == ENTRIES
    assert cache.load("key0") is None
    assert cache.load("last") == []


def test_without_a_configured_folder_it_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's convention decides."""
    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache._base() == tmp_path / ".cache" / "syncdsl"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert cache._base() == tmp_path / "shared" / "syncdsl"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache._base() == tmp_path / "Library" / "Caches" / "syncdsl"


PROBE = """
import sys
from pathlib import Path
from syncdsl.lint import lint_paths
print(*[item.code.id for _, items in lint_paths([Path(sys.argv[1])], {}) for item in items])
print(*sorted(sys.modules))
"""


def test_an_unchanged_file_is_answered_without_the_parser(file: Path) -> None:
    """The second process loads the standard library, the diagnostics and the cache, and nothing slow among them."""

    def run() -> tuple[str, set[str]]:
        done = subprocess.run([sys.executable, "-c", PROBE, str(file)], capture_output=True, text=True, check=True)
        found, names = done.stdout.splitlines()
        return found, set(names.split())

    first, again = run(), run()
    assert first[0] == again[0] == "SD501"
    assert "lark" in first[1]
    assert not again[1] & {"lark", "difflib", "importlib.metadata", "tempfile", "pydantic", "syncdsl.syntax"}
    own = {name for name in again[1] if name.startswith("syncdsl.") and not name.startswith("syncdsl.diagnostics")}
    assert own == {"syncdsl.lint", "syncdsl.lint.paths", "syncdsl.lint.cache"}
