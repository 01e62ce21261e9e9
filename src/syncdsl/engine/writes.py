"""Operations as the calls that perform them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from syncdsl.adapters.protocol import Change, DocumentAction, NewRecord
from syncdsl.engine.lines import line_fields, pair_fields
from syncdsl.engine.live import standing_in, status_of
from syncdsl.engine.operations import (
    AccessChange,
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    LinkRecords,
    Removal,
    UpdateDocument,
    UpdateRecord,
)
from syncdsl.schema.values import PartnerOf, Ref, partners_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import Effect
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan, MapLine
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One record's write: exactly one of `new`, `change`, `action` and `removes` is given.

    A key and the fields of one record travel in one update, so a write may perform several operations. `allowed` says
    of a document, as it is right before the call, whether it may still be written.
    """

    iid: str
    connection: str
    module: str
    operations: tuple[
        CreateRecord
        | CreateDocument
        | UpdateRecord
        | UpdateDocument
        | LinkRecords
        | Removal
        | ActOnDocument
        | AccessChange,
        ...,
    ]
    record_id: str | None = None
    new: NewRecord | None = None
    change: Change | None = None
    action: DocumentAction | None = None
    allowed: Callable[[Record], bool] | None = None
    removes: Removes | None = None

    @property
    def effects(self) -> list[Effect]:
        """The effects it performs."""
        return [operation.effect for operation in self.operations]

    @property
    def batchable(self) -> bool:
        """Whether it may share a call with others of its kind."""
        return self.action is None and self.allowed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removes:
    """How a record is taken away, and the record as it was when the decision fell: one that changed stays.

    `unchanged` says so of the record as it is right before the call.
    """

    how: Literal["delete", "deactivate"]
    unchanged: Callable[[Record], bool]


def new_iid() -> str:
    """Return the id of a new intent."""
    return uuid.uuid4().hex


def update_writes(
    context: Context,
    connection: str,
    module: str,
    links: Sequence[LinkRecords],
    updates: Sequence[UpdateRecord],
) -> list[Write]:
    """Return one write for each record that gets a key or fields."""
    by_id: dict[str, list[LinkRecords | UpdateRecord]] = {}
    for link in links:
        record = link.right if link.effect.key_side == "right" else link.left
        by_id.setdefault(record.id, []).append(link)
    for update in updates:
        by_id.setdefault(update.record.id, []).append(update)
    writes: list[Write] = []
    for record_id, operations in by_id.items():
        key: str | None = None
        values: Fields = {}
        based_on = None
        for operation in operations:
            match operation:
                case LinkRecords():
                    key = operation.link.key
                    based_on = based_on or (operation.right if operation.effect.key_side == "right" else operation.left)
                case UpdateRecord():
                    values.update(operation.values)
                    based_on = operation.record
        writes.append(
            Write(
                iid=new_iid(),
                connection=connection,
                module=module,
                operations=tuple(operations),
                record_id=record_id,
                change=Change(id=record_id, fields=_found(context, connection, values), key=key, based_on=based_on),
            )
        )
    return writes


def waits(context: Context, connection: str, update: UpdateRecord) -> bool:
    """Return whether an update refers to a record that has no partner yet."""
    return resolved(context, connection, update.values) is None


def without_waiting(context: Context, connection: str, update: UpdateRecord) -> UpdateRecord | None:
    """Return the part of an update whose partners are all there, whole units only; None when nothing is left.

    The lines left out are not settled by it, so their change travels when the partner has come.
    """
    missing = {name for name, value in update.values.items() if resolved(context, connection, {name: value}) is None}
    if not missing:
        return update

    def target(line: MapLine) -> str:
        assignment = line.to_right if update.effect.side == "right" else line.to_left
        return assignment.target if assignment is not None else ""

    units = {line.group or line.digest for line in update.lines if target(line) in missing}
    left_out = [line for line in update.lines if (line.group or line.digest) in units]
    kept = [line for line in update.lines if line not in left_out]
    names = {target(line) for line in left_out}
    values = {name: value for name, value in update.values.items() if name not in names}
    if not values:
        return None
    return replace(
        update,
        values=values,
        lines=tuple(kept),
        keep_left=update.keep_left.union(*(line_fields(line, "left") for line in left_out)),
        keep_right=update.keep_right.union(*(line_fields(line, "right") for line in left_out)),
    )


def create_writes(
    context: Context, connection: str, module: str, creates: Sequence[CreateRecord | CreateDocument]
) -> tuple[list[Write], list[CreateRecord | CreateDocument]]:
    """Return the writes that can go, and the operations whose partners did not come about."""
    ready: list[Write] = []
    waiting: list[CreateRecord | CreateDocument] = []
    for operation in creates:
        values = resolved(context, connection, operation.values)
        if values is None:
            waiting.append(operation)
            continue
        ready.append(
            Write(
                iid=new_iid(),
                connection=connection,
                module=module,
                operations=(operation,),
                new=NewRecord(fields=values, key=operation.effect.key),
            )
        )
    return ready, waiting


