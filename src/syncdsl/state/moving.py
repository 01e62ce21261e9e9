"""A state moved to another place: copied whole into an empty one, compared there, and left as it was where it is.

Nobody writes the state meanwhile. The place is filled in one transaction, and a file appears only when it is complete:
whoever is interrupted, even by a power cut, leaves the place as empty as it was, and may begin again.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import URL

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_EXTRA
from syncdsl.diagnostics.codes.service import BAD_MIGRATION_TARGET
from syncdsl.state.checking import examine
from syncdsl.state.databases import open_database, parsed_url
from syncdsl.state.keeping import exists, place_of
from syncdsl.state.portable import copy_rows, row_counts
from syncdsl.state.postgres_copy import number_anew
from syncdsl.state.sqlite_file import path_of, single_file
from syncdsl.state.store import State
from syncdsl.state.untouched import companions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

_UNCHANGED = "the state is unchanged where it is; nothing of it is in the other place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where a state was copied to, and how many rows."""

    place: str
    rows: int


def refuse_place(url: str, base: Path) -> str:
    """Return how a place is called that a state may be moved to; nothing is changed there.

    Raises Fault SD877 when it holds anything, or cannot be reached.
    """
    try:
        place = place_of(url, base)
        there = exists(url, base) and not _left_empty(url, base)
    except Fault as fault:
        raise _unreachable(fault) from None
    if there:
        raise _not_empty(place)
    return place


def move_state(source: State, url: str, *, base: Path, told: Callable[[int], None] | None = None) -> Moved:
    """Copy a state into the empty place of a URL, and return when it was found to be the same there.

    The caller holds the lease of `source`, and lets it go when the new place is in use. `told` hears of every few rows.
    Raises Fault SD877 when the place is not empty, cannot be used, or did not get the same; it is empty again then.
    """
    refuse_place(url, base)
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _into_file(source, path_of(parsed, base), base, told)
    with closing(_opened(url, base)) as target:
        return Moved(place=target.place, rows=_filled(source, target, told))


def count_rows(state: State) -> int:
    """Return how many rows a state has."""
    with state.reading() as connection:
        return sum(row_counts(connection).values())


def _into_file(source: State, path: Path, base: Path, told: Callable[[int], None] | None) -> Moved:
    part = path.with_name(f"{path.name}.part")
    url = URL.create("sqlite", database=str(part)).render_as_string()
    try:
        _remove(part)  # of one who was interrupted
        with closing(_opened(url, base)) as target:
            rows = _filled(source, target, told)
        single_file(part)
        _appear(part, path)
    except BaseException as error:
        with suppress(OSError):
            _remove(part)
        if isinstance(error, OSError):
            reason = error.strerror or type(error).__name__
            raise Fault(BAD_MIGRATION_TARGET, f"`{path}` cannot be written: {reason}", help=_UNCHANGED) from None
        raise
    return Moved(place=str(path), rows=rows)


def _appear(part: Path, path: Path) -> None:
    if path.exists() and path.stat().st_size > 0:
        raise _not_empty(str(path))
    part.replace(path)


def _filled(source: State, target: State, told: Callable[[int], None] | None) -> int:
    """Copy everything and compare it in one transaction, while nobody else writes either; return how many rows."""
    with source.transaction() as rows, target.transaction() as connection:
        if any(row_counts(connection).values()):
            raise _not_empty(target.place)
        copied = copy_rows(rows, connection, told)
        schema = getattr(target.database, "schema", None)
        if schema is not None:
            number_anew(connection, schema)
        _compare(source, target, rows, connection)
    return sum(copied.values())


def _compare(source: State, target: State, rows: Connection, copied: Connection) -> None:
    """Refuse a copy that is not the same."""
    there, here = row_counts(rows), row_counts(copied)
    different = [name for name in there if there[name] != here[name]]
    troubles = [trouble.message for trouble in examine(target).troubles]
    if different or source.digest() != target.digest():
        what = f"in {', '.join(f'`{name}`' for name in different)}" if different else "in what decisions rest on"
        raise Fault(BAD_MIGRATION_TARGET, f"the copy in `{target.place}` differs {what}", help=_UNCHANGED)
    if troubles:
        raise Fault(
            BAD_MIGRATION_TARGET,
            f"the copy in `{target.place}` is not sound: {'; '.join(troubles[:3])}",
            help=f"`syncdsl state check` examines the state that was to be moved; {_UNCHANGED}",
        )


def _opened(url: str, base: Path) -> State:
    try:
        return State(open_database(url, base=base, read_only=False, scratch=False))
    except Fault as fault:
        raise _unreachable(fault) from None


def _left_empty(url: str, base: Path) -> bool:
    """Return whether a schema has our tables and no row in them: somebody who was to fill it was interrupted."""
    if parsed_url(url).get_backend_name() == "sqlite":
        return False
    with closing(State(open_database(url, base=base, read_only=True, scratch=False))) as found:
        return count_rows(found) == 0


def _remove(part: Path) -> None:
    for file in (part, *companions(part)):
        file.unlink(missing_ok=True)


def _not_empty(place: str) -> Fault:
    return Fault(
        BAD_MIGRATION_TARGET,
        f"`{place}` is not empty, and is left as it is",
        help="name another schema or a new file; to use what is there already, set `state` in syncdsl.toml to it",
    )


def _unreachable(fault: Fault) -> Fault:
    if fault.code is MISSING_EXTRA:
        return fault
    return Fault(BAD_MIGRATION_TARGET, f"the state cannot be moved there: {fault.message}", help=fault.help)
