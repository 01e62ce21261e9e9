"""Access in the engine: exactly once whatever breaks, and nothing where somebody is unread or only a part is run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.conftest import World
from tests.unit.engine.world import CUSTOMERS

from syncdsl.adapters.memory import Fate, forget_stores
from syncdsl.adapters.protocol import Ambiguous, NotSent, Rejected
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_PERMITTED
from syncdsl.engine.run import apply, preview
from syncdsl.plan.accords import AccessPlan
from syncdsl.plan.plan import Plan
from syncdsl.plan.restriction import restricted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syncdsl.engine.run import Run
    from syncdsl.state import State

ROLE = "Integration"


@dataclass
class Crew(World):
    """A world whose rules give people access: `named` are their addresses."""

    named: tuple[str, ...] | None = ()
    now: dt.datetime | None = None

    def run(self, state: State | None = None, only: Plan | None = None, **facts: Any) -> Run:
        """Return a run of the rules with the access that is wanted."""
        run = super().run(state, only, **facts)
        access = AccessPlan(
            location="main.sync:20", connection="books", partner="crm", role=ROLE, users=self.named or ()
        )
        wanted = [access.model_dump()] if self.named is not None else []
        now = self.now
        return replace(
            run,
            plan=Plan.model_validate({**run.plan.model_dump(), "access": wanted}),
            clock=run.clock if now is None else lambda: now,
        )

    def person(self, name: str, **fields: Any) -> str:
        """Add an active user of the CRM."""
        facts = {"full_name": name.title(), "email": f"{name}@example.com", "status": "active", "profile": "Sales"}
        return self.record(self.crm, "users", **{**facts, **fields})

    def member(self, name: str, role: str = ROLE, **fields: Any) -> str:
        """Add a user of the books, as a person would."""
        facts = {"name": name.title(), "email": f"{name}@example.com", "user_role": role, "status": "active"}
        return self.record(self.books, "users", **{**facts, **fields})

    @property
    def members(self) -> dict[str, str]:
        """The role of each user of the books, by the name in the address."""
        return {
            str(one.fields["email"]).partition("@")[0]: str(one.fields["user_role"])
            for one in self.books.living("users")
        }

    @property
    def known(self) -> dict[str, bool]:
        """Whom the state knows, by the name in the address, and whether they are syncdsl's own."""
        return {grant.address.partition("@")[0]: grant.ours for grant in self.state().grants()}

    def copy(self, folder: Path) -> Crew:
        """Return a crew of its own that is as this one is now."""
        like = super().copy(folder)
        other = Crew(folder, rules_text=like.rules_text, state_name=like.state_name, days=like.days, named=self.named)
        other.crm, other.books = like.crm, like.books
        return other


@pytest.fixture
def make_crew(tmp_path: Path) -> Iterator[Callable[..., Crew]]:
    """Make crews, each with systems and a state of its own."""
    made: list[Crew] = []

    def make(like: Crew | None = None) -> Crew:
        folder = tmp_path / f"crew{len(made)}"
        folder.mkdir()
        made.append(Crew(folder) if like is None else like.copy(folder))
        return made[-1]

    yield make
    for crew in made:
        crew.close()
    forget_stores()


@pytest.fixture
def crew(make_crew: Callable[..., Crew]) -> Crew:
    """Return a crew: two people to be let in, one who is there with another role, one who administers."""
    crew = make_crew()
    crew.rules(CUSTOMERS)
    for name in ("ada", "bob", "cat", "dan"):
        crew.person(name)
    crew.member("cat", "staff")
    crew.member("keeper")
    crew.member("boss", "admin", is_current_user=True)
    crew.named = ("ada@example.com", "bob@example.com", "cat@example.com")
    return crew


def test_everybody_has_the_role_once(crew: Crew) -> None:
    """Two are let in and one is changed, in one apply; then all is quiet, and a lost state takes nobody away."""
    crew.apply()
    assert crew.members == {"ada": ROLE, "bob": ROLE, "cat": ROLE, "keeper": ROLE, "boss": "admin"}
    assert crew.known == {"ada": True, "bob": True, "cat": False}
    crew.quiet()
    crew.forget()
    crew.quiet()
    assert crew.known == {"ada": False, "bob": False, "cat": False}
    crew.named = None
    assert "ada@example.com stays in books" in " ".join(crew.preview().reported)
    crew.quiet()


