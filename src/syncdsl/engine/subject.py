"""One record as a person names it, and everything that belongs to it: partners, links, documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import RecordName
from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.history import NO_RECORD_NAME, SEVERAL_RECORDS, UNKNOWN_RECORD
from syncdsl.schema.values import show
from syncdsl.state import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import Link, State
    from syncdsl.state.records import RecordId, Side

LISTED = 8


class Subjects:
    """Finds records in a state, with the rules and schemas that say what a record is called."""

    def __init__(self, state: State, plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> None:
        self._state = state
        self._plan = plan
        self._schemas = schemas

    def find(self, text: str) -> RecordName:
        """Return the record that `connection.Module/id-or-number` names.

        Raises Fault: SD828 for another form or an unknown module, SD825 when there is no such record, SD826 when there
        are several.
        """
        connection, module, wanted = self._parts(text)
        sides = [(pair.name, side) for pair, side in self._places(connection, module)]
        if self._state.is_known(connection, module, wanted, sides):
            return self.name((connection, module, wanted))
        schema = self._schemas[connection].modules[module]
        fields = {name for name, field in schema.fields.items() if field.unique} - {"id", schema.key_field}
        found = self._state.records_called(connection, module, {schema.label_field, *fields}, wanted)
        names = [self.name((connection, module, record_id)) for record_id in found]
        if not names:
            raise Fault(
                UNKNOWN_RECORD,
                f"the state knows no record of `{connection}.{module}` with the id, name or number `{wanted}`",
                help="`syncdsl apply` reads what is new; a record is named as the previews show it",
            )
        if len(names) > 1:
            listed = "\n".join(f"{name.text}  {name.label}" for name in names[:LISTED])
            more = f"\nand {len(names) - LISTED:,} more" if len(names) > LISTED else ""
            raise Fault(
                SEVERAL_RECORDS,
                f"{len(names):,} records of `{connection}.{module}` are called `{wanted}`:\n{listed}{more}",
                help="name one of them by its id",
            )
        return names[0]

    def named(self, text: str) -> RecordId:
        """Return the record that a text names, also one that is not on file yet and named by its id.

        Raises Fault SD828 and SD826 as `find` does.
        """
        try:
            found = self.find(text)
        except Fault as fault:
            if fault.code is not UNKNOWN_RECORD:
                raise
            return self._parts(text)
        return found.connection, found.module, found.id or ""

    def name(self, record: RecordId) -> RecordName:
        """Return a record's name for people, as far as its fields are on file."""
        connection, module, record_id = record
        schema = self._schemas[connection].modules.get(module) if connection in self._schemas else None
        fields = self._state.seen_fields(*record) or {}
        label = show(fields.get(schema.label_field)) if schema is not None else ""
        return RecordName(connection=connection, module=module, id=record_id, label=label or record_id)

    def subject(self, record: RecordName) -> tuple[Subject, list[Link]]:
        """Return a record with its partners in every pair, and the links that are there.

        Links that ended, and those of pairs that no rule knows any more, are found by their history.
        """
        first = (record.connection, record.module, record.id or "")
        records: dict[RecordId, None] = {first: None}
        uids: set[str] = set()
        sides: set[tuple[str, str, str]] = set()
        links: dict[str, Link] = {}
        waiting = [first]
        while waiting:
            here = waiting.pop()
            told = self._state.uids_of(here)
            found = {link.uid: link for link in self._links_of(here)} | self._state.links_by_uid(told)
            uids |= told | found.keys()
            for link in (*found.values(), *self._ended(told - found.keys())):
                if link.uid in found:
                    links[link.uid] = link
                for partner, side in self._partners(link):
                    sides.add((link.pair, side, partner[2]))
                    if partner not in records:
                        records[partner] = None
                        waiting.append(partner)
            for instance in self._state.instances_of(here):
                uids.add(instance.key)
                document = self._plan.documents.get(instance.document)
                if document is not None and instance.doc_id is not None:
                    records[document.connection, document.module, instance.doc_id] = None
        return Subject(records=frozenset(records), uids=frozenset(uids), sides=frozenset(sides)), list(links.values())

    def _parts(self, text: str) -> tuple[str, str, str]:
        place, slash, wanted = text.partition("/")
        connection, dot, module = place.partition(".")
        if not (slash and dot and connection and module and wanted):
            raise Fault(
                NO_RECORD_NAME,
                f"`{text}` names no record",
                help="write `connection.Module/id`, or the record's name or number in place of the id",
            )
        known = {f"{name}.{item}" for name, snapshot in self._schemas.items() for item in snapshot.modules}
        if place not in known:
            near = did_you_mean(place, known)
            raise Fault(
                NO_RECORD_NAME,
                f"no schema has a module `{place}`",
                help=f"did you mean `{near}`?" if near else "the rules and their schemas say which there are",
            )
        return connection, module, wanted

    def _places(self, connection: str, module: str) -> Iterator[tuple[Pair, Side]]:
        """Return in which pairs, and on which side of them, the records of a module stand."""
        for pair in self._plan.pairs.values():
            if (pair.left.connection, pair.left.module) == (connection, module):
                yield pair, "left"
            if (pair.right.connection, pair.right.module) == (connection, module):
                yield pair, "right"

    def _links_of(self, record: RecordId) -> list[Link]:
        connection, module, record_id = record
        return [
            link
            for pair, side in self._places(connection, module)
            for link in self._state.links_by(pair.name, side, [record_id]).values()
        ]

    def _ended(self, uids: set[str]) -> list[Link]:
        """Return the links that the history told of before they ended."""
        return [link for uid in sorted(uids) for link in self._state.last_known(uid)]

    def _partners(self, link: Link) -> list[tuple[RecordId, Side]]:
        pair = self._plan.pairs.get(link.pair)
        if pair is None:
            return []
        return [
            ((pair.left.connection, pair.left.module, link.left_id), "left"),
            ((pair.right.connection, pair.right.module, link.right_id), "right"),
        ]
