"""The calls that all kinds of documents answer alike."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from syncdsl.sandbox.books.body import objects, sent_object, texts
from syncdsl.sandbox.books.contact import ADDRESS_LENGTHS
from syncdsl.sandbox.books.custom_fields import forbid_duplicates
from syncdsl.sandbox.books.documents import showing
from syncdsl.sandbox.books.documents.composing import Desk, apply_custom_fields, compose, keys
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.filters import conditions, listing
from syncdsl.sandbox.books.documents.kind import Kind, Transition
from syncdsl.sandbox.books.documents.numbers import automatic, number_of
from syncdsl.sandbox.books.documents.status import shown_status
from syncdsl.sandbox.books.documents.values import asks
from syncdsl.sandbox.books.envelope import WRONG_STATUS, invalid_value, refused, unknown
from syncdsl.sandbox.books.numbering import next_id, next_record
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.organisation import BOOKS_ZONE, CURRENT_USER
from syncdsl.sandbox.store import Record, Store


class Documents:
    """The calls on one kind of document; what a kind does differently, its subclass overrides."""

    def __init__(self, kind: Kind, store: Store, clock: Clock, emit: Emit = silent) -> None:
        self.kind = kind
        self.store = store
        self.clock = clock
        self._emit = emit

    def listed(self, call: Call) -> Reply:
        """Answer `GET /{resource}`, newest first unless asked otherwise."""
        where, filter_by = conditions(self.kind, call, self.today())
        return listing(self.kind, self.row).answer(self.store, call, where, filter_by, "D")

    def detail(self, call: Call) -> Reply:
        """Answer `GET /{resource}/{id}`."""
        return Reply(content=self._content("success", self.named(call)))

    def create(self, call: Call) -> Reply:
        """Answer `POST /{resource}`."""
        return self._create(call, sent_object(call))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /{resource}/{id}`: the keys that are sent replace the stored ones."""
        return self._update(call, self.named(call), sent_object(call))

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /{resource}` with the unique identifier headers."""
        target = addressed(self.store, call, self.kind.entity, self.kind.collection)
        if target.id is None:
            if not target.create:
                raise unknown(self.kind.title)
            return self._create(call, sent_object(call))
        return self._update(call, self.get(target.id), sent_object(call))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /{resource}/{id}`."""
        self.remove(self.named(call))
        return self._done(self.kind.messages.deleted)

    def custom_fields(self, call: Call) -> Reply:
        """Answer `PUT /{entity}/{id}/customfields`: the body is the list of fields itself."""
        record = self.named(call)
        try:
            body = call.json()
        except ValueError:
            raise invalid_value("JSONString") from None
        given = body.get("custom_fields") if isinstance(body, dict) else body
        apply_custom_fields(self.kind.entity, record.document, {"custom_fields": objects(given, "custom_fields")})
        self.save(record)
        return self._done("Custom Fields Updated Successfully")

    def billing_address(self, call: Call) -> Reply:
        """Answer `PUT /{resource}/{id}/address/billing`."""
        return self._address(call, "billing_address", "Billing address updated")

    def shipping_address(self, call: Call) -> Reply:
        """Answer `PUT /{resource}/{id}/address/shipping`."""
        return self._address(call, "shipping_address", "Shipping address updated")

    def moving(self, transition: Transition) -> Handler:
        """Return the handler of `POST /{resource}/{id}/{path}`."""

        def move(call: Call) -> Reply:
            self.move(self.named(call), transition)
            return self._done(transition.message, status=transition.answer)

        return move

    def endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return (method, path, handler) triples."""
        many, one = f"/{self.kind.resource}", f"/{self.kind.resource}/{{id}}"
        return [
            ("GET", many, self.listed),
            ("POST", many, self.create),
            ("PUT", many, self.upsert),
            ("GET", one, self.detail),
            ("PUT", one, self.update),
            ("DELETE", one, self.delete),
            ("PUT", f"/{self.kind.entity}/{{id}}/customfields", self.custom_fields),
            *(("POST", f"{one}/{transition.path}", self.moving(transition)) for transition in self.kind.transitions),
        ]

    def address_endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return the triples of the calls on addresses."""
        one = f"/{self.kind.resource}/{{id}}/address"
        return [("PUT", f"{one}/billing", self.billing_address), ("PUT", f"{one}/shipping", self.shipping_address)]

    def row(self, record: Record) -> dict[str, Any]:
        """Return a document as lists show it."""
        return showing.row(self.store, self.kind, record, self.today())

    def shown(self, record: Record) -> dict[str, Any]:
        """Return a document with everything known about it."""
        return {**self.row(record), **showing.detail(self.store, self.kind, record)}

    def compose(self, record: Record, sent: Mapping[str, Any]) -> None:
        """Put a body into a document."""
        compose(self.kind, record, sent, self.desk())

    def keys(self, record: Record) -> dict[str, str]:
        """Return the values a document is found by."""
        return keys(self.kind, record)

    def created(self, record: Record) -> None:
        """See to what the creation of a document changes elsewhere."""

    def check_move(self, record: Record, transition: Transition) -> None:
        """Refuse a transition for reasons other than the status."""

    def check_edit(self, record: Record) -> None:
        """Refuse to edit a document."""
        if record.status in self.kind.locked:
            status = shown_status(self.kind, record, self.today())
            raise refused(WRONG_STATUS, f"{self.kind.report} in status {status} cannot be edited.")

    def check_removal(self, record: Record) -> None:
        """Refuse to delete a document."""
        if record.status in self.kind.kept:
            raise refused(WRONG_STATUS, f"{self.kind.report} in status {record.status} cannot be deleted.")

    def removed(self, record: Record) -> None:
        """See to what the deletion of a document changes elsewhere."""

    def add(self, sent: Mapping[str, Any], number: str, at: int | None = None) -> Record:
        """Store a new document with a number; `at` is the second of its creation, by default now."""
        now = self.clock.now() if at is None else at
        record = Record(
            id=next_record(self.store),
            created=now,
            modified=now,
            name=number,
            document={},
            kind=self.kind.entity,
            status="draft",
        )
        self.compose(record, sent)
        self._check_unique(record)
        self.store.insert(self.kind.collection, record, self.keys(record))
        self.created(record)
        return record

    def save(self, record: Record) -> None:
        """Store a changed document, stamp it and tell about it."""
        record.modified = max(self.clock.now(), record.modified)
        self._check_unique(record)
        self.store.replace(self.kind.collection, record, self.keys(record))
        self._tell("updated", record)

    def move(self, record: Record, transition: Transition) -> None:
        """Change a document's status, or refuse it."""
        if record.status not in transition.sources | transition.keeps:
            shown = shown_status(self.kind, record, self.today())
            words = f"{self.kind.title} in status {shown} cannot be changed to {transition.status}."
            raise refused(WRONG_STATUS, f"{'An' if words[0] in 'AEIOU' else 'A'} {words[0].lower()}{words[1:]}")
        self.check_move(record, transition)
        if record.status in transition.sources:
            record.status = transition.status
            record.document[f"{transition.status}_date"] = self.today().isoformat()
        if transition.emailed:
            record.document["is_emailed"] = True
        self.save(record)

    def remove(self, record: Record) -> None:
        """Delete a document, or refuse it."""
        self.check_removal(record)
        self.store.delete(self.kind.collection, record, created_by=CURRENT_USER.id, at=self.clock.now())
        self.removed(record)
        self._tell("deleted", record)

    def transition(self, path: str) -> Transition:
        """Return the transition of a path."""
        return next(transition for transition in self.kind.transitions if transition.path == path)

    def named(self, call: Call) -> Record:
        """Return the document that a path names."""
        return self.get(call.variables["id"])

    def get(self, identity: str | int) -> Record:
        """Return the document with an id, or refuse."""
        record = self.store.get(self.kind.collection, identity)
        if record is None:
            raise unknown(self.kind.title)
        return record

    def today(self) -> date:
        """Return the organisation's date."""
        return self.clock.today(BOOKS_ZONE)

    def desk(self) -> Desk:
        """Return what composing needs."""
        return Desk(store=self.store, today=self.today(), new_id=lambda: next_id(self.store))

    def next_number(self) -> str:
        """Return the next automatic number, "" where documents have none."""
        return automatic(self.store, self.kind) if self.kind.prefix else ""

    def _create(self, call: Call, sent: Mapping[str, Any]) -> Reply:
        number = number_of(self.store, self.kind, call, sent, "") if self.kind.prefix else ""
        record = self.add(sent, number)
        self._tell("created", record)
        if self.kind.sent and asks(call.query, sent, "send"):
            self.move(record, self.transition(self.kind.sent))
        content = self._content(self.kind.messages.created, record)
        status = self.kind.messages.status
        return Reply(status=status, content=content, module=self.kind.resource, created=(str(record.id),))

    def _update(self, call: Call, record: Record, sent: Mapping[str, Any]) -> Reply:
        self.check_edit(record)
        if self.kind.prefix and self.kind.number_key in sent:
            record.name = number_of(self.store, self.kind, call, sent, record.name)
        self.compose(record, sent)
        self.save(record)
        return Reply(content=self._content(self.kind.messages.updated, record), module=self.kind.resource)

    def _address(self, call: Call, name: str, message: str) -> Reply:
        record = self.named(call)
        self.check_edit(record)
        record.document[name] = {**record.document[name], **texts(sent_object(call), ADDRESS_LENGTHS)}
        self.save(record)
        return self._done(message)

    def _check_unique(self, record: Record) -> None:
        forbid_duplicates(self.store, self.kind.entity, self.kind.collection, record.document["custom"], own=record.id)

    def _tell(self, action: str, record: Record) -> None:
        self._emit(self.kind.entity, action, self.shown(record))

    def _content(self, message: str, record: Record) -> dict[str, Any]:
        return {"code": 0, "message": message, self.kind.entity: self.shown(record)}

    def _done(self, message: str, *, status: int = 200) -> Reply:
        return Reply(status=status, content={"code": 0, "message": message}, module=self.kind.resource)
