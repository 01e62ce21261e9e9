"""Why not, for records of modules: the first hurdle that fails is named, and doing what is suggested does it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.asking import answer, ask, do, failing, look
from tests.unit.engine.doubt import create
from tests.unit.engine.world import CUSTOMERS, TWO_MODULES

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Change, NewRecord, Rejected
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_PERMITTED
from syncdsl.engine.run import apply
from syncdsl.schema.values import Ref
from syncdsl.state.pausing import pause, resume

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SCOPED = """
module customers: crm.Accounts -> books.customers
    where crm: Tier == "A" and Region is not empty
    where books: tier == "A"
    dedupe: Name == name
    map:
        Name -> name
        Tier -> tier
        Region -> notes
"""
VIEWED = """
module customers: crm.Accounts <-> books.customers
    view: "Some"
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
"""
ONE_WAY = """
module customers: crm.Accounts -> books.customers
    dedupe: Name == name
    map:
        Name -> name
        Phone -> phone
"""
REVIEWED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: DUPLICATE
    on conflict: review
    on delete in crm: review
    map:
        Name <-> name
        City -> city
        Phone <-> phone
        Parent <-> parent
guard: creates <= 100
"""
NESTED = """
module customers: crm.Accounts <-> books.customers
    where crm: Tier is empty
    where books: tier is empty
    dedupe: Name == name
    map:
        Name <-> name
    with contacts: crm.Contacts -> books.persons
        parent: Account
        dedupe: Mail == mail
        map:
            Name -> name
            Mail -> mail
"""


def names(world: World) -> list[str]:
    return sorted(str(one.get("name")) for one in world.all("customers"))


def reviewed(duplicate: str = "review") -> str:
    return REVIEWED.replace("DUPLICATE", duplicate)


def refuse(world: World, *kinds: type) -> None:
    """Let the books refuse writes of some kinds."""

    def fate(_module: str, write: object) -> Fate | None:
        refused = isinstance(write, kinds)
        return Fate(outcome=Rejected(code="15", message="not on Mondays"), lands=False) if refused else None

    world.books.interfere = fate


def test_syncing_that_is_off_comes_first(world: World) -> None:
    """Whatever else is wrong, it is the first that fails; switched on, the record is made."""
    world.rules(SCOPED).account("Acme", Tier="A", Region="EU")
    world.settle()
    other = world.account("Beta", Tier="A", Region="EU")
    world.state().set_switch("syncing", value=False, by="anna", at=NOW)
    found = failing(world, other, now=True)
    assert (found.hurdle, found.remedies[0].command) == ("syncing", "syncdsl enable")
    assert "anna" in found.why
    world.state().set_switch("syncing", value=True, by="anna", at=NOW)
    world.settle()
    assert names(world) == ["Acme", "Beta"]


def test_a_pause_is_named_with_its_reason(world: World) -> None:
    """A paused daemon begins no run, a run by hand does; resumed, nothing is in the way."""
    account = world.rules(CUSTOMERS).account("Acme")
    world.settle()
    pause(world.state(), by="bert", at=NOW, reason="month end")
    found = failing(world, account)
    assert (found.hurdle, [one.command for one in found.remedies]) == ("syncing", ["syncdsl resume", "syncdsl sync"])
    assert "bert: month end" in found.why
    resume(world.state(), by="bert", at=NOW)
    assert answer(world, account).verdict == "done"


def test_what_no_run_has_read_is_read_now(world: World) -> None:
    """What was made since the last reading is not on file; read now, nothing is in its way, and a run makes it."""
    world.rules(CUSTOMERS).account("Acme")
    world.settle()
    fresh = world.account("Beta")
    found = failing(world, fresh)
    assert (found.hurdle, found.remedies[0].command) == ("record", "syncdsl sync")
    assert answer(world, fresh, now=True).verdict == "next"
    world.settle()
    assert names(world) == ["Acme", "Beta"]


def test_a_condition_names_the_part_that_fails(world: World) -> None:
    """`where` that is false says because of what, and with the values that are suggested the record is made."""
    account = world.rules(SCOPED).account("Acme", Tier="B")
    world.settle()
    found = failing(world, account)
    assert found.hurdle == "where"
    assert found.why == 'is false: Tier is "B", Region is empty'
    assert found.condition is not None
    assert [(part.text, part.value) for part in found.condition.operands] == [
        ('Tier == "A"', False),
        ("Region is not empty", False),
    ]
    (remedy,) = found.remedies
    assert remedy.text == 'it comes into scope when Tier becomes "A" and Region is filled in'
    do(world, account, remedy)
    world.settle()
    assert names(world) == ["Acme"]


