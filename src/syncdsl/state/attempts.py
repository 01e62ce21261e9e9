"""What a daemon tried, part by part of its schedule: when it last succeeded, and what it fails with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from syncdsl.state.operating import Attempt
from syncdsl.state.part import Part
from syncdsl.state.tables import ATTEMPT
from syncdsl.state.upsert import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from syncdsl.diagnostics import Fault

_NAMES = [column.name for column in ATTEMPT.c]


class Attempts(Part):
    """How each part of the schedule stands. Nobody else writes them, so they need no lease."""

    def attempts(self) -> dict[str, Attempt]:
        """Return how every part that was ever tried stands."""
        with self.reading() as connection:
            rows = connection.execute(select(ATTEMPT).order_by(ATTEMPT.c.part)).mappings()
            return {row["part"]: Attempt(**row) for row in rows}

    def put_success(self, parts: Iterable[str], at: dt.datetime, detail: dict[str, Any] | None = None) -> None:
        """Note that parts succeeded."""
        done = [Attempt(part=part, tried=at, succeeded=at, detail=detail) for part in parts]
        self._put(done)

    def put_failure(self, parts: Iterable[str], at: dt.datetime, fault: Fault) -> None:
        """Note that parts failed; since when, is that of the first failure in a row."""
        known = self.attempts()
        failed = []
        for part in parts:
            before = known.get(part) or Attempt(part=part, tried=at)
            failed.append(
                Attempt(
                    part=part,
                    tried=at,
                    succeeded=before.succeeded,
                    failures=before.failures + 1,
                    failing_since=before.failing_since or at,
                    code=fault.code.id,
                    message=fault.message,
                    help=fault.help,
                    detail=before.detail,
                )
            )
        self._put(failed)

    def forget_attempts(self, parts: Iterable[str]) -> None:
        """Forget parts that the schedule no longer has."""
        with self.writing(fenced=False) as connection:
            connection.execute(delete(ATTEMPT).where(ATTEMPT.c.part.in_(list(parts))))

    def _put(self, attempts: list[Attempt]) -> None:
        rows = [{name: getattr(attempt, name) for name in _NAMES} for attempt in attempts]
        with self.writing(fenced=False) as connection:
            upsert(connection, ATTEMPT, rows)
