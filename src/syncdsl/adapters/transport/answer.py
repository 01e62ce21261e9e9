"""What came back from one HTTP exchange, and what is raised when nothing usable did."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer. `data` is its JSON with decimals kept exact, None when the body is empty.

    `server_time` is the `Date` header, the only clock that cursors may be taken from. `retry_after` is in
    seconds. `broken` says that the body is not JSON. `left` is how many calls, or credits, are left as the system says.
    """

    status: int
    data: Any = field(default=None, repr=False)
    server_time: dt.datetime | None = None
    retry_after: float | None = None
    broken: bool = False
    left: int | None = None


class Verdict(Enum):
    """What an answer means for the call as a whole.

    FINE covers refusals of single records: those are the adapter's to read. EXPIRED: a new access token may
    help. BUSY: refused for its rate, without effect. FAILING: an error of the system itself, with unknown
    effect.
    """

    FINE = "fine"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    FAILING = "failing"


class Dialect(Protocol):
    """How one system words its answers."""

    def verdict(self, answer: Answer, *, fresh: bool) -> Verdict:
        """Return what the answer means for the call; `fresh`: its access token was made just now."""
        ...

    def words(self, answer: Answer) -> str:
        """Return the system's own words about a refusal, on one line; empty when it has none."""
        ...


class UnsentError(Exception):
    """No connection was made, so the request had no effect. The text names the reason, never the request."""


class LostError(Exception):
    """The request may have arrived; its answer was lost or broken. The text names the reason, never the request."""


class HeldBackError(Exception):
    """The call was not made, so it had no effect: the organisation's calls are used up, or it asked to wait.

    `wait` are the seconds after which it may be made, more than a call may wait; `failing`: the other side kept failing
    and is left alone for so long.
    """

    def __init__(self, reason: str, *, wait: float, failing: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.failing = failing


class RefusedError(Exception):
    """An answer that ends the call: busy, failing, forbidden or not authenticated."""

    def __init__(self, verdict: Verdict, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.verdict = verdict
        self.answer = answer
