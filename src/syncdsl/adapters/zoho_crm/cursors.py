"""Where the next incremental reading begins, as text that nobody but this adapter reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho.stamps import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

_SETTLED, _OPEN = "settled", "open"
_RECYCLED = "recycled:"

MOST_RECYCLED = 50
"""Records in the recycle bin that a cursor remembers: as many as one query looks for."""

RECYCLE_DAYS = 60
"""How long the recycle bin keeps a record (Zoho CRM API v8, Get deleted records)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """A record that lay in the recycle bin when it was last heard of, and when it was deleted."""

    id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What was stamped until `since` was read.

    `settled`: the reading began so long after `since` that nothing stamped until then can come to light any more, so
    the next one need not reach back behind it. Without that, quiet readings after a busy minute would list the records
    of that minute for ever. `view` and `definition` are the id of the view it was read through and the digest of what
    that view selected; both are None where the whole module was read. `recycled` are the records deleted last: one that
    is there again was restored, which no stamp need show.
    """

    since: dt.datetime
    settled: bool = False
    view: str | None = None
    definition: str | None = None
    recycled: tuple[Recycled, ...] = ()

    def write(self) -> str:
        """Return the cursor as text."""
        remembered = ",".join(f"{one.id}@{int(one.at.timestamp())}" for one in self.recycled)
        parts = (
            write_instant(self.since),
            _SETTLED if self.settled else _OPEN,
            self.view,
            self.definition,
            _RECYCLED + remembered if remembered else None,
        )
        return " ".join(part for part in parts if part is not None)


def remembered(recycled: Iterable[Recycled], now: dt.datetime) -> tuple[Recycled, ...]:
    """Return what a cursor keeps of deletions: the latest ones that can still be undone, each record once."""
    latest: dict[str, Recycled] = {}
    for one in recycled:
        if one.id not in latest or latest[one.id].at < one.at:
            latest[one.id] = one
    kept = [one for one in latest.values() if now - one.at <= dt.timedelta(days=RECYCLE_DAYS)]
    return tuple(sorted(kept, key=lambda one: (one.at, one.id), reverse=True)[:MOST_RECYCLED])


def cursor_after(
    start: dt.datetime,
    latest: dt.datetime | None,
    overlap: dt.timedelta,
    *,
    view: str | None,
    definition: str | None,
    recycled: tuple[Recycled, ...] = (),
) -> Cursor:
    """Return the cursor of a reading that began at the server's time `start` and saw stamps up to `latest`.

    It is beyond neither the latest stamp seen nor the overlap before the beginning, so a `Date` header that is ahead
    loses nothing.
    """
    bound = start - overlap
    settled = latest is not None and latest <= bound
    since = latest if latest is not None and settled else bound
    return Cursor(since=since, settled=settled, view=view, definition=definition, recycled=recycled)


def read_cursor(text: str | None) -> Cursor | None:
    """Return the cursor of a text that `Cursor.write` gave; None for anything else, which means reading everything."""
    since, *rest = (text or "").split(" ")
    moment = read_instant(since)
    recycled: tuple[Recycled, ...] | None = ()
    if rest and rest[-1].startswith(_RECYCLED):
        recycled = _read_recycled(rest.pop().removeprefix(_RECYCLED))
    match rest:
        case [] if moment is not None and recycled is not None:
            return Cursor(since=moment, recycled=recycled)
        case [("settled" | "open") as state, *where] if (
            moment is not None and recycled is not None and len(where) in {0, 2}
        ):
            view, definition = where or (None, None)
            return Cursor(since=moment, settled=state == _SETTLED, view=view, definition=definition, recycled=recycled)
        case _:
            return None


def _read_recycled(text: str) -> tuple[Recycled, ...] | None:
    """Return what a cursor remembers of deletions; None for what `Cursor.write` did not write."""
    found = [part.partition("@") for part in text.split(",")]
    if not all(identifier.isdecimal() and second.isdecimal() and len(second) < 12 for identifier, _, second in found):
        return None
    return tuple(
        Recycled(id=identifier, at=dt.datetime.fromtimestamp(int(second), dt.UTC)) for identifier, _, second in found
    )