def test_a_view_that_does_not_show_it_is_named(world: World) -> None:
    """Read now the record is there and its view is what fails; once the view shows it, it is made."""
    world.crm.views["Accounts", "Some"] = lambda fields: fields.get("Phone") == "1"
    world.rules(VIEWED).account("Acme", Phone="1")
    hidden = world.account("Beta", Phone="2")
    world.settle()
    found = failing(world, hidden, now=True)
    assert (found.hurdle, found.location) == ("view", "main.sync:7")
    assert 'not in the view "Some" of crm.Accounts at the last reading' in found.why
    assert "whether it exists" in failing(world, hidden).why
    world.edit(hidden, Phone="1")
    world.settle()
    assert names(world) == ["Acme", "Beta"]


def test_a_linked_record_outside_its_view_keeps_its_link(world: World) -> None:
    """The view is what fails for the link, too; what comes behind is not reached."""
    world.crm.views["Accounts", "Some"] = lambda fields: fields.get("Phone") == "1"
    account = world.rules(VIEWED).account("Acme", Phone="1")
    world.settle()
    world.edit(account, Phone="2")
    world.settle()
    found = answer(world, account)
    assert found.failing is not None
    assert found.failing.hurdle == "view"
    assert found.asked.startswith("the link with books.customers/")
    assert {hurdle.outcome for hurdle in found.hurdles[found.hurdles.index(found.failing) + 1 :]} == {"not reached"}


def test_a_child_waits_for_its_parent_to_be_in_scope(world: World) -> None:
    """Without a parent, below one out of scope, and then in scope: then it is made."""
    parent = world.rules(NESTED).account("Acme", Tier="B")
    child = world.record(world.crm, "Contacts", Name="Ada", Mail="ada@example.com")
    world.settle()
    assert failing(world, child).why == "Account is empty, or no record of that module"
    world.edit(child, Account=Ref("Accounts", parent))
    world.settle()
    found = failing(world, child)
    assert (found.hurdle, found.remedies[0].command) == ("parent", f"syncdsl why-not crm.Accounts/{parent}")
    do(world, parent, failing(world, parent).remedies[0])
    world.settle()
    assert [one["name"] for one in world.all("persons")] == ["Ada"]


def test_a_one_way_rule_makes_nothing_backwards(world: World) -> None:
    """The direction is what fails for a record of the far side; with the rule that is suggested it is made."""
    customer = world.rules(ONE_WAY).customer("Acme")
    world.settle()
    found = failing(world, customer)
    assert found.hurdle == "direction"
    assert "makes nothing in crm" in found.why
    assert "crm.Accounts <-> books.customers" in found.remedies[0].text
    world.rules(ONE_WAY.replace("->", "<->")).settle()
    assert [one["Name"] for one in world.all("Accounts")] == ["Acme"]


def test_duplicates_that_the_rule_sets_aside(world: World) -> None:
    """Before the run it says what will come of it, after it that it was set aside for good."""
    account = world.rules(CUSTOMERS.replace("overwrite in books", "skip")).account("Acme")
    world.customer("Acme")
    world.account("Other")
    world.settle()
    found = failing(world, account)
    assert found.hurdle == "set aside"
    assert "the rule says skip" in found.why
    assert len(names(world)) == 2


def test_a_dispute_names_the_candidates_and_its_item(world: World) -> None:
    """Two records with one key: what fails is the match; what a person is offered to say decides it."""
    account = world.rules(reviewed()).account("Acme")
    candidates = [world.record(world.books, "customers", name=name) for name in ("Acme", "ACME")]
    world.settle()
    found = failing(world, account)
    assert found.hurdle == "match"
    assert all(one in found.why for one in candidates)
    (item,) = world.reviews()
    assert found.question == item.id
    assert item.id in found.remedies[-1].command
    world.decide(item, found.remedies[-1].command.partition(item.id)[2])
    world.settle()
    assert {left for left, _, _ in world.links()} == {account}