def test_death_at_every_point(crew: Crew, make_crew: Callable[..., Crew]) -> None:
    """Wherever an apply dies that lets one in, changes one and removes one, the next comes to the same, once each."""
    crew.named = ("ada@example.com",)
    crew.settle()
    crew.named = ("bob@example.com", "cat@example.com")
    whole = make_crew(crew)
    whole.points.clear()
    whole.apply()
    points = len(whole.points)
    assert points > 10
    for point in range(1, points + 1):
        other = make_crew(crew)
        died = other.dies(point, points)
        other.settle()
        assert other.members == whole.members, died
        assert other.known == whole.known, died
        invited = [what for name, module, what in other.writes if (name, module) == ("create", "users")]
        assert len(invited) <= 1, died
        other.close()


@pytest.mark.parametrize("landed", [True, False])
def test_a_lost_invitation_waits_and_is_looked_up(crew: Crew, landed: bool) -> None:  # noqa: FBT001 - a parameter
    """While it may still arrive nothing is sent; then the user is found by the address, or invited again."""
    crew.named = ("ada@example.com",)
    crew.now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    crew.books.interfere = lambda _module, _write: Fate(outcome=Ambiguous(reason="no answer"), lands=landed)
    report = crew.apply()
    assert [effect.kind for effect in report.unknown] == ["create"]
    crew.books.interfere = None
    before = len(crew.writes)
    changes = crew.preview()
    if not landed:
        assert [(hold.why, hold.record.label) for hold in changes.holds] == [("ambiguous", "ada@example.com")]
        crew.apply()
        assert crew.writes[before:] == []
        crew.now += dt.timedelta(hours=1)
        crew.apply()
    crew.settle()
    assert crew.members["ada"] == ROLE
    assert crew.known == {"ada": True}
    assert len(crew.writes) - before == (0 if landed else 1)


def test_what_was_not_sent_is_sent_next_time(crew: Crew) -> None:
    """An invitation that certainly did not arrive is made by the next run, and the user is syncdsl's own."""
    crew.named = ("ada@example.com",)
    crew.books.interfere = lambda _module, _write: Fate(outcome=NotSent(reason="no quota"), lands=False)
    assert [failure.code for failure in crew.apply().failed] == ["not sent"]
    crew.books.interfere = None
    crew.settle()
    assert crew.known == {"ada": True}


def test_who_is_let_in_by_a_person_meanwhile_is_not_ours(crew: Crew) -> None:
    """Between an invitation that never left and the next run a person let the user in: never removed."""
    crew.named = ("ada@example.com",)
    crew.books.interfere = lambda _module, _write: Fate(outcome=NotSent(reason="no quota"), lands=False)
    crew.apply()
    crew.books.interfere = None
    crew.member("ada")
    crew.settle()
    assert crew.known == {"ada": False}
    crew.named = None
    crew.settle()
    assert "ada" in crew.members


@pytest.mark.parametrize(("field", "value"), [("user_role", "admin"), ("email", "new@example.com")])
def test_a_removal_leaves_alone_who_changed_meanwhile(crew: Crew, field: str, value: str) -> None:
    """A person gave the user another role, or it is somebody else by now, while somebody was asked: it stays."""
    crew.named = ("ada@example.com",)
    crew.settle()
    ada = next(one.id for one in crew.books.living("users") if one.fields["email"] == "ada@example.com")
    crew.named = None

    def agree(_: object) -> bool:
        crew.books.edit("users", ada, {field: value})
        return True

    report = apply(crew.run(), confirm=agree)
    assert [effect.kind for effect in report.moved_on] == ["delete"]
    assert ada in {one.id for one in crew.books.living("users")}


def test_declined_is_nothing(crew: Crew) -> None:
    """Who says no changes nothing, and nothing is remembered either."""
    crew.member("ada")
    assert not apply(crew.run(), confirm=lambda _: False).applied
    assert crew.known == {}
    assert crew.writes == []


