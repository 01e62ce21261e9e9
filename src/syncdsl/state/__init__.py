"""What is remembered between runs: links, bases, journal, truths, history; on SQLite, private to its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.state.operating import Alert, Attempt, CallBack, Serving
from syncdsl.state.part import chunks
from syncdsl.state.records import (
    Answered,
    Approved,
    Association,
    Cause,
    Grant,
    Head,
    HistoryEntry,
    HistoryRow,
    Instance,
    Intent,
    JournalEvent,
    Link,
    NotUniqueError,
    Place,
    ReadOnlyStateError,
    Resolution,
    ReviewItem,
    Run,
    RunCause,
    StoredRecord,
    Subject,
    Totals,
)

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.state.store import State

__all__ = [
    "Alert",
    "Answered",
    "Approved",
    "Association",
    "Attempt",
    "CallBack",
    "Cause",
    "Grant",
    "Head",
    "HistoryEntry",
    "HistoryRow",
    "Instance",
    "Intent",
    "JournalEvent",
    "Link",
    "NotUniqueError",
    "Place",
    "ReadOnlyStateError",
    "Resolution",
    "ReviewItem",
    "Run",
    "RunCause",
    "Serving",
    "State",
    "StoredRecord",
    "Subject",
    "Totals",
    "chunks",
    "open_state",
]


def open_state(url: str, *, base: Path, read_only: bool = False, scratch: bool = False) -> State:
    """Open the state at a URL such as `sqlite:///.syncdsl/state.db`, relative to the folder `base`.

    A missing one is created (folder 0700, file 0600), an older one is copied and then migrated. With `read_only` and
    `scratch` nothing of it is created or changed: `read_only` refuses to write with `ReadOnlyStateError`, `scratch` is
    a private copy that a preview may write and that is thrown away.
    Raises Fault: SD805 damaged, SD806 of a newer version, SD808 not usable.
    """
    from syncdsl.state.databases import open_database  # noqa: PLC0415 - SQLAlchemy is slow to load
    from syncdsl.state.store import State  # noqa: PLC0415 - the same

    return State(open_database(url, base=base, read_only=read_only, scratch=scratch))


def __getattr__(name: str) -> object:
    """Load the class `State` only when its name is asked for."""
    if name == "State":
        from syncdsl.state.store import State  # noqa: PLC0415 - the same

        return State
    raise AttributeError(name)