def test_duplicates_that_differ_wait_for_a_person(world: World) -> None:
    """Unlinked records with one key and different values: the item decides, and the side that is taken counts."""
    account = world.rules(reviewed()).account("Acme", Phone="1")
    world.customer("Acme", phone="2")
    world.settle()
    found = failing(world, account)
    (item,) = world.reviews()
    assert (found.hurdle, found.question) == ("duplicate", item.id)
    world.decide(item, found.remedies[-1].command.partition(item.id)[2])
    world.settle()
    assert answer(world, account).verdict == "done"
    assert world.one("customers")["phone"] == "1"


def test_a_value_that_does_not_fit_holds_the_record(world: World) -> None:
    """What is too long is named with its line; once it fits, the record is made."""
    account = world.rules(reviewed()).account("Acme", City="Llanfairpwllgwyngyll")
    world.settle()
    found = failing(world, account)
    assert (found.hurdle, found.location) == ("value", "main.sync:14")
    assert "20 characters are too long for text(10)" in found.why
    (item,) = world.reviews()
    assert found.question == item.id
    world.edit(account, City="Bangor")
    world.settle()
    assert world.one("customers")["city"] == "Bangor"


def test_a_value_that_a_person_left_alone(world: World) -> None:
    """A decision to leave it stands and is what fails; taken back, and the value corrected, the record is made."""
    account = world.rules(reviewed()).account("Acme", City="Llanfairpwllgwyngyll")
    world.settle()
    (item,) = world.reviews()
    world.decide(item, "skip", by="berta")
    world.settle()
    found = failing(world, account)
    assert (found.hurdle, found.question) == ("set aside", item.id)
    assert "berta" in found.why
    assert found.remedies[-1].command == f"syncdsl review resolve {item.id} --undo"
    assert world.state().undo_review(item.id)
    assert failing(world, account).hurdle == "value"


def test_a_reference_that_waits_for_its_partner(world: World) -> None:
    """What it waits for is named, with the question to ask about that; when it has a partner, the record is made."""
    parent = world.rules(reviewed()).account("Mother", City="Llanfairpwllgwyngyll")
    child = world.account("Daughter", Parent=Ref("Accounts", parent))
    world.settle()
    found = failing(world, child)
    assert found.hurdle == "parked"
    assert found.remedies[0].command == f"syncdsl why-not crm.Accounts/{parent}"
    assert failing(world, parent).hurdle == "value"
    world.edit(parent, City="Bangor")
    world.settle()
    assert names(world) == ["Daughter", "Mother"]


def test_a_conflict_between_linked_records(world: World) -> None:
    """Both changed, and the rule says review: the item is named; decided, the change travels."""
    account = world.rules(reviewed()).account("Acme", Phone="1")
    world.settle()
    ((_, customer, _),) = world.links()
    world.edit(account, Phone="2")
    world.edit(customer, phone="3")
    world.settle()
    found = failing(world, account)
    (item,) = world.reviews()
    assert (found.hurdle, found.question) == ("conflict", item.id)
    assert failing(world, customer).question == item.id
    world.decide(item, found.remedies[-1].command.partition(item.id)[2])
    world.settle()
    assert world.get(customer)["phone"] == "2"


def test_a_deleted_record(world: World) -> None:
    """Its link is kept and nothing is made again; restored, it goes on."""
    account = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    ((_, customer, _),) = world.links()
    world.delete(account)
    world.settle()
    for record in (account, customer):
        found = failing(world, record)
        assert found.hurdle == "deleted"
        assert "the link is kept" in found.why
    world.restore(account)
    world.edit(account, Phone="2")
    world.settle()
    assert answer(world, account).verdict == "done"
    assert world.get(customer)["phone"] == "2"


def test_a_deletion_that_a_person_is_asked_about(world: World) -> None:
    """The item is named, and what it offers decides."""
    account = world.rules(reviewed()).account("Acme")
    world.settle()
    ((_, customer, _),) = world.links()
    world.delete(account)
    world.settle()
    found = failing(world, customer)
    (item,) = world.reviews()
    assert (found.hurdle, found.question) == ("deleted", item.id)
    assert "the rule says review" in found.why
    world.decide(item, "restore")
    world.settle()
    assert [one["Name"] for one in world.all("Accounts")] == ["Acme"]


