"""What an oracle raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulator.rules import SideName

SIDES: tuple[SideName, SideName] = ("left", "right")
OTHER: dict[SideName, SideName] = {"left": "right", "right": "left"}


class Violation(AssertionError):  # noqa: N818 - the word of the proof
    """An invariant does not hold."""


def require(holds: object, text: str) -> None:
    """Raise a violation unless something holds."""
    if not holds:
        raise Violation(text)
