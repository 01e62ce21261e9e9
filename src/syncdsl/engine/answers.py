"""What a call that writes came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Outcome, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one call came to: an outcome for each write, what was read back, and what went wrong with the whole."""

    outcomes: list[Outcome]
    read_back: dict[str, Record]
    problem: BaseException | None = None
