"""How a run says what it is doing; the command line shows it, a service may ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a run, from the thread that runs it."""

    def start(self, task: str, total: int | None) -> None:
        """Begin `task`, of `total` units where that is known."""
        ...

    def advance(self, task: str, count: int = 1) -> None:
        """`count` more units of `task` are done."""
        ...

    def finish(self, task: str, note: str = "") -> None:
        """End `task`; `note` is its result in a few words."""
        ...


class Silent:
    """Shows nothing."""

    def start(self, task: str, total: int | None) -> None:
        """Ignore it."""

    def advance(self, task: str, count: int = 1) -> None:
        """Ignore it."""

    def finish(self, task: str, note: str = "") -> None:
        """Ignore it."""
