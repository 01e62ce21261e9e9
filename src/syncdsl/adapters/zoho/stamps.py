"""Instants and days as Zoho writes them, and when a stamp can be trusted as a version."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

GRANULARITY = dt.timedelta(seconds=2)
"""Stamps are whole seconds: a record stamped this recently may change again without its stamp showing it."""

_ABBREVIATIONS = {
    "PST": "America/Los_Angeles",
    "MST": "America/Denver",
    "CST": "America/Chicago",
    "EST": "America/New_York",
    "IST": "Asia/Kolkata",
    "GMT": "Etc/GMT",
}


def read_instant(text: Any) -> dt.datetime | None:
    """Return an instant in UTC from `2026-01-05T10:11:12+05:30` or `…+0530`; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo is not None else None


def read_day(text: Any) -> dt.date | None:
    """Return the day of `2026-01-05`; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def write_instant(moment: dt.datetime) -> str:
    """Return an instant as both systems read it: `2026-01-05T04:41:12+00:00`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def settled(stamp: dt.datetime, server_time: dt.datetime) -> bool:
    """Return whether a record with this stamp would show any later change in its stamp."""
    return server_time - stamp >= GRANULARITY


def zone_name(name: Any) -> str:
    """Return an IANA time zone for what an organisation calls its zone; UTC when it is not known."""
    text = str(name or "")
    try:
        zoneinfo.ZoneInfo(text)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return _ABBREVIATIONS.get(text, "UTC")
    return text if text and text not in _ABBREVIATIONS else _ABBREVIATIONS.get(text, "UTC")
