"""What becomes of the partner of a record that was deleted: kept, made inactive, deleted, or a person decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.world import DELETES, NESTED_DELETES

from syncdsl.adapters.memory.store import Deletion, Fate
from syncdsl.adapters.protocol import Ambiguous, ObservationEnd, Page, Rejected
from syncdsl.changes.decisions import KeepPartner
from syncdsl.changes.effects import Deactivate, Delete
from syncdsl.diagnostics import Fault
from syncdsl.engine.reviewing import Decided
from syncdsl.engine.run import apply
from syncdsl.engine.steps import deleted
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.engine.conftest import World

    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.steps.deleted import Choice
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import Link

VENDORS = """
module vendors: crm.Accounts <-> books.vendors
    dedupe: Name == name
    on delete in crm: deactivate
    map:
        Name <-> name
guard: deletes <= 10
"""


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """Return the ids of a settled pair whose partner follows a delete of either side."""
    left = world.rules(DELETES).account("Acme", Region="in", Phone="1", Notes="n")
    world.settle()
    ((_, right, _),) = world.links()
    return left, right


@pytest.mark.parametrize("side", [0, 1])
def test_a_delete_follows_a_delete_and_both_stay_gone(world: World, pair: tuple[str, str], side: int) -> None:
    """`on delete: delete` deletes the partner once; the link stays as a tombstone and nothing is made again (I16)."""
    world.delete(pair[side])
    (effect,) = world.preview().changes
    assert isinstance(effect, Delete)
    assert effect.record.id == pair[1 - side]
    assert (effect.partner.id, effect.partner.label) == (pair[side], "Acme")
    world.apply()
    assert world.all("Accounts") == world.all("customers") == []
    assert world.quiet().reported == ()
    assert world.links() == {(*pair, "both_gone")}


def test_the_journal_names_the_evidence_of_a_delete(world: World, pair: tuple[str, str]) -> None:
    """The intent of a delete says which record is gone, how that is known, and what the victim was based on (I7)."""
    world.delete(pair[0])
    payloads: list[dict[str, Any]] = []
    state = world.state()
    intend = state.add_intents
    state.add_intents = lambda intents: (payloads.extend(one.payload for one in intents), intend(intents))[1]  # type: ignore[method-assign,func-returns-value]

    apply(world.run(state), confirm=lambda _: True)
    (payload,) = payloads
    assert payload["evidence"]["id"] == pair[0]
    assert payload["evidence"]["confirmed"] == "a direct read did not find it"
    assert payload["rule"] == "delete"
    assert payload["base"]["phone"] == "1"


def test_what_a_deleted_record_held_is_in_the_history(world: World, pair: tuple[str, str]) -> None:
    """Every mapped value that goes with a delete can be read in the history (I2)."""
    world.delete(pair[0])
    world.apply()
    rows = [row.entry for row in world.state().history(module="customers", record_id=pair[1])]
    lost = {entry.field: entry.old for entry in rows if entry.new is None and entry.kind == "field"}
    assert lost == {"name": "Acme", "phone": "1", "notes": "n", "kind": "business"}


@pytest.mark.parametrize(("side", "edit"), [(0, {"phone": "2"}), (0, {"notes": "mine"}), (1, {"Phone": "2"})])
def test_an_edit_beats_a_delete(world: World, pair: tuple[str, str], side: int, edit: dict[str, str]) -> None:
    """A partner whose mapped values changed is not deleted: a person decides, asked again as long as it stands (I6)."""
    world.delete(pair[side])
    world.edit(pair[1 - side], **edit)
    for _ in range(2):
        (hold,) = world.quiet().holds
        assert hold.why == "deleted"
        assert hold.record.id == pair[1 - side]
        assert [candidate.id for candidate in hold.candidates] == [pair[side]]
    assert world.links() == {(*pair, "active")}


def test_an_edit_right_before_the_call_beats_the_delete(world: World, pair: tuple[str, str]) -> None:
    """A partner that is changed between the decision and the call is left alone (I6)."""
    world.delete(pair[0])

    def confirm(_: object) -> bool:
        world.edit(pair[1], phone="2")
        return True

    report = apply(world.run(), confirm=confirm)
    assert [effect.kind for effect in report.moved_on] == ["delete"]
    assert world.one("customers")["phone"] == "2"
    (hold,) = world.quiet().holds
    assert hold.why == "deleted"


def test_a_record_that_comes_back_right_before_the_call_keeps_its_partner(world: World, pair: tuple[str, str]) -> None:
    """The absence is confirmed once more before anything is taken away; what came back goes on as before (I7)."""
    world.delete(pair[0])

    def confirm(_: object) -> bool:
        world.crm.records[pair[0]] = replace(world.crm.records[pair[0]], deleted=False)
        return True

    before = len(world.writes)
    report = apply(world.run(), confirm=confirm)
    assert [effect.kind for effect in report.moved_on] == ["delete"]
    assert world.writes[before:] == []
    world.quiet()
    assert world.links() == {(*pair, "active")}
    world.edit(pair[1], phone="2")
    world.settle()
    assert world.get(pair[0])["Phone"] == "2"


def test_a_partner_that_is_gone_already_counts_as_deleted(world: World, pair: tuple[str, str]) -> None:
    """Somebody deletes the partner between the decision and the call: done, without a call."""
    world.delete(pair[0])

    def confirm(_: object) -> bool:
        world.delete(pair[1])
        return True

    before = len(world.writes)
    assert len(apply(world.run(), confirm=confirm).done) == 1
    assert world.writes[before:] == []
    assert world.links() == {(*pair, "both_gone")}
    world.quiet()


def test_a_refused_delete_is_tried_again(world: World, pair: tuple[str, str]) -> None:
    """Until the delete has come about the link is what it was, and the next run decides anew."""
    world.delete(pair[0])
    world.books.interfere = lambda _, write: (
        Fate(outcome=Rejected(code="IN_USE", message="it has invoices"), lands=False)
        if isinstance(write, Deletion)
        else None
    )
    (failure,) = world.apply().failed
    assert failure.code == "IN_USE"
    assert world.links() == {(*pair, "active")}
    world.books.interfere = None
    world.settle()
    assert world.links() == {(*pair, "both_gone")}


def silent_about_deletions(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
    """Let a system tell changes but not deletions, as Books does."""
    if name != "observe" or arguments[0].cursor is None:
        return answer
    return [Page(records=item.records, unchanged=item.unchanged) if isinstance(item, Page) else item for item in answer]


@pytest.mark.parametrize("silent", [True, False])
@pytest.mark.parametrize("lands", [True, False])
def test_a_delete_without_an_answer_is_looked_up(
    world: World,
    pair: tuple[str, str],
    lands: bool,  # noqa: FBT001 - a parameter of the test
    silent: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Whether a delete arrived is asked before anything else, and counted if it did; either way both end up gone."""
    world.delete(pair[0])
    world.books.interfere = lambda _, write: (
        Fate(outcome=Ambiguous(reason="no answer"), lands=lands) if isinstance(write, Deletion) else None
    )
    assert len(world.apply().unknown) == 1
    world.answered = silent_about_deletions if silent else None
    world.books.interfere = None
    recovered = world.apply().recovered
    assert [("had arrived" in item.resolution, "not" in item.resolution) for item in recovered] == [(lands, not lands)]
    world.quiet()
    assert world.all("customers") == []
    assert world.links() == {(*pair, "both_gone")}
    assert world.state().totals_since(dt.datetime(2020, 1, 1, tzinfo=dt.UTC)).deletes == 1


