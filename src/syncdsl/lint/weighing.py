"""The weight of findings where the project's levels say otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.diagnostics import Code, Diagnostic

OFF = "off"


def level_of(code: Code, levels: Mapping[str, str]) -> str | None:
    """Return the level that is set for a code, by its id or its name; None when none is."""
    return levels.get(code.id, levels.get(code.name))


def weighed(item: Diagnostic, levels: Mapping[str, str]) -> Diagnostic | None:
    """Return a finding with the weight in force; None when it is off."""
    level = level_of(item.code, levels)
    if level is None:
        return item
    return None if level == OFF else replace(item, severity=Severity(level))