def test_a_partner_out_of_scope(world: World) -> None:
    """A linked record whose partner left the scope: the partner's condition is what fails."""
    account = world.rules(SCOPED).account("Acme", Tier="A", Region="EU")
    world.settle()
    ((_, customer, _),) = world.links()
    world.edit(customer, tier="C")
    world.edit(account, Name="Acme 2")
    world.apply()
    found = failing(world, account)
    assert found.hurdle == "partner"
    assert 'tier is "C"' in found.why
    world.edit(customer, tier="A")
    world.settle()
    assert world.get(customer)["name"] == "Acme 2"


def test_a_refused_write_in_the_words_of_the_system(world: World) -> None:
    """The refusal is what fails; once the system takes it, the record is made."""
    account = world.rules(CUSTOMERS).account("Acme")
    refuse(world, NewRecord)
    world.apply()
    found = failing(world, account)
    assert found.hurdle == "refused"
    assert "not on Mondays" in found.why
    assert found.remedies[1].command == f"syncdsl runs retry crm.Accounts/{account}"
    world.books.interfere = None
    world.settle()
    assert names(world) == ["Acme"]


def test_a_refused_write_that_was_dismissed(world: World) -> None:
    """The dismissal is what fails, with who it was; when the record changes it is tried again."""
    account = world.rules(CUSTOMERS).account("Acme", Phone="1")
    refuse(world, NewRecord)
    world.apply()
    (item,) = world.reviews()
    world.decide(item, "dismiss", by="carl")
    world.apply()
    found = failing(world, account)
    assert (found.hurdle, found.question) == ("dismissed", item.id)
    assert "carl" in found.why
    world.books.interfere = None
    world.edit(account, Phone="2")
    world.settle()
    assert names(world) == ["Acme"]


def test_a_refused_update_of_a_linked_record(world: World) -> None:
    """It is told of the link; the next run tries it again."""
    account = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    ((_, customer, _),) = world.links()
    refuse(world, Change)
    world.edit(account, Phone="2")
    world.apply()
    assert [failing(world, one).hurdle for one in (account, customer)] == ["refused", "refused"]
    world.books.interfere = None
    world.settle()
    assert world.get(customer)["phone"] == "2"


def test_a_guard_stops_what_nothing_else_does(world: World) -> None:
    """The guard of the last run is what fails; approved, the record is made."""
    world.rules(CUSTOMERS + "guard: creates <= 1\n").account("Acme")
    account = world.account("Beta")
    changes = world.preview()
    with pytest.raises(Fault, match="creates <= 1"):
        world.apply()
    found = failing(world, account)
    assert (found.hurdle, "syncdsl approve FILE" in found.remedies[0].command) == ("guard", True)
    assert "creates <= 1" in found.why
    world.state().approve(changes.digest, "anna", NOW)
    world.apply(changes)
    assert names(world) == ["Acme", "Beta"]


def test_a_guard_that_one_record_is_too_much_for(world: World) -> None:
    """What this record alone comes to is judged, too."""
    world.rules(CUSTOMERS + "guard: creates <= 0\n")
    world.apply()
    found = failing(world, world.account("Acme"), now=True)
    assert (found.hurdle, found.location) == ("guard", "main.sync:13")


def test_a_create_without_an_answer(world: World) -> None:
    """Nobody knows whether the partner is there: nothing is made beside it until the other system has told."""
    world.rules(CUSTOMERS).account("Other")
    world.settle()
    account = world.account("Acme")
    world.state().add_intents([create(source_id=account, key="sd-x", state="sent", fence=1)])
    found = failing(world, account, now=True)
    assert (found.hurdle, found.remedies[0].command) == ("doubt", "syncdsl sync")
    world.settle()
    assert names(world) == ["Acme", "Other"]


def test_a_side_that_was_never_read_to_its_end(world: World) -> None:
    """Rules that need another field of it wait for a whole reading; a run does it."""
    account = world.rules(CUSTOMERS).account("Acme")
    world.rules(CUSTOMERS)
    state = world.state()
    apply(world.run(state), confirm=lambda _: False)
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE observation SET swept = NULL WHERE step = 'books.customers'")
    found = failing(world, account)
    assert (found.hurdle, found.remedies[0].command) == ("reading", "syncdsl sync")
    assert found.why.startswith("books.customers was never read to its end")
    world.settle()
    assert names(world) == ["Acme"]


