"""Creates and updates records, and changes the status of documents.

Zoho Books API v3: Create a contact, Update a contact, Create an invoice, Update an invoice, "Update using a
custom field's unique value" (the headers X-Unique-Identifier-Key, -Value and X-Upsert), Mark an invoice as
void.

Updates cannot name the version they are based on. The record is read, compared with what the change was
decided on, and written: an edit between that reading and the writing, some tens of milliseconds, goes
unnoticed where it touches the same fields, and is kept where it does not, except for lists (contact persons,
lines), which are sent completely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import (
    Ambiguous,
    Change,
    DocumentAction,
    DuplicateKey,
    MovedOn,
    NewRecord,
    NotSent,
    Outcome,
    Rejected,
    Written,
)
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.body import create_body, update_body
from syncdsl.adapters.zoho_books.dialect import ABSENT, code_of, message_of, refused_field, single, succeeded
from syncdsl.adapters.zoho_books.modules import KEY_LABEL
from syncdsl.adapters.zoho_books.values import read_fields
from syncdsl.diagnostics import Fault
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.finding import Finder
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

NOT_SUPPORTED = "NOT_SUPPORTED"
VOID = "void"


class Writer:
    """Writes records of one connection, one call for each."""

    def __init__(self, api: Api, reader: Reader, finder: Finder) -> None:
        self._api = api
        self._reader = reader
        self._finder = finder

    def create(self, name: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records; with `safe` one that carries a key is upserted by it, so that it cannot come twice."""
        module, schema = self._api.module(name)
        found: list[Outcome] = []
        for record in records:
            try:
                found.append(self._create(module, schema, record, safe=safe))
            except Fault as fault:
                if not found:
                    raise
                found.append(NotSent(reason=fault.message))
        return found

    def update(self, name: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records, each only while it is as its change was decided on."""
        module, schema = self._api.module(name)
        found: list[Outcome] = []
        for change in changes:
            try:
                found.append(self._update(module, schema, change))
            except Fault as fault:
                if not found:
                    raise
                found.append(NotSent(reason=fault.message))
        return found

    def delete(self, name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records; one that is not there (any more) counts as deleted."""
        module, _ = self._api.module(name)
        found: list[Outcome] = []
        for identifier in ids:
            answer = self._api.write("DELETE", self._api.record_path(module, identifier))
            gone = isinstance(answer, Answer) and code_of(answer) == ABSENT
            found.append(Written(id=identifier) if gone else self._written(answer, identifier))
        return found

    def act(self, name: str, identifier: str, action: DocumentAction) -> Outcome:
        """Void a document; one that is void already counts as written."""
        module, schema = self._api.module(name)
        if module.lines_field is None or action is not DocumentAction.VOID:
            message = f"records of `{name}` cannot be changed to {action.value}"
            return Rejected(code=NOT_SUPPORTED, message=message)
        answer = self._api.write("POST", f"{self._api.record_path(module, identifier)}/status/void")
        if not isinstance(answer, Answer):
            return answer
        if succeeded(answer):
            return Written(id=identifier)
        detail, now = self._reader.detail(module, identifier)
        if detail is not None and detail.get("status") == VOID:
            record = self._reader.record(module, schema, detail, tuple(schema.fields), now)
            return Written(id=identifier, record=record)
        return self._rejected(answer)

    def _create(self, module: Module, schema: ModuleSchema, record: NewRecord, *, safe: bool) -> Outcome:
        sent, state = _apart(module, record.fields)
        body = create_body(module, schema, sent, record.key)
        if safe and schema.key_field is not None and record.key is not None:
            headers = {
                "X-Unique-Identifier-Key": schema.key_field,
                "X-Unique-Identifier-Value": record.key,
                "X-Upsert": "true",
            }
            answer = self._api.write("PUT", module.path, headers=headers, body=body)
        else:
            answer = self._api.write("POST", module.path, body=body)
        outcome = self._outcome(module, schema, answer)
        if isinstance(outcome, Rejected) and isinstance(answer, Answer) and _about_key(answer, record.key):
            return self._holder(module, schema, record.key) or outcome
        return self._switch(module, outcome, state)

    def _holder(self, module: Module, schema: ModuleSchema, key: str | None) -> DuplicateKey | None:
        """Return which record carries a key; the refusal itself does not tell."""
        if schema.key_field is None or key is None:
            return None
        found = self._finder.find(module.name, schema.key_field, [key], ())
        return DuplicateKey(id=found[key][0].id) if key in found else DuplicateKey(id=None)

    def _update(self, module: Module, schema: ModuleSchema, change: Change) -> Outcome:
        current, _ = self._reader.detail(module, change.id)
        if current is None:
            if change.based_on is not None:
                return MovedOn()
            return Rejected(code="1002", message=f"there is no record `{change.id}` in `{module.name}`")
        if change.based_on is not None and not _unchanged(schema, current, change.fields, change.based_on.fields):
            return MovedOn()
        sent, state = _apart(module, change.fields)
        if state is not None and not sent and change.key is None:
            answer = self._api.write("POST", f"{self._api.record_path(module, change.id)}/{state}")
            return self._written(answer, change.id)
        body = update_body(module, schema, sent, change.key, current)
        answer = self._api.write("PUT", self._api.record_path(module, change.id), body=body)
        return self._switch(module, self._outcome(module, schema, answer), state)

    def _switch(self, module: Module, outcome: Outcome, state: str | None) -> Outcome:
        """Change the state of a record that was just written.

        What was written stays written when this fails: the record is then to be fetched, and shows its old state.
        """
        if state is None or not isinstance(outcome, Written):
            return outcome
        if outcome.record is not None and outcome.record.fields.get(str(module.switched)) == state:
            return outcome
        answer = self._api.write("POST", f"{self._api.record_path(module, outcome.id)}/{state}")
        switched = self._written(answer, outcome.id)
        return switched if isinstance(switched, Written) else Written(id=outcome.id)

    def _written(self, answer: Answer | NotSent | Ambiguous, identifier: str) -> Outcome:
        """Return what came of a call whose answer does not hold the record."""
        if not isinstance(answer, Answer):
            return answer
        if not succeeded(answer):
            return self._rejected(answer)
        return Written(id=identifier)

    def _outcome(self, module: Module, schema: ModuleSchema, answer: Answer | NotSent | Ambiguous) -> Outcome:
        if not isinstance(answer, Answer):
            return answer
        if not succeeded(answer):
            if code_of(answer) in {0, None}:
                return Ambiguous(reason=f"HTTP {answer.status} {self._api.client.words(answer)}".rstrip())
            return self._rejected(answer)
        written = single(answer, module.single)
        identifier = written.get(module.id_field) if written is not None else None
        if written is None or not identifier:
            return Ambiguous(reason="a success without the record")
        if answer.server_time is None:
            return Written(id=str(identifier))
        record = self._reader.record(module, schema, written, tuple(schema.fields), answer.server_time)
        return Written(id=str(identifier), record=record)

    def _rejected(self, answer: Answer) -> Rejected:
        return Rejected(
            code=str(code_of(answer)),
            message=self._api.client.clean(message_of(answer)),
            field=refused_field(answer),
        )


def _apart(module: Module, fields: Fields) -> tuple[Fields, str | None]:
    """Return the fields that a body takes, and the state that a call of its own sets."""
    state = fields.get(module.switched) if module.switched is not None else None
    sent = {name: value for name, value in fields.items() if name != module.switched}
    return sent, state if isinstance(state, str) and state else None


def _about_key(answer: Answer, key: str | None) -> bool:
    """Return whether a refusal is about the key: the message names the value or the field."""
    message = message_of(answer).casefold()
    return key is not None and (key.casefold() in message or KEY_LABEL in message)


def _unchanged(
    schema: ModuleSchema, current: dict[str, Any], names: Mapping[str, Any], before: Mapping[str, Any]
) -> bool:
    now = read_fields(current, schema, names)
    return all(
        canonical(now.get(name), schema.fields[name].value) == canonical(before.get(name), schema.fields[name].value)
        for name in names
    )
