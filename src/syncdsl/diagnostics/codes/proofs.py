"""SD4: what the checker proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = ()
