"""A list of hurdles in the order in which the engine decides: the first that fails is the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.explaining.answers import Hurdle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from syncdsl.engine.explaining.answers import HurdleName


class HurdleList:
    """Hurdles one after the other; once one failed, those behind it are only named."""

    def __init__(self, hurdles: Iterable[Hurdle] = ()) -> None:
        self.hurdles: list[Hurdle] = []
        for hurdle in hurdles:
            self.add(hurdle)

    @property
    def failing(self) -> Hurdle | None:
        """The first hurdle that fails."""
        return next((hurdle for hurdle in self.hurdles if hurdle.outcome == "fails"), None)

    def add(self, hurdle: Hurdle) -> None:
        """Add a hurdle that was made; behind one that failed it counts as not reached."""
        if self.failing is not None:
            hurdle = Hurdle(hurdle=hurdle.hurdle, outcome="not reached", text=hurdle.text, location=hurdle.location)
        self.hurdles.append(hurdle)

    def make(self, name: HurdleName, text: str, judge: Callable[[], Hurdle | None], *, location: str = "") -> None:
        """Make a hurdle, unless one before it failed; None of `judge` means that nothing is in the way."""
        if self.failing is not None:
            self.hurdles.append(Hurdle(hurdle=name, outcome="not reached", text=text, location=location))
            return
        self.hurdles.append(judge() or Hurdle(hurdle=name, outcome="holds", text=text, location=location))
