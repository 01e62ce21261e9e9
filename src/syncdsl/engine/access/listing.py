"""Who has access by the rules: every user of every `access` rule with what becomes of it. Writes nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from syncdsl.engine.access.deciding import access_connections, facts_of, rights_of
from syncdsl.engine.access.people import UsersUnreadError
from syncdsl.engine.access.standings import REMOVED, Fate, judge
from syncdsl.engine.run import open_context
from syncdsl.schema.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.engine.access.standings import Judged, Standing
    from syncdsl.engine.context import Context
    from syncdsl.engine.run import Run
    from syncdsl.plan.accords import AccessPlan

Situation: TypeAlias = Literal["has it", "will get it", "waits", "will lose it", "not ours"]
"""How a user stands: let in by syncdsl; to be let in or changed by the next apply; held, with the reason; to be removed
by the next apply, which asks; or there before syncdsl, or let in by a person, and so never removed."""


class UserStanding(Model):
    """A user under a rule: `role` is the one it has now, `since` when syncdsl saw it have the rule's first.

    `person` and `member` are its ids in the CRM and in the books, as far as it is there.
    """

    address: str
    name: str
    state: Situation
    why: str
    role: str
    since: dt.datetime | None
    person: str | None
    member: str | None


class Right(Model):
    """What the role has to allow; whether it does is for a person to check."""

    right: str
    kinds: tuple[str, ...]


class RoleAccess(Model):
    """The rules that give one role, put together; without any `locations` they are gone, and users are left.

    `trouble` says why nothing of it is carried out, if so.
    """

    connection: str
    role: str
    locations: tuple[str, ...]
    users: tuple[UserStanding, ...]
    rights: tuple[Right, ...]
    trouble: str = ""


def access_by_role(run: Run) -> list[RoleAccess]:
    """Read both systems, and return every role that rules give, with its users.

    Raises Fault where the users of a system cannot be read, and SD850 for too many.
    """
    context = open_context(run)
    context.in_doubt |= {
        (intent.pair_or_document, intent.source_id)
        for intent in run.state.open_intents()
        if intent.op == "create" and "access" in intent.payload
    }
    found: list[RoleAccess] = []
    for connection in access_connections(context):
        try:
            judged = judge(facts_of(context, connection))
        except UsersUnreadError as unread:
            raise unread.fault from None
        found += _roles(context, connection, judged)
    return found


def _roles(context: Context, connection: str, judged: Judged) -> Iterator[RoleAccess]:
    roles: dict[str, str] = {}
    rules = [rule for rule in context.plan.access if rule.connection == connection]
    for rule in rules:
        roles.setdefault(rule.role.casefold(), rule.role)
    for standing in judged.standings:
        roles.setdefault(standing.role.casefold(), standing.role)
    for folded, role in roles.items():
        mine = [rule for rule in rules if rule.role.casefold() == folded]
        users = tuple(_users([item for item in judged.standings if item.role.casefold() == folded]))
        if mine or users:
            yield RoleAccess(
                connection=connection,
                role=role,
                locations=tuple(rule.location for rule in mine),
                users=users,
                rights=_rights(mine),
                trouble=next((block.why for block in judged.blocks if block.role.casefold() == folded), ""),
            )


def _users(standings: Sequence[Standing]) -> Iterator[UserStanding]:
    for item in standings:
        state = _situation(item)
        if state is not None:
            yield UserStanding(
                address=item.address,
                name=item.name,
                state=state,
                why=item.why,
                role=item.member.role if item.member is not None else "",
                since=item.grant.since if item.grant is not None else None,
                person=item.person.record.id if item.person is not None else None,
                member=item.member.record.id if item.member is not None else None,
            )


def _situation(item: Standing) -> Situation | None:
    match item.fate:
        case Fate.HAS:
            return "has it"
        case Fate.NOT_OURS:
            return "not ours"
        case Fate.INVITE | Fate.CHANGE:
            return "will get it"
        case Fate.WAITS:
            return "waits"
        case Fate.LOSES:
            return "will lose it"
        case Fate.FORGET:
            return None
        case _:
            assert_never(item.fate)


def _rights(rules: Sequence[AccessPlan]) -> tuple[Right, ...]:
    return tuple(Right(right=right, kinds=tuple(kinds)) for right, kinds in rights_of(rules).items())


__all__ = ["REMOVED", "RoleAccess", "UserStanding", "access_by_role"]
