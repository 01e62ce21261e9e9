"""A connection to a store in memory: every method of the protocol in its plainest form."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from syncdsl.adapters.memory.store import Deactivation, Deletion
from syncdsl.adapters.protocol import (
    Capabilities,
    Change,
    DocumentAction,
    DuplicateKey,
    Identity,
    MovedOn,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Record,
    Rejected,
    Sample,
    Tier,
    Written,
)
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED
from syncdsl.schema.canonical import canonical, match_form
from syncdsl.schema.types import ChoiceType
from syncdsl.schema.values import Fields, Value, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.adapters.memory.store import Store, Stored, Write
    from syncdsl.adapters.stages import StageChange
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

PAGE_SIZE = 50
STATUSES = {
    DocumentAction.SEND: ("sent", "open"),
    DocumentAction.ACCEPT: ("accepted",),
    DocumentAction.DECLINE: ("declined",),
    DocumentAction.VOID: ("void", "cancelled"),
}
"""What a document is after an action: the first word that its kind has, for orders are sent by opening them."""


class MemoryConnection:
    """The adapter protocol over one store."""

    def __init__(self, store: Store, *, connection: str) -> None:
        self.store = store
        self._connection = connection

    @property
    def capabilities(self) -> Capabilities:
        """What the store can do: everything, at once."""
        return Capabilities(
            tier=Tier.T1,
            batch=10,
            concurrency=4,
            settle_seconds=0.0,
            overlap_seconds=0.0,
            conditional_update=True,
            page_size=PAGE_SIZE,
            keyless=Tier.T3,
        )

    def identity(self) -> Identity:
        """Return the store's organisation."""
        return Identity(
            organization=self.store.organization,
            name=self.store.organization,
            base_currency=self.schema().base_currency,
            time_zone="UTC",
            data_centre="memory",
        )

    def schema(self) -> SchemaSnapshot:
        """Return the schema the store was given; raises Fault SD707 when it was given none."""
        if self.store.schema is None:
            raise self._not_offered("it was given no schema")
        return self.store.schema

    def sample(self, module: str, limit: int) -> Sample:
        """Return the first records."""
        schema = self._module(module, ())
        living = list(self.store.living(module))
        rows = tuple(_record(record, tuple(schema.fields)).fields for record in living[:limit])
        return Sample(rows=rows, fields=tuple(schema.fields), complete=len(living) <= limit)

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module; a cursor is the number of the last write that was seen."""
        schema = self._module(request.module, request.fields)
        with self.store.lock:
            records = list(self.store.records.values())
            sequence, now = self.store.sequence, self.store.now
        since = int(request.cursor) if request.cursor is not None and request.view is None else None
        seen = [record for record in records if record.module == request.module]
        if since is not None:
            seen = [record for record in seen if record.sequence > since]
        if request.view is not None:
            if request.view not in schema.views:
                raise self._not_offered(f"module `{request.module}` has no view `{request.view}`")
            shows = self.store.views.get((request.module, request.view))
            seen = [record for record in seen if shows is None or shows(record.fields)]
        for start in range(0, len(seen), PAGE_SIZE):
            page = seen[start : start + PAGE_SIZE]
            living = [record for record in page if not record.deleted]
            request.expect([record.id for record in living])
            known = {record.id for record in living if request.known(record.id) == _version(record)}
            gone = tuple(record.id for record in page if record.deleted) if since is not None else ()
            yield Page(
                records=tuple(_record(record, request.fields) for record in living if record.id not in known),
                unchanged=tuple(record.id for record in living if record.id in known),
                gone=gone,
            )
        cursor = str(sequence) if request.view is None else None
        yield ObservationEnd(complete=since is None, cursor=cursor, server_time=now)

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that records came to after a moment of their own."""
        self._module(module, ())
        if not self.store.keeps_stages:
            return {}
        return {
            record_id: tuple(change for change in self.store.stages.get(record_id, ()) if change.at > moment)
            for record_id, moment in since.items()
        }

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Read these records now; an id that is not in the answer is absent."""
        self._module(module, fields)
        found = (self.store.get(module, identifier) for identifier in dict.fromkeys(ids))
        return {record.id: _record(record, fields) for record in found if record is not None}

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field; text is compared without regard to case."""
        schema = self._module(module, (field, *fields))
        kind = schema.fields[field].value
        forms = {match_form(value, kind): value for value in values if not is_empty(value)}
        found: dict[Value, list[Record]] = {}
        for record in self.store.living(module):
            value = forms.get(match_form(record.fields.get(field), kind))
            if value is not None:
                found.setdefault(value, []).append(_record(record, fields))
        return found

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records; with `safe` one whose key is there already is updated instead."""
        schema = self._module(module, ())
        return [self._write(module, new, partial(self._create, module, schema, new, safe=safe)) for new in records]

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records, each only while it is as its change was decided on."""
        schema = self._module(module, ())
        return [self._write(module, one, partial(self._update, module, schema, one)) for one in changes]

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records; one that is absent counts as deleted."""
        self._module(module, ())
        return [self._write(module, Deletion(id=one), partial(self._delete, module, one)) for one in ids]

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Make records inactive; their fields stay as they are."""
        self._module(module, ())
        return [self._write(module, Deactivation(id=one), partial(self._deactivate, module, one)) for one in ids]

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return what merged records were merged into."""
        self._module(module, ())
        return {one: self.store.survivors[one] for one in ids if one in self.store.survivors}

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Return the records whose label contains the text, without regard to case."""
        schema = self._module(module, fields)
        wanted = text.casefold()
        found = (
            record
            for record in self.store.living(module)
            if wanted in str(record.fields.get(schema.label_field) or "").casefold()
        )
        return [_record(record, fields) for record in islice(found, limit)]

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the protocol's word
        """Change the status of a document; one that has it already counts as written."""
        schema = self._module(module, ())
        return self._write(module, action, partial(self._act, module, schema, id, action))

    def close(self) -> None:
        """Do nothing: the store outlives its connections."""

    def _create(self, module: str, schema: ModuleSchema, new: NewRecord, *, safe: bool) -> Outcome:
        fields = _with_key(schema, new.fields, new.key)
        if schema.key_field is not None and new.key is not None:
            holder = self.store.holder(module, schema.key_field, new.key)
            if holder is not None:
                if safe and self.store.get(module, holder) is not None:
                    return self._update(module, schema, Change(id=holder, fields=new.fields))
                return DuplicateKey(id=holder)
        if not schema.creatable:
            return Rejected(code="NOT_SUPPORTED", message="records of this module cannot be created")
        refusal = self.store.refusal(module, fields, creating=True)
        if refusal is not None:
            return refusal
        return _written(self.store.insert(module, fields))

    def _update(self, module: str, schema: ModuleSchema, change: Change) -> Outcome:
        current = self.store.get(module, change.id)
        if current is None:
            if change.based_on is not None:
                return MovedOn()
            return Rejected(code="ABSENT", message="there is no such record")
        if change.based_on is not None and not _same(schema, change.fields, current.fields, change.based_on.fields):
            return MovedOn()
        fields = _with_key(schema, change.fields, change.key)
        refusal = self.store.refusal(module, fields, creating=False, identifier=change.id)
        if refusal is not None:
            return refusal
        return _written(self.store.edit(module, change.id, fields))

    def _delete(self, module: str, identifier: str) -> Outcome:
        if self.store.get(module, identifier) is not None:
            self.store.delete(module, identifier)
        return Written(id=identifier)

    def _deactivate(self, module: str, identifier: str) -> Outcome:
        if self.store.get(module, identifier) is None:
            return Rejected(code="ABSENT", message="there is no such record")
        self.store.inactive.add(identifier)
        return Written(id=identifier)

    def _act(self, module: str, schema: ModuleSchema, identifier: str, action: DocumentAction) -> Outcome:
        current = self.store.get(module, identifier)
        if current is None:
            return Rejected(code="ABSENT", message="there is no such record")
        if schema.status_field is None:
            return Rejected(code="NOT_SUPPORTED", message="records of this module have no status")
        kind = schema.fields[schema.status_field].value
        words = STATUSES[action]
        known = [word for word in words if not isinstance(kind, ChoiceType) or word in kind.options]
        status = known[0] if known else words[0]
        if current.fields.get(schema.status_field) == status:
            return _written(current)
        return _written(self.store.edit(module, identifier, {schema.status_field: status}))

    def _write(self, module: str, write: Write, perform: Callable[[], Outcome]) -> Outcome:
        """Perform a write unless a test decided its fate."""
        with self.store.lock:
            fate = self.store.interfere(module, write) if self.store.interfere is not None else None
            if fate is None:
                return perform()
            if fate.lands:
                perform()
            return fate.outcome

    def _module(self, name: str, fields: Sequence[str]) -> ModuleSchema:
        schema = self.schema().modules.get(name)
        if schema is None:
            raise self._not_offered(f"there is no module `{name}`")
        for field in fields:
            if field not in schema.fields:
                raise self._not_offered(f"module `{name}` has no field `{field}`")
        return schema

    def _not_offered(self, what: str) -> Fault:
        return Fault(
            NOT_OFFERED,
            f"connection `{self._connection}`: {what}",
            help="write the schema snapshot again with `syncdsl schema pull`, then `syncdsl check` the rules",
        )


def _record(stored: Stored, wanted: Sequence[str]) -> Record:
    return Record(
        module=stored.module,
        id=stored.id,
        fields={name: stored.fields[name] for name in wanted if name in stored.fields},
        version=_version(stored),
        modified=stored.modified,
        created=stored.created,
    )


def _version(stored: Stored) -> str:
    return str(stored.sequence)


def _written(stored: Stored) -> Written:
    return Written(id=stored.id, record=_record(stored, tuple(stored.fields)))


def _with_key(schema: ModuleSchema, fields: Fields, key: str | None) -> Fields:
    return {**fields, schema.key_field: key} if schema.key_field is not None and key is not None else fields


def _same(schema: ModuleSchema, names: Fields, one: Fields, other: Fields) -> bool:
    return all(
        canonical(one.get(name), schema.fields[name].value) == canonical(other.get(name), schema.fields[name].value)
        for name in names
        if name in schema.fields
    )