def test_an_own_delete_is_known_where_the_system_tells_none(world: World, pair: tuple[str, str]) -> None:
    """What we deleted is not taken for a record that came back, though the system never says that it went."""
    world.delete(pair[0])
    world.settle()
    world.answered = silent_about_deletions
    assert world.quiet().holds == ()
    assert world.links() == {(*pair, "both_gone")}


def test_partial_readings_delete_nothing(world: World, pair: tuple[str, str]) -> None:
    """An empty answer from a full module is no evidence, whatever the rule says (I8)."""

    def empty(name: str, _arguments: tuple[Any, ...], answer: Any) -> Any:
        if name != "observe":
            return answer
        return [Page(), ObservationEnd(complete=True, cursor=None, server_time=answer[-1].server_time)]

    world.answered = empty
    assert world.quiet().holds == ()
    assert world.links() == {(*pair, "active")}


def test_leaving_scope_is_never_a_delete(world: World, pair: tuple[str, str]) -> None:
    """A record that leaves its scope takes nothing with it, and a partner out of scope is kept (I37)."""
    world.edit(pair[0], Region="out")
    assert world.quiet().holds == ()
    world.delete(pair[0])
    world.edit(pair[1], kind="individual")
    assert world.quiet().holds == ()
    assert len(world.all("customers")) == 1


