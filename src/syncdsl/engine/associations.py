"""Associations: which documents of the books belong to a record, and how a person says so.

The books keep an association on the document, the state who made it and when. Each write is journalled like every
other one; done again it finds what is there, and does nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from syncdsl.adapters.protocol import Ambiguous, Change, DuplicateKey, MovedOn, NotSent, Rejected, Written
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.associations import (
    ASSOCIATED_OTHERWISE,
    ASSOCIATION_FAILED,
    MADE_BY_TRIGGER,
    NOT_ASSOCIATED,
    OTHER_CUSTOMER,
)
from syncdsl.engine.associable import Associable
from syncdsl.engine.lifecycle import leased
from syncdsl.engine.run import refuse_switched_off
from syncdsl.schema.digest import digest
from syncdsl.schema.values import fields_to_json, show, to_json
from syncdsl.state import Association, HistoryEntry, Intent

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Outcome
    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.associable import Document, Subject
    from syncdsl.engine.run import Run
    from syncdsl.schema.values import Fields

RULE = "associate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command came to: `changed` is False when it was so already."""

    record: RecordName
    document: RecordName
    customer: str
    changed: bool


def associate(run: Run, record: str, document: str) -> Done:
    """Associate a document with a record.

    Raises Fault: SD860 they are none that can be, SD817 and SD826 when they cannot be found, SD861 the record belongs
    to another customer, SD862 and SD863 the document belongs to another record, SD865 the books did not take it, SD804
    a run is under way, SD830 syncing is switched off.
    """
    with leased(run.state, run.user, run.clock()) as fence:
        refuse_switched_off(run.state)
        known = Associable(run)
        subject = known.subject(record)
        found = known.document(document)
        made_for = known.made_for(found)
        if made_for is not None and made_for != subject.name.id:
            raise _made_by_rules(found, known.record_name(made_for))
        if made_for is None and found.record_id not in {"", subject.name.id}:
            other = known.record_name(found.record_id)
            raise Fault(
                ASSOCIATED_OTHERWISE,
                f"{found.name.text} `{found.name.label}` is associated with {other.text} `{other.label}`",
                help=f'`syncdsl dissociate "{other.text}" "{found.name.text}"` takes them apart first',
            )
        _refuse_other_customer(known, subject, found)
        customer = known.customer_name(found)
        if made_for is not None or found.record_id == subject.name.id:
            if made_for is None:
                _remember(run, subject, found)
            return Done(record=subject.name, document=found.name, customer=customer, changed=False)
        values: Fields = {found.plan.id_field: subject.name.id}
        if found.plan.name_field is not None:
            values[found.plan.name_field] = subject.name.label
        _write(run, subject, found, values, fence)
        return Done(record=subject.name, document=found.name, customer=customer, changed=True)


def dissociate(run: Run, record: str, document: str) -> Done:
    """Take a document and the record it is associated with apart.

    Raises Fault: SD863 the rules made the document for the record, SD864 they are not associated, and those of
    `associate`.
    """
    with leased(run.state, run.user, run.clock()) as fence:
        refuse_switched_off(run.state)
        known = Associable(run)
        subject = known.subject(record)
        found = known.document(document)
        made_for = known.made_for(found)
        if made_for is not None:
            raise _made_by_rules(found, known.record_name(made_for))
        if found.record_id != subject.name.id:
            whose = f"with {known.record_name(found.record_id).text}" if found.record_id else "with nothing"
            raise Fault(
                NOT_ASSOCIATED,
                f"{found.name.text} `{found.name.label}` is associated {whose}, not with {subject.name.text} "
                f"`{subject.name.label}`",
                help=f'`syncdsl associations "{subject.name.text}"` lists what it has',
            )
        values: Fields = {found.plan.id_field: None}
        if found.plan.name_field is not None:
            values[found.plan.name_field] = None
        _write(run, subject, found, values, fence)
        return Done(record=subject.name, document=found.name, customer=known.customer_name(found), changed=True)


def _made_by_rules(found: Document, owner: RecordName) -> Fault:
    return Fault(
        MADE_BY_TRIGGER,
        f"{found.name.text} `{found.name.label}` was made by the rules for {owner.text} `{owner.label}` and stays "
        "with it",
        help="void it in the books, or let a trigger do so: that is the end of it for the rules as well",
    )