def act_writes(context: Context, acts: Sequence[ActOnDocument]) -> tuple[list[Write], list[ActOnDocument]]:
    """Return the writes that change the status of documents, and the operations whose document did not come about."""
    ready: list[Write] = []
    waiting: list[ActOnDocument] = []
    for operation in acts:
        instance = instance_of(context, operation)
        if instance is None or instance.doc_id is None:
            waiting.append(operation)
            continue
        ready.append(
            Write(
                iid=new_iid(),
                connection=operation.document.connection,
                module=operation.document.module,
                operations=(operation,),
                record_id=instance.doc_id,
                action=DocumentAction(operation.effect.kind),
                allowed=_allowed(operation.document, instance, even_sent=operation.effect.even_sent),
            )
        )
    return ready, waiting


def document_writes(context: Context, updates: Sequence[UpdateDocument]) -> tuple[list[Write], list[UpdateDocument]]:
    """Return the writes of drafts that follow and of what is written back, and the operations that still wait."""
    ready: list[Write] = []
    waiting: list[UpdateDocument] = []
    for operation in updates:
        name = operation.effect.record
        values = resolved(context, name.connection, operation.values)
        instance = instance_of(context, operation)
        if values is None or instance is None:
            waiting.append(operation)
            continue
        follows = operation.effect.side == "right"
        ready.append(
            Write(
                iid=new_iid(),
                connection=name.connection,
                module=name.module,
                operations=(operation,),
                record_id=operation.record.id,
                change=Change(id=operation.record.id, fields=values, based_on=operation.record),
                allowed=_is_draft(operation.document, instance) if follows else None,
            )
        )
    return ready, waiting


def instance_of(context: Context, operation: ActOnDocument | UpdateDocument) -> Instance | None:
    """Return the instance that an operation acts on, once it is there."""
    made = context.view.instances(operation.document.name).get(operation.source.id, [])
    return next((item for item in made if item.number == operation.number), None)


def _allowed(document: DocumentPlan, instance: Instance, *, even_sent: bool) -> Callable[[Record], bool]:
    """Return what says whether nobody sent or paid a document since the decision fell."""
    free = {"draft", "accepted", "sent"} if even_sent else {"draft", "accepted"}
    return lambda record: standing_in(document, status_of(document, record), instance) in free


def _is_draft(document: DocumentPlan, instance: Instance) -> Callable[[Record], bool]:
    return lambda record: standing_in(document, status_of(document, record), instance) == "draft"


def removal_writes(
    context: Context, connection: str, module: str, removals: Sequence[Removal]
) -> tuple[list[Write], list[Write]]:
    """Return the writes that delete records, and those that make them inactive."""
    writes = [
        Write(
            iid=new_iid(),
            connection=connection,
            module=module,
            operations=(operation,),
            record_id=operation.record.id,
            removes=Removes(
                how="delete" if isinstance(operation, DeleteRecord) else "deactivate",
                unchanged=_unchanged(context, operation),
            ),
        )
        for operation in removals
    ]
    deletes = [write for write in writes if isinstance(write.operations[0], DeleteRecord)]
    return deletes, [write for write in writes if isinstance(write.operations[0], DeactivateRecord)]


def _unchanged(context: Context, operation: Removal) -> Callable[[Record], bool]:
    """Return what says whether a record still holds, in its mapped fields, what the decision was made on."""
    side = operation.effect.side
    endpoint = operation.pair.right if side == "right" else operation.pair.left
    names = pair_fields(operation.pair, side)

    def held(record: Record) -> Fields:
        return context.canonical_fields(endpoint.connection, endpoint.module, record.fields, names)

    decided = held(operation.record)
    return lambda record: held(record) == decided


def _found(context: Context, connection: str, values: Fields) -> Fields:
    """Return values with partners in place; the callers made sure that they are there."""
    found = resolved(context, connection, values)
    if found is None:
        raise RuntimeError("an update is sent before its partners are there")
    return found


def resolved(context: Context, connection: str, values: Fields) -> Fields | None:
    """Put the partners that were made a moment ago in place; None when one is missing."""
    complete: Fields = {}
    for name, value in values.items():
        found = _partner(context, connection, value)
        if any(partners_in(found)):
            return None
        complete[name] = found
    return complete


def _partner(context: Context, connection: str, value: Value) -> Value:
    if not any(partners_in(value)):
        return value
    if isinstance(value, tuple):
        rows = (row for row in value if isinstance(row, tuple))
        return tuple(tuple((name, _partner(context, connection, item)) for name, item in row) for row in rows)
    if not isinstance(value, PartnerOf):
        return value
    reference = Ref(value.source_module, value.source_id)
    return context.partner(value.connection, reference, connection, (value.module,)) or value
