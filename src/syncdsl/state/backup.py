"""Backups: a consistent copy of a state in one private file, and a state put back from one."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import URL, func, select

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import BAD_BACKUP, DAMAGED_STATE, NEWER_STATE, NO_STATE, OTHER_ORGANISATION
from syncdsl.state.checking import examine
from syncdsl.state.databases import open_database, parsed_url
from syncdsl.state.keeping import exists, keep_copy, put_aside
from syncdsl.state.portable import copy_rows, replace_rows
from syncdsl.state.postgres_copy import number_anew
from syncdsl.state.sqlite_checking import damage_of
from syncdsl.state.sqlite_file import checked_revision, copy_beside, open_sqlite, path_of, single_file
from syncdsl.state.store import State
from syncdsl.state.tables import RUN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup: how many links, writes in doubt and entries of the history it has, and when its last run began."""

    links: int
    doubtful: int
    history: int
    last_run: dt.datetime | None
    organisations: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore came to: how many rows are there now, and where the old state is kept; None: there was none."""

    rows: int
    kept: str | None


def back_up(url: str, *, base: Path, file: Path) -> None:
    """Copy the state at a URL, as it is at one moment, into a new file that only its user may read.

    Runs go on meanwhile. Raises Fault: SD808 there is no state, SD813 the file exists or cannot be written, and those
    of `open_state`.
    """
    if not exists(url, base):
        raise Fault(
            NO_STATE, "there is no state yet, so nothing to back up", help="the first `syncdsl apply` makes the state"
        )
    part = file.with_name(f"{file.name}.part")
    try:
        # The name is taken first: of two backups into one file only one begins.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except FileExistsError:
        raise Fault(
            BAD_BACKUP, f"`{file}` is there already", help="name another file: a backup never replaces one"
        ) from None
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        part.unlink(missing_ok=True)
        _write(url, base, part)
        part.replace(file)
    except BaseException as error:
        for leftover in (file, part, part.with_name(f"{part.name}-wal"), part.with_name(f"{part.name}-shm")):
            leftover.unlink(missing_ok=True)
        if isinstance(error, OSError | sqlite3.Error):
            raise _unwritable(file, error) from None
        raise


def _write(url: str, base: Path, part: Path) -> None:
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = path_of(parsed, base)
        checked_revision(path)
        copy_beside(path, part)
        return
    with (
        closing(State(open_database(url, base=base, read_only=True, scratch=False))) as source,
        closing(_new_file(part)) as target,
        source.reading() as rows,
        target.transaction() as connection,
    ):
        copy_rows(rows, connection)
    single_file(part)


def _new_file(file: Path) -> State:
    url = URL.create("sqlite", database=str(file.resolve()))
    return State(open_sqlite(url, base=file.parent, read_only=False, scratch=False))


def _unwritable(file: Path, error: OSError | sqlite3.Error) -> Fault:
    reason = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return Fault(BAD_BACKUP, f"`{file}` cannot be written: {reason}", help="name a file in a folder that has room")


@contextmanager
def opened_backup(file: Path) -> Iterator[State]:
    """Yield the state in a backup, as a copy that is migrated where the file is old; the file does not change.

    Raises Fault SD813 when it is no backup, or not everything in it can be read.
    """
    advice = "name a file that `syncdsl state backup` wrote"
    if not file.is_file():
        raise Fault(BAD_BACKUP, f"there is no file `{file}`", help=advice)
    url = URL.create("sqlite", database=str(file.resolve()))
    try:
        empty = checked_revision(file) is None
        state = State(open_sqlite(url, base=file.parent, read_only=True, scratch=False))
    except Fault as fault:
        raise Fault(BAD_BACKUP, f"`{file}` cannot be restored: {fault.message}", help=advice) from None
    except (OSError, sqlite3.Error) as error:
        raise Fault(BAD_BACKUP, f"`{file}` cannot be restored: {error}", help=advice) from None
    with closing(state):
        if empty:
            raise Fault(BAD_BACKUP, f"`{file}` holds no state", help=advice)
        told = [*damage_of(file), *(trouble.message for trouble in examine(state).troubles)]
        if told:
            raise Fault(BAD_BACKUP, f"`{file}` is damaged: {'; '.join(told[:3])}", help="restore an older backup")
        yield state


def describe(backup: State) -> Backup:
    """Return what a person wants to know of a backup before it takes the place of the state."""
    report = examine(backup)
    with backup.reading() as connection:
        last = connection.execute(select(func.max(RUN.c.started))).scalar()
    return Backup(
        links=report.rows["link"],
        doubtful=len(report.doubtful),
        history=report.rows["history"],
        last_run=last,
        organisations={name: facts["organization"] for name, facts in (backup.identity() or {}).items()},
    )


def put_back(url: str, *, base: Path, backup: State, owner: str, host: str, now: dt.datetime) -> Restored:
    """Put a backup in the place of the state at a URL, in one transaction; the old state is kept beside it.

    A state that is damaged, or of a newer version, is put aside as it is. Raises Fault: SD804 a run is under way,
    SD807 the state belongs to other organisations than the backup, and those of `open_state`.
    """
    stamp = now.strftime("%Y%m%dt%H%M%S")
    kept = None
    there = exists(url, base)
    try:
        state = State(open_database(url, base=base, read_only=False, scratch=False))
    except Fault as fault:
        if fault.code not in {DAMAGED_STATE, NEWER_STATE}:
            raise
        kept = put_aside(url, base, stamp)
        state = State(open_database(url, base=base, read_only=False, scratch=False))
    with closing(state):
        fence = state.acquire_lease(owner, os.getpid(), host, now)
        try:
            _same_organisations(state, backup)
            if there and kept is None:
                kept = keep_copy(state, stamp)
            with backup.reading() as source, state.transaction() as target:
                counts = replace_rows(source, target)
                _number(state, target)
        finally:
            with suppress(Fault):
                state.release_lease(fence)
    return Restored(rows=sum(counts.values()), kept=kept)


def _number(state: State, connection: Connection) -> None:
    schema = getattr(state.database, "schema", None)
    if schema is not None:
        number_anew(connection, schema)


def _same_organisations(state: State, backup: State) -> None:
    now, then = state.identity() or {}, backup.identity() or {}
    for name in sorted(set(now) & set(then)):
        if now[name] != then[name]:
            raise Fault(
                OTHER_ORGANISATION,
                f"the backup belongs to organisation {then[name]['organization']} of `{name}`, this state to "
                f"{now[name]['organization']}",
                help="choose the environment of the backup with `--env NAME`",
            )
