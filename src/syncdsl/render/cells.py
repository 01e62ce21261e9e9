"""Text in the cells of a spreadsheet: nothing is computed, nothing is rounded, and it comes back as it was."""

from __future__ import annotations

import re

_PREFIX = "'"
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", _PREFIX)
"""Beginnings that a spreadsheet may take for a formula; the prefix itself, so that taking it away is exact. The last
but one are the full-width forms of the first four."""

_NUMBER = re.compile(r"0\d+|\d{12,}", re.ASCII)
"""Digits that a spreadsheet would shorten or round: ids have nineteen of them."""


def neutralised(text: str) -> str:
    """Return a text for a cell: with an apostrophe before it where a spreadsheet would make something else of it."""
    return _PREFIX + text if text.startswith(_STARTS) or _NUMBER.fullmatch(text) else text


def restored(cell: str) -> str:
    """Return the text of a cell that `neutralised` wrote."""
    return cell.removeprefix(_PREFIX)
