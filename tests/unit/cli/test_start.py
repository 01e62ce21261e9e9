from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from syncdsl.cli import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

HEAVY = {"httpx", "lark", "pydantic", "rich", "sqlalchemy", "jinja2", "alembic", "starlette"}

PROBE = """
import sys
from syncdsl.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
print(code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded(folder: Path, cache: Path, *arguments: str) -> tuple[int, set[str]]:
    """Return the exit code of a command and the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=folder,
        env={"SYNCDSL_CACHE_DIR": str(cache), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, *names = done.stderr.splitlines()[-1].split()
    return int(code), set(names)


@pytest.mark.parametrize("arguments", [[], ["--version"], ["explain", "SD801"], *([name, "-h"] for name in COMMANDS)])
def test_light_commands_load_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    """Help, version and explain import no library but click."""
    code, names = loaded(tmp_path, tmp_path, *arguments)
    assert code == 0
    assert not names & HEAVY


def test_lint_of_unchanged_files_loads_nothing_heavy(syncdsl: Syncdsl, project: Path) -> None:
    """The second `lint` answers from its cache: neither the parser nor any model is loaded, in every format."""
    cache = syncdsl.folder.parent / "cache"
    assert loaded(project, cache, "lint")[0] == 0
    for output in ("text", "concise", "json"):
        code, names = loaded(project, cache, "lint", "--format", output)
        assert code == 0
        assert not names & HEAVY


def test_summaries_are_those_of_the_commands() -> None:
    """Every command in the table exists, under its name."""
    for name, entry in COMMANDS.items():
        module, _, attribute = entry.target.partition(":")
        assert getattr(import_module(module), attribute).name == name
