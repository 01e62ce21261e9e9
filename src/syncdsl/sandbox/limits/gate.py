"""The gate that every call passes: it knows the limits in force and what was used of them."""

from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.limits.meters import BooksMeter, CrmMeter, Entry
from syncdsl.sandbox.limits.settings import BooksLimits, CrmLimits, Limits, OAuthLimits, shown

OAUTH = "/oauth/"


class Gate:
    """Lets calls in and out. Used on the server's only thread."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._crm = CrmMeter(clock)
        self._books = BooksMeter(clock)

    @property
    def oauth(self) -> OAuthLimits:
        """The limits of tokens."""
        return self._limits.oauth or OAuthLimits()

    def set(self, limits: Limits) -> None:
        """Put other limits in force; what was used so far no longer counts."""
        self._limits = limits
        self._crm, self._books = CrmMeter(self._clock), BooksMeter(self._clock)

    def enter(self, system: str, call: Call) -> Entry:
        """Count a call that begins; its entry tells whether it is refused."""
        if call.path.startswith(OAUTH):
            return Entry()
        if system == "crm":
            return self._crm.enter(call, self._limits.crm or CrmLimits())
        return self._books.enter(self._limits.books or BooksLimits())

    def leave(self, entry: Entry) -> None:
        """Count a call that ended, where it was counted when it began: limits may have been set since."""
        if entry.meter is not None:
            entry.meter.leave(entry)

    def shown(self) -> dict[str, Any]:
        """Return the limits in force and what is used of them."""
        return {"limits": shown(self._limits), "used": {"crm": self._crm.used(), "books": self._books.used()}}
