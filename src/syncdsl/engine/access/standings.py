"""Standings: what an `access` rule comes to for each user, judged from what both sides show. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.access import TOO_MANY_FOUND
from syncdsl.engine.access.people import ACTIVE, INACTIVE, address_form
from syncdsl.plan.accords import MAX_USERS, access_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from syncdsl.engine.access.people import Member, Person
    from syncdsl.plan.accords import AccessPlan
    from syncdsl.schema.values import Fields
    from syncdsl.state import Grant

REMOVED = "(removed)"
"""The place of a rule that is gone."""


class Fate(Enum):
    """What becomes of a user under a rule."""

    HAS = "has it"
    NOT_OURS = "not ours"
    INVITE = "invite"
    CHANGE = "change"
    WAITS = "waits"
    LOSES = "will lose it"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One user under one rule: `fate` with the reason, who it is on both sides, and what is remembered.

    `values` are what a change writes. `asks`: a person is asked about it.
    """

    rule: str
    role: str
    location: str
    address: str
    fate: Fate
    why: str
    person: Person | None = None
    member: Member | None = None
    grant: Grant | None = None
    values: Fields = field(default_factory=dict)
    asks: bool = False

    @property
    def name(self) -> str:
        """What the user is called."""
        known = self.person or self.member
        return known.name if known is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A rule of which nothing is carried out, and why."""

    rule: str
    role: str
    location: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules over one system come to."""

    standings: tuple[Standing, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is judged: the rules over `connection`, the users of each CRM and of the books, and what is remembered.

    `in_doubt` are the users (rule, id in the CRM) whose invitation got no answer. `complete`: all users were read.
    `unattended`: nobody is there who could confirm that somebody loses access.
    """

    connection: str
    rules: Sequence[AccessPlan]
    people: Mapping[str, Sequence[Person]]
    members: Sequence[Member]
    grants: Sequence[Grant]
    in_doubt: Collection[tuple[str, str]] = ()
    complete: bool = True
    unattended: bool = False


def judge(facts: Facts) -> Judged:
    """Return what becomes of every user that a rule names, and of those who are named no more.

    Raises Fault SD850 when more users than can have a role would get it.
    """
    return _Judge(facts).judged()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    rule: AccessPlan
    address: str
    person: Person | None
    trouble: str = ""


class _Judge:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._by_address = {address_form(member.address): member for member in facts.members if member.address}
        self._by_id = {member.record.id: member for member in facts.members}
        self._grants = {grant.record_id: grant for grant in facts.grants}
        self._renamed = {
            address_form(grant.address): self._by_id[grant.record_id]
            for grant in facts.grants
            if grant.record_id in self._by_id
        }
        self._roles = {member.role.casefold(): member.role for member in facts.members if member.role}
        self._administrators = {member.record.id for member in facts.members if member.administers}
        self._rules: dict[str, AccessPlan] = {}
        for rule in facts.rules:
            self._rules.setdefault(rule.role.casefold(), rule)
        self._blocks: dict[str, Block] = {}

    def judged(self) -> Judged:
        wanted = self._wanted()
        several: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for item in wanted:
            several[address_form(item.address)][item.rule.role.casefold()] = None
        found = [self._standing(item, len(several[address_form(item.address)]) > 1) for item in wanted]
        claimed = {item.member.record.id for item in found if item.member is not None}
        if self._facts.complete:
            found += self._leaving(claimed, {address_form(item.address) for item in found if item.member is None})
        return Judged(standings=tuple(found), blocks=tuple(self._blocks.values()))

    # -- who is to have a role ----------------------------------------------------------------------------------

    def _wanted(self) -> list[_Wanted]:
        """Return whom the rules name, each once for a role. Blocks rules that cannot be carried out at all."""
        by_role: defaultdict[str, dict[str, _Wanted]] = defaultdict(dict)
        for rule in self._facts.rules:
            for item in self._named(rule) if rule.profile is None else self._of_profile(rule):
                by_role[rule.role.casefold()].setdefault(address_form(item.address), item)
        for role, users in by_role.items():
            rule = self._rules[role]
            if len(users) > MAX_USERS:
                raise Fault(
                    TOO_MANY_FOUND,
                    f"{rule.location}: {len(users):,} users would get the role `{rule.role}` in `{rule.connection}`, "
                    f"which at most {MAX_USERS:,} can have",
                    help="name fewer users, or a profile that fewer have; nothing was written",
                )
            self._require_role(rule)
        return [item for users in by_role.values() for item in users.values()]

    def _named(self, rule: AccessPlan) -> Iterator[_Wanted]:
        people = {address_form(person.address): person for person in self._facts.people[rule.partner]}
        for address in rule.users:
            person = people.get(address_form(address))
            trouble = ""
            if person is None:
                trouble = f"`{rule.partner}` has no user with this address: correct it, or take it out of the rule"
            elif not person.active:
                trouble = f"this user is not active in `{rule.partner}`: take the address out of the rule"
            yield _Wanted(rule=rule, address=address, person=person, trouble=trouble)

    def _of_profile(self, rule: AccessPlan) -> Iterator[_Wanted]:
        wanted = (rule.profile or "").casefold()
        found = [
            person
            for person in self._facts.people[rule.partner]
            if person.active and person.address and person.profile.casefold() == wanted
        ]
        if not found:
            # A profile that was renamed looks like one that everybody lost: nobody loses access because of it.
            self._block(
                rule,
                f"no active user of `{rule.partner}` has the profile `{rule.profile}`: correct its name, or remove "
                "the rule to take the role away",
            )
        for person in found:
            yield _Wanted(rule=rule, address=person.address, person=person)

    def _require_role(self, rule: AccessPlan) -> None:
        if rule.role.casefold() in self._roles:
            return
        listed = ", ".join(f"`{role}`" for role in sorted(self._roles.values())) or "none"
        self._block(
            rule,
            f"give one user this role in `{rule.connection}` by hand: nobody has it, so its id cannot be found; "
            f"roles in use: {listed}",
        )

    def _block(self, rule: AccessPlan, why: str) -> None:
        name = self._rules[rule.role.casefold()].name
        block = Block(rule=name, role=rule.role, location=rule.location, why=why)
        self._blocks.setdefault(rule.role.casefold(), block)

    # -- what becomes of them -----------------------------------------------------------------------------------

    def _standing(self, item: _Wanted, several: bool) -> Standing:  # noqa: FBT001 - a helper of one caller
        rule, person = item.rule, item.person
        name = self._rules[rule.role.casefold()].name
        form = address_form(item.address)
        # Somebody who was let in may have another address in the books by now.
        member = self._by_address.get(form) or self._renamed.get(form)
        grant = self._grants.get(member.record.id) if member is not None else None
        block = self._blocks.get(rule.role.casefold())
        values: Fields = {}
        asks = False
        if several:
            fate, why, asks = Fate.WAITS, "rules give this user more than one role, and a user has one role", True
        elif block is not None:
            fate, why = Fate.WAITS, block.why
        elif person is None or item.trouble:
            fate, why, asks = Fate.WAITS, item.trouble, True
        elif (name, person.record.id) in self._facts.in_doubt:
            fate, why = Fate.WAITS, "an earlier invitation got no answer and may still arrive"
        elif member is None:
            fate, why = Fate.INVITE, "the rule gives this role to a user who is not there yet"
            values = {"name": person.name, "email": person.address, "user_role": self._roles[rule.role.casefold()]}
        else:
            fate, why, values = self._of_member(rule, member, grant)
            asks = fate is Fate.WAITS
        return Standing(
            rule=name,
            role=rule.role,
            location=rule.location,
            address=item.address,
            fate=fate,
            why=why,
            person=person,
            member=member,
            grant=grant,
            values=values,
            asks=asks,
        )

    def _of_member(self, rule: AccessPlan, member: Member, grant: Grant | None) -> tuple[Fate, str, Fields]:
        role = self._roles[rule.role.casefold()]
        values: Fields = {}
        reasons: list[str] = []
        if member.role.casefold() != role.casefold():
            trouble = self._indispensable(member)
            if trouble:
                return Fate.WAITS, f"it keeps its role `{member.role}`, {trouble}: take it out of the rule", {}
            values["user_role"] = role
            reasons.append(f"the rule gives another role than `{member.role}`")
        if member.status.casefold() == INACTIVE:
            values["status"] = ACTIVE
            reasons.append("the rule gives this role to a user who is inactive")
        if values:
            return Fate.CHANGE, "; ".join(reasons), values
        invited = "the invitation is not accepted yet" if member.status.casefold() == "invited" else ""
        if grant is not None and grant.ours:
            return Fate.HAS, invited, {}
        return Fate.NOT_OURS, invited or "had it before, or was let in by a person", {}

    def _indispensable(self, member: Member) -> str:
        """Return why a user must neither lose its role nor be removed; one administrator always stays."""
        if member.own:
            return "for syncdsl itself works as this user"
        if member.record.id in self._administrators:
            if len(self._administrators) == 1:
                return "for there is no other administrator"
            self._administrators.discard(member.record.id)
        return ""

    # -- who is named no more -----------------------------------------------------------------------------------

    def _leaving(self, claimed: Collection[str], addresses: Collection[str]) -> Iterator[Standing]:
        for grant in self._facts.grants:
            role = grant.role.casefold()
            if grant.record_id in claimed or address_form(grant.address) in addresses or role in self._blocks:
                continue
            known = self._rules.get(role)
            member = self._by_id.get(grant.record_id)
            fate, why = self._of_leaver(known, grant, member)
            yield Standing(
                rule=known.name if known is not None else access_name(self._facts.connection, grant.role),
                role=grant.role,
                location=known.location if known is not None else REMOVED,
                address=member.address if member is not None else grant.address,
                fate=fate,
                why=why,
                person=self._person(grant),
                member=member,
                grant=grant,
                asks=fate is Fate.WAITS,
            )

    def _of_leaver(self, rule: AccessPlan | None, grant: Grant, member: Member | None) -> tuple[Fate, str]:
        if member is None:
            return Fate.FORGET, ""
        if not grant.ours:
            return Fate.FORGET, "no rule names this user any more, who was there before or was let in by a person"
        if member.role.casefold() != grant.role.casefold():
            return Fate.FORGET, f"no rule names this user any more, whom somebody gave the role `{member.role}` since"
        trouble = self._indispensable(member)
        if trouble:
            return Fate.WAITS, f"it stays, {trouble}, though no rule names it any more: remove it by hand"
        if rule is None:
            why = "no rule gives this role any more"
        elif rule.profile is not None:
            why = f"this user does not have the profile `{rule.profile}` any more, or is not active"
        else:
            why = "the rule does not name this user any more"
        if self._facts.unattended:
            return Fate.WAITS, f"access is taken away after a confirmation, by `syncdsl apply`: {why}"
        return Fate.LOSES, why

    def _person(self, grant: Grant) -> Person | None:
        form = address_form(grant.address)
        people = (person for several in self._facts.people.values() for person in several)
        return next((person for person in people if address_form(person.address) == form), None)
