"""What every part of the state builds on: a transaction to write in and a connection to read with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from syncdsl.state.databases import Database


class Part:
    """A part of the state."""

    _database: Database
    _fence: int | None
    _run: str | None
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
