"""The daemon's own lease: one daemon serves a state, also between its runs; what it tells about itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import DAEMON_RUNS
from syncdsl.state.operating import Serving
from syncdsl.state.part import Part
from syncdsl.state.tables import DAEMON

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_ONLY = 1


class ServingLease(Part):
    """Which daemon serves the state. Writes are kept apart by the lease of runs; this one keeps daemons apart."""

    def serving(self, host: str, now: dt.datetime) -> Serving | None:
        """Return the daemon that serves the state, or served it last; None when none ever did.

        It is `alive` unless its time is over or its process on this host has ended.
        """
        with self.reading() as connection:
            row = self._row(connection)
            if row is None or row.owner is None:
                return None
            return Serving(
                owner=row.owner,
                pid=row.pid,
                host=row.host,
                since=row.since,
                until=row.until,
                alive=self._alive(row, host, self._database.now(connection) or now),
                detail=row.detail or {},
            )

    def begin_serving(
        self, *, owner: str, pid: int, host: str, now: dt.datetime, seconds: float, detail: dict[str, Any]
    ) -> None:
        """Become the daemon of this state for so many seconds. Raises Fault SD870 while another one is."""
        with self.writing(fenced=False) as connection:
            row = self._row(connection)
            now = self._database.now(connection) or now
            if row is not None and row.owner is not None and self._alive(row, host, now):
                mine = row.pid == pid and row.host == host and row.process == self._database.mark(pid)
                if not mine:
                    raise Fault(
                        DAEMON_RUNS,
                        f"a daemon of {row.owner} (process {row.pid} on {row.host}) serves this state since "
                        f"{row.since.astimezone().strftime('%Y-%m-%d %H:%M')}",
                        help="stop it first; `syncdsl status` shows what it does",
                    )
            values = {
                "owner": owner,
                "pid": pid,
                "host": host,
                "process": self._database.mark(pid),
                "since": now,
                "until": now + dt.timedelta(seconds=seconds),
                "detail": detail,
            }
            connection.execute(
                update(DAEMON).where(DAEMON.c.id == _ONLY).values(values)
                if row is not None
                else insert(DAEMON).values(id=_ONLY, **values)
            )

    def keep_serving(self, *, pid: int, host: str, now: dt.datetime, seconds: float, detail: dict[str, Any]) -> None:
        """Be heard of: serve for another while. Raises Fault SD870 when another daemon took over."""
        with self.writing(fenced=False) as connection:
            now = self._database.now(connection) or now
            kept = connection.execute(
                update(DAEMON)
                .where(DAEMON.c.id == _ONLY, DAEMON.c.pid == pid, DAEMON.c.host == host)
                .where(DAEMON.c.process.is_not_distinct_from(self._database.mark(pid)), DAEMON.c.owner.is_not(None))
                .values(until=now + dt.timedelta(seconds=seconds), detail=detail)
            )
            if kept.rowcount != 1:
                raise Fault(
                    DAEMON_RUNS,
                    "another daemon took over this state while this one was stopped; this one leaves it alone",
                    help="`syncdsl status` shows which one serves it now",
                )

    def end_serving(self, *, pid: int, host: str, now: dt.datetime) -> None:
        """Stop being the daemon of this state, if this one still is; what it told stays to be read, with its end."""
        with self.writing(fenced=False) as connection:
            row = self._row(connection)
            now = self._database.now(connection) or now
            told = {**((row.detail if row is not None else None) or {}), "ended": now.isoformat()}
            connection.execute(
                update(DAEMON)
                .where(DAEMON.c.id == _ONLY, DAEMON.c.pid == pid, DAEMON.c.host == host)
                .values(until=None, detail=told)
            )

    def _row(self, connection: Connection) -> Row[Any] | None:
        return connection.execute(select(DAEMON).where(DAEMON.c.id == _ONLY)).first()

    def _alive(self, row: Row[Any], host: str, now: dt.datetime) -> bool:
        """Return whether a daemon serves: its process tells where it can be asked, else when it was last heard of.

        One that ended in peace has no time until which it serves.
        """
        if row.until is None:
            return False
        mark = self._database.mark(row.pid)
        if row.host == host and mark is not None and row.process == mark:
            return True
        return bool(row.until > now) and not self._database.ended(row.pid, row.host, row.process)
