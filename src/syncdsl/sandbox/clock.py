"""The server's time: the one source of it in the sandbox, which tests may freeze, set and advance.

Both systems stamp whole seconds. Work that is due later waits on this clock, so that a frozen clock decides when it
happens and nobody has to sleep.
"""

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from email.utils import formatdate
from itertools import count


class Clock:
    """Seconds since the epoch: the machine's plus an offset, or a fixed moment while frozen.

    Used on the server's only thread. Due work runs synchronously, in the order of its moments, with the clock
    standing at the moment it was due.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen: float | None = None
        self._skew = 0.0
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    def moment(self) -> float:
        """Return the current moment in seconds since the epoch, with its fraction."""
        base = self._source() + self._offset if self._frozen is None else self._frozen
        return base + self._skew

    def now(self) -> int:
        """Return the current whole second since the epoch."""
        return int(self.moment() // 1)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still until it is set or advanced."""
        return self._frozen is not None

    def set(self, *, moment: float | None = None, frozen: bool | None = None) -> None:
        """Go to a moment (None: stay) and stand still or run on (None: as before)."""
        target = self.moment() if moment is None else moment
        stands = self.frozen if frozen is None else frozen
        # Frozen first, so that due work sees its own moment and not the machine's.
        if not self.frozen:
            self._frozen = self.moment()
        self._run_until(target)
        self._frozen = target if stands else None
        self._offset = target - self._source()
        self._arm()

    def advance(self, seconds: float) -> None:
        """Go forward; what becomes due on the way is done before this returns."""
        self.set(moment=self.moment() + seconds)

    def schedule(self, moment: float, action: Callable[[], object]) -> None:
        """Do something when the clock reaches a moment: during an advance, or by a timer while it runs."""
        heapq.heappush(self._due, (moment, next(self._order), action))
        self._arm()

    @property
    def scheduled(self) -> int:
        """How many actions wait for their moment."""
        return len(self._due)

    @contextmanager
    def skewed(self, seconds: float) -> Iterator[None]:
        """Let the clock go wrong by some seconds inside the block."""
        self._skew = seconds
        try:
            yield
        finally:
            self._skew = 0.0

    def http_date(self, skew: float = 0.0) -> str:
        """Return the current second as the `Date` header has it, wrong by `skew` seconds.

        Clients take the server's time from there and compare it with stamps, so both come from this clock.
        """
        return formatdate(self.now() + int(skew), usegmt=True)

    def today(self, zone: tzinfo) -> date:
        """Return the current date in an organisation's zone."""
        return datetime.fromtimestamp(self.now(), zone).date()

    def stop(self) -> None:
        """Forget what waits: the server ends."""
        self._due.clear()
        self._arm()

    def _run_until(self, target: float) -> None:
        while self._due and self._due[0][0] <= target:
            due, _, action = heapq.heappop(self._due)
            if self._frozen is not None:
                self._frozen = max(self._frozen, due)
            action()

    def _ring(self) -> None:
        self._timer = None
        self._run_until(self.moment())
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and self._frozen is None:
            wait = max(0.0, self._due[0][0] - self.moment())
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)


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
