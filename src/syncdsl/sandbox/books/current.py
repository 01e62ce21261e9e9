"""What the organisation of the running call has: custom fields, currencies, taxes.

These live in the store and change while the sandbox runs, and nearly every function that completes or shows a
record needs them. Each call is served by one store, so they are looked up in the store that is *current*
instead of being handed through all of those functions. `serving` makes a store current, for one call (or one
seeding) at a time.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syncdsl.sandbox.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The store of one call and what was read of it.

    `horizon` is the second behind which writes are not yet seen by searches, None without such a delay.
    """

    store: Store
    horizon: float | None = None
    read: dict[object, Any] = field(default_factory=dict)


T = TypeVar("T")

_SERVING: ContextVar[Serving] = ContextVar("serving")


@contextmanager
def serving(store: Store, horizon: float | None = None) -> Iterator[None]:
    """Make a store the current one."""
    token = _SERVING.set(Serving(store=store, horizon=horizon))
    try:
        yield
    finally:
        _SERVING.reset(token)


def horizon() -> float | None:
    """Return the second behind which searches of the running call see nothing, or None."""
    return _SERVING.get().horizon


def reread() -> None:
    """Forget what was read; to be called after a change of what `Current` shows."""
    _SERVING.get().read.clear()


class Current(Mapping[str, T]):
    """A mapping that reads from the current store, once per call."""

    def __init__(self, load: Callable[[Store], dict[str, T]]) -> None:
        self._load = load

    def __getitem__(self, key: str) -> T:
        return self._values()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def _values(self) -> dict[str, T]:
        now = _SERVING.get()
        if self not in now.read:
            now.read[self] = self._load(now.store)
        values: dict[str, T] = now.read[self]
        return values

    __hash__ = object.__hash__
    __eq__ = object.__eq__
