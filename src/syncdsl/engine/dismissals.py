"""Refused writes that a person dismissed: left out while they are the same writes, of the same records.

A dismissal holds for a write, not for a record: as soon as another value would be written, or a field that is read of
one of its records changed, the write is tried again like any other. So nothing that somebody corrects is lost, and what
is left out is counted in every preview. The records stay on the agenda, as with every decision that stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Hold
from syncdsl.engine.agenda import records_of
from syncdsl.engine.dependents import dependents
from syncdsl.engine.document_values import fixed_fields
from syncdsl.engine.operations import (
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    GiveAccess,
    LinkRecords,
    SetAside,
    TakeAccess,
    UpdateDocument,
    UpdateRecord,
    target_of,
)
from syncdsl.engine.refusals import subject
from syncdsl.engine.reviewing import Subject
from syncdsl.engine.writes import resolved, without_waiting
from syncdsl.plan.reads import names_today
from syncdsl.schema.digest import digest, fields_digest
from syncdsl.schema.values import fields_to_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import Effect
    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import Operation
    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.values import Fields
    from syncdsl.state.records import RecordId

COUNTED = "refused and dismissed"
"""How a preview counts what is left out."""


def about(effect: Effect) -> Subject:
    """Return what the question of a write is about, were it refused."""
    name = subject(effect)
    return Subject(effect.rule, name.connection, name.module, name.id or name.label)


def write_digest(context: Context, operation: Operation, written: Collection[RecordId] = ()) -> str:
    """Return the digest of what performing an operation would write, and of its records as they were read.

    Of those that this run has `written` itself meanwhile, it is what the state holds of them now: what the next run
    reads. Values that follow from the day alone are left out: they differ every day, and were not what was refused. So
    are names, which may be those of records that do not exist yet.
    """
    effect = operation.effect
    what: dict[str, object]
    match operation:
        case CreateRecord():
            records = [(operation.effect.source.connection, operation.source)]
            kept = _kept(operation.values, _of_today(operation.pair))
            what = {"key": operation.effect.key, "values": _sent(context, operation, kept)}
        case CreateDocument():
            records = [(operation.effect.source.connection, operation.source)]
            kept = _kept(operation.values, fixed_fields(operation.document))
            what = {"key": operation.effect.key, "values": _sent(context, operation, kept)}
        case UpdateRecord():
            names = operation.effect.record, operation.effect.partner
            records = [(names[0].connection, operation.record), (names[1].connection, operation.partner)]
            part = without_waiting(context, names[0].connection, operation) or operation
            what = {"values": _sent(context, operation, _kept(part.values, _of_today(part.pair)))}
        case UpdateDocument():
            back = operation.effect.side == "left"
            source = operation.effect.record if back else operation.effect.partner
            records = [(operation.effect.record.connection, operation.record), (source.connection, operation.source)]
            what = {"values": _sent(context, operation, operation.values)}
        case LinkRecords():
            names = operation.effect.left, operation.effect.right
            records = [(names[0].connection, operation.left), (names[1].connection, operation.right)]
            what = {"key": operation.link.key}
        case ActOnDocument():
            records = [(operation.effect.source.connection, operation.source)]
            what = {"number": operation.number}
        case GiveAccess():
            records = [(operation.effect.record.connection, operation.record)] if operation.record is not None else []
            what = {"role": operation.role, "values": fields_to_json(operation.values)}
        case DeleteRecord() | DeactivateRecord() | TakeAccess() | SetAside():
            records, what = [(operation.effect.record.connection, operation.record)], {}
        case _:
            assert_never(operation)
    connection, module = target_of(operation)
    return digest(
        {
            "kind": effect.kind,
            "record": [connection, module, subject(effect).id],
            "what": what,
            "read": [_read(context, place, record, written) for place, record in records],
        }
    )


def _read(context: Context, connection: str, record: Record, written: Collection[RecordId]) -> list[str]:
    """Return a record with the digest of what was read of it, or of what this run made of it."""
    now: Record | None = None
    if (connection, record.module, record.id) in written:
        for observation in context.observations.values():
            observation.records.refresh([record.id])
        now = context.observed_record(connection, record.module, record.id)
    return [connection, record.module, record.id, fields_digest((now or record).fields)]


def _kept(values: Fields, left_out: Collection[str]) -> Fields:
    return {name: value for name, value in values.items() if name not in left_out}


def _sent(context: Context, operation: Operation, values: Fields) -> dict[str, object]:
    """Return values as they are sent; where a partner is not there yet, as they were decided."""
    return fields_to_json(resolved(context, target_of(operation)[0], values) or values)


def _of_today(pair: Pair) -> set[str]:
    """Return the fields whose value follows from the day."""
    assignments = (one for line in pair.lines for one in (line.to_right, line.to_left) if one is not None)
    return {one.target for one in assignments if names_today(one.value)}


def drop_dismissed(context: Context) -> None:
    """Leave out what was dismissed, and let wait what needs it; before the change set is made and judged."""
    dismissed = context.reviews.dismissed() if context.reviews else {}
    if not dismissed:
        return
    dropped = {
        id(operation): item_id
        for operations in _of_one_call(context.operations, dismissed).values()
        for item_id in _dismissed_by(context, operations, dismissed)
        for operation in operations
    }
    if not dropped:
        return
    gone = [operation for operation in context.operations if id(operation) in dropped]
    context.baseline[COUNTED] += len(gone)
    held = list(dependents(context.operations, gone))
    out = {id(operation) for operation in (*gone, *held)}
    context.operations = [operation for operation in context.operations if id(operation) not in out]
    effects = {id(operation.effect) for operation in (*gone, *held)}
    context.effects = [effect for effect in context.effects if id(effect) not in effects]
    for operation in gone:
        context.reviews.standing.add(dropped[id(operation)])
        context.dismissed[dropped[id(operation)]].append(write_digest(context, operation))
    for operation in (*gone, *held):
        # A decision that such a write would have carried out still stands.
        context.reviews.standing.update(decided.review for decided in getattr(operation, "decided", ()))
        for name in records_of(operation.effect):
            context.look_again(name.connection, name.module, name.id or "")
        if isinstance(operation, LinkRecords):
            _link_alone(context, operation)
    for operation in held:
        if not isinstance(operation, ActOnDocument):
            context.hold(_parked(operation.effect))


def _of_one_call(
    operations: Collection[Operation], dismissed: Collection[Subject]
) -> dict[tuple[object, ...], list[Operation]]:
    """Return the operations whose subject has a dismissal; those that travel in one write together."""
    found: defaultdict[tuple[object, ...], list[Operation]] = defaultdict(list)
    for operation in operations:
        key = about(operation.effect)
        if key in dismissed and not isinstance(operation, SetAside):
            together = isinstance(operation, LinkRecords | UpdateRecord)
            found[key if together else (key, id(operation))].append(operation)
    return found


def _dismissed_by(
    context: Context, operations: list[Operation], dismissed: dict[Subject, tuple[str, frozenset[str]]]
) -> Iterator[str]:
    """Yield the id of the item by which one write is dismissed, if it is: all of it, or none."""
    item_id, writes = dismissed[about(operations[0].effect)]
    if all(write_digest(context, operation) in writes for operation in operations):
        yield item_id


def _link_alone(context: Context, operation: LinkRecords) -> None:
    """Link two records although the key is not written: they are partners, whatever one of them refuses to carry."""
    if not context.run.state.links_by_uid([operation.link.uid]):
        context.add(replace(operation, effect=operation.effect.model_copy(update={"write_key": False})))


def _parked(effect: Effect) -> Hold:
    return Hold(
        rule=effect.rule,
        location=effect.location,
        reason="the record that it refers to was refused by the other system, and that was dismissed",
        why="parked",
        record=subject(effect),
    )
