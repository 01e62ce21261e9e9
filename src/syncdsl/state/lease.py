"""The lease: one run at a time writes a state, and one that lost it can commit nothing."""

from __future__ import annotations

import datetime as dt
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import LEASE_HELD
from syncdsl.state.part import Part
from syncdsl.state.tables import LEASE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_ONLY = 1
_SHARE = 4
"""A lease is lengthened by the first transaction after a fourth of it has passed."""


class Lease(Part):
    """Who may write. The fence only grows, so a run that was overtaken is recognised for ever."""

    def acquire_lease(self, owner: str, pid: int, host: str, now: dt.datetime, seconds: int = 600) -> int:
        """Take the lease and return its fence.

        A lease that ended, or whose process on this host is dead, is taken over. `now` is the time of this machine;
        where programs on several machines share the state its database's clock counts instead.
        Raises Fault SD804 when it is held.
        """
        with self.writing(fenced=False) as connection:
            row = connection.execute(select(LEASE).where(LEASE.c.id == _ONLY)).first()
            now = self._database.now(connection) or now
            if row is not None and self._held(row, host, now):
                raise Fault(
                    LEASE_HELD,
                    f"a run of {_named(row)} works on this state since {row.since.astimezone().strftime('%H:%M:%S')}",
                    help="wait for it to end; when it dies its place becomes free by itself",
                )
            fence = (row.fence if row is not None else 0) + 1
            values = {
                "fence": fence,
                "owner": owner,
                "pid": pid,
                "host": host,
                "process": self._database.mark(pid),
                "since": now,
                "until": now + dt.timedelta(seconds=seconds),
            }
            connection.execute(
                update(LEASE).where(LEASE.c.id == _ONLY).values(values)
                if row is not None
                else insert(LEASE).values(id=_ONLY, **values)
            )
            self._lease_seconds = seconds
            self._lease_renewed = monotonic()
            self._fence = fence
        return fence

    def _held(self, row: Row[tuple[object, ...]], host: str, now: dt.datetime) -> bool:
        if row.owner is None or row.until is None or row.until <= now:
            return False
        return row.host != host or not self._database.ended(row.pid, row.host, row.process)

    def lease_holder(self, now: dt.datetime) -> str | None:
        """Return in words who holds the lease; None when it is free, as after a run that died."""
        with self.reading() as connection:
            row = connection.execute(select(LEASE).where(LEASE.c.id == _ONLY)).first()
            held = row is not None and self._held(row, row.host, self._database.now(connection) or now)
        return _named(row) if row is not None and held else None

    def renew_lease(self, fence: int, now: dt.datetime) -> None:
        """Keep the lease for another while. Raises Fault SD804 when it is somebody else's by now."""
        with self.transaction() as connection:
            now = self._database.now(connection) or now
            renewed = connection.execute(
                update(LEASE)
                .where(LEASE.c.id == _ONLY, LEASE.c.fence == fence, LEASE.c.owner.is_not(None))
                .values(until=now + dt.timedelta(seconds=self._lease_seconds))
            )
            if renewed.rowcount != 1:
                raise _overtaken()
            self._lease_renewed = monotonic()

    def release_lease(self, fence: int) -> None:
        """Give the lease back, if it is still ours; the fence stays."""
        with self.writing(fenced=False) as connection:
            connection.execute(
                update(LEASE)
                .where(LEASE.c.id == _ONLY, LEASE.c.fence == fence)
                .values(owner=None, pid=None, host=None, process=None, until=None)
            )
            self._fence = None

    def under_way(self, host: str, now: dt.datetime) -> str | None:
        """Return who runs at the moment, seen from a host; None: nobody."""
        with self.reading() as connection:
            row = connection.execute(select(LEASE).where(LEASE.c.id == _ONLY)).first()
            now = self._database.now(connection) or now
            return row.owner if row is not None and self._held(row, host, now) else None

    def check_fence(self, connection: Connection) -> None:
        """Refuse the transaction of a run that lost its lease. Raises Fault SD804.

        Whatever a run writes keeps its lease, too: a long reading stages page after page and sends nothing. It is
        lengthened by the time that passed, so that no clock has to be asked.
        """
        if self._fence is None:
            return
        row = connection.execute(select(LEASE.c.fence, LEASE.c.until).where(LEASE.c.id == _ONLY)).first()
        if row is None or row.fence != self._fence:
            raise _overtaken()
        passed = monotonic() - self._lease_renewed
        if row.until is not None and passed > self._lease_seconds / _SHARE:
            until = row.until + dt.timedelta(seconds=passed)
            connection.execute(update(LEASE).where(LEASE.c.id == _ONLY).values(until=until))
            self._lease_renewed += passed


def _named(row: Row[tuple[object, ...]]) -> str:
    return f"{row.owner} (process {row.pid} on {row.host})"


def _overtaken() -> Fault:
    return Fault(
        LEASE_HELD,
        "another run took over this state while this one was stopped; nothing more is written by this one",
        help="run again when the other one has ended",
    )