@pytest.mark.parametrize("guard", ["guard: deletes <= 0\n", "", "guard: creates <= 9\n"])
def test_a_limit_of_deletes_stops_everything_before_the_first_write(
    world: World, pair: tuple[str, str], guard: str
) -> None:
    """With a delete too many nothing at all is written until that very change set is approved (I21).

    Without a limit for deletes none is allowed.
    """
    world.rules(DELETES.replace("guard: deletes <= 10\n", guard))
    world.delete(pair[0])
    world.account("New", Region="in")
    changes = world.preview()
    assert [verdict.value for verdict in changes.exceeded] == ["1"]
    before = len(world.writes)
    with pytest.raises(Fault, match="SD801"):
        world.apply()
    assert world.writes[before:] == []
    state = world.state()
    state.approve(changes.digest, "ada", world.run().clock())
    world.apply(changes)
    assert [row["name"] for row in world.all("customers")] == ["New"]


def test_deletes_of_a_day_are_added_up(world: World) -> None:
    """`deletes <= 1 per day` lets one through, and stops the next run of that day."""
    world.rules(DELETES.replace("deletes <= 10", "deletes <= 1 per day"))
    ids = [world.account(f"A{number}", Region="in") for number in range(2)]
    world.settle()
    world.delete(ids[0])
    world.apply()
    world.delete(ids[1])
    with pytest.raises(Fault, match="SD801"):
        world.apply()


def test_deactivate_makes_the_partner_inactive_once(world: World) -> None:
    """`on delete: deactivate` keeps the partner as it is but inactive, and lets it alone from then on."""
    left = world.rules(VENDORS).account("Acme")
    world.settle()
    ((_, right, _),) = world.links("vendors")
    world.delete(left)
    (effect,) = world.preview().changes
    assert isinstance(effect, Deactivate)
    world.apply()
    assert world.books.inactive == {right}
    assert len(world.all("vendors")) == 1
    assert world.quiet().reported == ()
    assert world.links("vendors") == {(left, right, "left_gone")}


def test_a_record_that_comes_back_says_that_its_partner_is_inactive(world: World) -> None:
    """No system is told to make a record active again: the run says which one is not, and goes on syncing both."""
    left = world.rules(VENDORS).account("Acme")
    world.settle()
    ((_, right, _),) = world.links("vendors")
    world.delete(left)
    world.settle()
    world.restore(left)
    world.edit(left, Name="Bolt")
    (line,) = world.preview().reported
    assert right in line
    assert "inactive" in line
    world.settle()
    assert world.get(right)["name"] == "Bolt"


def test_review_asks_and_changes_nothing(world: World) -> None:
    """`on delete: review` holds the pair, run after run, and nothing travels."""
    left = world.rules(DELETES.replace("in crm: delete", "in crm: review")).account("Acme", Region="in")
    world.settle()
    ((_, right, _),) = world.links()
    world.delete(left)
    for _ in range(2):
        (hold,) = world.quiet().holds
        assert (hold.why, hold.record.id) == ("deleted", right)


def test_a_rule_that_changes_later_deletes_nothing_kept(world: World, pair: tuple[str, str]) -> None:
    """What was kept when it was deleted stays when the rule says delete from now on."""
    world.rules(DELETES.replace("in crm: delete", "in crm: keep"))
    world.delete(pair[0])
    world.quiet()
    world.rules(DELETES)
    assert world.quiet().holds == ()
    assert len(world.all("customers")) == 1


