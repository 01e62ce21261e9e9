"""The tests themselves. A system that fails one of them would make the engine lose, repeat or invent something."""

from __future__ import annotations

from syncdsl.adapters.conformance.besides import BesidesEdits
from syncdsl.adapters.conformance.expectations import expect, written
from syncdsl.adapters.conformance.grounds import ABSENT, new_key, word
from syncdsl.adapters.protocol import (
    Change,
    DocumentAction,
    DuplicateKey,
    MovedOn,
    NewRecord,
    Rejected,
    Written,
)
from syncdsl.schema.types import ReferenceType

UNICODE = "Łódź — 東京 ✓ naïve “Größe” é̂"


class ConformanceSuite(BesidesEdits):
    """What every adapter must do. Each test makes its own records and leaves those of others alone."""

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
