"""An invitation that got no answer: whether it arrived, looked up by the address, which is one user's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.engine.access.people import fields_of
from syncdsl.engine.access.writing import access_uid
from syncdsl.engine.children import may_still_land
from syncdsl.engine.unread import ISOLATED
from syncdsl.plan.accords import USERS
from syncdsl.schema.values import fields_from_json, show, to_json
from syncdsl.state import Grant, HistoryEntry

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.state import Intent, State


def look_for_invitation(intent: Intent, context: Context) -> tuple[str, bool]:
    """Return that an invitation arrived, after remembering what its answer would have told; empty when it did not.

    With it comes whether that is certain: a call may still land, or nobody can be asked at the moment.
    Raises Fault when the system as a whole does not answer.
    """
    connection = context.run.connections.get(intent.connection)
    if connection is None or intent.state == "intent":
        return "", True
    address = fields_from_json(intent.payload.get("fields", {})).get("email")
    try:
        found = connection.find(USERS, "email", [address], fields_of(context, intent.connection))
    except Fault as fault:
        if fault.code not in ISOLATED:
            raise
        return "", False
    member = next((record for records in found.values() for record in records), None)
    if member is None:
        return "", not may_still_land(intent, context)
    _settle(intent, context, member)
    return f"it had arrived: {member.id}", True


def label_of(intent: Intent) -> str:
    """Return what people call the source of a create of which nothing was read: a user by its address, else the id."""
    address = fields_from_json(intent.payload.get("fields", {})).get("email") if "access" in intent.payload else None
    return show(address) or intent.source_id


def _settle(intent: Intent, context: Context, member: Record) -> None:
    """Remember that the user is syncdsl's own, and what it was given."""
    facts = intent.payload["access"]
    address = show(fields_from_json(intent.payload.get("fields", {})).get("email"))
    now = context.run.clock()
    grant = Grant(
        connection=intent.connection,
        module=USERS,
        record_id=member.id,
        address=address,
        role=facts["role"],
        ours=True,
        since=now,
    )
    history = [
        HistoryEntry(
            uid=access_uid(intent.connection, member.id),
            connection=intent.connection,
            module=USERS,
            record_id=member.id,
            field=name,
            old=None,
            new=to_json(member.fields.get(name)),
            cause_rule=intent.pair_or_document,
            cause_location=facts["location"],
            iid=intent.iid,
            side="right",
            at=now,
            by=context.run.user or None,
        )
        for name in intent.payload.get("fields", {})
    ]

    def settle(state: State) -> None:
        state.resolve_intent(intent.iid, "done", remote_id=member.id, detail="found by its address")
        state.put_grants([grant])
        state.add_history(context.run_id, history)

    context.view.later(settle)
