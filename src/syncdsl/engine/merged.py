"""Merged: which records that are gone were merged into another one of their module."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.protocol import Connection

DEEPEST = 8
"""How often a survivor may have been merged again; a longer chain is left to a person."""


def survivors_of(connection: Connection, module: str, gone: Iterable[str]) -> dict[str, str]:
    """Return, for records confirmed absent, the one that each was merged into as far as the system confirms it.

    A survivor that was merged itself is followed to the last one.
    """
    asked = sorted(gone)
    into: dict[str, str] = {}
    for _ in range(DEEPEST):
        if not asked:
            break
        found = connection.survivors(module, asked)
        into.update(found)
        asked = sorted({survivor for survivor in found.values() if survivor not in into})
    ends = {loser: _last(loser, into) for loser in into}
    return {loser: end for loser, end in ends.items() if end is not None}


def _last(loser: str, into: dict[str, str]) -> str | None:
    """Return the end of a chain of merges; None when it leads back to itself."""
    seen = {loser}
    at = into[loser]
    while at in into:
        if at in seen:
            return None
        seen.add(at)
        at = into[at]
    return at
