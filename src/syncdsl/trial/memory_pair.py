"""The two systems that a test of the rules runs over: in memory, empty but for what the test says.

A test only says what it is about. What else a record needs is filled: the field that people know it by with its label,
and every other field that its system requires with a plain value of its type. A reference that is not set stays empty.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from syncdsl.adapters.protocol import Connection, Rejected
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldSchema, FieldType
    from syncdsl.schema.values import Fields, Value

_NOON = dt.time(12, tzinfo=dt.UTC)
_PAUSE = dt.timedelta(minutes=1)


class MemoryPair:
    """One store for each connection, all with the same clock, and the records of a test by their labels."""

    def __init__(self, schemas: Mapping[str, SchemaSnapshot], today: dt.date) -> None:
        self.schemas = schemas
        self.stores = {name: Store(name, schema) for name, schema in schemas.items()}
        self.labels: dict[tuple[str, str, str], str] = {}
        """Ids by connection, module and label."""
        self._names: dict[str, str] = {}
        self.set_today(today)

    @property
    def connections(self) -> dict[str, Connection]:
        """New connections to the stores."""
        return {name: MemoryConnection(store, connection=name) for name, store in self.stores.items()}

    @property
    def now(self) -> dt.datetime:
        """The time of both systems."""
        return max(store.now for store in self.stores.values())

    def copy(self) -> MemoryPair:
        """Return a pair that holds the same, and goes its own way from now on."""
        other = MemoryPair(self.schemas, self.now.date())
        for name, store in self.stores.items():
            twin = other.stores[name]
            twin.records = dict(store.records)
            twin.stages = {key: list(changes) for key, changes in store.stages.items()}
            twin.sequence, twin.now = store.sequence, store.now
            twin.inactive, twin.survivors = set(store.inactive), dict(store.survivors)
        other.labels, other._names = dict(self.labels), dict(self._names)
        return other

    def filled(self) -> frozenset[tuple[str, str]]:
        """Return the modules that hold records, deleted ones among them, by connection."""
        return frozenset(
            (name, record.module) for name, store in self.stores.items() for record in store.records.values()
        )

    def set_today(self, date: dt.date) -> None:
        """Let it be noon of a day; time only goes forward."""
        self._set(dt.datetime.combine(date, _NOON))

    def wait(self) -> None:
        """Let a minute go by, so that what comes next is later than all before it, in both systems."""
        self._set(self.now + _PAUSE)

    def _set(self, moment: dt.datetime) -> None:
        for store in self.stores.values():
            store.now = moment

    def label_of(self, identifier: str) -> str | None:
        """Return the label of a record; None for one that the test does not name."""
        return self._names.get(identifier)

    def find(self, connection: str, modules: Collection[str], label: str) -> Ref | None:
        """Return the record with a label in one of some modules of a connection."""
        for module in modules:
            identifier = self.labels.get((connection, module, label))
            if identifier is not None:
                return Ref(module, identifier)
        return None

    def put(self, connection: str, module: str, label: str, fields: Fields) -> Rejected | None:
        """Make the record with a label, or change the one that there is; return why its system would not take that."""
        store = self.stores[connection]
        known = self.labels.get((connection, module, label))
        whole = fields if known is not None else self._completed(connection, module, label, fields)
        refusal = self._refusal(connection, module, whole, known)
        if refusal is not None:
            return refusal
        if known is not None:
            store.edit(module, known, fields)
            return None
        identifier = store.insert(module, whole).id
        self.labels[connection, module, label] = identifier
        self._names[identifier] = f'"{label}"'
        return None

    def offer(self, connection: str, module: str, field: str, values: Iterable[Value]) -> None:
        """Make a record for each value of a unique field that there is none with, so that it can be looked up."""
        store = self.stores[connection]
        for value in values:
            if not is_empty(value) and store.holder(module, field, value) is None:
                store.insert(module, {field: value})

    def _refusal(self, connection: str, module: str, fields: Fields, known: str | None) -> Rejected | None:
        """Return why a system would not take these fields; what it fills itself may be said, and is not looked at."""
        schema = self.schemas[connection].modules[module]
        written = {
            name: value
            for name, value in fields.items()
            if not schema.fields[name].read_only and not (known is not None and schema.fields[name].create_only)
        }
        refusal = self.stores[connection].refusal(module, written, creating=False, identifier=known)
        return refusal if refusal is None or refusal.field is None or refusal.code != "READ_ONLY" else None

    def _completed(self, connection: str, module: str, label: str, fields: Fields) -> Fields:
        schema = self.schemas[connection].modules[module]
        filled: Fields = {}
        for name, field in schema.fields.items():
            if name in fields or field.default:
                continue
            if name == schema.label_field and isinstance(field.value, TextType | EmailType):
                filled[name] = _fitting(label, field.value.length)
            elif field.required and (value := _plain(label, field, self.now)) is not None:
                filled[name] = value
        return {**filled, **fields}


def _plain(label: str, field: FieldSchema, now: dt.datetime) -> Value:
    kind: FieldType = field.value
    match kind:
        case TextType():
            return _fitting(label, kind.length)
        case EmailType():
            word = "".join(letter for letter in label.casefold() if letter.isascii() and letter.isalnum()) or "somebody"
            return f"{word}@example.com"
        case UrlType():
            return "https://example.com"
        case PhoneType():
            return "+1 555 0100"
        case IntegerType():
            return 1
        case DecimalType() | MoneyType():
            return Decimal(1)
        case BooleanType():
            return False
        case DateType():
            return now.date()
        case DateTimeType():
            return now
        case ChoiceType():
            return next(iter(kind.options), None)
        case ChoicesType():
            return kind.options[:1]
        case ReferenceType() | RowsType() | IdType():
            return None
        case _:
            assert_never(kind)


def _fitting(text: str, length: int | None) -> str:
    return text if length is None else text[:length]