def test_a_partner_that_another_module_links_is_not_deleted(world: World) -> None:
    """A record with a living partner elsewhere is nobody's to delete without a person."""
    vendors = VENDORS.replace("guard: deletes <= 10\n", "").replace("Name <-> name", '"{Name} V" -> name')
    world.rules(DELETES + vendors.replace("<->", "->"))
    left = world.account("Acme", Region="in")
    world.settle()
    ((_, customer, _),) = world.links()
    world.delete(customer)
    (hold,) = world.quiet().holds
    assert (hold.why, hold.record.id) == ("deleted", left)
    assert "vendors" in hold.reason


def test_children_are_deleted_before_their_parents(world: World) -> None:
    """Deletes come after every other write, in the opposite order of modules."""
    world.rules(
        DELETES.replace("guard: deletes <= 10\n", "")
        + """
module deals: crm.Deals -> books.vendors
    dedupe: Name == name
    on delete in crm: delete
    map:
        Name -> name
        Account -> parent
guard: deletes <= 10
"""
    )
    left = world.account("Acme", Region="in")
    deal = world.deal("Pump", account=left)
    world.settle()
    world.delete(left)
    world.delete(deal)
    world.account("New", Region="in")
    before = len(world.writes)
    world.apply()
    assert [(name, module) for name, module, _ in world.writes[before:]] == [
        ("create", "customers"),
        ("delete", "vendors"),
        ("delete", "customers"),
    ]


def test_a_new_record_like_a_deleted_one_is_new(world: World, pair: tuple[str, str]) -> None:
    """After both are gone a record of the same name is made on the other side as any other."""
    world.delete(pair[0])
    world.settle()
    left = world.account("Acme", Region="in")
    world.settle()
    assert len(world.all("customers")) == 1
    assert (left, world.one("customers")["id"], "active") in world.links()


def test_a_record_with_the_key_of_a_deleted_pair_is_not_made_again(world: World, pair: tuple[str, str]) -> None:
    """A copy that carries the key of a tombstone is a zombie: it waits for a person (I16)."""
    key = world.get(pair[1])["key"]
    world.delete(pair[0])
    world.settle()
    world.customer("Acme", kind="business", key=key)
    changes = world.quiet()
    assert len(changes.holds) == 1
    assert world.all("Accounts") == []


# -- restores -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [0, 1])
def test_what_came_back_after_its_partner_was_deleted_waits(world: World, pair: tuple[str, str], side: int) -> None:
    """Restored after the rule deleted the partner: neither made again nor deleted again; a person decides (I16)."""
    world.delete(pair[side])
    world.settle()
    world.restore(pair[side])
    for _ in range(2):
        (hold,) = world.quiet().holds
        assert (hold.why, hold.record.id) == ("deleted", pair[side])
        assert "came back" in hold.reason
    world.restore(pair[1 - side])
    world.edit(pair[1 - side], **({"phone": "5"} if side == 0 else {"Phone": "5"}))
    world.settle()
    assert world.links() == {(*pair, "active")}
    assert (world.get(pair[0])["Phone"], world.get(pair[1])["phone"]) == ("5", "5")


def test_a_record_restored_before_the_delete_keeps_its_partner(world: World, pair: tuple[str, str]) -> None:
    """A deletion that was taken back before the run, or between preview and apply, deletes nothing."""
    world.delete(pair[0])
    changes = world.preview()
    world.restore(pair[0])
    with pytest.raises(Fault, match="SD802"):
        world.apply(changes)
    world.settle()
    assert world.links() == {(*pair, "active")}


def test_edits_made_while_one_was_deleted_are_merged_when_it_comes_back(world: World) -> None:
    """After `keep` a restored record is merged with its partner as ever: each side's change travels."""
    left = world.rules(DELETES.replace(": delete\n", ": keep\n")).account("Acme", Region="in", Phone="1", Notes="n")
    world.settle()
    ((_, right, _),) = world.links()
    world.delete(left)
    world.quiet()
    world.edit(right, phone="2")
    world.quiet()
    world.restore(left)
    world.edit(left, Notes="m")
    world.settle()
    assert world.links() == {(left, right, "active")}
    assert world.get(left)["Phone"] == "2"
    assert world.get(right)["notes"] == "m"


