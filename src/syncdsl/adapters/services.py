"""What a connection is given besides its settings: time, and what it shares with other processes.

The defaults work alone: the machine's clock, and memory that only this process sees. A project gives connections a
memory that all processes on the machine share, so that together they stay within the limits of an organisation.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class Clock(Protocol):
    """Where time comes from. Cursors and versions never do: those are the other system's own."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow; their zero means nothing."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for as many seconds of this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


class Shared(Protocol):
    """Small texts by name that several processes read and change, one at a time.

    What they mean is the adapters' business; nothing secret is ever among them in the clear.
    """

    def read(self, name: str) -> str | None:
        """Return a text; None when there is none."""
        ...

    def change(self, name: str, by: Callable[[str | None], tuple[str | None, Result]]) -> Result:
        """Replace a text by the first thing that `by` makes of it, and return the second.

        Nobody else reads or changes it meanwhile, so `by` has to be quick and must not call anything here. None
        removes the text; an error of `by` leaves it as it was.
        """
        ...

    def holder(self) -> str:
        """Return a name for this process, for others to ask about."""
        ...

    def gone(self, holder: str) -> bool:
        """Return whether a process has certainly ended; one that cannot be asked about has not."""
        ...


class OwnMemory:
    """Texts that only this process shares: its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        """Return a text; None when there is none."""
        with self._lock:
            return self._texts.get(name)

    def change(self, name: str, by: Callable[[str | None], tuple[str | None, Result]]) -> Result:
        """Replace a text by the first thing that `by` makes of it, and return the second."""
        with self._lock:
            text, result = by(self._texts.get(name))
            if text is None:
                self._texts.pop(name, None)
            else:
                self._texts[name] = text
            return result

    def holder(self) -> str:
        """Return the name of the only process there is."""
        return "own"

    def gone(self, holder: str) -> bool:
        """Return whether it is another one: nobody else can have left anything here."""
        return holder != self.holder()


class TokenCache(Protocol):
    """A place of the user's own for access tokens, such as the keyring, which protects them itself."""

    def load(self, name: str) -> str | None:
        """Return what was saved under a name; None when nothing was or the place does not answer."""
        ...

    def save(self, name: str, text: str) -> None:
        """Save a text; a place that does not answer is no error."""
        ...

    def drop(self, name: str) -> None:
        """Remove what was saved under a name; nothing there, or a place that does not answer, is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a connection works with. Without `tokens`, access tokens lie encrypted in `shared`."""

    clock: Clock = field(default_factory=SystemClock)
    shared: Shared = field(default_factory=OwnMemory)
    tokens: TokenCache | None = field(default=None, repr=False)
