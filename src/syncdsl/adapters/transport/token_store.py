"""Where the processes of a machine keep their access token, and how they take turns in making a new one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from syncdsl.adapters.transport.sealing import Seal, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.services import Services

Result = TypeVar("Result")

MOST = 10
WINDOW_SECONDS = 600.0
"""Zoho Accounts makes at most 10 access tokens for one refresh token in 10 minutes."""

TURN_SECONDS = 150.0
"""How long a turn lasts whose process cannot be asked whether it lives: longer than any request for a token."""

POLL_SECONDS = 0.25
"""How often the token of another process is looked for while that one makes it."""

MARGIN_SECONDS = 0.1
"""Added to the window: clocks of two machines do not run at quite the same rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and when it should be replaced, in seconds since the epoch of this side's clock.

    `scope` is what it opens, in the words of the answer it came with; empty where that says nothing.
    """

    text: str = field(repr=False)
    good_until: float
    scope: str = ""


class Turn(Enum):
    """Who makes the next token."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(slots=True, kw_only=True)
class _Stored:
    """What processes share about one refresh token: the sealed token, requests for tokens, and whose turn it is."""

    sealed: str | None = None
    asked: list[float] = field(default_factory=list)
    turn: tuple[str, float] | None = None


class TokenStore:
    """The tokens made from one refresh token."""

    def __init__(
        self, services: Services, *, accounts: str, client_id: str, client_secret: str, refresh_token: str
    ) -> None:
        self._clock = services.clock
        self._shared = services.shared
        self._cache = services.tokens
        self._secrets = (client_secret, refresh_token)
        self._key = fingerprint(accounts, client_id, refresh_token)
        self._name = f"tokens {self._key}"

    def token(self, refused: str | None = None) -> Token | None:
        """Return the token on file; None when there is none, it has had its time, or it is the refused one."""
        sealed = self._cache.load(self._key) if self._cache is not None else _read(self._shared.read(self._name)).sealed
        text = self._seal().open(sealed) if sealed is not None else None
        token = _token(text)
        if token is None or token.text == refused or self._clock.now() >= token.good_until:
            return None
        return token

    def take_turn(self) -> Turn:
        """Take the turn to make a token unless another process has it, which then is to be waited for."""

        def take(stored: _Stored, now: float) -> Turn:
            if stored.turn is not None:
                holder, since = stored.turn
                if not self._shared.gone(holder) and 0 <= now - since < TURN_SECONDS:
                    return Turn.THEIRS
            stored.turn = (self._shared.holder(), now)
            return Turn.OURS

        return self._change(take)

    def may_ask(self) -> float:
        """Note that a token is asked for and return 0, or return the seconds until it may be."""

        def ask(stored: _Stored, now: float) -> float:
            if len(stored.asked) >= MOST:
                return stored.asked[0] + WINDOW_SECONDS + MARGIN_SECONDS - now
            stored.asked.append(now)
            return 0.0

        return self._change(ask)

    def made(self, token: Token) -> None:
        """Keep a token that was made and end the turn; it was made now at the latest."""
        sealed = self._seal().close(json.dumps(asdict(token)))
        if self._cache is not None:
            self._cache.save(self._key, sealed)

        def keep(stored: _Stored, now: float) -> None:
            stored.sealed = sealed if self._cache is None else None
            stored.turn = None
            if stored.asked:
                stored.asked[-1] = max(now, stored.asked[-1])

        self._change(keep)

    def forget(self) -> None:
        """Forget the token on file, because the refresh token it was made from is given up."""
        if self._cache is not None:
            self._cache.drop(self._key)
        self._shared.change(self._name, lambda _text: (None, None))

    def failed(self, *, refused: bool) -> None:
        """End the turn without a token; for what was `refused` as wrong no token was made, so it does not count."""

        def give_up(stored: _Stored, _now: float) -> None:
            stored.turn = None
            if refused and stored.asked:
                stored.asked.pop()

        self._change(give_up)

    def _seal(self) -> Seal:
        return Seal(*self._secrets)

    def _change(self, by: Callable[[_Stored, float], Result]) -> Result:
        def change(text: str | None) -> tuple[str | None, Result]:
            stored = _read(text)
            now = self._clock.now()
            # What lies ahead is of a clock that was set back since.
            asked = (min(moment, now) for moment in stored.asked)
            stored.asked = [moment for moment in asked if moment + WINDOW_SECONDS + MARGIN_SECONDS > now]
            result = by(stored, now)
            return json.dumps(asdict(stored), separators=(",", ":")), result

        return self._shared.change(self._name, change)


def _read(text: str | None) -> _Stored:
    try:
        data = json.loads(text or "{}")
        sealed, turn = data.get("sealed"), data.get("turn")
        return _Stored(
            sealed=sealed if isinstance(sealed, str) else None,
            asked=[float(moment) for moment in data.get("asked", ())],
            turn=(str(turn[0]), float(turn[1])) if turn else None,
        )
    except (ValueError, TypeError, AttributeError, LookupError):
        return _Stored()


def _token(text: str | None) -> Token | None:
    try:
        data = json.loads(text or "{}")
        return Token(text=str(data["text"]), good_until=float(data["good_until"]), scope=str(data.get("scope", "")))
    except (ValueError, TypeError, LookupError):
        return None
