"""The tests themselves. A system that fails one of them would make the engine lose, repeat or invent something."""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import expect, written
from syncdsl.adapters.protocol import (
    Change,
    Connection,
    DocumentAction,
    DuplicateKey,
    MovedOn,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Page,
    Record,
    Rejected,
    Written,
)
from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import FieldSchema, ReferenceType

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.conformance.subject import Subject
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields, Value

FRESH_SECONDS = 3.5
"""How long a stamp of one second leaves a version open, with a `Date` header that may be a second old."""

UNICODE = "Łódź — 東京 ✓ naïve “Größe” é̂"
ABSENT = "999999999999999999"
ODD = ("(", "a)or(b", "%", "*", "\\", "'", '"', ",", "a:b", "x" * 300, "\t", "${EMPTY}", "null")
"""Texts that a search has to take, though they may find nothing."""


class ConformanceSuite(ABC):
    """What every adapter must do. Each test makes its own records and leaves those of others alone.

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

    # Who and what

    def test_identity_is_complete_and_stable(self) -> None:
        """An organisation has an id, a currency and a known time zone, and is the same on every call."""
        import zoneinfo  # noqa: PLC0415 - only this test needs it

        connection = self.connect()
        identity = connection.identity()
        expect(bool(identity.organization), "the organisation has no id")
        expect(len(identity.base_currency) == 3, f"`{identity.base_currency}` is no ISO 4217 code")
        expect(zoneinfo.ZoneInfo(identity.time_zone).key == identity.time_zone, "the time zone is not known")
        expect(connection.identity() == identity, "the identity changed between two calls")

    def test_schema_names_only_what_exists(self) -> None:
        """Every special field a module names is among its fields, and every reference leads to a module."""
        modules = self.connect().schema().modules
        for name, module in modules.items():
            special = (module.label_field, module.key_field, module.created_field, module.modified_field)
            more = (module.currency_field, module.status_field, module.lines_field, module.stage_field)
            for field in (*special, *more):
                expect(field is None or field in module.fields, f"`{name}` names `{field}`, which it does not have")
            if module.key_field is not None:
                key = module.fields[module.key_field]
                expect(key.unique and not key.read_only, f"the key field of `{name}` is not unique and writable")
            for field, schema in module.fields.items():
                targets = schema.value.modules if isinstance(schema.value, ReferenceType) else ()
                expect(set(targets) <= set(modules), f"`{name}.{field}` refers to a module that is not there")

    def test_capabilities_are_usable(self) -> None:
        """Batches, concurrency and page sizes are at least one, times are not negative."""
        able = self.connect().capabilities
        expect(min(able.batch, able.concurrency, able.page_size) >= 1, "a size below one")
        expect(min(able.settle_seconds, able.overlap_seconds) >= 0, "a negative time")

    # Creating

    def test_created_record_reads_back(self) -> None:
        """What was created is found by its id with the fields that were sent."""
        connection, subject = self.connect(), self.subject()
        fields = {**subject.minimal(word()), subject.label: "first"}
        record = self._created(connection, fields)
        expect(record.module == subject.module, "the record says it is of another module")
        self._holds(connection, record, fields)

    def test_values_round_trip(self) -> None:
        """Decimals, dates, choices and any Unicode text come back as they were sent, never through floats."""
        connection, subject = self.connect(), self.subject()
        fields = {**subject.minimal(word()), subject.label: UNICODE, **subject.samples}
        self._holds(connection, self._created(connection, fields), fields)

    def test_key_is_stored_and_found(self) -> None:
        """The key goes into the key field and finds exactly its record."""
        connection, subject = self.connect(), self.subject()
        key_field, key = self._key_field(), new_key()
        record = self._created(connection, subject.minimal(word()), key=key)
        found = connection.find(subject.module, key_field, [key, new_key()], [key_field])
        expect(list(found) == [key], f"looking two keys up found {list(found)}")
        expect([item.id for item in found[key]] == [record.id], "the key found another record")
        expect(found[key][0].fields.get(key_field) == key, "the key field does not hold the key")

    def test_safe_create_twice_makes_one_record(self) -> None:
        """A safe create sent again with its key makes no second record."""
        connection, subject = self.connect(), self.subject()
        key, fields = new_key(), subject.minimal(word())
        first = written(connection.create(subject.module, [NewRecord(fields=fields, key=key)], safe=True)[0])
        again = connection.create(subject.module, [NewRecord(fields=fields, key=key)], safe=True)[0]
        expect(isinstance(again, Written | DuplicateKey), f"sent again it answered {again}")
        expect(getattr(again, "id", None) in {first.id, None}, "sent again it wrote another record")
        found = connection.find(subject.module, self._key_field(), [key], ())
        expect([item.id for item in found[key]] == [first.id], "the key is on several records")

    def test_duplicate_key_is_reported(self) -> None:
        """A plain create with a key that another record carries is refused with that record's id."""
        connection, subject = self.connect(), self.subject()
        key = new_key()
        first = self._created(connection, subject.minimal(word()), key=key)
        second = NewRecord(fields=subject.minimal(word()), key=key)
        outcome = connection.create(subject.module, [second], safe=False)[0]
        expect(isinstance(outcome, DuplicateKey), f"a used key was answered with {outcome}")
        expect(getattr(outcome, "id", None) in {first.id, None}, "another record is said to carry the key")

    def test_refused_create_writes_nothing(self) -> None:
        """A record without its required fields is refused with a code, and its key is on no record afterwards."""
        connection, subject = self.connect(), self.subject()
        key = new_key()
        outcome = connection.create(subject.module, [NewRecord(fields={}, key=key)], safe=True)[0]
        expect(isinstance(outcome, Rejected), f"an empty record was answered with {outcome}")
        expect(not connection.find(subject.module, self._key_field(), [key], ()), "a refused record was written")
        expect(bool(getattr(outcome, "code", "")), "the refusal has no code")

    # Updating

    def test_update_writes_only_what_it_names(self) -> None:
        """Other fields keep their values."""
        connection, subject = self.connect(), self.subject()
        fields = {**subject.minimal(word()), subject.label: "before", subject.second: "stays", **subject.samples}
        record = self._created(connection, fields)
        change = Change(id=record.id, fields={subject.label: "after"}, based_on=record)
        written(connection.update(subject.module, [change])[0])
        self._holds(connection, record, {**fields, subject.label: "after"})

    def test_update_clears_a_field(self) -> None:
        """None empties a field, and an empty field is left out of a record."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "something"})
        written(connection.update(subject.module, [Change(id=record.id, fields={subject.label: None})])[0])
        read = connection.fetch(subject.module, [record.id], [subject.label])[record.id]
        expect(read.fields == {}, f"a cleared field reads {read.fields}")

    def test_update_writes_the_key(self) -> None:
        """A key given with an update goes into the key field."""
        connection, subject = self.connect(), self.subject()
        record, key = self._created(connection, subject.minimal(word())), new_key()
        written(connection.update(subject.module, [Change(id=record.id, fields={}, key=key)])[0])
        found = connection.find(subject.module, self._key_field(), [key], ())
        expect([item.id for item in found.get(key, [])] == [record.id], "the key is not found after an update")

    def test_update_of_a_moved_record_writes_nothing(self) -> None:
        """An update based on values that the record no longer has is answered with MovedOn."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "before"})
        written(connection.update(subject.module, [Change(id=record.id, fields={subject.label: "theirs"})])[0])
        change = Change(id=record.id, fields={subject.label: "ours"}, based_on=record)
        outcome = connection.update(subject.module, [change])[0]
        expect(isinstance(outcome, MovedOn), f"an outdated update was answered with {outcome}")
        self._holds(connection, record, {subject.label: "theirs"})

    def test_update_survives_edits_of_other_fields(self) -> None:
        """An edit of a field that the update does not write does not stop it."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "before"})
        written(connection.update(subject.module, [Change(id=record.id, fields={subject.second: "theirs"})])[0])
        change = Change(id=record.id, fields={subject.label: "ours"}, based_on=record)
        written(connection.update(subject.module, [change])[0])
        self._holds(connection, record, {subject.label: "ours", subject.second: "theirs"})

    # Reading

    def test_absent_record_is_absent(self) -> None:
        """An id that never was is left out of the answer, and the others are read."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, subject.minimal(word()))
        found = connection.fetch(subject.module, [ABSENT, record.id], [subject.label])
        expect(set(found) == {record.id}, f"fetching one record and an absent one found {set(found)}")

    def test_find_sees_the_latest_write(self) -> None:
        """A look-up by key sees a record at once after its create, without waiting for any index."""
        connection, subject = self.connect(), self.subject()
        for _ in range(3):
            key = new_key()
            record = self._created(connection, subject.minimal(word()), key=key)
            found = connection.find(subject.module, self._key_field(), [key], ())
            expect([item.id for item in found.get(key, [])] == [record.id], "a record just written was not found")

    def test_observation_lists_everything_once(self) -> None:
        """A complete observation has every record exactly once, and says that it is complete."""
        connection, subject = self.connect(), self.subject()
        made = {self._created(connection, subject.minimal(word())).id for _ in range(3)}
        seen, end = self._observed(connection, lambda _id: None)
        ids = [record.id for record in seen.records]
        expect(end.complete, "an observation without a cursor is not complete")
        expect(len(ids) == len(set(ids)), "a record was listed twice")
        expect(made <= set(ids), "a record is missing")
        expect(not seen.unchanged, "records are said to be known that are not")

    def test_known_records_are_reported_unchanged(self) -> None:
        """A record whose version is known comes as unchanged; after an edit it comes again."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "before"})
        self.settle()
        first, _ = self._observed(connection, lambda _id: None)
        versions = {item.id: item.version for item in first.records}
        expect(versions.get(record.id) is not None, "a settled record has no version")
        again, _ = self._observed(connection, versions.get)
        expect(record.id in again.unchanged, "an unchanged record was listed as changed")
        written(connection.update(subject.module, [Change(id=record.id, fields={subject.label: "after"})])[0])
        changed, _ = self._observed(connection, versions.get)
        found = [item.fields.get(subject.label) for item in changed.records if item.id == record.id]
        expect(found == ["after"], f"after an edit the observation has {found}")

    def test_cursor_misses_no_later_change(self) -> None:
        """From a cursor on, every change is seen, among them those with the same stamp as the last one seen."""
        connection, subject = self.connect(), self.subject()
        before = self._created(connection, subject.minimal(word()))
        _, end = self._observed(connection, lambda _id: None)
        after = [self._created(connection, subject.minimal(word())).id for _ in range(2)]
        edit = Change(id=before.id, fields={subject.label: "edited"})
        written(connection.update(subject.module, [edit])[0])
        later, _ = self._observed(connection, lambda _id: None, cursor=end.cursor)
        found = {record.id: record.fields.get(subject.label) for record in later.records}
        expect(set(after) <= set(found), "a record created after the cursor is missing")
        expect(found.get(before.id) == "edited", "an edit after the cursor is missing")

    # Deleting

    def test_deleted_record_is_absent(self) -> None:
        """A deleted record is left out of answers, is not found by its key, and deleting it again counts as done."""
        connection, subject = self.connect(), self.subject()
        key = new_key()
        record = self._created(connection, subject.minimal(word()), key=key)
        for _ in range(2):
            written(connection.delete(subject.module, [record.id])[0])
        expect(not connection.fetch(subject.module, [record.id], ()), "a deleted record is read")
        found = connection.find(subject.module, self._key_field(), [key], ())
        expect(not found, "a deleted record is found by its key")

    def test_deletion_is_told_or_seen(self) -> None:
        """A deletion is told from a cursor, or a complete reading does not show the record."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, subject.minimal(word()))
        _, end = self._observed(connection, lambda _id: None)
        written(connection.delete(subject.module, [record.id])[0])
        later, _ = self._observed(connection, lambda _id: None, cursor=end.cursor)
        if record.id in later.gone:
            return
        whole, sweep = self._observed(connection, lambda _id: None)
        expect(sweep.complete, "a reading without a cursor is not complete")
        expect(record.id not in {item.id for item in whole.records}, "a deleted record is listed")

    def test_restored_record_is_seen(self) -> None:
        """A record that comes back after its deletion was seen has its old id, and is in the next reading."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "kept"})
        _, end = self._observed(connection, lambda _id: None)
        written(connection.delete(subject.module, [record.id])[0])
        self.settle()
        _, end = self._observed(connection, lambda _id: None, cursor=end.cursor)
        if not self.restore(record.id):
            return
        self._holds(connection, record, {subject.label: "kept"})
        later, _ = self._observed(connection, lambda _id: record.version, cursor=end.cursor)
        found = {item.id: item.fields.get(subject.label) for item in later.records}
        if record.id not in found:
            whole, _ = self._observed(connection, lambda _id: None)
            found = {item.id: item.fields.get(subject.label) for item in whole.records}
        expect(found.get(record.id) == "kept", "a restored record is not read")
        expect(record.id not in later.gone, "a restored record is said to be gone")

    def test_only_merged_records_have_a_survivor(self) -> None:
        """Records that are there, were deleted or never were have none; a merged one has the one it went into."""
        connection, subject = self.connect(), self.subject()
        there, deleted, merged = (self._created(connection, subject.minimal(word())).id for _ in range(3))
        written(connection.delete(subject.module, [deleted])[0])
        expect(not connection.survivors(subject.module, [there, deleted, ABSENT]), "an unmerged record has a survivor")
        if not self.merge(there, merged):
            return
        asked = [merged, there, deleted]
        found = connection.survivors(subject.module, asked)
        expect(found in ({merged: there}, {}), f"of {asked} the survivors are said to be {found}")
        if found:
            expect(set(connection.fetch(subject.module, asked, ())) == {there}, "a merged record is still there")

    # Making inactive, searching

    def test_inactive_record_stays(self) -> None:
        """A record made inactive, once or twice, is still read and listed; what cannot be is refused."""
        connection, subject = self.connect(), self.subject()
        record = self._created(connection, {**subject.minimal(word()), subject.label: "kept"})
        outcomes = [connection.deactivate(subject.module, [record.id])[0] for _ in range(2)]
        if isinstance(outcomes[0], Rejected):
            expect(outcomes[0].code == "NOT_SUPPORTED", f"an active record was answered with {outcomes[0]}")
            return
        for outcome in outcomes:
            expect(written(outcome).id == record.id, "another record was made inactive")
        self._holds(connection, record, {subject.label: "kept"})
        seen, _ = self._observed(connection, lambda _id: None)
        expect(record.id in {item.id for item in seen.records}, "an inactive record is not listed")
        outcome = connection.deactivate(subject.module, [ABSENT])[0]
        expect(isinstance(outcome, Rejected), f"an absent record was answered with {outcome}")

    def test_search_finds_records_by_name(self) -> None:
        """Part of a name finds its record, whatever its case; not more than asked for; and a foreign name nothing."""
        connection, subject = self.connect(), self.subject()
        label = self._module().label_field
        shared = secrets.token_hex(5)
        made = [self._created(connection, subject.minimal(f"{shared} {part}")).id for part in ("one", "two")]
        named = connection.fetch(subject.module, made, [label])
        names = [str(named[identifier].fields.get(label) or "") for identifier in made]
        if not all(names):
            return
        self.settle()
        for identifier, name in zip(made, names, strict=True):
            found = connection.search(subject.module, name.upper(), [subject.label], 200)
            expect(identifier in {item.id for item in found}, f"a search for `{name}` does not find its record")
            expect(all(set(item.fields) <= {subject.label} for item in found), "a search gives fields not asked for")
        if all(shared in name for name in names):
            for limit in (2, 1):
                found = connection.search(subject.module, shared, [], limit)
                expect(len(found) == limit, f"a search for at most {limit} of 2 records finds {len(found)}")
        expect(not connection.search(subject.module, secrets.token_hex(20), [], 10), "a foreign name finds a record")
        expect(not connection.search(subject.module, "  ", [], 10), "no name finds a record")

    def test_search_takes_any_text(self) -> None:
        """Signs that mean something in a system's own notation are plain text in a search."""
        connection, subject = self.connect(), self.subject()
        label = self._module().label_field
        for text in ODD:
            connection.search(subject.module, text, [], 5)
        name = f"{secrets.token_hex(5)} (a), 50% \\ 'b' \"c\" & d_e"
        outcome = connection.create(subject.module, [NewRecord(fields=subject.minimal(name), key=None)], safe=False)[0]
        if not isinstance(outcome, Written):
            return
        held = connection.fetch(subject.module, [outcome.id], [label])[outcome.id].fields.get(label)
        if held != name:
            return
        self.settle()
        found = connection.search(subject.module, name, [], 5)
        expect([item.id for item in found] == [outcome.id], f"a search for `{name}` finds {len(found)} records")

    # Documents

    def test_void_twice_is_written_twice(self) -> None:
        """Voiding a document that is void already counts as done."""
        document = self.document()
        if document is None:
            return
        connection, (module, fields) = self.connect(), document
        key = new_key()
        made = written(connection.create(module, [NewRecord(fields=fields, key=key)], safe=True)[0])
        for _ in range(2):
            written(connection.act(module, made.id, DocumentAction.VOID))
        status = connection.schema().modules[module].status_field
        expect(status is not None, "a module of documents names no status field")
        read = connection.fetch(module, [made.id], [str(status)])[made.id]
        expect(read.fields.get(str(status)) == "void", f"a void document reads {read.fields}")

    # What the tests share

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
