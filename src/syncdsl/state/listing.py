"""Links a page at a time, for lists and for what people decide about many of them: there may be a million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, true

from syncdsl.state.links import Links
from syncdsl.state.tables import LINK

if TYPE_CHECKING:
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
