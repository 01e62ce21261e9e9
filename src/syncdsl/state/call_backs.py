"""How the systems call back: subscriptions, and what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from syncdsl.state.operating import CallBack
from syncdsl.state.part import Part
from syncdsl.state.tables import CALL_BACK
from syncdsl.state.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = [column.name for column in CALL_BACK.c]


class CallBacks(Part):
    """One row for each connection whose system calls back."""

    def call_backs(self) -> dict[str, CallBack]:
        """Return what is known of each connection's call-backs."""
        with self.reading() as connection:
            rows = connection.execute(select(CALL_BACK).order_by(CALL_BACK.c.connection)).mappings()
            return {row["connection"]: CallBack(**row) for row in rows}

    def put_call_backs(self, call_backs: Iterable[CallBack]) -> None:
        """Remember how connections are called back, each in place of what is known of the same."""
        rows = [{name: getattr(call_back, name) for name in _NAMES} for call_back in call_backs]
        with self.writing(fenced=False) as connection:
            upsert(connection, CALL_BACK, rows)
