"""The server's time: whole seconds, as both systems stamp them."""

import time
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from email.utils import formatdate


@dataclass(slots=True)
class Clock:
    """The one source of time in the sandbox; `offset` seconds are added to the machine's clock."""

    offset: int = 0

    def now(self) -> int:
        """Return the current second since the epoch."""
        return int(time.time()) + self.offset

    def http_date(self) -> str:
        """Return the current second as the `Date` header has it.

        Clients take the server's time from there and compare it with stamps, so both come from this clock.
        """
        return formatdate(self.now(), usegmt=True)

    def today(self, zone: tzinfo) -> date:
        """Return the current date in an organisation's zone."""
        return datetime.fromtimestamp(self.now(), zone).date()


def stamp_with_colon(second: int, zone: tzinfo) -> str:
    """Return a stamp as CRM writes it: `2026-01-05T10:11:12+01:00`."""
    return datetime.fromtimestamp(second, zone).isoformat(timespec="seconds")


def stamp_without_colon(second: int, zone: tzinfo) -> str:
    """Return a stamp as Books writes it: `2026-01-05T10:11:12+0000`."""
    return datetime.fromtimestamp(second, zone).strftime("%Y-%m-%dT%H:%M:%S%z")


def second_of(stamp: str) -> int | None:
    """Return the second a stamp of either style names, or None when it is no stamp with an offset."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.tzinfo is not None else None
