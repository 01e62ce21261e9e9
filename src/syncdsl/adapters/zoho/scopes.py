"""Which of Zoho's scopes cover which others.

A scope is `SERVICE.area.OPERATION` or `SERVICE.area.part.OPERATION`, without regard to case. One for a whole area
covers its parts, and `ALL` every operation (Zoho CRM API v8, "Scopes"; Zoho Books API v3, "OAuth").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.onboarding import Scope

SEPARATOR = ","
_WRITE = frozenset({"create", "update", "delete"})
_EVERYTHING = "fullaccess"


def listed(text: object) -> tuple[str, ...]:
    """Return the scopes of a token answer, which separates them by spaces (or commas)."""
    return tuple(part for part in re.split(r"[\s,]+", text) if part) if isinstance(text, str) else ()


def missing(scopes: Sequence[Scope], granted: Sequence[str]) -> tuple[Scope, ...]:
    """Return the scopes that no granted one covers; none when the answer named none."""
    return tuple(scope for scope in scopes if granted and not covered(scope.name, granted))


def covered(wanted: str, granted: Iterable[str]) -> bool:
    """Return whether one of the granted scopes covers the wanted one."""
    return any(_covers(item.casefold().split("."), wanted.casefold().split(".")) for item in granted)


def _covers(granted: Sequence[str], wanted: Sequence[str]) -> bool:
    *area, operation = granted
    *path, needed = wanted
    if area[:1] != path[:1]:
        return False
    if _EVERYTHING in area:
        return True
    allowed = operation in {needed, "all"} or (operation == "write" and needed in _WRITE)
    return allowed and path[: len(area)] == area