def test_an_unattended_run_takes_nothing_away(crew: Crew) -> None:
    """It holds the removal, visibly, and does everything else."""
    crew.named = ("ada@example.com",)
    crew.settle()
    crew.named = ("bob@example.com",)
    report = apply(crew.run(unattended=True), confirm=lambda _: True)
    assert [effect.kind for effect in report.done] == ["create"]
    assert [(hold.why, hold.location) for hold in report.changes.holds] == [("access", "main.sync:20")]
    assert {"ada", "bob"} <= crew.members.keys()
    crew.settle()
    assert "ada" not in crew.members
    assert crew.reviews() == []


def test_a_person_may_dismiss_the_question(crew: Crew) -> None:
    """A hold that somebody skips is asked no more, while it stays as it is."""
    crew.named = ("nobody@example.com",)
    crew.apply()
    [item] = crew.reviews()
    assert (item.kind, item.label) == ("access", "nobody@example.com")
    crew.decide(item, "skip")
    assert crew.preview().effects == ()


@pytest.mark.parametrize("system", ["crm", "books"])
def test_users_that_cannot_be_read_hold_their_rules_alone(crew: Crew, system: str) -> None:
    """Whichever side is refused: it is named, nobody gets or loses a role, and everything else goes on."""
    crew.named = ("ada@example.com",)
    crew.settle()
    crew.named = ("bob@example.com",)
    crew.account("Acme")

    def refuse(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module == "users":
            of_crm = "profile" in arguments[0].fields
            if of_crm == (system == "crm"):
                raise Fault(NOT_PERMITTED, "no right to read users")
        return answer

    crew.answered = refuse
    changes = crew.preview()
    assert [effect.kind for effect in changes.effects] == ["create"]
    assert [(item.connection, item.module, item.holds) for item in changes.unreadable] == [
        (system, "users", (f'access books "{ROLE}"',))
    ]
    crew.apply()
    assert crew.known == {"ada": True}
    assert [row["name"] for row in crew.all("customers")] == ["Acme"]
    crew.answered = None
    crew.settle()
    assert crew.known == {"bob": True}


def test_a_part_of_the_rules_leaves_access_alone(crew: Crew) -> None:
    """A run over some modules, or over one record, does not even read who works where."""
    record = crew.account("Acme")
    run = crew.run()
    parts = [
        replace(run, plan=restricted(run.plan, ["customers"], run.schemas), whole=run.plan),
        crew.run(focus=frozenset({("crm", "Accounts", record)})),
    ]
    for part in parts:
        assert all(
            effect.rule == "customers" for effect in preview(replace(part, state=crew.state(scratch=True))).effects
        )


def test_rules_without_access_cost_nothing(crew: Crew) -> None:
    """Where no rule gives a role and nobody has one because of an earlier rule, users are not read."""
    crew.named = None
    asked: list[str] = []

    def note(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe":
            asked.append(arguments[0].module)
        return answer

    crew.answered = note
    crew.preview()
    assert "users" not in asked
    assert "customers" in asked


def test_a_refused_invitation_that_was_dismissed_is_left_alone(crew: Crew) -> None:
    """It is no change and no failure any more; once the person is called otherwise, it is tried again."""
    crew.named = ("ada@example.com",)
    crew.books.interfere = lambda module, _: (
        Fate(outcome=Rejected(code="7", message="no seat left"), lands=False) if module == "users" else None
    )
    assert len(crew.apply().failed) == 1
    (item,) = crew.reviews()
    crew.decide(item, "dismiss")
    assert crew.preview().changes == ()
    before = len(crew.writes)
    assert crew.apply().failed == []
    assert (len(crew.writes), [one.state for one in crew.reviews()]) == (before, ["decided"])
    (person,) = (one.id for one in crew.crm.living("users") if one.fields["email"] == "ada@example.com")
    crew.edit(person, full_name="Ada L")
    crew.books.interfere = None
    crew.apply()
    assert crew.members["ada"] == ROLE
    assert crew.reviews() == []