def test_nothing_in_the_way(world: World) -> None:
    """What the next run does is told, and so it does."""
    account = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    world.edit(account, Phone="2")
    found = answer(world, account, now=True)
    assert (found.verdict, found.failing) == ("next", None)
    assert "writes phone of books.customers/" in found.text
    world.settle()
    assert world.one("customers")["phone"] == "2"
    assert answer(world, account).text == "it is linked, and nothing of it waits"


def test_a_record_that_no_rule_is_about(world: World) -> None:
    """It says so, and which statement would sync it."""
    deal = world.rules(CUSTOMERS).deal("Pump")
    world.settle()
    found = failing(world, deal, now=True)
    assert (found.hurdle, found.why) == ("rules", "no `module` or `record` statement is about crm.Deals")


@pytest.mark.parametrize(
    ("rule", "words"),
    [("customer", "did you mean `customers`?"), ("vendors", "`customers`"), ("zzz", "the rules about crm.Accounts")],
)
def test_a_name_that_no_rule_about_it_has(world: World, rule: str, words: str) -> None:
    """A mistyped name and one of another module are told apart, with those there are."""
    account = world.rules(CUSTOMERS).account("Acme")
    world.settle()
    with pytest.raises(Fault) as caught:
        ask(world, account, rule)
    assert caught.value.code.id == "SD891"
    assert words in (caught.value.help or "")


def test_asking_writes_nothing_and_calls_nothing(world: World) -> None:
    """On file no call is made; now some reads are, of this record alone. The state is as it was, either way."""
    account = world.rules(CUSTOMERS).account("Acme")
    world.settle()
    world.edit(account, Phone="2")
    before, writes, points = world.state().digest(), len(world.writes), len(world.points)
    look(world, account)
    assert [point for point in world.points[points:] if "commit" not in point] == []
    look(world, account, now=True)
    calls = [point for point in world.points[points:] if point.startswith("before ") and "commit" not in point]
    assert {call for call in calls if "identity" not in call} == {"before fetch"}
    assert (world.state().digest(), len(world.writes)) == (before, writes)


def test_a_record_that_moved_from_another_scope(world: World) -> None:
    """Another module linked it, and it left that one's scope: a person is asked, and says that a new one is made."""
    account = world.rules(TWO_MODULES).account("Acme")
    world.settle()
    world.edit(account, Tier="V", Name="Acme V")
    world.settle()
    found = failing(world, account, "vendors")
    assert (found.hurdle, "it moved here from the scope of `customers`" in found.why) == ("match", True)
    assert failing(world, account, "customers").hurdle == "where"
    (item,) = world.reviews()
    world.decide(item, "new")
    world.settle()
    assert [one["name"] for one in world.all("vendors")] == ["Acme V"]


def test_a_line_that_says_else_skip(world: World) -> None:
    """What does not fit skips the record, and nobody is asked: it is told all the same; once it fits, it is made."""
    rules = reviewed().replace("City -> city", "City -> city, else skip")
    account = world.rules(rules).account("Acme", City="Llanfairpwllgwyngyll")
    world.settle()
    assert world.reviews() == []
    found = failing(world, account)
    assert (found.hurdle, found.why) == ("value", "skipped, `City -> city`: 20 characters are too long for text(10)")
    world.edit(account, City="Bangor")
    world.settle()
    assert names(world) == ["Acme"]


def test_a_partner_that_carries_its_key_and_is_out_of_scope(world: World) -> None:
    """Without the state, the key on a record out of scope keeps a second one from being made; in scope it is linked."""
    account = world.rules(SCOPED).account("Acme", Tier="A", Region="EU")
    world.settle()
    ((_, customer, _),) = world.links()
    world.forget()
    world.edit(customer, tier="C")
    world.settle()
    found = failing(world, account)
    assert found.hurdle == "match"
    assert "carries the key of Accounts/" in found.why
    world.edit(customer, tier="A")
    world.settle()
    assert world.links() == {(account, customer, "active")}


def test_what_a_daemon_could_not_read(world: World) -> None:
    """The words of the last try that failed stand beside what no run has read."""
    world.rules(CUSTOMERS).account("Acme")
    world.settle()
    fault = Fault(NOT_PERMITTED, "crm does not permit it", help="")
    world.state().put_failure(["customers"], NOW, fault)
    found = failing(world, world.account("Beta"))
    assert found.hurdle == "record"
    assert "the last try failed with SD703: crm does not permit it" in found.why
