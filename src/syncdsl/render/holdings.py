"""How much a state holds, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.state.records import Holdings


def archived_parts(holdings: Holdings) -> list[str]:
    """Return what a disconnection puts into the archive."""
    parts = [
        (holdings.links, "link", "links"),
        (holdings.set_aside, "record set aside", "records set aside"),
        (holdings.documents, "document", "documents"),
        (holdings.in_doubt, "create in doubt", "creates in doubt"),
    ]
    return [counted(count, one, more) for count, one, more in parts if count]


def kept_parts(holdings: Holdings) -> list[str]:
    """Return everything that stays when syncing is switched off."""
    parts = [
        (holdings.links, "link with what both sides held", "links with what both sides held"),
        (holdings.set_aside, "record set aside", "records set aside"),
        (holdings.documents, "document", "documents"),
        (holdings.reviews, "open review", "open reviews"),
        (holdings.in_doubt, "create in doubt", "creates in doubt"),
        (holdings.history, "entry of history", "entries of history"),
    ]
    return [counted(count, one, more) for count, one, more in parts if count]


def facts(rows: Sequence[tuple[str, str]], style: Style = PLAIN) -> str:
    """Return facts line by line, their names in a column of their own."""
    column = max(len(name) for name, _ in rows)
    return "".join(f"  {style('dim', name.ljust(column))}  {style.prose(text)}\n" for name, text in rows)
