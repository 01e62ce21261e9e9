"""What the tests of the kit share: how they reach the system, and the few moves that most of them make."""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import expect, written
from syncdsl.adapters.protocol import NewRecord, ObservationEnd, ObserveRequest, Page
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.conformance.subject import Subject
    from syncdsl.adapters.protocol import Connection, Record
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.types import FieldSchema
    from syncdsl.schema.values import Fields, Value

FRESH_SECONDS = 3.5
"""How long a stamp of one second leaves a version open, with a `Date` header that may be a second old."""

ABSENT = "999999999999999999"
"""An id that no record has."""


class Grounds(ABC):
    """What tests of an adapter stand on: a connection, a module to write to, and what a person could do to it.

    `settle` waits until versions of records just written are certain; a system without coarse stamps overrides it.
    """

    @abstractmethod
    def connect(self) -> Connection:
        """Return an open connection with the system's schema; called once for each test."""

    @abstractmethod
    def subject(self) -> Subject:
        """Return the module to write to."""

    def document(self) -> tuple[str, Fields] | None:
        """Return a module of documents and the fields of a new one, or None where there are no documents."""
        return None

    def settle(self) -> None:
        """Wait until versions are certain."""
        time.sleep(FRESH_SECONDS)

    def restore(self, identifier: str) -> bool:
        """Undo the deletion of a record, as a person can; False where nothing in reach of a test can do it."""
        del identifier
        return False

    def merge(self, survivor: str, merged: str) -> bool:
        """Merge a record into another one, as a person can; False where nothing in reach of a test can do it."""
        del survivor, merged
        return False

    def _module(self) -> ModuleSchema:
        return self.connect().schema().modules[self.subject().module]

    def _key_field(self) -> str:
        key_field = self._module().key_field
        expect(key_field is not None, "the module has no key field: set one up, or test another module")
        return str(key_field)

    def _created(self, connection: Connection, fields: Fields, *, key: str | None = None) -> Record:
        """Create a record and return it as it reads afterwards."""
        module = self.subject().module
        made = written(connection.create(module, [NewRecord(fields=fields, key=key)], safe=key is not None)[0])
        names = tuple({*fields, self.subject().label, self.subject().second})
        found = connection.fetch(module, [made.id], names)
        expect(made.id in found, "a record just created cannot be read")
        return found[made.id]

    def _holds(self, connection: Connection, record: Record, fields: Fields) -> None:
        """Check that a record now holds these values, in their canonical forms."""
        schema = self._module().fields
        read = connection.fetch(record.module, [record.id], tuple(fields))[record.id].fields
        for name, value in fields.items():
            expect(
                _form(read.get(name), schema[name]) == _form(value, schema[name]),
                f"`{name}` was written as {value!r} and reads {read.get(name)!r}",
            )

    def _observed(
        self, connection: Connection, known: Callable[[str], str | None], *, cursor: str | None = None
    ) -> tuple[Page, ObservationEnd]:
        """Observe the module and return all pages as one, with the end."""
        subject = self.subject()
        request = ObserveRequest(module=subject.module, fields=(subject.label,), cursor=cursor, known=known)
        items = list(connection.observe(request))
        pages = [item for item in items if isinstance(item, Page)]
        end = items[-1] if items else None
        if not isinstance(end, ObservationEnd) or len(pages) != len(items) - 1:
            raise AssertionError("an observation ends with exactly one ObservationEnd")
        whole = Page(
            records=tuple(record for page in pages for record in page.records),
            unchanged=tuple(identifier for page in pages for identifier in page.unchanged),
            gone=tuple(identifier for page in pages for identifier in page.gone),
        )
        return whole, end


def word() -> str:
    """Return a word no other test uses."""
    return f"kit {secrets.token_hex(5)}"


def new_key() -> str:
    """Return a key as the engine makes them, unlike any other."""
    return f"sd-{secrets.token_hex(10)}"


def _form(value: Value, schema: FieldSchema) -> Value:
    return canonical(value, schema.value)
