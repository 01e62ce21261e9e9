"""Retention: history older than a moment goes; of a link one row stays, from which it can still be told.

A value goes when it has been superseded for as long: the row that stays of a link holds the bases it had then. With
history go the questions that were settled, and the runs that began, before that moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, select, update

from syncdsl.schema.digest import digest
from syncdsl.state.history import row_of
from syncdsl.state.lineage import COMPACTED, follow
from syncdsl.state.part import Part
from syncdsl.state.tables import HISTORY, INTENT, REVIEW, RUN, SWITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from syncdsl.state.records import HistoryRow

BATCH = 500
"""How many rows are looked at in one transaction: others wait no longer than that takes."""

MARK = "history pruned"
"""The switch that remembers how far retention has come, so that no run looks at old rows again."""

_EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What retention removed: rows of the history, payloads of writes that ended, settled review items, and runs."""

    rows: int = 0
    payloads: int = 0
    reviews: int = 0
    runs: int = 0

    @property
    def any(self) -> bool:
        """Whether anything about records went: runs alone are not worth a word."""
        return bool(self.rows or self.payloads or self.reviews)

    def __add__(self, other: Pruned) -> Pruned:
        """Return both together."""
        return Pruned(
            rows=self.rows + other.rows,
            payloads=self.payloads + other.payloads,
            reviews=self.reviews + other.reviews,
            runs=self.runs + other.runs,
        )


class Retention(Part):
    """What is kept for how long."""

    def prune_history(self, before: dt.datetime, *, batches: int | None = None) -> Pruned:
        """Remove what happened before a moment, in at most so many small transactions, and return what went."""
        done = Pruned()
        number = 0
        while batches is None or number < batches:
            number += 1
            with self.transaction() as connection:
                known = connection.execute(select(SWITCH.c.value).where(SWITCH.c.name == MARK)).scalar()
                mark = known or {}
                if not mark.get("timed"):
                    _time_rows(connection)
                seq, rows = _prune_rows(connection, before, mark.get("seq", 0))
                finished, payloads = _prune_payloads(connection, before, mark.get("finished"))
                reviews = _prune_reviews(connection, before)
                runs = _prune_runs(connection, before, self._run)
                values = {
                    "seq": seq if seq is not None else mark.get("seq", 0),
                    "finished": finished if finished is not None else mark.get("finished"),
                    "timed": True,
                }
                if known is None:
                    connection.execute(insert(SWITCH).values(name=MARK, value=values, by="", at=before))
                elif known != values:
                    connection.execute(update(SWITCH).where(SWITCH.c.name == MARK).values(value=values, at=before))
                if seq is None and finished is None and not reviews and not runs:
                    return done
                done += Pruned(rows=rows, payloads=payloads, reviews=reviews, runs=runs)
        return done


def _time_rows(connection: Connection) -> None:
    """Give rows of before there were times that of their run, once: then no row needs its run any more."""
    began = select(RUN.c.started).where(RUN.c.id == HISTORY.c.run).scalar_subquery()
    connection.execute(update(HISTORY).where(HISTORY.c.at.is_(None)).values(at=began))


def _prune_rows(connection: Connection, before: dt.datetime, mark: int) -> tuple[int | None, int]:
    """Prune the rows after `mark`, up to the first that is not old; return how far that was and how many went."""
    rows = connection.execute(
        select(HISTORY.c.seq, HISTORY.c.uid, HISTORY.c.kind, HISTORY.c.at)
        .where(HISTORY.c.seq > mark)
        .order_by(HISTORY.c.seq)
        .limit(BATCH)
    ).all()
    old: list[Any] = []
    for row in rows:
        # Of before there were times, and of a run that nobody knows.
        if (row.at or _EARLIEST) >= before:
            break
        old.append(row)
    if not old:
        return None, 0
    last = old[-1].seq
    gone = connection.execute(
        delete(HISTORY).where(HISTORY.c.seq > mark, HISTORY.c.seq <= last, HISTORY.c.kind == "field")
    ).rowcount
    uids = sorted({row.uid for row in old if row.kind != "field" and row.uid})
    return last, gone + _compact(connection, uids, last)


def _compact(connection: Connection, uids: Sequence[str], last: int) -> int:
    """Let one row of each link stand for all up to `last`; return how many rows went."""
    if not uids:
        return 0
    of_links = and_(HISTORY.c.kind != "field", HISTORY.c.seq <= last)
    statement = select(HISTORY).where(of_links, HISTORY.c.uid.in_(["", *uids])).order_by(HISTORY.c.seq)
    by_uid: dict[str, list[HistoryRow]] = {uid: [] for uid in uids}
    renamed: list[HistoryRow] = []
    for row in map(row_of, connection.execute(statement).mappings()):
        by_uid.get(row.entry.uid, renamed).append(row)
    gone: list[int] = []
    for uid, rows in by_uid.items():
        facts: dict[str, dict[str, Any]] = {}
        newest = rows[-1]
        for row in sorted((*rows, *renamed), key=lambda item: item.seq):
            if row.seq <= newest.seq:
                follow(facts, row.entry)
        if uid not in facts:
            gone += [row.seq for row in rows]
        elif len(rows) > 1:
            gone += [row.seq for row in rows[:-1]]
            connection.execute(
                update(HISTORY)
                .where(HISTORY.c.seq == newest.seq)
                .values(
                    kind="link",
                    field=COMPACTED,
                    side=None,
                    old=None,
                    new=facts[uid],
                    erased=any(row.entry.erased for row in rows),
                )
            )
    for start in range(0, len(gone), BATCH):
        connection.execute(delete(HISTORY).where(HISTORY.c.seq.in_(gone[start : start + BATCH])))
    return len(gone)


def _prune_payloads(connection: Connection, before: dt.datetime, mark: str | None) -> tuple[str | None, int]:
    """Empty what old writes sent; that they were made, with their keys, stays."""
    since = dt.datetime.fromisoformat(mark) if mark else _EARLIEST
    rows = connection.execute(
        select(INTENT.c.iid, INTENT.c.finished_at)
        .where(INTENT.c.finished_at >= since, INTENT.c.finished_at < before, INTENT.c.payload != {})
        .order_by(INTENT.c.finished_at)
        .limit(BATCH)
    ).all()
    if not rows:
        return None, 0
    connection.execute(
        update(INTENT).where(INTENT.c.iid.in_([row.iid for row in rows])).values(payload={}, payload_hash=digest({}))
    )
    return rows[-1].finished_at.isoformat(), len(rows)


def _prune_reviews(connection: Connection, before: dt.datetime) -> int:
    """Remove questions that were settled: one that stands stays however old; asked again, it is a new one."""
    old = select(REVIEW.c.id).where(REVIEW.c.state == "closed", REVIEW.c.closed < before)
    return connection.execute(
        delete(REVIEW).where(REVIEW.c.id.in_(old.order_by(REVIEW.c.closed).limit(BATCH)))
    ).rowcount


def _prune_runs(connection: Connection, before: dt.datetime, under_way: str | None) -> int:
    """Remove runs but for the one that prunes: one that began so long ago and never ended was cut short."""
    old = select(RUN.c.id).where(RUN.c.started < before, RUN.c.id != (under_way or ""))
    return connection.execute(delete(RUN).where(RUN.c.id.in_(old.order_by(RUN.c.started).limit(BATCH)))).rowcount
