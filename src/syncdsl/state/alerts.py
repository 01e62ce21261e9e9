"""The alerts that are open, so that each change of state is told once, whatever is restarted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from syncdsl.state.operating import Alert
from syncdsl.state.part import Part
from syncdsl.state.tables import ALERT
from syncdsl.state.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = [column.name for column in ALERT.c]


class Alerts(Part):
    """What is wrong at the moment, as far as somebody has to be told."""

    def alerts(self) -> list[Alert]:
        """Return the open alerts, the oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(ALERT).order_by(ALERT.c.since, ALERT.c.kind, ALERT.c.subject)).mappings()
            return [Alert(**row) for row in rows]

    def put_alerts(self, alerts: Iterable[Alert]) -> None:
        """Open alerts, each in place of what is known of the same."""
        rows = [{name: getattr(alert, name) for name in _NAMES} for alert in alerts]
        with self.writing(fenced=False) as connection:
            upsert(connection, ALERT, rows)

    def close_alerts(self, alerts: Iterable[Alert]) -> None:
        """Close alerts: what they told of is well again."""
        with self.writing(fenced=False) as connection:
            for alert in alerts:
                connection.execute(delete(ALERT).where(ALERT.c.kind == alert.kind, ALERT.c.subject == alert.subject))
