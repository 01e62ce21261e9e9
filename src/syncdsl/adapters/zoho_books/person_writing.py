"""Creates, updates and promotes contact persons through their own calls, which touch no other person of the contact.

Zoho Books API v3, Contact persons: Create, Update (which demands the contact and the first name), Mark as primary.
A contact has exactly one primary person: another one takes over, none steps down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import MovedOn, Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.dialect import single
from syncdsl.adapters.zoho_books.modules import CONTACTS
from syncdsl.adapters.zoho_books.person_receipts import contact_version, person_receipt
from syncdsl.adapters.zoho_books.persons import PARENT, content
from syncdsl.adapters.zoho_books.values import read_fields, write_value
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Change, NewRecord
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.moving import Movements
    from syncdsl.adapters.zoho_books.outcomes import Came, Outcomes
    from syncdsl.adapters.zoho_books.persons import Persons
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

PRIMARY = "is_primary_contact"


class PersonWriter:
    """Writes contact persons of one connection. They carry no key: the engine finds them by contact and e-mail."""

    def __init__(self, api: Api, reader: Reader, persons: Persons, outcomes: Outcomes, movements: Movements) -> None:
        self._api = api
        self._reader = reader
        self._persons = persons
        self._outcomes = outcomes
        self._movements = movements

    def create(self, module: Module, schema: ModuleSchema, record: NewRecord, *, safe: bool) -> Outcome:  # noqa: ARG002 - there is nothing to be safe by
        """Add a person to its contact."""
        body = {name: write_value(value) for name, value in record.fields.items() if not is_empty(value)}
        primary = body.pop(PRIMARY, None)
        self._touch(record.fields.get(PARENT))
        outcome = self._shaped(record.fields, self._outcomes.of_record(module, schema, self._post(module, body)))
        return self._promoted(module, outcome) if primary is True else outcome

    def update(self, module: Module, schema: ModuleSchema, change: Change) -> Outcome:
        """Update a person unless it changed since the change was decided on."""
        based = change.based_on
        current: Mapping[str, Any] | None = None
        before: str | None = None
        if based is not None and self._still(based.fields.get(PARENT), based.version):
            if self._movements.unwritten(CONTACTS, self._parent_id(based.fields)):
                before = contact_version(based.version)
            current = {name: write_value(value) for name, value in based.fields.items()}
        if current is None or any(name not in current and name not in change.fields for name in module.resent):
            current = self._persons.raw(change.id)
            if current is None:
                return self._missing(module, change)
            if based is not None and not _unchanged(schema, current, change.fields, based.fields):
                return MovedOn()
        primary = change.fields.get(PRIMARY)
        if primary is False and str(current.get(PRIMARY)).lower() == "true":
            return self._outcomes.cannot(
                "the primary person of a contact can only be replaced by another", field=PRIMARY
            )
        self._touch(current.get(PARENT))
        written = {name: write_value(value) for name, value in change.fields.items() if name != PRIMARY}
        outcome: Outcome = Written(id=change.id)
        if written:
            body = {**{name: current[name] for name in module.resent if name in current}, **written}
            came = self._api.write("PUT", self._api.record_path(module, change.id), body=body)
            if self._outcomes.absent(module, came):
                return self._missing(module, change)
            outcome = self._shaped(
                {**change.fields, PARENT: _parent(current, based.fields if based else {})},
                self._answered(module, self._outcomes.of_record(module, schema, came), came, before),
            )
        return self._promoted(module, outcome) if primary is True else outcome

    def _answered(self, module: Module, outcome: Outcome, came: Came, before: str | None) -> Outcome:
        """Return an outcome whose record has a receipt, where its contact was of the version `before` until then."""
        if not isinstance(outcome, Written) or outcome.record is None or not isinstance(came, Answer):
            return outcome
        person = single(came, module.single)
        if person is None or came.server_time is None or before is None:
            return outcome
        version = person_receipt(came.server_time, before, content(person))
        return replace(outcome, record=replace(outcome.record, version=version))

    def _post(self, module: Module, body: dict[str, Any]) -> Any:
        return self._api.write("POST", module.path, body=body)

    def _promoted(self, module: Module, outcome: Outcome) -> Outcome:
        """Make a person that was just written the primary one; when that fails it is to be read as it is."""
        if not isinstance(outcome, Written):
            return outcome
        held = outcome.record.fields.get(PRIMARY) if outcome.record is not None else None
        if held is True:
            return outcome
        came = self._api.write("POST", f"{self._api.record_path(module, outcome.id)}/primary")
        promoted = self._outcomes.plain(came, outcome.id)
        return promoted if isinstance(promoted, Written) else Written(id=outcome.id)

    def _shaped(self, fields: Fields, outcome: Outcome) -> Outcome:
        """Return an outcome whose record names its contact as the writer did: the answer does not tell its module."""
        if not isinstance(outcome, Written) or outcome.record is None:
            return outcome
        parent = fields.get(PARENT)
        told = {**outcome.record.fields, PARENT: parent} if isinstance(parent, Ref) else outcome.record.fields
        return replace(outcome, record=replace(outcome.record, fields=told))

    def _still(self, parent: Any, version: str | None) -> bool:
        return isinstance(parent, Ref) and self._movements.still(CONTACTS, parent.id, contact_version(version))

    def _parent_id(self, fields: Fields) -> str:
        parent = fields.get(PARENT)
        return parent.id if isinstance(parent, Ref) else str(parent or "")

    def _touch(self, parent: Any) -> None:
        """Forget what was read of a contact whose persons are being written."""
        self._reader.kept.drop(CONTACTS, parent.id if isinstance(parent, Ref) else str(parent or ""))

    def _missing(self, module: Module, change: Change) -> Outcome:
        if change.based_on is not None:
            return MovedOn()
        return Rejected(code="1002", message=f"there is no record `{change.id}` in `{module.name}`")


def _parent(current: Mapping[str, Any], before: Fields) -> Any:
    return before.get(PARENT) or Ref("customers", str(current.get(PARENT) or ""))


def _unchanged(
    schema: ModuleSchema, current: Mapping[str, Any], names: Mapping[str, Any], before: Mapping[str, Any]
) -> bool:
    now = read_fields(current, schema, names)
    return all(
        canonical(now.get(name), schema.fields[name].value) == canonical(before.get(name), schema.fields[name].value)
        for name in names
        if name != PARENT
    )
