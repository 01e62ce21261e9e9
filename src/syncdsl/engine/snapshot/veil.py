"""What becomes of values in a snapshot: it is read by more people, and by more machines, than the systems are.

Nothing of a sensitive field is told. With pseudonyms whatever could tell a person is replaced by something invented,
the same one for values that match, so that records still match each other and bases still compare. The key is made for
one snapshot and thrown away.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.plan.sensitive import sensitive_fields
from syncdsl.schema.pseudonyms import disguised, invented, keyed_digest, pseudonym
from syncdsl.schema.types import EmailType, RowsType, TextType
from syncdsl.schema.values import Erased, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.changes.change_set import Privacy
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldSchema, FieldType
    from syncdsl.schema.values import Fields, Value

_OWN_KEY = re.compile(r"sd-[a-z2-7]{20}\Z")


@dataclass(frozen=True, kw_only=True)
class Veil:
    """What stands in a snapshot in place of values.

    `sensitive` are the fields (connection, module, field) of which nothing is told. `words` are texts, in lower case,
    that the rules themselves name: they tell what a record is, and not whose it is.
    """

    schemas: Mapping[str, SchemaSnapshot]
    privacy: Privacy
    sensitive: frozenset[tuple[str, str, str]]
    words: frozenset[str] = frozenset()
    key: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def pseudonyms(self) -> bool:
        """Whether pseudonyms stand for all that could tell a person."""
        return self.privacy == "pseudonyms"

    def covers(self, connection: str, module: str) -> bool:
        """Return whether any value of a module's records may be another one in the snapshot."""
        return self.pseudonyms or any(place[:2] == (connection, module) for place in self.sensitive)

    def fields(self, connection: str, module: str, fields: Mapping[str, Value]) -> Fields:
        """Return the values of some fields of a module as the snapshot tells them."""
        if not self.covers(connection, module):
            return dict(fields)
        return {name: self.value(connection, module, name, value) for name, value in fields.items()}

    def value(self, connection: str, module: str, name: str, value: Value) -> Value:
        """Return a field's value as the snapshot tells it."""
        if value is None or isinstance(value, Erased) or name == "id":
            return value
        schema = self.schemas[connection].modules.get(module) if connection in self.schemas else None
        known = schema.fields.get(name) if schema is not None else None
        kind: FieldType = known.value if known is not None else TextType()
        if (connection, module, name) in self.sensitive:
            return disguised(value, kind, self.key)
        if not self.pseudonyms:
            return value
        if schema is not None and name in {schema.status_field, schema.currency_field, schema.stage_field}:
            return value
        if isinstance(value, str) and (_OWN_KEY.match(value) or value.casefold() in self.words):
            return value
        if isinstance(kind, TextType) and isinstance(value, str) and value.isascii() and value.isdigit():
            # Ids that are kept in fields of text, and numbers: partners would not be found by them.
            return (
                value if schema is not None and known is not None and known.unique else pseudonym(value, kind, self.key)
            )
        return pseudonym(value, kind, self.key)

    def data(self, connection: str, module: str, name: str, data: Any) -> Any:
        """Return a value in its JSON form as the snapshot tells it."""
        return data if data is None else to_json(self.value(connection, module, name, from_json(data)))

    def label(self, connection: str, module: str, text: str) -> str:
        """Return what a record is called, as the snapshot tells it."""
        schema = self.schemas[connection].modules.get(module) if connection in self.schemas else None
        if not text or schema is None:
            return self.text(text)
        told = self.value(connection, module, schema.label_field, text)
        return told if isinstance(told, str) else self.text(text)

    def text(self, text: str) -> str:
        """Return a text of which nothing is known, as the snapshot tells it."""
        if not self.pseudonyms or text.casefold() in self.words:
            return text
        return invented(text.casefold(), TextType(), self.key) if text else text

    def address(self, text: str) -> str:
        """Return an address as the snapshot tells it."""
        return invented(text.casefold(), EmailType(), self.key) if self.pseudonyms and text else text

    def version(self, text: str | None) -> str | None:
        """Return a version as the snapshot tells it: one may be made of the values."""
        return text if text is None or not self.pseudonyms else keyed_digest(self.key, text)


def veil_of(plans: Iterable[Plan], schemas: Mapping[str, SchemaSnapshot], privacy: Privacy) -> Veil:
    """Return what conceals the values of a snapshot that previews by these plans are made of."""
    plans = list(plans)
    marked = {
        (connection, name, one)
        for connection, schema in schemas.items()
        for name, module in schema.modules.items()
        for one, facts in module.fields.items()
        if _marked(facts)
    }
    for plan in plans:
        if plan.connections.keys() <= schemas.keys():
            marked |= sensitive_fields(plan, schemas)
    words = frozenset(
        word.casefold() for plan in plans for word in _words(plan.model_dump(mode="json")) if word.strip()
    )
    return Veil(schemas=schemas, privacy=privacy, sensitive=frozenset(marked), words=words)


def _marked(facts: FieldSchema) -> bool:
    inner = facts.value.fields.values() if isinstance(facts.value, RowsType) else ()
    return facts.sensitive or any(_marked(one) for one in inner)


def _words(data: object, *, inside: bool = False) -> Iterator[str]:
    """Yield the texts that stand for values in a plan: its constants, and what its tables translate."""
    if isinstance(data, str):
        if inside:
            yield data
    elif isinstance(data, dict):
        for name, value in data.items():
            constant = name == "value" and data.get("op") == "constant"
            yield from _words(value, inside=inside or constant or name == "tables")
    elif isinstance(data, list):
        for value in data:
            yield from _words(value, inside=inside)
