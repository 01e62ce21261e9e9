"""What the answers to writing calls mean for the records written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Ambiguous, NotSent, Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.dialect import ABSENT, code_of, message_of, refused_field, single, succeeded

if TYPE_CHECKING:
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema

NOT_SUPPORTED = "NOT_SUPPORTED"

Came = Answer | NotSent | Ambiguous
"""What a writing call came to."""


class Outcomes:
    """Judges the answers of one connection."""

    def __init__(self, api: Api, reader: Reader) -> None:
        self._api = api
        self._reader = reader

    def plain(self, came: Came, identifier: str) -> Outcome:
        """Return what came of a call on a record whose answer does not hold the record."""
        if not isinstance(came, Answer):
            return came
        if not succeeded(came):
            return self.refused(came)
        return Written(id=identifier)

    def of_record(self, module: Module, schema: ModuleSchema, came: Came) -> Outcome:
        """Return what came of a call whose answer holds the record when it succeeded.

        The version of the record is a receipt (see `versions`): its stamp is as fresh as the write.
        """
        if not isinstance(came, Answer):
            return came
        if not succeeded(came):
            return self.refused(came)
        written = single(came, module.single)
        identifier = written.get(module.id_field) if written is not None else None
        if written is None or not identifier:
            return Ambiguous(reason="a success without the record")
        if came.server_time is None:
            return Written(id=str(identifier))
        record = self._reader.record(module, schema, written, tuple(schema.fields), came.server_time)
        self._reader.kept.put(module, record.id, record.version, (written, came.server_time))
        state = self._reader.state(module, written, came.server_time)
        if state is not None:
            record = replace(record, version=state.answered(record.fields))
        return Written(id=str(identifier), record=record)

    def refused(self, answer: Answer) -> Rejected | Ambiguous:
        """Return the refusal; one without a code leaves open what happened."""
        if code_of(answer) in {0, None}:
            return Ambiguous(reason=f"HTTP {answer.status} {self._api.client.words(answer)}".rstrip())
        return Rejected(
            code=str(code_of(answer)),
            message=self._api.client.clean(message_of(answer)),
            field=refused_field(answer),
        )

    def absent(self, module: Module, came: Came) -> bool:
        """Return whether a call was refused because its record is not there, not one that its body names."""
        if not isinstance(came, Answer) or code_of(came) != ABSENT or came.status not in {200, 404}:
            return False
        return refused_field(came) in {None, module.id_field}

    def cannot(self, message: str, *, field: str | None = None) -> Rejected:
        """Return the refusal of something Books has no call for; nothing was sent."""
        return Rejected(code=NOT_SUPPORTED, message=message, field=field)
