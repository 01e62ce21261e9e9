"""Creates and updates the records of most modules.

Zoho Books API v3: Create a contact, Update a contact, Update an invoice, "Update using a custom field's unique value"
(the headers X-Unique-Identifier-Key, -Value and X-Upsert), Mark as active, Mark as inactive.

Updates cannot name the version they are based on. Where the list shows that the record was not changed since it was
observed (see `moving`), it is written at once, provided that the body needs nothing but what is known; else the record
is read, compared with what the change was decided on, and written. The window in which an edit goes unnoticed is some
ten seconds in the first case and some tens of milliseconds in the second, and matters only where the edit touches the
same fields; lists that are sent completely (contact persons, lines) are always read just before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, MovedOn, Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.body import create_body, hidden_values, needs_current, update_body
from syncdsl.adapters.zoho_books.custom_fields import believed, lost
from syncdsl.adapters.zoho_books.dialect import message_of, single, succeeded
from syncdsl.adapters.zoho_books.modules import KEY_LABEL
from syncdsl.adapters.zoho_books.values import read_fields, write_value
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Change, NewRecord, Record
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.currencies import Currencies
    from syncdsl.adapters.zoho_books.finding import Finder
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.moving import Movements
    from syncdsl.adapters.zoho_books.outcomes import Came, Outcomes
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields


class RecordWriter:
    """Writes records of one connection, one call for each where that is safe."""

    def __init__(
        self,
        api: Api,
        reader: Reader,
        finder: Finder,
        outcomes: Outcomes,
        movements: Movements,
        currencies: Currencies,
    ) -> None:
        self._api = api
        self._reader = reader
        self._finder = finder
        self._outcomes = outcomes
        self._movements = movements
        self._currencies = currencies

    def create(self, module: Module, schema: ModuleSchema, record: NewRecord, *, safe: bool) -> Outcome:
        """Create a record; with `safe` one that carries a key is upserted by it."""
        fields, state = _apart(module, record.fields)
        resolved = self._currencies.resolved(module, fields)
        if isinstance(resolved, Rejected):
            return resolved
        body = create_body(module, schema, resolved, record.key)
        if safe and schema.key_field is not None and record.key is not None:
            headers = {
                "X-Unique-Identifier-Key": schema.key_field,
                "X-Unique-Identifier-Value": record.key,
                "X-Upsert": "true",
            }
            came = self._api.write("PUT", module.path, headers=headers, body=body)
        else:
            came = self._api.write("POST", module.path, body=body)
        self._currencies.wrote(module)
        outcome = believed(self._outcomes.of_record(module, schema, came), _with_key(schema, record), {})
        if isinstance(outcome, Rejected) and isinstance(came, Answer) and _about_key(came, record.key):
            return self._holder(module, schema, record.key) or outcome
        return self._switch(module, outcome, state)

    def update(self, module: Module, schema: ModuleSchema, change: Change) -> Outcome:
        """Update a record unless it changed since the change was decided on."""
        fields, state = _apart(module, change.fields)
        resolved = self._currencies.resolved(module, fields)
        if isinstance(resolved, Rejected):
            return resolved
        based = change.based_on
        current = self._known(module, change, resolved) if based is not None else None
        if current is None:
            current, _ = self._reader.detail(module, change.id)
            if current is None:
                return self._missing(module, change)
            if based is not None and not _unchanged(schema, current, change.fields, based.fields):
                gone = self._reader.customs.gone(module, change.fields)
                return MovedOn() if gone is None else self._outcomes.cannot(lost(module, gone), field=gone)
        self._reader.kept.drop(module, change.id)
        self._movements.wrote(module, change.id)
        if state is not None and not resolved and change.key is None:
            came = self._api.write("POST", f"{self._api.record_path(module, change.id)}/{state}")
            return (
                self._missing(module, change)
                if self._outcomes.absent(module, came)
                else self._outcomes.plain(came, change.id)
            )
        body = update_body(module, schema, resolved, change.key, current)
        came = self._api.write("PUT", self._api.record_path(module, change.id), body=body)
        if self._outcomes.absent(module, came):
            return self._missing(module, change)
        came = self._unhidden(module, change.id, resolved, body, came)
        outcome = self._outcomes.of_record(module, schema, came)
        return self._switch(module, believed(outcome, change.fields, based.fields if based is not None else {}), state)

    def _unhidden(self, module: Module, identifier: str, fields: Fields, body: Mapping[str, Any], came: Came) -> Came:
        """Write what a contact goes on hiding by values of its own, and return what came of it all.

        When the second call fails the first one is in doubt as a whole: the next run reads what is there.
        """
        written = single(came, module.single) if isinstance(came, Answer) and succeeded(came) else None
        own = hidden_values(module, fields, written) if written is not None else {}
        if not own:
            return came
        again = {name: value for name, value in body.items() if name in module.resent}
        came = self._api.write("PUT", self._api.record_path(module, identifier), body={**again, **own})
        if isinstance(came, Answer) and succeeded(came):
            return came
        return Ambiguous(reason="the contact was written, its own values were not")

    def _known(self, module: Module, change: Change, fields: Fields) -> Mapping[str, Any] | None:
        """Return what a body needs of the record as it is now, without reading it; None when it has to be read."""
        based = change.based_on
        told = set(change.fields) <= set(module.compared)
        if based is None or not self._movements.still(module, change.id, based.version, told=told):
            return None
        kept = self._reader.kept.get(module, change.id, based.version)
        if kept is not None and module.lines_field is None and not set(fields) & set(module.person_fields):
            return kept[0]
        if needs_current(module, fields):
            return None
        held = _held(module, based)
        return held if all(name in held or name in fields for name in module.resent) else None

    def _missing(self, module: Module, change: Change) -> Outcome:
        if change.based_on is not None:
            return MovedOn()
        return Rejected(code="1002", message=f"there is no record `{change.id}` in `{module.name}`")

    def _holder(self, module: Module, schema: ModuleSchema, key: str | None) -> DuplicateKey | None:
        """Return which record carries a key; the refusal itself does not tell."""
        if schema.key_field is None or key is None:
            return None
        found = self._finder.find(module.name, schema.key_field, [key], ())
        return DuplicateKey(id=found[key][0].id) if key in found else DuplicateKey(id=None)

    def _switch(self, module: Module, outcome: Outcome, state: str | None) -> Outcome:
        """Change the state of a record that was just written.

        What was written stays written when this fails: the record is then to be fetched, and shows its old state.
        """
        if state is None or not isinstance(outcome, Written):
            return outcome
        if outcome.record is not None and outcome.record.fields.get(str(module.switched)) == state:
            return outcome
        self._reader.kept.drop(module, outcome.id)
        came = self._api.write("POST", f"{self._api.record_path(module, outcome.id)}/{state}")
        switched = self._outcomes.plain(came, outcome.id)
        return switched if isinstance(switched, Written) else Written(id=outcome.id)


def _apart(module: Module, fields: Fields) -> tuple[Fields, str | None]:
    """Return the fields that a body takes, and the state that a call of its own sets."""
    state = fields.get(module.switched) if module.switched is not None else None
    sent = {name: value for name, value in fields.items() if name != module.switched}
    return sent, state if isinstance(state, str) and state else None


def _with_key(schema: ModuleSchema, record: NewRecord) -> Fields:
    """Return what is written into a new record, the key among it."""
    if schema.key_field is None or record.key is None:
        return record.fields
    return {**record.fields, schema.key_field: record.key}


def _held(module: Module, based: Record) -> dict[str, Any]:
    """Return what every update of a module repeats, as far as a record holds it."""
    held = {name: write_value(based.fields[name]) for name in module.resent if name in based.fields}
    return {**held, **module.restricted}


def _about_key(answer: Answer, key: str | None) -> bool:
    """Return whether a refusal is about the key: the message names the value or the field."""
    message = message_of(answer).casefold()
    return key is not None and (key.casefold() in message or KEY_LABEL in message)


def _unchanged(
    schema: ModuleSchema, current: Mapping[str, Any], names: Mapping[str, Any], before: Mapping[str, Any]
) -> bool:
    now = read_fields(current, schema, names)
    return all(
        canonical(now.get(name), schema.fields[name].value) == canonical(before.get(name), schema.fields[name].value)
        for name in names
    )
