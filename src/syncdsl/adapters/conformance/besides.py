"""What happens to records besides edits: restored, merged, made inactive, and searched for by people."""

from __future__ import annotations

import secrets

from syncdsl.adapters.conformance.expectations import expect, written
from syncdsl.adapters.conformance.grounds import ABSENT, Grounds, word
from syncdsl.adapters.protocol import NewRecord, Rejected, Written

ODD = ("(", "a)or(b", "%", "*", "\\", "'", '"', ",", "a:b", "x" * 300, "\t", "${EMPTY}", "null")
"""Texts that a search has to take, though they may find nothing."""


class BesidesEdits(Grounds):
    """The tests about it; a part of the suite of its own for its length."""

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
