"""Reads contact persons, which Books keeps inside their contacts: a changed contact is read, its persons are records.

Zoho Books API v3, Contacts, Contact persons. A person has no stamp of its own, so its version is that of its contact
and its own content. Nothing lists persons that are gone: those on file for a contact that was read and are not in it
are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import ObserveRequest, Page, Record
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho_books.fields import PERSON_FIELDS
from syncdsl.adapters.zoho_books.modules import CONTACT_PERSONS, CONTACTS, Module
from syncdsl.adapters.zoho_books.person_receipts import (
    PersonReceipts,
    contact_version,
    content_of,
    made_by_us,
    person_version,
)
from syncdsl.adapters.zoho_books.values import read_fields
from syncdsl.schema.digest import digest
from syncdsl.schema.values import Ref, Value, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

PARENT = "contact_id"


class Persons:
    """The contact persons of one connection, read through their contacts."""

    parents: Module = CONTACTS

    def __init__(self, api: Api, reader: Reader, *, at_once: int) -> None:
        self._api = api
        self._reader = reader
        self._at_once = at_once
        self._vendors: set[str] = set()
        """Contacts that were seen to be vendors: a person alone does not tell what its contact is."""

    def page(
        self,
        request: ObserveRequest,
        rows: Sequence[dict[str, Any]],
        now: dt.datetime,
        receipts: PersonReceipts | None,
    ) -> Page:
        """Return the persons of contacts that a list shows, as far as they are not on file in their present state.

        `receipts`: what to know our own writes by; None in a complete reading.
        """
        _, schema = self._api.module(CONTACT_PERSONS.name)
        unchanged: list[str] = []
        changed: list[dict[str, Any]] = []
        gone: list[str] = []
        self._vendors.update(str(row[PARENT]) for row in rows if row.get("contact_type") == "vendor")
        checked: set[str] = set()
        request.expect([item for row in rows for item in request.children(str(row[PARENT]))])
        for row in rows:
            identifier = str(row[PARENT])
            version = self._reader.version(CONTACTS, row, now)
            filed = request.children(identifier)
            if filed and version is not None and all(contact_version(request.known(item)) == version for item in filed):
                unchanged += filed
            elif receipts is not None and made_by_us(row, map(request.known, filed)):
                if receipts.checks():
                    checked.add(identifier)
                    changed.append(row)
                else:
                    receipts.believe(identifier, row)
                    unchanged += filed
            elif filed or not _personless(row):
                changed.append(row)
        details = self._reader.details_of(CONTACTS, changed, now)
        if receipts is not None:
            for identifier in checked & details.keys():
                receipts.broken = receipts.broken or not _as_filed(request, details[identifier][0])
            details |= self._reader.details_of(CONTACTS, receipts.doubted(), now)
        records: list[Record] = []
        for identifier, (detail, read_at) in details.items():
            found = self.of_contact(schema, detail, request.fields, read_at)
            same = {record.id for record in found if record.version and record.version == request.known(record.id)}
            records += [record for record in found if record.id not in same]
            unchanged += sorted(same)
            here = {record.id for record in found}
            gone += [item for item in request.children(identifier) if item not in here]
        return Page(records=tuple(records), unchanged=tuple(unchanged), gone=tuple(gone))

    def of_contact(
        self, schema: ModuleSchema, contact: dict[str, Any], wanted: Sequence[str], now: dt.datetime
    ) -> list[Record]:
        """Return the persons of a full contact."""
        version = self._reader.version(CONTACTS, contact, now)
        listed = contact.get("contact_persons")
        return [
            _record(
                schema, {**person, **{name: contact.get(name) for name in (PARENT, "contact_type")}}, wanted, version
            )
            for person in (listed if isinstance(listed, list) else [])
            if isinstance(person, dict)
        ]

    def fetch(self, ids: Sequence[str], wanted: Sequence[str]) -> dict[str, Record]:
        """Return the persons that exist now; alone they have no certain version."""
        _, schema = self._api.module(CONTACT_PERSONS.name)
        self._reader.check_fields(CONTACT_PERSONS.name, schema, wanted)
        unique = list(dict.fromkeys(ids))
        found = each(self.raw, unique, at_once=self._at_once)
        return {
            identifier: _record(schema, person, wanted, None)
            for identifier, person in zip(unique, found, strict=True)
            if person is not None
        }

    def raw(self, identifier: str) -> dict[str, Any] | None:
        """Return one person as Books shows it, or None when there is none."""
        person = self._reader.detail(CONTACT_PERSONS, identifier)[0]
        if person is not None and str(person.get(PARENT)) in self._vendors:
            return {**person, "contact_type": "vendor"}
        return person

    def find(self, field: str, values: Sequence[Value], wanted: Sequence[str]) -> dict[Value, list[Record]]:
        """Look persons up by their contact, which is read in full, or by id: nothing lists them by anything else.

        Raises Fault SD707 for another field.
        """
        _, schema = self._api.module(CONTACT_PERSONS.name)
        self._reader.check_fields(CONTACT_PERSONS.name, schema, (field, *wanted))
        sought = [value for value in dict.fromkeys(values) if not is_empty(value)]
        if field == CONTACT_PERSONS.id_field:
            by_id = self.fetch([str(value) for value in sought], wanted)
            return {value: [by_id[str(value)]] for value in sought if str(value) in by_id}
        if field != PARENT:
            raise self._api.client.problems.not_offered(
                f"records of `{CONTACT_PERSONS.name}` are looked up by `{PARENT}`, not by `{field}`"
            )
        parents = {value: value.id if isinstance(value, Ref) else str(value) for value in sought}
        details = self._reader.details(CONTACTS, list(dict.fromkeys(parents.values())))
        found: dict[Value, list[Record]] = {}
        for value, identifier in parents.items():
            if identifier in details:
                persons = self.of_contact(schema, details[identifier][0], wanted, details[identifier][1])
                if persons:
                    found[value] = persons
        return found


def content(person: Mapping[str, Any]) -> str:
    """Return a digest of what a person is."""
    return digest({name: str(person.get(name) or "") for name in sorted(CONTACT_PERSONS.fields)})


def _as_filed(request: ObserveRequest, contact: Mapping[str, Any]) -> bool:
    """Return whether a full contact has exactly the persons on file, as they are on file."""
    identifier = str(contact.get(PARENT))
    listed = contact.get("contact_persons")
    found = {
        str(person[CONTACT_PERSONS.id_field]): content({**person, PARENT: identifier})
        for person in (listed if isinstance(listed, list) else [])
        if isinstance(person, dict)
    }
    return found == {item: content_of(request.known(item)) for item in request.children(identifier)}


def _record(schema: ModuleSchema, person: dict[str, Any], wanted: Sequence[str], version: str | None) -> Record:
    kind = "vendors" if person.get("contact_type") == "vendor" else "customers"
    parent: Fields = {PARENT: Ref(kind, str(person[PARENT]))} if PARENT in wanted and person.get(PARENT) else {}
    return Record(
        module=CONTACT_PERSONS.name,
        id=str(person[CONTACT_PERSONS.id_field]),
        fields={**read_fields(person, schema, wanted), **parent},
        version=person_version(version, content(person)) if version is not None else None,
    )


def _personless(row: dict[str, Any]) -> bool:
    """Return whether a row says that its contact has no person: it would show the name or reach of the primary one."""
    return all(not row.get(name) for name in PERSON_FIELDS)
