"""Deciding: the standings of all users as operations, questions and what is only remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from syncdsl.changes.change_set import Unreadable
from syncdsl.changes.effects import Create, Delete, FieldChange, Hold, RecordName, Update
from syncdsl.engine.access.people import UsersUnreadError, members_of, people_of
from syncdsl.engine.access.standings import Facts, Fate, judge
from syncdsl.engine.keys import syncdsl_key
from syncdsl.engine.operations import GiveAccess, TakeAccess
from syncdsl.plan.accords import USERS, access_name
from syncdsl.plan.steps import WriteStep
from syncdsl.schema.values import to_json
from syncdsl.state import Grant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.access.people import Member, Person
    from syncdsl.engine.access.standings import Block, Judged, Standing
    from syncdsl.engine.context import Context
    from syncdsl.plan.accords import AccessPlan

T = TypeVar("T")

KEY_NAME = "access"
"""What stands for the rule in the key of an invitation: one is under way for a user, whatever the role."""


def decide_access(context: Context) -> None:
    """Decide who gets and who loses a role; a run over some modules or records leaves all of that alone.

    Raises Fault SD850 when too many would get one.
    """
    if context.run.whole is not None or context.run.focus is not None or context.run.told is not None:
        return
    for connection in access_connections(context):
        try:
            judged = judge(facts_of(context, connection))
        except UsersUnreadError as unread:
            _hold_back(context, connection, unread)
            continue
        for block in judged.blocks:
            context.hold(_block(connection, block))
        for standing in judged.standings:
            _carry_out(context, connection, standing)
        _list_rights(context, connection, judged)


def access_connections(context: Context) -> list[str]:
    """Return the systems that rules give roles in, and those where users still have one because of an earlier rule."""
    given = (rule.connection for rule in context.plan.access)
    left = (grant.connection for grant in context.run.state.grants() if grant.connection in context.run.connections)
    return list(dict.fromkeys((*given, *left)))


def facts_of(context: Context, connection: str) -> Facts:
    """Read what is judged about one system. Raises UsersUnreadError, or Fault."""
    rules = [rule for rule in context.plan.access if rule.connection == connection]
    grants = context.run.state.grants(connection)
    read = {partner: people_of(context, partner) for partner in dict.fromkeys(rule.partner for rule in rules)}
    members, complete = members_of(context, connection, [grant.record_id for grant in grants])
    return Facts(
        connection=connection,
        rules=rules,
        people={partner: people for partner, (people, _) in read.items()},
        members=members,
        grants=grants,
        in_doubt=context.in_doubt,
        complete=complete and all(whole for _, whole in read.values()),
        unattended=context.run.unattended,
    )


def access_steps(context: Context) -> list[WriteStep]:
    """Return the steps that write what was decided here, as far as the plan has none that does."""
    known = {(step.connection, step.module) for step in context.plan.steps if isinstance(step, WriteStep)}
    wanted = dict.fromkeys(
        (operation.effect.record.connection, operation.effect.record.module)
        for operation in context.operations
        if isinstance(operation, GiveAccess | TakeAccess)
    )
    return [
        WriteStep(id=f"write {connection}.{module}", connection=connection, module=module)
        for connection, module in wanted
        if (connection, module) not in known
    ]


def _carry_out(context: Context, connection: str, standing: Standing) -> None:
    match standing.fate:
        case Fate.HAS | Fate.NOT_OURS:
            _remember(context, connection, standing)
        case Fate.INVITE | Fate.CHANGE:
            context.add(_given(context, connection, standing))
        case Fate.LOSES:
            context.add(_taken(context, connection, standing))
        case Fate.FORGET:
            _forget(context, connection, standing)
        case Fate.WAITS:
            if standing.asks:
                context.hold(_hold(context, connection, standing))


def _given(context: Context, connection: str, standing: Standing) -> GiveAccess:
    person, member = _required(standing.person), standing.member
    partner = _partner(context, connection, standing)
    source = _person_name(partner, person)
    old = member.record.fields if member is not None else {}
    fields = tuple(
        FieldChange(field=name, old=to_json(old.get(name)), new=to_json(value), location=standing.location)
        for name, value in standing.values.items()
    )
    context.expect(partner, person.record)
    if member is None:
        label = f"{person.name} <{person.address}>"
        effect: Create | Update = Create(
            rule=standing.rule,
            location=standing.location,
            reason=standing.why,
            record=RecordName(connection=connection, module=USERS, id=None, label=label),
            source=source,
            source_side="left",
            key=_key(context, connection, partner, person.record),
            fields=fields,
        )
    else:
        context.expect(connection, member.record)
        effect = Update(
            rule=standing.rule,
            location=standing.location,
            reason=standing.why,
            record=_member_name(connection, member),
            side="right",
            partner=source,
            fields=fields,
        )
    grant = standing.grant
    return GiveAccess(
        effect=effect,
        address=person.address,
        role=standing.role,
        values=standing.values,
        record=member.record if member is not None else None,
        # Who was there before is not taken away again, whoever gave the role.
        ours=member is None or (grant is not None and grant.ours),
        since=grant.since if grant is not None else None,
    )


def _taken(context: Context, connection: str, standing: Standing) -> TakeAccess:
    member, grant = _required(standing.member), _required(standing.grant)
    context.expect(connection, member.record)
    partner = _partner(context, connection, standing)
    person = RecordName(connection=partner, module=USERS, id=None, label=standing.address)
    return TakeAccess(
        effect=Delete(
            rule=standing.rule,
            location=standing.location,
            reason=standing.why,
            record=_member_name(connection, member),
            side="right",
            partner=_person_name(partner, standing.person) if standing.person is not None else person,
        ),
        record=member.record,
        grant=grant,
    )


def _remember(context: Context, connection: str, standing: Standing) -> None:
    """Remember a user who has the role, the first time with the moment; what is known of one stays."""
    member, known = _required(standing.member), standing.grant
    if known is not None and known.role == standing.role:
        return
    if known is None:
        context.baseline["users who have their role already"] += 1
    context.grants_noted.append(
        Grant(
            connection=connection,
            module=USERS,
            record_id=member.record.id,
            address=known.address if known is not None else member.address,
            role=standing.role,
            ours=known is not None and known.ours,
            since=known.since if known is not None else context.run.clock(),
        )
    )


def _forget(context: Context, connection: str, standing: Standing) -> None:
    context.grants_forgotten.append(_required(standing.grant))
    if standing.why:
        context.reported.append(f"{standing.address} stays in {connection}: {standing.why}")


def _hold(context: Context, connection: str, standing: Standing) -> Hold:
    if standing.person is not None:
        record = _person_name(_partner(context, connection, standing), standing.person)
    elif standing.member is not None:
        record = _member_name(connection, standing.member)
    else:
        partner = _partner(context, connection, standing)
        record = RecordName(connection=partner, module=USERS, id=None, label=standing.address)
    return Hold(rule=standing.rule, location=standing.location, reason=standing.why, why="access", record=record)


def _block(connection: str, block: Block) -> Hold:
    record = RecordName(connection=connection, module=USERS, id=None, label=block.role)
    return Hold(rule=block.rule, location=block.location, reason=block.why, why="access", record=record)


def _hold_back(context: Context, connection: str, unread: UsersUnreadError) -> None:
    """Leave the access to a system alone where the users of one side could not be read."""
    rules = [rule for rule in context.plan.access if rule.connection == connection]
    known = (access_name(connection, grant.role) for grant in context.run.state.grants(connection))
    names = tuple(dict.fromkeys((*(rule.name for rule in rules), *known)))
    context.held |= {*names}
    context.unreadable = (
        *context.unreadable,
        Unreadable(
            connection=unread.connection,
            module=USERS,
            code=unread.fault.code.id,
            message=unread.fault.message,
            help=unread.fault.help,
            holds=names,
        ),
    )


def _list_rights(context: Context, connection: str, judged: Judged) -> None:
    """Tell, with changes under a rule, what its role has to allow: to be checked by hand, for no system tells."""
    changed = {item.role.casefold(): item.role for item in judged.standings if item.fate in {Fate.INVITE, Fate.CHANGE}}
    for folded, role in changed.items():
        rules = [rule for rule in context.plan.access if rule.connection == connection]
        rights = rights_of([rule for rule in rules if rule.role.casefold() == folded])
        for right, kinds in rights.items():
            context.reported.append(f"check that `{role}` may {right} {', '.join(kinds)}")


def rights_of(rules: Sequence[AccessPlan]) -> dict[str, list[str]]:
    """Return the kinds of documents by what some rules, put together, want to be allowed with them."""
    rights: dict[str, list[str]] = {}
    for right, kind in dict.fromkeys(each for rule in rules for each in rule.rights):
        rights.setdefault(right, []).append(kind)
    return rights


def _partner(context: Context, connection: str, standing: Standing) -> str:
    """Return the CRM whose user somebody is; of a rule that is gone, the first other system."""
    rules = [rule for rule in context.plan.access if rule.connection == connection]
    named = (rule.partner for rule in rules if rule.location == standing.location)
    others = (name for name in context.plan.connections if name != connection)
    return next(named, next((rule.partner for rule in rules), next(others, connection)))


def _key(context: Context, connection: str, partner: str, record: Record) -> str:
    return syncdsl_key(
        left_organization=context.identities[partner].organization,
        right_organization=context.identities[connection].organization,
        name=KEY_NAME,
        source_connection=partner,
        source_id=record.id,
    )


def _person_name(connection: str, person: Person) -> RecordName:
    label = f"{person.name} <{person.address}>"
    return RecordName(connection=connection, module=USERS, id=person.record.id, label=label)


def _member_name(connection: str, member: Member) -> RecordName:
    label = f"{member.name} <{member.address}>"
    return RecordName(connection=connection, module=USERS, id=member.record.id, label=label)


def _required(value: T | None) -> T:
    if value is None:
        raise RuntimeError("a standing without what its fate rests on")
    return value
