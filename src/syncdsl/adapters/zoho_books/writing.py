"""Writes records, one after another, each by the writer of its module.

A fault of the connection as a whole (credentials, rights) is raised only when nothing was written; afterwards the
records that were not reached are reported as not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from syncdsl.adapters.protocol import NotSent, Outcome, Written
from syncdsl.adapters.zoho_books.modules import CONTACT_PERSONS, USERS
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.protocol import Change, NewRecord
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.outcomes import Outcomes
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.adapters.zoho_books.switching import Switch
    from syncdsl.schema.snapshot import ModuleSchema

Item = TypeVar("Item")


class OneWriter(Protocol):
    """Writes single records of a module."""

    def create(self, module: Module, schema: ModuleSchema, record: NewRecord, *, safe: bool) -> Outcome:
        """Create a record; `safe`: so that it cannot come twice, where the module can do that."""
        ...

    def update(self, module: Module, schema: ModuleSchema, change: Change) -> Outcome:
        """Update a record while it is as its change was decided on."""
        ...


class Writer:
    """Writes records of one connection."""

    def __init__(
        self,
        api: Api,
        reader: Reader,
        outcomes: Outcomes,
        *,
        records: OneWriter,
        persons: OneWriter,
        users: OneWriter,
        switch: Switch,
    ) -> None:
        self._api = api
        self._reader = reader
        self._outcomes = outcomes
        self._records = records
        self._switch = switch
        self._apart = {CONTACT_PERSONS.name: persons, USERS.name: users}

    def create(self, name: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records; with `safe` one that carries a key is upserted by it, so that it cannot come twice."""
        module, schema = self._api.module(name)
        if not module.creatable:
            return [self._outcomes.cannot(f"records of `{name}` cannot be created")] * len(records)
        writer = self._apart.get(name, self._records)
        return _each(records, lambda record: writer.create(module, schema, record, safe=safe))

    def update(self, name: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records, each only while it is as its change was decided on."""
        module, schema = self._api.module(name)
        if not module.updatable:
            return [self._outcomes.cannot(f"records of `{name}` cannot be changed")] * len(changes)
        writer = self._apart.get(name, self._records)
        return _each(changes, lambda change: writer.update(module, schema, change))

    def delete(self, name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records; one that is not there (any more) counts as deleted."""
        module, _ = self._api.module(name)
        if not module.deletable:
            return [self._outcomes.cannot(f"records of `{name}` cannot be deleted")] * len(ids)
        return _each(ids, lambda identifier: self._delete(module, identifier))

    def deactivate(self, name: str, ids: Sequence[str]) -> list[Outcome]:
        """Make records inactive; one that is so already counts as written."""
        module, _ = self._api.module(name)
        return _each(ids, lambda identifier: self._switch.off(module, identifier))

    def _delete(self, module: Module, identifier: str) -> Outcome:
        self._reader.kept.drop(module, identifier)
        came = self._api.write("DELETE", self._api.record_path(module, identifier))
        if self._outcomes.absent(module, came):
            return Written(id=identifier)
        return self._outcomes.plain(came, identifier)


def _each(items: Sequence[Item], write: Callable[[Item], Outcome]) -> list[Outcome]:
    found: list[Outcome] = []
    for item in items:
        try:
            found.append(write(item))
        except Fault as fault:
            if not found:
                raise
            found.append(NotSent(reason=fault.message))
    return found
