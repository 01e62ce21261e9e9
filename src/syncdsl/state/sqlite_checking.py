"""What SQLite itself finds wrong with the file of a state."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from syncdsl.state.databases import parsed_url
from syncdsl.state.sqlite_file import path_of
from syncdsl.state.untouched import reading_untouched

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 10


def troubles_of(url: str, base: Path) -> list[str]:
    """Return what is wrong with every page, index and reference of a file; nothing for other databases."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() != "sqlite":
        return []
    path = path_of(parsed, base)
    return damage_of(path) if path.is_file() else []


def damage_of(path: Path) -> list[str]:
    """Return what is wrong with a file; nothing when it cannot be opened, which opening it says in full sentences."""
    try:
        with reading_untouched(path) as source:
            found = [str(line) for (line,) in source.execute(f"PRAGMA integrity_check({_MOST})")]
            lost = source.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
    except sqlite3.Error:
        return []
    troubles = [f"SQLite finds the file damaged: {line}" for line in found if line != "ok"]
    return troubles + [f"a row of `{table}` refers to one of `{parent}` that is gone" for table, _, parent, _ in lost]
