"""What a decision comes to: an effect together with what performing it needs. A closed union.

`decided` are the decisions of people that an operation carries out, if any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Skip, Update
    from syncdsl.changes.effects import Link as LinkEffect
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import DocumentPlan, MapLine, Pair
    from syncdsl.schema.values import Fields
    from syncdsl.state import Grant, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord:
    """Make the partner of `source` in the pair's other module.

    `aside` is the (side, id) of a duplicate it is a copy beside.
    """

    effect: Create
    pair: Pair
    source: Record
    values: Fields
    aside: tuple[str, str] | None = None
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDocument:
    """Make a document for `source`; `triggers` are the digests whose edge asks for it.

    `part` is the value it is one of several for, and `turn` counts those made for that value before.
    """

    effect: Create
    document: DocumentPlan
    source: Record
    values: Fields
    part: str
    turn: int
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRecord:
    """Write `values` to `record`; `lines` are the map lines this settles.

    `keep_left` and `keep_right` are fields whose bases stay as they are, because a line that is held or goes the other
    way has a part in them.
    """

    effect: Update
    pair: Pair
    link_uid: str
    record: Record
    partner: Record
    values: Fields
    lines: tuple[MapLine, ...]
    keep_left: frozenset[str] = frozenset()
    keep_right: frozenset[str] = frozenset()
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecords:
    """Remember `link`; write its key to the record on the effect's key side where that is asked for."""

    effect: LinkEffect
    pair: Pair
    link: Link
    left: Record
    right: Record
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How it is known that a record is gone: a direct read of `id` missed it.

    `at` is the time of that reading by the systems' own clocks.
    """

    connection: str
    module: str
    id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRecord:
    """Delete `record`, the partner of a deleted one; `link` as it is to be remembered afterwards."""

    effect: Delete
    pair: Pair
    link: Link
    record: Record
    evidence: Evidence
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeactivateRecord:
    """Make `record`, the partner of a deleted one, inactive; `link` as it is to be remembered afterwards.

    Without `evidence` its partner is there: an undo takes back what was made.
    """

    effect: Deactivate
    pair: Pair
    link: Link
    record: Record
    evidence: Evidence | None
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOnDocument:
    """Change the status of a document's live instance, which this run may make before.

    `number` is that of the instance, `before` the status it had; `triggers` are the digests whose edge asks for it.
    """

    effect: Act
    document: DocumentPlan
    source: Record
    number: int
    before: str
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDocument:
    """Write `values` to `record`: a draft that follows its `source`, or the source that its document writes back to.

    `given` is what the instance remembers then: what the record gave the draft, or the document its record. `key` and
    `number` are those of the instance.
    """

    effect: Update
    document: DocumentPlan
    source: Record
    number: int
    key: str
    record: Record
    values: Fields
    given: dict[str, Any]
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Set a duplicate aside."""

    effect: Skip
    pair: Pair
    side: str
    record: Record
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveAccess:
    """Give a user the role of a rule: `record` is the user where there is one already, else one is invited.

    `ours`: whether the user is syncdsl's own to take away again.
    """

    effect: Create | Update
    address: str
    role: str
    values: Fields
    record: Record | None
    ours: bool
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAccess:
    """Remove a user whom no rule names any more; `grant` is what is forgotten with it."""

    effect: Delete
    record: Record
    grant: Grant


Removal: TypeAlias = DeleteRecord | DeactivateRecord
"""What takes a record away: performed after everything else, children before their parents."""

AccessChange: TypeAlias = GiveAccess | TakeAccess
"""What changes who may work in a system."""

Operation: TypeAlias = (
    CreateRecord
    | CreateDocument
    | UpdateRecord
    | UpdateDocument
    | LinkRecords
    | Removal
    | ActOnDocument
    | SetAside
    | AccessChange
)


def target_of(operation: Operation) -> tuple[str, str]:
    """Return the connection and module that performing an operation writes to."""
    match operation:
        case (
            CreateRecord()
            | CreateDocument()
            | UpdateRecord()
            | UpdateDocument()
            | DeleteRecord()
            | DeactivateRecord()
            | ActOnDocument()
        ):
            return operation.effect.record.connection, operation.effect.record.module
        case LinkRecords():
            name = operation.effect.right if operation.effect.key_side == "right" else operation.effect.left
            return name.connection, name.module
        case SetAside() | GiveAccess() | TakeAccess():
            return operation.effect.record.connection, operation.effect.record.module
