"""What every part of the state builds on: a transaction to write in and a connection to read with."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from syncdsl.state.databases import Database
    from syncdsl.state.records import Cause

T = TypeVar("T")

CHUNK = 500
"""Most values that one statement names."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Return items in lists of at most `size`."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some


class Part:
    """A part of the state."""

    _database: Database
    _fence: int | None
    _run: str | None
    _cause: Cause
    _lease_seconds = 600

    def transaction(self) -> AbstractContextManager[Connection]:
        """Write inside one transaction; an inner one joins the outer."""
        raise NotImplementedError("the state as a whole has it")

    def writing(self, *, fenced: bool = True, single: bool = False) -> AbstractContextManager[Connection]:
        """Write inside one transaction that with `fenced` needs the lease; `single`: one statement only."""
        raise NotImplementedError("the state as a whole has it")

    def reading(self) -> AbstractContextManager[Connection]:
        """Read what is committed, and inside a transaction its own writes."""
        raise NotImplementedError("the state as a whole has it")

    def put_on_agenda(self, records: Mapping[str, Mapping[str, str]]) -> None:
        """Put records on the agenda, by observation, each with the reason."""
        raise NotImplementedError("the observations have it")