# -- decisions ----------------------------------------------------------------------------------------------------


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Callable[[Choice], None]:
    """Return what makes every held pair of a deleted record decided in one way."""

    def choose(choice: Choice) -> None:
        def answer(pair: Pair, context: Context, link: Link, side: SideName, *_: Any) -> None:
            decided = Decided(review="item", by="ada", decision=KeepPartner())
            assert deleted.carry_out(pair, context, link, side, choice, decided)

        monkeypatch.setattr(deleted, "hold_deleted", answer)

    return choose


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("came_back", [False, True])
@pytest.mark.parametrize("choice", ["keep", "delete", "restore"])
def test_each_decision_is_carried_out_once(
    world: World,
    pair: tuple[str, str],
    decide: Callable[[Choice], None],
    choice: Choice,
    came_back: bool,  # noqa: FBT001 - a parameter of the test
    side: int,
) -> None:
    """An edited partner, or one that came back alone, is kept, deleted, or gets the deleted record anew; then quiet."""
    world.delete(pair[side])
    there = pair[1 - side]
    if came_back:
        world.settle()
        world.restore(there)
    else:
        world.edit(there, **({"phone": "2"} if side == 0 else {"Phone": "2"}))
    assert len(world.preview().holds) == 1
    decide(choice)
    world.settle()
    (link,) = world.links()
    assert link[1 - side] == there
    gone = ("left_gone", "right_gone")[side]
    assert link[2] == {"keep": gone, "delete": "both_gone", "restore": "active"}[choice]
    counts = {"keep": [0, 1], "delete": [0, 0], "restore": [1, 1]}[choice]
    assert sorted((len(world.all("Accounts")), len(world.all("customers")))) == counts
    if choice == "restore":
        world.edit(there, **({"phone": "7"} if side == 0 else {"Phone": "7"}))
        world.settle()
        assert world.one("customers")["phone"] == world.one("Accounts")["Phone"] == "7"


# -- nested modules -----------------------------------------------------------------------------------------------


def test_a_child_is_deleted_under_a_parent_that_lives(world: World) -> None:
    """`on delete` of a nested module is its own: the child goes, the parent stays."""
    account = world.rules(NESTED_DELETES).account("Ada")
    child = world.record(world.crm, "Contacts", Name="Ann", Mail="a@example.com", Account=Ref("Accounts", account))
    world.settle()
    assert len(world.all("persons")) == 1
    world.delete(child)
    world.settle()
    assert (len(world.all("persons")), len(world.all("customers"))) == (0, 1)
    assert {status for _, _, status in world.links("customers.contacts")} == {"both_gone"}


def test_children_that_were_deleted_with_their_parent_go_before_it(world: World) -> None:
    """A child and its parent were deleted: both partners go, the child first; a child that lives on is left alone."""
    account = world.rules(NESTED_DELETES).account("Ada")
    child, other = (
        world.record(world.crm, "Contacts", Name=name, Mail=f"{name}@example.com", Account=Ref("Accounts", account))
        for name in ("Ann", "Bob")
    )
    world.settle()
    world.delete(child)
    world.edit(other, Account=None)
    world.delete(account)
    before = len(world.writes)
    world.apply()
    assert [(name, module) for name, module, _ in world.writes[before:]] == [
        ("delete", "persons"),
        ("delete", "customers"),
    ]
    assert world.quiet().holds == ()
    assert [row["name"] for row in world.all("persons")] == ["Bob"]


def test_a_deleted_child_of_a_parent_that_left_its_scope_takes_nothing_with_it(world: World) -> None:
    """Below a parent out of scope nothing is synced, deletes included (I37)."""
    scoped = NESTED_DELETES.replace(
        "    dedupe: Name == name\n", "    where crm: Region is empty\n    dedupe: Name == name\n"
    )
    account = world.rules(scoped).account("Ada")
    child = world.record(world.crm, "Contacts", Name="Ann", Mail="a@example.com", Account=Ref("Accounts", account))
    world.settle()
    world.edit(account, Region="out")
    world.delete(child)
    assert world.quiet().holds == ()
    assert len(world.all("persons")) == 1
