"""Writing: operations on access as calls, and what journal and history keep of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Change, NewRecord
from syncdsl.changes.effects import Create, Update
from syncdsl.engine.operations import GiveAccess
from syncdsl.engine.writes import Removes, Write, new_iid
from syncdsl.plan.accords import USERS
from syncdsl.schema.values import fields_to_json, to_json
from syncdsl.state import Grant, HistoryEntry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import AccessChange, TakeAccess
    from syncdsl.state.records import Operation

KEPT = ("email", "user_role")
"""What a user who is removed has to hold still, and what the history keeps of one."""


def access_writes(connection: str, module: str, given: Sequence[GiveAccess]) -> tuple[list[Write], list[Write]]:
    """Return the writes that change users who are there, and those that invite others."""
    changes: list[Write] = []
    invitations: list[Write] = []
    for operation in given:
        if operation.record is None:
            new = NewRecord(fields=operation.values, key=None)
            invitations.append(
                Write(iid=new_iid(), connection=connection, module=module, operations=(operation,), new=new)
            )
            continue
        record = operation.record
        changes.append(
            Write(
                iid=new_iid(),
                connection=connection,
                module=module,
                operations=(operation,),
                record_id=record.id,
                change=Change(id=record.id, fields=operation.values, based_on=record),
            )
        )
    return changes, invitations


def leaving_writes(context: Context, connection: str, module: str, leaving: Sequence[TakeAccess]) -> list[Write]:
    """Return the writes that remove users."""
    return [
        Write(
            iid=new_iid(),
            connection=connection,
            module=module,
            operations=(operation,),
            record_id=operation.record.id,
            removes=Removes(how="delete", unchanged=_unchanged(context, operation)),
        )
        for operation in leaving
    ]


def _unchanged(context: Context, operation: TakeAccess) -> Callable[[Record], bool]:
    """Return what says whether a user is still who it was: a person may have given it another role meanwhile."""
    name = operation.effect.record

    def held(record: Record) -> object:
        return context.canonical_fields(name.connection, name.module, record.fields, set(KEPT))

    decided = held(operation.record)
    return lambda record: held(record) == decided


def grant_of(operation: GiveAccess, record: Record, *, run_at: dt.datetime) -> Grant:
    """Return what is remembered of a user who was given a role."""
    return Grant(
        connection=operation.effect.record.connection,
        module=USERS,
        record_id=record.id,
        address=operation.address,
        role=operation.role,
        ours=operation.ours,
        since=operation.since or run_at,
    )


def access_uid(connection: str, record_id: str) -> str:
    """Return what stands for a link in the history of a user."""
    return f"access {connection}.{USERS}/{record_id}"


def access_subject(operation: AccessChange) -> tuple[str, RecordName, Operation, str | None]:
    """Return the rule, the user of the CRM, the kind of write, and the key that only one open create can have."""
    match operation.effect:
        case Create() as effect:
            return effect.rule, effect.source, "create", effect.key
        case Update() as effect:
            return effect.rule, effect.partner, "update", None
        case effect:
            return effect.rule, effect.partner, "delete", None


def access_payload(operation: AccessChange) -> dict[str, Any]:
    """Return what recovery needs: whom it is about, and what is overwritten or goes with the user."""
    effect = operation.effect
    if not isinstance(operation, GiveAccess):
        old = {name: to_json(operation.record.fields.get(name)) for name in KEPT}
        return {"access": {"role": operation.grant.role}, "old": old, "places": _places(operation, list(old))}
    facts = {"role": operation.role, "location": effect.location}
    payload: dict[str, Any] = {"fields": fields_to_json(operation.values), "access": facts}
    if isinstance(effect, Update):
        payload["old"] = {change.field: change.old for change in effect.fields}
        payload["places"] = _places(operation, [change.field for change in effect.fields])
    return payload


def _places(operation: AccessChange, names: Sequence[str]) -> list[list[str]]:
    """Return what caused the change of each field, as the history tells it: see `late_updates`."""
    effect = operation.effect
    uid = access_uid(effect.record.connection, effect.record.id or "")
    return [[uid, effect.rule, "right", name, effect.location] for name in names]


def leaving_history(operation: TakeAccess, iid: str, *, at: dt.datetime, by: str | None) -> list[HistoryEntry]:
    """Return what is remembered of a user who was removed."""
    effect = operation.effect
    return [
        HistoryEntry(
            uid=access_uid(effect.record.connection, operation.record.id),
            connection=effect.record.connection,
            module=effect.record.module,
            record_id=operation.record.id,
            field=name,
            old=to_json(operation.record.fields.get(name)),
            new=None,
            cause_rule=effect.rule,
            cause_location=effect.location,
            iid=iid,
            side="right",
            at=at,
            by=by,
        )
        for name in KEPT
    ]
