"""How urgent calls are: when an organisation's calls run short, the less urgent work waits."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Priority(IntEnum):
    """The classes of work, the most urgent first.

    EFFECT carries out what was decided, NOTICE reads what a call-back named, INCREMENTAL reads what changed, VERIFY
    reads completely or once more, BACKFILL loads for the first time. The last three leave a part of the day to the
    first two.
    """

    EFFECT = 1
    NOTICE = 2
    INCREMENTAL = 3
    VERIFY = 4
    BACKFILL = 5


_CURRENT: ContextVar[Priority] = ContextVar("syncdsl_priority", default=Priority.INCREMENTAL)


@contextmanager
def working_as(priority: Priority) -> Iterator[None]:
    """Make the calls inside belong to a class of work; threads have to be started with a copy of the context."""
    before = _CURRENT.set(priority)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current_priority() -> Priority:
    """Return the class of work that a call made now belongs to."""
    return _CURRENT.get()