def _refuse_other_customer(known: Associable, subject: Subject, found: Document) -> None:
    if known.belongs(subject, found):
        return
    mine = ", ".join(f"`{party}`" for party in known.party_names(subject)) or "nobody"
    customer = known.customer_name(found)
    raise Fault(
        OTHER_CUSTOMER,
        f"{subject.name.text} `{subject.name.label}` belongs to {mine}; {found.name.text} `{found.name.label}` is for "
        + (f"`{customer}`" if customer else "no customer"),
        help="a document goes with a record of its customer, or of an account whose parent its customer is",
    )


def _write(run: Run, subject: Subject, found: Document, values: Fields, fence: int) -> None:
    """Write the document, with its intent before and its outcome after, and remember who did it."""
    iid, run_id = uuid.uuid4().hex, uuid.uuid4().hex[:12]
    state, now = run.state, run.clock()
    verb: Literal["associate", "dissociate"] = "associate" if values[found.plan.id_field] else "dissociate"
    uid = f"{RULE} {found.name.text}"
    old = {name: to_json(found.record.fields.get(name)) for name in values}
    places = [[uid, RULE, "right", name, ""] for name in values]
    payload = {"fields": fields_to_json(values), "old": old, "places": places, "by": run.user}
    state.start_run(run_id, verb, run.plan.digest, now)
    state.add_intents(
        [
            Intent(
                iid=iid,
                op="update",
                connection=found.name.connection,
                module=found.name.module,
                record_id=found.name.id,
                pair_or_document=RULE,
                source_connection=subject.name.connection,
                source_module=subject.name.module,
                source_id=subject.name.id or "",
                payload=payload,
                payload_hash=digest(payload),
                fence=fence,
            )
        ]
    )
    state.mark_sent([iid], now)
    change = Change(id=found.name.id or "", fields=values, based_on=found.record)
    (outcome,) = run.connections[found.name.connection].update(found.name.module, [change])
    problem = _problem(outcome)
    with state.transaction():
        if problem is None:
            state.resolve_intent(iid, "done", remote_id=found.name.id)
            state.add_history(run_id, [_told(run, found, uid, name, old[name], values, iid) for name in values])
            if verb == "associate":
                _remember(run, subject, found)
            else:
                state.forget_association(found.name.connection, found.name.module, found.name.id or "")
        else:
            state.resolve_intent(iid, "ambiguous" if isinstance(outcome, Ambiguous) else "rejected", detail=problem)
        state.end_run(run_id, run.clock(), {"applied": 1, "done": int(problem is None), "failed": int(bool(problem))})
    if problem is not None:
        raise Fault(
            ASSOCIATION_FAILED,
            f"{found.name.text} `{found.name.label}`: {problem}",
            help="give the same command again: what has arrived is seen, and nothing is done twice",
        )


def _problem(outcome: Outcome) -> str | None:
    match outcome:
        case Written():
            return None
        case Rejected():
            return f"it was refused, {outcome.code}: {outcome.message}"
        case MovedOn() | DuplicateKey():
            return "it changed meanwhile"
        case NotSent():
            return f"nothing was sent: {outcome.reason}"
        case Ambiguous():
            return f"no answer came: {outcome.reason}"


def _told(run: Run, found: Document, uid: str, name: str, old: object, values: Fields, iid: str) -> HistoryEntry:
    return HistoryEntry(
        uid=uid,
        connection=found.name.connection,
        module=found.name.module,
        record_id=found.name.id or "",
        field=name,
        old=old,
        new=to_json(values[name]),
        cause_rule=RULE,
        cause_location="",
        iid=iid,
        at=run.clock(),
        by=run.user or None,
    )


def _remember(run: Run, subject: Subject, found: Document) -> None:
    known = {
        (one.module, one.document_id)
        for one in run.state.associations(subject.name.connection, subject.name.module, subject.name.id or "")
    }
    if (found.name.module, found.name.id) in known:
        return
    run.state.put_association(
        Association(
            connection=found.name.connection,
            module=found.name.module,
            document_id=found.name.id or "",
            record_connection=subject.name.connection,
            record_module=subject.name.module,
            record_id=subject.name.id or "",
            by=show(run.user),
            at=run.clock(),
        )
    )
