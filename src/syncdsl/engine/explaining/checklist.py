"""A list of checks in the order in which the engine decides: the first that fails is the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.explaining.answers import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from syncdsl.engine.explaining.answers import CheckName


class Checklist:
    """Checks one after the other; once one failed, those behind it are only named."""

    def __init__(self, checks: Iterable[Check] = ()) -> None:
        self.checks: list[Check] = []
        for check in checks:
            self.add(check)

    @property
    def failing(self) -> Check | None:
        """The first check that fails."""
        return next((check for check in self.checks if check.outcome == "fails"), None)

    def add(self, check: Check) -> None:
        """Add a check that was made; behind one that failed it counts as not reached."""
        if self.failing is not None:
            check = Check(check=check.check, outcome="not reached", text=check.text, location=check.location)
        self.checks.append(check)

    def make(self, name: CheckName, text: str, judge: Callable[[], Check | None], *, location: str = "") -> None:
        """Make a check, unless one before it failed; None of `judge` means that nothing is in the way."""
        if self.failing is not None:
            self.checks.append(Check(check=name, outcome="not reached", text=text, location=location))
            return
        self.checks.append(judge() or Check(check=name, outcome="holds", text=text, location=location))
