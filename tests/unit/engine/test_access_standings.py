"""What becomes of each user under `access` rules, judged from what both sides show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from syncdsl.adapters.protocol import Record
from syncdsl.diagnostics import Fault
from syncdsl.engine.access.people import Member, Person
from syncdsl.engine.access.standings import Facts, Fate, Judged, judge
from syncdsl.plan.accords import USERS, AccessPlan
from syncdsl.state import Grant

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
ROLE = "Integration"


def rule(*users: str, role: str = ROLE, profile: str | None = None, line: int = 3) -> AccessPlan:
    return AccessPlan(
        location=f"main.sync:{line}", connection="books", partner="crm", role=role, users=users, profile=profile
    )


def person(name: str, profile: str = "Sales", *, active: bool = True) -> Person:
    record = Record(module=USERS, id=f"crm-{name}", fields={})
    return Person(record=record, address=f"{name}@example.com", name=name.title(), profile=profile, active=active)


def member(name: str, role: str = ROLE, status: str = "active", *, own: bool = False) -> Member:
    record = Record(module=USERS, id=f"books-{name}", fields={"user_role": role, "status": status})
    return Member(record=record, address=f"{name.title()}@Example.com", name=name, role=role, status=status, own=own)


def grant(name: str, role: str = ROLE, *, ours: bool = True) -> Grant:
    return Grant(
        connection="books",
        module=USERS,
        record_id=f"books-{name}",
        address=f"{name}@example.com",
        role=role,
        ours=ours,
        since=NOW,
    )


def judged(
    rules: list[AccessPlan], people: list[Person], members: list[Member], grants: tuple[Grant, ...] = (), **facts: bool
) -> Judged:
    """Judge, in books where somebody who is in no rule has the role and another one administers."""
    others = [member("keeper"), member("boss", "admin")]
    return judge(
        Facts(
            connection="books",
            rules=rules,
            people={"crm": people},
            members=[*others, *members],
            grants=grants,
            complete=facts.get("complete", True),
            unattended=facts.get("unattended", False),
        )
    )


def fates(found: Judged) -> dict[str, Fate]:
    """Return the fate of each user by the name before the address's `@`, in small letters."""
    return {item.address.partition("@")[0].casefold(): item.fate for item in found.standings}


def test_an_address_is_the_same_in_any_case() -> None:
    """A user is known by the address, whatever its letters' case in the rule, the CRM and the books."""
    found = judged([rule("ADA@example.COM", "ada@example.com")], [person("ada")], [member("ada")])
    assert fates(found) == {"ada": Fate.NOT_OURS}


@pytest.mark.parametrize(
    ("held", "known", "fate"),
    [
        (None, (), Fate.INVITE),
        (member("ada"), (), Fate.NOT_OURS),
        (member("ada", status="invited"), (grant("ada"),), Fate.HAS),
        (member("ada", ROLE.upper()), (grant("ada"),), Fate.HAS),
        (member("ada", "staff"), (), Fate.CHANGE),
        (member("ada", status="inactive"), (), Fate.CHANGE),
        (member("ada", "admin"), (), Fate.CHANGE),
        (member("ada", "staff", own=True), (), Fate.WAITS),
    ],
)
def test_who_is_named(held: Member | None, known: tuple[Grant, ...], fate: Fate) -> None:
    """By what the books hold: invited, changed, left as it is, or held."""
    found = judged([rule("ada@example.com")], [person("ada")], [held] if held is not None else [], known)
    assert fates(found) == {"ada": fate}


@pytest.mark.parametrize(
    ("held", "known", "fate"),
    [
        (member("ada"), grant("ada"), Fate.LOSES),
        (member("ada", status="invited"), grant("ada"), Fate.LOSES),
        (member("ada"), grant("ada", ours=False), Fate.FORGET),
        (member("ada", "admin"), grant("ada"), Fate.FORGET),
        (member("ada", own=True), grant("ada"), Fate.WAITS),
        (None, grant("ada"), Fate.FORGET),
    ],
)
@pytest.mark.parametrize("rules", [[], [rule("bob@example.com")]])
def test_who_is_named_no_more(held: Member | None, known: Grant, fate: Fate, rules: list[AccessPlan]) -> None:
    """Only syncdsl's own lose access, and none to whom somebody gave another role since, or as whom it works."""
    found = judged(rules, [person("bob"), person("ada")], [held] if held is not None else [], (known,))
    assert fates(found)["ada"] is fate


def test_nobody_loses_access_unattended_or_by_a_list_that_was_cut() -> None:
    """Without anybody to confirm it a removal waits; what was not read completely is no reason for one."""
    waits = judged([], [], [member("ada")], (grant("ada"),), unattended=True)
    assert fates(waits) == {"ada": Fate.WAITS}
    assert "after a confirmation" in waits.standings[0].why
    assert judged([], [], [member("ada")], (grant("ada"),), complete=False).standings == ()


