"""Links a page at a time, for lists and for what people decide about many of them: there may be a million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, true

from syncdsl.state.links import Links
from syncdsl.state.records import HistoryEntry
from syncdsl.state.tables import HISTORY, LINK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator

    from sqlalchemy import ColumnElement

    from syncdsl.state.records import Link

PAGE = 500


class Listing(Links):
    """Links in the order of their modules and ids."""

    def link_pages(
        self,
        *,
        pairs: Collection[str] = (),
        origins: Collection[str] = (),
        statuses: Collection[str] = (),
    ) -> Iterator[list[Link]]:
        """Yield links in pages, ordered by module and left id; no condition means all.

        `pairs` bring those nested in them.
        """
        condition: ColumnElement[bool] = and_(
            or_(*(or_(LINK.c.pair == name, LINK.c.pair.startswith(f"{name}.", autoescape=True)) for name in pairs))
            if pairs
            else true(),
            LINK.c.origin.in_(origins) if origins else true(),
            LINK.c.status.in_(statuses) if statuses else true(),
        )
        last: tuple[str, str] | None = None
        while True:
            page = self.page_of_links(condition, after=last, limit=PAGE)
            if not page:
                return
            yield page
            last = (page[-1].pair, page[-1].left_id)

    def end_link(self, link: Link, *, rule: str, by: str, at: dt.datetime, record: tuple[str, str]) -> None:
        """End a link and say so in the history; `record` is the connection and module of its left record."""
        entry = HistoryEntry(
            uid=link.uid,
            connection=record[0],
            module=record[1],
            record_id=link.left_id,
            field="link",
            old={"left_id": link.left_id, "right_id": link.right_id, "key": link.key, "status": link.status},
            new=None,
            cause_rule=rule,
            cause_location="",
            kind="link",
            at=at,
            by=by,
        )
        names = [column.name for column in HISTORY.c if column.name not in {"seq", "run"}]
        with self.transaction() as connection:
            connection.execute(delete(LINK).where(LINK.c.uid == link.uid))
            connection.execute(HISTORY.insert().values(run="links", **{name: getattr(entry, name) for name in names}))
