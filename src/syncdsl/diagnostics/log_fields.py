"""What the lines of a log are about: the environment, the run, the connection, the record.

Whoever begins such a thing says so once, and every line that is logged meanwhile carries it, in whatever room.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIELDS = ("environment", "run", "connection", "record")
"""In the order in which they are written."""

_ATTRIBUTE = "syncdsl"
_CURRENT: ContextVar[Mapping[str, str]] = ContextVar("syncdsl_log_fields", default={})  # noqa: B039 - never changed


@contextmanager
def logging_context(
    *,
    environment: str | None = None,
    run: str | None = None,
    connection: str | None = None,
    record: str | None = None,
) -> Iterator[None]:
    """Let every line that is logged inside be about these; what is None stays as it is outside.

    Threads have to be started with a copy of the context.
    """
    given = {"environment": environment, "run": run, "connection": connection, "record": record}
    before = _CURRENT.set({**_CURRENT.get(), **{name: value for name, value in given.items() if value is not None}})
    try:
        yield
    finally:
        _CURRENT.reset(before)


class LogFields(logging.Filter):
    """Gives each line what it is about; `extra` of the line itself counts more than what is around it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Note the fields with the line, and let it pass."""
        around = _CURRENT.get()
        found = {name: getattr(record, name, None) or around.get(name) for name in FIELDS}
        setattr(record, _ATTRIBUTE, {name: str(value) for name, value in found.items() if value})
        return True


def fields_of(record: logging.LogRecord) -> dict[str, str]:
    """Return what a line is about, in the order of `FIELDS`."""
    found: dict[str, str] = getattr(record, _ATTRIBUTE, {})
    return found
