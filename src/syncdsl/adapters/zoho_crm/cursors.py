"""Where the next incremental reading begins, as text that nobody but this adapter reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho.stamps import read_instant, write_instant

if TYPE_CHECKING:
    import datetime as dt

_SETTLED, _OPEN = "settled", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What was stamped until `since` was read.

    `settled`: the reading began so long after `since` that nothing stamped until then can come to light any more, so
    the next one need not reach back behind it. Without that, quiet readings after a busy minute would list the records
    of that minute for ever. `view` and `definition` are the id of the view it was read through and the digest of what
    that view selected; both are None where the whole module was read.
    """

    since: dt.datetime
    settled: bool = False
    view: str | None = None
    definition: str | None = None

    def write(self) -> str:
        """Return the cursor as text."""
        parts = (write_instant(self.since), _SETTLED if self.settled else _OPEN, self.view, self.definition)
        return " ".join(part for part in parts if part is not None)


def cursor_after(
    start: dt.datetime, latest: dt.datetime | None, overlap: dt.timedelta, *, view: str | None, definition: str | None
) -> Cursor:
    """Return the cursor of a reading that began at the server's time `start` and saw stamps up to `latest`.

    It is beyond neither the latest stamp seen nor the overlap before the beginning, so a `Date` header that is ahead
    loses nothing.
    """
    bound = start - overlap
    settled = latest is not None and latest <= bound
    since = latest if latest is not None and settled else bound
    return Cursor(since=since, settled=settled, view=view, definition=definition)


def read_cursor(text: str | None) -> Cursor | None:
    """Return the cursor of a text that `Cursor.write` gave; None for anything else, which means reading everything."""
    since, *rest = (text or "").split(" ")
    moment = read_instant(since)
    match rest:
        case [] if moment is not None:
            return Cursor(since=moment)
        case [("settled" | "open") as state, *where] if moment is not None and len(where) in {0, 2}:
            view, definition = where or (None, None)
            return Cursor(since=moment, settled=state == _SETTLED, view=view, definition=definition)
        case _:
            return None
