"""Effects: what a change set does to records, one record each, with its reason.

A closed union, told apart by `kind`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from syncdsl.schema.digest import digest
from syncdsl.schema.model import Numerous


class RecordName(Numerous):
    """A record as people find it: `id` is None while it does not exist; `label` is what its system calls it."""

    connection: str
    module: str
    id: str | None
    label: str

    @property
    def text(self) -> str:
        """`books.customers/4600` or, without an id, `books.customers`."""
        return f"{self.connection}.{self.module}" + (f"/{self.id}" if self.id else "")


class FieldChange(Numerous):
    """One field: values in the form of `schema.values.to_json`. `location` is the map line's place."""

    field: str
    old: Any = None
    new: Any = None
    location: str


class _Effect(Numerous):
    """What every effect has: the rule that caused it, with its place, and the reason in words."""

    rule: str
    location: str
    reason: str

    @cached_property
    def id(self) -> str:
        """A short identity that follows from the content."""
        return digest(self.model_dump(mode="json")).removeprefix("b2:")[:10]


class Create(_Effect):
    """Make a record.

    `source` is the record it is made for, `key` the syncdsl key it carries, `instance` counts the documents
    made for one record before (0 for records of a module). `waits_for` are the source records (connection,
    module, id) whose partners must exist first. `amount` is a document's total in its currency, as decimal
    text.
    """

    kind: Literal["create"] = "create"
    record: RecordName
    source: RecordName
    source_side: Literal["left", "right"]
    key: str
    instance: int = 0
    document: bool = False
    fields: tuple[FieldChange, ...]
    waits_for: tuple[tuple[str, str, str], ...] = ()
    suffix: dict[str, str] = Field(default_factory=dict)
    amount: str | None = None
    currency: str | None = None


class Update(_Effect):
    """Write some fields of one record; `partner` is where the values come from."""

    kind: Literal["update"] = "update"
    record: RecordName
    side: Literal["left", "right"]
    partner: RecordName
    fields: tuple[FieldChange, ...]
    waits_for: tuple[tuple[str, str, str], ...] = ()


class Link(_Effect):
    """Remember that two records are partners.

    `key` is written to the record on `key_side` unless it is there already.
    """

    kind: Literal["link"] = "link"
    left: RecordName
    right: RecordName
    key: str
    key_side: Literal["left", "right"]
    write_key: bool
    suffix: dict[str, str] = Field(default_factory=dict)


class Delete(_Effect):
    """Delete the record on `side`, because its partner was deleted and the rule says so."""

    kind: Literal["delete"] = "delete"
    record: RecordName
    side: Literal["left", "right"]
    partner: RecordName


class Deactivate(_Effect):
    """Make the record on `side` inactive, because its partner was deleted and the rule says so."""

    kind: Literal["deactivate"] = "deactivate"
    record: RecordName
    side: Literal["left", "right"]
    partner: RecordName


class Act(_Effect):
    """Change the status of a document that was made for `source`.

    It has no id yet where this change set makes it. `even_sent`: also when somebody sent it meanwhile.
    """

    kind: Literal["send", "accept", "decline", "void"]
    record: RecordName
    source: RecordName
    even_sent: bool = False


class Skip(_Effect):
    """Set a duplicate aside: neither linked nor changed nor created again."""

    kind: Literal["skip"] = "skip"
    record: RecordName
    candidates: tuple[RecordName, ...]


class HoldKind:
    """The values of `Hold.why`."""

    CONFLICT = "conflict"
    MATCH = "match"
    DUPLICATE = "duplicate"
    VALUE = "value"
    PARKED = "parked"
    DELETED = "deleted"
    AMBIGUOUS = "ambiguous"
    DOCUMENT = "document"
    ACCESS = "access"
    UNDO = "undo"


class Hold(_Effect):
    """Nothing happens until somebody decides or what it waits for comes; everything else goes on.

    `field`, `left` and `right` show a conflict's values, of an undo what is there and what was; `candidates` the
    records in question.
    """

    kind: Literal["hold"] = "hold"
    why: Literal[
        "conflict", "match", "duplicate", "value", "parked", "deleted", "ambiguous", "document", "access", "undo"
    ]
    record: RecordName
    candidates: tuple[RecordName, ...] = ()
    field: str | None = None
    left: Any = None
    right: Any = None


Effect: TypeAlias = Annotated[
    Create | Update | Link | Delete | Deactivate | Act | Skip | Hold, Field(discriminator="kind")
]
"""Any effect."""

Change: TypeAlias = Create | Update | Link | Delete | Deactivate | Act | Skip
"""Effects that do something: a change set with none of them is empty."""
