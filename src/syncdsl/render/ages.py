"""How long ago something was, and how far ahead it is, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.review_text import age

if TYPE_CHECKING:
    import datetime as dt


def ago(at: dt.datetime | None, now: dt.datetime) -> str:
    """Return `3 hours ago`, `just now`, or `never` for no moment."""
    if at is None:
        return "never"
    told = age(at, now)
    return told if told == "just now" else f"{told} ago"


def ahead(at: dt.datetime, now: dt.datetime) -> str:
    """Return `in 3 hours`, or `now` for what is due already."""
    if at <= now:
        return "now"
    told = age(now, at)
    return "in less than a minute" if told == "just now" else f"in {told}"