def test_one_administrator_always_stays() -> None:
    """Of two administrators one may get another role, not both."""
    admins = [member("boss2", "admin")]
    found = judged([rule("boss@example.com", "boss2@example.com")], [person("boss"), person("boss2")], admins)
    assert fates(found) == {"boss": Fate.CHANGE, "boss2": Fate.WAITS}
    gone = judged([rule("boss@example.com")], [person("boss")], [])
    assert fates(gone) == {"boss": Fate.WAITS}
    inactive = judged([rule("boss@example.com")], [person("boss")], [member("old", "admin", "inactive")])
    assert fates(inactive) == {"boss": Fate.WAITS}


def test_two_roles_for_one_user_are_none() -> None:
    """A user whom rules give two roles gets neither and loses neither; the same role twice is once."""
    roles = [rule("ada@example.com"), rule("ada@example.com", role="staff", line=9)]
    found = judged(roles, [person("ada")], [member("ada"), member("sue", "staff")], (grant("ada"),))
    assert [item.fate for item in found.standings] == [Fate.WAITS, Fate.WAITS]
    assert all(item.asks for item in found.standings)
    twice = judged([rule("ada@example.com"), rule(role=ROLE.lower(), profile="Sales")], [person("ada")], [])
    assert [item.fate for item in twice.standings] == [Fate.INVITE]


def test_a_profile_brings_its_active_users() -> None:
    """Whoever is active and has it, in any case of letters; nobody else."""
    people = [person("ada", "SALES"), person("bob", "Other"), person("cat", active=False)]
    found = judged([rule(profile="Sales")], people, [member("bob"), member("cat")], (grant("bob"), grant("cat")))
    assert fates(found) == {"ada": Fate.INVITE, "bob": Fate.LOSES, "cat": Fate.LOSES}


def test_a_profile_that_nobody_has_takes_nothing_away() -> None:
    """It may have been renamed: one question for the rule, and everybody keeps the role."""
    found = judged([rule(profile="Sales")], [person("ada", "Vertrieb")], [member("ada")], (grant("ada"),))
    assert found.standings == ()
    assert [block.rule for block in found.blocks] == ['access books "Integration"']


def test_a_role_that_nobody_has_is_one_question() -> None:
    """Each user waits, a person is asked once, and what is in use is named."""
    found = judged([rule("ada@example.com", "bob@example.com", role="Emperor")], [person("ada"), person("bob")], [])
    assert {item.fate for item in found.standings} == {Fate.WAITS}
    assert not any(item.asks for item in found.standings)
    assert ["`Integration`, `admin`" in block.why for block in found.blocks] == [True]


@pytest.mark.parametrize("count", [1000, 1001])
def test_at_most_a_thousand(count: int) -> None:
    """All rules over a role together give it to a thousand users; one more is an error before anything is decided."""
    people = [person(f"u{number}", "Crowd") for number in range(count - 1)]
    rules = [rule(profile="Crowd"), rule("ada@example.com", line=9)]
    if count == 1000:
        assert len(judged(rules, [*people, person("ada")], []).standings) == 1000
        return
    with pytest.raises(Fault, match="1,001 users") as caught:
        judged(rules, [*people, person("ada")], [])
    assert caught.value.code.id == "SD850"


def test_a_user_with_a_new_address_is_not_invited_again() -> None:
    """Who was let in under the named address is known by its id, whatever the address is in the books by now."""
    found = judged(
        [rule("old@example.com")], [person("old")], [member("ada")], (replace(grant("ada"), address="old@example.com"),)
    )
    assert [item.fate for item in found.standings] == [Fate.HAS]


def test_who_was_removed_and_let_in_again_by_a_person_is_theirs() -> None:
    """The same address with another id: the one that is gone is forgotten, the other one is not syncdsl's own."""
    gone = replace(grant("ada"), record_id="books-gone")
    found = judged([rule("ada@example.com")], [person("ada")], [member("ada")], (gone,))
    assert [item.fate for item in found.standings] == [Fate.NOT_OURS, Fate.FORGET]
    again = judged([rule("ada@example.com")], [person("ada")], [], (gone,))
    assert [item.fate for item in again.standings] == [Fate.INVITE]


def test_an_erased_address_is_known_by_its_user() -> None:
    """A user whose address was erased is told by its id: it keeps the role while it is named, and loses it after."""
    erased = Grant(
        connection="books", module=USERS, record_id="books-ada", address="erased:0f", role=ROLE, ours=True, since=NOW
    )
    assert fates(judged([rule("ada@example.com")], [person("ada")], [member("ada")], (erased,))) == {"ada": Fate.HAS}
    assert fates(judged([], [], [member("ada")], (erased,))) == {"ada": Fate.LOSES}
