"""What the room loads, and what it must not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import syncdsl.state

ROOM = Path(syncdsl.state.__file__).parent
ALLOWED = ("syncdsl.state", "syncdsl.schema", "syncdsl.diagnostics")


def test_importing_the_room_loads_no_database() -> None:
    """`import syncdsl.state` loads neither SQLAlchemy nor Alembic: most commands need no state."""
    code = "import sys, syncdsl.state; print([name for name in ('sqlalchemy', 'alembic') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_room_knows_only_the_layers_below() -> None:
    """Nothing in the state imports adapters, engine, plans or change sets, not even for types."""
    found: set[str] = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                found.add(node.module or "")
            elif isinstance(node, ast.Import):
                found.update(name.name for name in node.names)
    ours = {name for name in found if name.partition(".")[0] == "syncdsl"}
    assert ours
    assert {name for name in ours if not name.startswith(ALLOWED)} == set()


def test_every_public_name_is_there() -> None:
    """Every name that the room offers can be had, the one that is loaded late too."""
    assert {name for name in syncdsl.state.__all__ if not hasattr(syncdsl.state, name)} == set()
