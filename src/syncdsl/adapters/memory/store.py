"""The records of one organisation in memory, with what a real system enforces: required, unique, read-only, lengths."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.adapters.protocol import Change, DocumentAction, NewRecord, Outcome, Rejected
from syncdsl.adapters.stages import StageChange
from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import ChoiceType, EmailType, IdType, PhoneType, TextType, UrlType
from syncdsl.schema.values import Fields, Ref, Value, is_empty

if TYPE_CHECKING:
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""Where the store's clock begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as the store holds it. `sequence` is the number of the write that made it what it is."""

    id: str
    module: str
    fields: Fields
    created: dt.datetime
    modified: dt.datetime
    sequence: int
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a test decides about one write: what the caller is told, and whether the write happens all the same."""

    outcome: Outcome
    lands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The deletion of one record, for a test that decides its fate."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deactivation:
    """Making one record inactive, for a test that decides its fate."""

    id: str


Write: TypeAlias = NewRecord | Change | DocumentAction | Deletion | Deactivation
Interference: TypeAlias = Callable[[str, Write], Fate | None]
"""Given the module and the write, returns its fate, or None to let it go its way."""

View: TypeAlias = Callable[[Fields], bool]


@dataclass(slots=True)
class Store:
    """One organisation. `views` are predicates by module and name; `interfere` is asked before every write.

    `stages` are those that records came to, told unless `keeps_stages` is off. `inactive` are ids of records that
    were made inactive, `survivors` says what a merged record was merged into.

    Every write advances the clock by `step`; a step of zero gives all writes the same stamp.
    """

    organization: str
    schema: SchemaSnapshot | None = None
    views: dict[tuple[str, str], View] = field(default_factory=dict)
    inactive: set[str] = field(default_factory=set)
    survivors: dict[str, str] = field(default_factory=dict)
    interfere: Interference | None = None
    step: dt.timedelta = dt.timedelta(seconds=1)
    now: dt.datetime = EPOCH
    sequence: int = 0
    records: dict[str, Stored] = field(default_factory=dict)
    stages: dict[str, list[StageChange]] = field(default_factory=dict)
    keeps_stages: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def module(self, name: str) -> ModuleSchema:
        """Return the schema of a module; raises KeyError when there is none."""
        if self.schema is None:
            raise KeyError(name)
        return self.schema.modules[name]

    def living(self, module: str) -> list[Stored]:
        """Return the records of a module, oldest first."""
        return [record for record in self.records.values() if record.module == module and not record.deleted]

    def get(self, module: str, identifier: str) -> Stored | None:
        """Return a record, or None when the module has none with the id."""
        found = self.records.get(identifier)
        return found if found is not None and found.module == module and not found.deleted else None

    def insert(self, module: str, fields: Fields) -> Stored:
        """Add a record as it is, without any check, and return it."""
        with self.lock:
            self._tick()
            identifier = f"{module}-{self.sequence}"
            schema = self.module(module)
            held = self._in_currency(schema, {**_defaults(schema, self._base_currency), **_filled(fields)})
            record = Stored(
                id=identifier,
                module=module,
                fields=held,
                created=self.now,
                modified=self.now,
                sequence=self.sequence,
            )
            self.records[identifier] = _stamped(schema, record)
            self._note_stage(schema, self.records[identifier], before=None)
            return self.records[identifier]

    def edit(self, module: str, identifier: str, fields: Fields) -> Stored:
        """Change fields of a record without any check; None clears one."""
        with self.lock:
            self._tick()
            old = self.records[identifier]
            held = self._in_currency(self.module(module), _filled({**old.fields, **fields}))
            changed = replace(old, fields=held, modified=self.now, sequence=self.sequence)
            self.records[identifier] = _stamped(self.module(module), changed)
            self._note_stage(self.module(module), self.records[identifier], before=old)
            return self.records[identifier]

    def _note_stage(self, schema: ModuleSchema, record: Stored, *, before: Stored | None) -> None:
        """Keep the stage that a record came to."""
        if schema.stage_field is None:
            return
        stage = record.fields.get(schema.stage_field)
        if isinstance(stage, str) and (before is None or before.fields.get(schema.stage_field) != stage):
            self.stages.setdefault(record.id, []).append(StageChange(at=record.modified, stage=stage))

    def delete(self, module: str, identifier: str) -> None:
        """Delete a record; it stays known as deleted."""
        with self.lock:
            self._tick()
            old = self.records[identifier]
            if old.module == module:
                self.records[identifier] = replace(old, deleted=True, modified=self.now, sequence=self.sequence)

    def holder(self, module: str, name: str, value: Value, *, but: str | None = None) -> str | None:
        """Return a record, other than `but`, with this value; names are unique across the modules of a collection."""
        assert self.schema is not None  # noqa: S101 - every caller resolved the module first
        collection = self.module(module).store
        for record in self.records.values():
            schema = self.module(record.module)
            if record.deleted or record.id == but or schema.store != collection or name not in schema.fields:
                continue
            kind = schema.fields[name].value
            if match_form(record.fields.get(name), kind) == match_form(value, kind):
                return record.id
        return None

    def refusal(self, module: str, fields: Fields, *, creating: bool, identifier: str | None = None) -> Rejected | None:
        """Return why these fields cannot be written, or None when they can."""
        schema = self.module(module)
        for name, value in fields.items():
            field_schema = schema.fields.get(name)
            if field_schema is None:
                return Rejected(code="UNKNOWN_FIELD", message="there is no such field", field=name)
            if field_schema.read_only or (field_schema.create_only and not creating):
                return Rejected(code="READ_ONLY", message="the field cannot be written", field=name)
            if field_schema.required and is_empty(value):
                return Rejected(code="REQUIRED", message="the field must not be empty", field=name)
            length = _length(schema, name)
            if isinstance(value, str) and length is not None and len(value) > length:
                return Rejected(code="TOO_LONG", message=f"at most {length} characters fit", field=name)
            taken = field_schema.unique and not is_empty(value)
            if taken and (holder := self.holder(module, name, value, but=identifier)) is not None:
                return Rejected(code="DUPLICATE", message=f"record {holder} has this value", field=name)
        if creating:
            for name, field_schema in schema.fields.items():
                if field_schema.required and is_empty(fields.get(name)):
                    return Rejected(code="REQUIRED", message="the field is missing", field=name)
        return None

    @property
    def _base_currency(self) -> str | None:
        return self.schema.base_currency if self.schema is not None else None

    def _in_currency(self, schema: ModuleSchema, fields: Fields) -> Fields:
        """Return the fields with the code of the currency that a record refers to, where it shows that beside it."""
        shown = schema.currency_field
        for value in tuple(fields.values()) if shown is not None else ():
            other = self.records.get(value.id) if isinstance(value, Ref) else None
            if other is not None and shown is not None and self.module(other.module).label_field == shown:
                return {**fields, shown: other.fields.get(shown)}
        return fields

    def _tick(self) -> None:
        self.sequence += 1
        self.now += self.step


_STORES: dict[str, Store] = {}


def store_of(organization: str) -> Store:
    """Return the store of an organisation, a new one at its first mention."""
    return _STORES.setdefault(organization, Store(organization))


def forget_stores() -> None:
    """Drop all stores, so that the next test begins with none."""
    _STORES.clear()


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if not is_empty(value)}


def _defaults(schema: ModuleSchema, base_currency: str | None) -> Fields:
    """Return what the system fills: choices that have a default, a document's first status, the base currency."""
    own = schema.fields.get(schema.currency_field or "")
    kind = own.value if own is not None and own.default else None
    fits = isinstance(kind, TextType) or (isinstance(kind, ChoiceType) and base_currency in kind.options)
    currency: Fields = {schema.currency_field: base_currency} if schema.currency_field is not None and fits else {}
    choices: Fields = {
        name: field_schema.value.options[0]
        for name, field_schema in schema.fields.items()
        if isinstance(field_schema.value, ChoiceType)
        and field_schema.value.options
        and (field_schema.default or name == schema.status_field)
    }
    return {**choices, **currency}


def _stamped(schema: ModuleSchema, record: Stored) -> Stored:
    """Return the record with the fields that only the system writes: id, number, stamps."""
    own: Fields = {
        name: record.id
        for name, field_schema in schema.fields.items()
        if isinstance(field_schema.value, IdType) and field_schema.unique and field_schema.read_only
    }
    number = schema.fields.get(schema.label_field)
    if number is not None and number.unique and number.read_only and isinstance(number.value, TextType):
        own.setdefault(schema.label_field, record.fields.get(schema.label_field) or record.id)
    if schema.created_field is not None:
        own[schema.created_field] = record.created
    if schema.modified_field is not None:
        own[schema.modified_field] = record.modified
    return replace(record, fields={**record.fields, **own})


def _length(schema: ModuleSchema, name: str) -> int | None:
    kind = schema.fields[name].value
    return kind.length if isinstance(kind, TextType | EmailType | PhoneType | UrlType) else None
