"""What the project promises about its own shape."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from syncdsl.diagnostics import ALL_CODES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "syncdsl"
SURFACE = {
    "syncdsl.analysis": ["Analysis", "Library", "UsedFile", "analyse"],
    "syncdsl.diagnostics": [
        "ALL_CODES",
        "NO_SPAN",
        "Code",
        "Diagnostic",
        "Fault",
        "Fix",
        "Related",
        "Severity",
        "SourceFile",
        "Span",
        "did_you_mean",
        "find_code",
        "without_echoes",
    ],
    "syncdsl.functions": ["BUILTINS", "FAMILIES", "Builtin", "Example", "Flaw", "Kind", "Parameter", "find_builtin"],
    "syncdsl.lint": ["lint_paths"],
    "syncdsl.sandbox": ["SandboxOptions", "Started", "run"],
}


@pytest.mark.parametrize("name", sorted(SURFACE))
def test_the_public_names_of_a_room_are_pinned(name: str) -> None:
    """A room's public names change only on purpose."""
    assert sorted(importlib.import_module(name).__all__) == sorted(SURFACE[name])


def test_codes_are_unique_and_in_order() -> None:
    """No code or name is used twice, and every code explains itself."""
    ids = [code.id for code in ALL_CODES]
    assert len(set(ids)) == len(ids)
    assert len({code.name for code in ALL_CODES}) == len(ids)
    for code in ALL_CODES:
        assert re.fullmatch(r"SD[1-9]\d\d", code.id)
        assert code.explanation.strip(), code.id
        assert code.title[0].islower() or not code.title[0].isalpha() or code.title.startswith("SD"), code.title


def test_generated_pages_are_fresh() -> None:
    """`make docs` has nothing to do."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_files_stay_small() -> None:
    """No source file outgrows what one can read at a sitting."""
    large = {str(path.relative_to(ROOT)): count for path in SOURCE.rglob("*.py") if (count := lines(path)) > 420}
    assert not large


def lines(path: Path) -> int:
    """Return the number of lines of a file."""
    return path.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("room", ["syncdsl.cli", "syncdsl.lint.cache", "syncdsl.adapters.registry", "syncdsl.state"])
def test_starting_is_cheap(room: str) -> None:
    """What every command loads pulls in no parser, no models, no HTTP, no database and no terminal library."""
    heavy = ("lark", "pydantic", "httpx", "sqlalchemy", "alembic", "rich", "authlib", "jinja2")
    program = f"import sys, {room}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
