"""What probes work with: a connection whose records of the kit are deleted at the end, and the module they go to."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.conformance.expectations import written
from syncdsl.adapters.protocol import NewRecord, ObservationEnd, ObserveRequest, Outcome, Page, Written
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.conformance.subject import Subject
    from syncdsl.adapters.protocol import Connection, Record
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields


class Tidy:
    """A connection that remembers what is created through it, so that it can be deleted again."""

    def __init__(self, inner: Connection) -> None:
        self.inner = inner
        self._made: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records and remember them."""
        outcomes = self.inner.create(module, records, safe=safe)
        self._made += [(module, outcome.id) for outcome in outcomes if isinstance(outcome, Written)]
        return outcomes

    def tidy(self) -> list[tuple[str, str]]:
        """Delete what was created, the newest first; return module and id of what the system keeps."""
        kept = []
        for module, identifier in reversed(dict.fromkeys(self._made)):
            try:
                [outcome] = self.inner.delete(module, [identifier])
            except Fault:
                kept.append((module, identifier))
                continue
            if not isinstance(outcome, Written):
                kept.append((module, identifier))
        self._made.clear()
        return kept


class Bench:
    """A module of an open connection, with the few moves that probes share."""

    def __init__(self, connection: Tidy, subject: Subject, schema: ModuleSchema) -> None:
        self.connection = connection
        self.subject = subject
        self.schema = schema

    @property
    def module(self) -> str:
        """The module's name."""
        return self.subject.module

    def word(self) -> str:
        """Return a word that no other record has."""
        return f"kit {secrets.token_hex(5)}"

    def key(self) -> str:
        """Return a key as the engine makes them, unlike any other."""
        return f"sd-{secrets.token_hex(10)}"

    def new(self, key: str | None = None, /, **fields: Any) -> NewRecord:
        """Return a record to create."""
        return NewRecord(fields={**self.subject.minimal(self.word()), **fields}, key=key)

    def make(self, key: str | None = None, /, **fields: Any) -> str:
        """Create a record and return its id; raises AssertionError when it is refused."""
        return written(self.connection.create(self.module, [self.new(key, **fields)], safe=key is not None)[0]).id

    def read(self, identifier: str, *names: str) -> Record:
        """Read one record; raises AssertionError when it is not there."""
        record: Record | None = self.connection.fetch(self.module, [identifier], names).get(identifier)
        if record is None:
            raise AssertionError(f"a record just written cannot be read: {identifier}")
        return record

    def holders(self, key: str) -> list[str]:
        """Return the ids of the records that carry a key."""
        found = self.connection.find(self.module, str(self.schema.key_field), [key], ())
        return [record.id for record in found.get(key, [])]

    def observe(
        self,
        cursor: str | None = None,
        *,
        between: Callable[[int], None] | None = None,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[dict[str, Fields], set[str], ObservationEnd]:
        """Observe the module: fields by id, what is said to be gone, and the end.

        `between` is called after every page with its number.
        """
        names = (self.subject.label,) if fields is None else fields
        records: dict[str, Fields] = {}
        gone: set[str] = set()
        end: ObservationEnd | None = None
        number = 0
        for item in self.connection.observe(ObserveRequest(module=self.module, fields=names, cursor=cursor)):
            match item:
                case Page():
                    records |= {record.id: record.fields for record in item.records}
                    gone |= set(item.gone)
                    number += 1
                    if between is not None:
                        between(number)
                case ObservationEnd():
                    end = item
        if end is None:
            raise AssertionError("an observation ended without its end")
        return records, gone, end

    def pause(self, seconds: float) -> None:
        """Wait, where nothing but time shows what is to be measured."""
        time.sleep(seconds)
