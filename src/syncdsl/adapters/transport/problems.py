"""The messages for what stops a connection as a whole; every one names the connection, the host and what to do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import (
    LEFT_ALONE,
    NOT_AUTHENTICATED,
    NOT_COVERED,
    NOT_OFFERED,
    NOT_PERMITTED,
    RATE_LIMITED,
    UNEXPECTED_ANSWER,
    UNKNOWN_ORGANISATION,
    UNREACHABLE,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.transport.answer import HeldBackError
    from syncdsl.adapters.transport.redaction import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """Makes the faults of one connection. `credentials` says where its secrets are configured."""

    connection: str
    host: str
    credentials: str
    redactor: Redactor

    def unreachable(self, reason: str) -> Fault:
        """Return the fault for no connection, or no answer in time."""
        return Fault(
            UNREACHABLE,
            self._text(f"`{self.host}` cannot be reached: {reason}"),
            help="check the network, and `url` or `data_centre` of the connection in syncdsl.toml; nothing was lost",
        )

    def not_authenticated(self, words: str) -> Fault:
        """Return the fault for credentials, or access tokens made from them, that are not accepted."""
        return Fault(
            NOT_AUTHENTICATED,
            self._text(f"`{self.host}` does not accept the credentials: {words}"),
            help=f"make a new refresh token for this data centre and set it{self._where()}; also compare the client "
            "id, the client secret and `data_centre`",
        )

    def not_permitted(self, words: str) -> Fault:
        """Return the fault for a token that lacks a scope or whose user lacks a right."""
        return Fault(
            NOT_PERMITTED,
            self._text(f"`{self.host}` forbids this: {words}"),
            help=f"give the user of the token the right, or make a refresh token with the scope and set it"
            f"{self._where()}",
        )

    def rate_limited(self, words: str, wait: float | None) -> Fault:
        """Return the fault for calls refused for their rate for longer than may be waited."""
        asked = f" and asks to wait {wait:.0f} s" if wait is not None else ""
        return Fault(
            RATE_LIMITED,
            self._text(f"`{self.host}` refuses further calls{asked}: {words}"),
            help="run again later; what was applied stays applied and is not repeated",
        )

    def held_back(self, error: HeldBackError) -> Fault:
        """Return the fault for a call that was not made, for as long as the error says."""
        wait = f"for {_span(error.wait)}"
        if error.failing:
            return Fault(
                LEFT_ALONE,
                self._text(f"`{self.host}` is not asked {wait}: {error}"),
                help="run again when the system is well; what was applied stays applied and is not repeated",
            )
        return Fault(
            RATE_LIMITED,
            self._text(f"`{self.host}` is not called {wait}: {error}"),
            help="run again then, or set `options.limits` of the connection in syncdsl.toml to what the organisation's "
            "plan allows; what was applied stays applied and is not repeated",
        )

    def unexpected(self, words: str) -> Fault:
        """Return the fault for an answer not in the documented form, or an error of the system itself."""
        return Fault(
            UNEXPECTED_ANSWER,
            self._text(f"`{self.host}` answered something unexpected: {words}"),
            help="check `url` and `data_centre` of the connection; when they are right, run again later",
        )

    def unknown_organisation(self, wanted: str | None, seen: Iterable[str]) -> Fault:
        """Return the fault for a configured organisation that the credentials do not open."""
        listed = ", ".join(f"`{name}`" for name in seen) or "none"
        what = f"organisation `{wanted}` is not open to these credentials" if wanted else "no organisation is chosen"
        return Fault(
            UNKNOWN_ORGANISATION,
            self._text(f"{what}; they open: {listed}"),
            help=f"set `organization` of connection `{self.connection}` in syncdsl.toml to one of them",
        )

    def not_offered(self, what: str) -> Fault:
        """Return the fault for something that the snapshot or the rules name and that is not there."""
        return Fault(
            NOT_OFFERED,
            self._text(what),
            help="write the schema snapshot again with `syncdsl schema pull`, then `syncdsl check` the rules",
        )

    def not_covered(self, what: str) -> Fault:
        """Return the fault for a module or field that the snapshot describes and the adapter cannot handle yet."""
        return Fault(
            NOT_COVERED,
            self._text(what),
            help="rules over it can be written and checked; leave it out of the files that are planned",
        )

    def _text(self, text: str) -> str:
        return self.redactor.clean(f"connection `{self.connection}`: {text}")

    def _where(self) -> str:
        return f" ({self.credentials})" if self.credentials else ""


def _span(seconds: float) -> str:
    """Return a time in words, rounded up: whoever comes back then is not early."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds > 2 * unit:
            return f"{math.ceil(seconds / unit)} {name}"
    return f"{math.ceil(seconds)} s"
