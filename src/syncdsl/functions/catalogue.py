"""All builtins, family by family: a new one joins the tuple of its family's file."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.functions import dates, lists, lookups, numbers, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.functions.builtin import Builtin

FAMILIES: tuple[tuple[str, tuple[Builtin, ...]], ...] = (
    ("text", text.BUILTINS),
    ("numbers", numbers.BUILTINS),
    ("dates", dates.BUILTINS),
    ("lists", lists.BUILTINS),
    ("lookups", lookups.BUILTINS),
)

BUILTINS: Mapping[str, Builtin] = MappingProxyType(
    {builtin.name: builtin for _, family in FAMILIES for builtin in family}
)


def find_builtin(name: str) -> Builtin | None:
    """Return the builtin of this name."""
    return BUILTINS.get(name)
