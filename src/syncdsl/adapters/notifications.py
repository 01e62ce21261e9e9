"""Being told of changes: what a connection offers whose system can call back.

A call-back is a hint, never data: it names records that are then read. So a lost, repeated, late or forged one
changes no result; a forged one is still refused, because every hint costs calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A running subscription. `channel` is the system's name for it; None as `expires`: it does not end by itself."""

    channel: str
    modules: tuple[str, ...]
    url: str
    expires: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Records of a module that may have changed; without ids, the whole module may have."""

    module: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """An incoming call as it arrived: header names in lower case, `query` in the order of the address."""

    method: str
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    body: bytes


class ForgedError(Exception):
    """A call-back without the proof that the system sent it. The text names what is missing, never the secret."""


@runtime_checkable
class Notifying(Protocol):
    """A connection whose system calls back. `secret` proves where a call comes from; the caller keeps it."""

    def listen(self, callback: Callback, *, secret: str) -> tuple[Notice, ...]:
        """Return what a call-back hints at, after comparing its proof in constant time.

        Raises ForgedError when the proof is missing or wrong; a call that cannot be read hints at nothing.
        """
        ...


@runtime_checkable
class Subscribing(Notifying, Protocol):
    """A connection that can subscribe by itself; elsewhere a person sets the call up once."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the running subscriptions of this program."""
        ...

    def subscribe(self, modules: Sequence[str], *, url: str, secret: str) -> Subscription:
        """Ask to be called at `url` whenever records of these modules change, for as long as the system allows."""
        ...

    def renew(self, subscription: Subscription, *, secret: str) -> Subscription:
        """Extend a subscription before it ends; one that has ended is made again."""
        ...

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription; one that has ended already is no error."""
        ...
