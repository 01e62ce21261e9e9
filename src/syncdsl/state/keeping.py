"""What becomes of a state that another one takes the place of: it is kept beside it, never removed."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE, LEASE_HELD
from syncdsl.state.databases import parsed_url
from syncdsl.state.migration import OWN_TABLES
from syncdsl.state.postgres_url import schema_of, shown
from syncdsl.state.processes import alive, started
from syncdsl.state.sqlite_file import SqliteFile, copy_beside, path_of
from syncdsl.state.untouched import companions, reading_untouched

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.state.store import State

# The table that Alembic makes says nothing of whose tables the others are.
_OURS = OWN_TABLES - {"alembic_version"}


def exists(url: str, base: Path) -> bool:
    """Return whether there is anything at the URL of a state. Raises Fault SD808 when that cannot be asked."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = path_of(parsed, base)
        return path.is_file() and path.stat().st_size > 0
    from syncdsl.state.postgres_keeping import schema_exists  # noqa: PLC0415 - loads the driver

    return schema_exists(parsed)


def place_of(url: str, base: Path) -> str:
    """Return how the state at a URL is named in messages; never with a password. Raises Fault SD808 for a bad URL."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(path_of(parsed, base))
    return shown(parsed, schema_of(parsed))


def keep_copy(state: State, stamp: str) -> str:
    """Copy an open state beside itself, and return where the copy is."""
    if isinstance(state.database, SqliteFile):
        path = state.database.path
        kept = path.with_name(f"{path.name}.before-restore-{stamp}")
        copy_beside(path, kept)
        return str(kept)
    from syncdsl.state.postgres_keeping import copy_schema  # noqa: PLC0415 - as above

    return copy_schema(state, stamp)


def put_aside(url: str, base: Path, stamp: str) -> str:
    """Give a state that cannot be opened another name, and return it.

    Raises Fault: SD804 its holder still lives, SD805 it belongs to another program.
    """
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _aside(path_of(parsed, base), stamp)
    from syncdsl.state.postgres_keeping import rename_schema  # noqa: PLC0415 - as above

    return rename_schema(parsed, stamp)


def refuse_others(place: str, tables: set[str]) -> None:
    """Refuse to move what is no state at all. Raises Fault SD805."""
    if tables and not tables & _OURS:
        raise Fault(
            DAMAGED_STATE,
            f"`{place}` holds the tables of another program, which are not moved",
            help="correct `state` of the environment in syncdsl.toml",
        )


def _aside(path: Path, stamp: str) -> str:
    """Move a file with what SQLite keeps beside it; nobody may be at work on it, who would go on in the moved one."""
    with suppress(sqlite3.Error, OSError), reading_untouched(path) as source:
        tables = {str(name) for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        refuse_others(str(path), tables)
        row = source.execute("SELECT owner, pid, process FROM lease").fetchone()
        if row is not None and row[0] is not None and alive(int(row[1])) and started(int(row[1])) == row[2]:
            raise Fault(
                LEASE_HELD,
                f"a run of {row[0]} (process {row[1]}) works on this state",
                help="wait for it to end, or end it, and restore then",
            )
    kept = path.with_name(f"{path.name}.before-restore-{stamp}")
    for file, companion in zip(companions(path), companions(kept), strict=True):
        if file.exists():
            file.rename(companion)
    path.rename(kept)
    return str(kept)
