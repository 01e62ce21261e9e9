"""A module that cannot be read: what needs it is held as a whole and said so, everything else goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.world import HEAD, INVOICES, SCHEMAS, compiled

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Ambiguous
from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set
from syncdsl.diagnostics import ALL_CODES, Fault
from syncdsl.diagnostics.codes import adapters as codes
from syncdsl.engine.run import apply
from syncdsl.engine.unread import ISOLATED
from syncdsl.plan.restriction import needing, restricted
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.engine.conftest import World

    from syncdsl.adapters.protocol import ObserveRequest
    from syncdsl.diagnostics.codes import Code
    from syncdsl.schema.snapshot import ModuleSchema

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on delete in crm: delete
    map:
        Name <-> name
        Notes <-> notes

module people: crm.Contacts <-> books.vendors
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Mail <-> mail

guard: deletes <= 100
"""
REFERRING = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name

module vendors: crm.Contacts -> books.vendors
    dedupe: Name == name
    map:
        Name -> name
        Account -> parent
"""
NESTED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
    with contacts: crm.Contacts -> books.persons
        parent: Account
        map:
            Name -> name

module deals: crm.Deals -> books.vendors
    dedupe: Name == name
    map:
        Name -> name
        Account.Notes -> notes
"""


def forbid(world: World, *modules: str, code: Code = codes.NOT_PERMITTED, calls: tuple[str, ...] = ()) -> None:
    """Let the reading of modules end with a fault after its first page, and so other calls that name them."""

    def answered(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module in modules:
            return _broken(answer, arguments[0], code)
        if name in calls and arguments[0] in modules:
            raise _fault(str(arguments[0]), code)
        return answer

    world.answered = answered


def _broken(pages: list[Any], request: ObserveRequest, code: Code) -> Any:
    yield from pages[:-1][:1]
    raise _fault(request.module, code)


def _fault(module: str, code: Code) -> Fault:
    return Fault(code, f"`{module}` is not for you", help="ask somebody for the right")


def start(world: World) -> tuple[str, str]:
    """Sync an account and a contact; return their ids."""
    world.rules(RULES)
    account = world.account("Acme", Notes="1")
    contact = world.record(world.crm, "Contacts", Name="Ann", Mail="a@x.example")
    world.settle()
    return account, contact


def partner(world: World, record_id: str, pair: str = "customers") -> str:
    """Return the id of the partner of a left record."""
    return next(right for left, right, _ in world.links(pair) if left == record_id)


# -- which faults -------------------------------------------------------------------------------------------------


def test_the_list_of_faults_is_closed() -> None:
    """What concerns one module is held; credentials, network, budget, organisation and state end the run."""
    assert {code.id for code in ISOLATED} == {"SD703", "SD705", "SD707", "SD708"}


@pytest.mark.parametrize("code", [code for code in ALL_CODES if code.id.startswith(("SD7", "SD8"))], ids=lambda c: c.id)
def test_only_what_concerns_the_module_is_held(world: World, code: Code) -> None:
    """Every other fault ends the run, and nothing is written."""
    _, contact = start(world)
    world.edit(contact, Mail="b@x.example")
    forbid(world, "Accounts", code=code)
    before = len(world.writes)
    if code in ISOLATED:
        assert world.apply().changes.unreadable[0].code == code.id
        assert len(world.writes) == before + 1
    else:
        with pytest.raises(Fault, match=code.id):
            world.apply()
        assert len(world.writes) == before


# -- what is held -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["Accounts", "customers"])
def test_other_pairs_go_on_and_this_one_stands(world: World, module: str) -> None:
    """With either side unreadable a pair is neither changed nor its links, whatever happened; the others are synced."""
    account, contact = start(world)
    lost = world.account("Lost")
    world.settle()
    links = world.links()
    world.edit(account, Notes="2")
    world.edit(partner(world, account), notes="3")
    world.delete(lost)
    world.account("New")
    world.customer("Other")
    world.edit(contact, Mail="b@x.example")
    forbid(world, module)
    report = world.apply()
    assert [effect.rule for effect in report.done] == ["people"]
    assert world.get(partner(world, contact, "people"))["mail"] == "b@x.example"
    assert world.links() == links
    assert report.changes.holds == ()
    (told,) = report.changes.unreadable
    assert (told.module, told.code, told.holds) == (module, "SD703", ("customers",))
    assert told.help == "ask somebody for the right"


@pytest.mark.parametrize("module", ["Accounts", "customers"])
@pytest.mark.parametrize("runs", [1, 3])
def test_the_next_run_catches_up(world: World, module: str, runs: int) -> None:
    """Once the module can be read again everything that happened meanwhile is carried out, without a sweep."""
    account, _ = start(world)
    lost, idle = world.account("Lost"), world.account("Idle")
    world.settle()
    gone = partner(world, lost)
    for number in range(runs):
        world.edit(account, Notes=f"{number + 2}")
        world.edit(partner(world, idle), notes=f"{number + 2}")
        forbid(world, module)
        world.apply()
    world.delete(lost)
    world.account("New")
    world.customer("Other")
    world.apply()
    world.answered = None
    assert world.preview().unreadable == ()
    world.settle()
    assert world.get(partner(world, account))["notes"] == str(runs + 1)
    assert world.get(idle)["Notes"] == str(runs + 1)
    assert gone not in {row["id"] for row in world.all("customers")}
    names = {row["Name"] for row in world.all("Accounts")}
    assert names == {row["name"] for row in world.all("customers")} == {"Acme", "Idle", "New", "Other"}


def test_a_half_reading_makes_nobody_absent(world: World) -> None:
    """Of a first page alone, in a sweep, no record counts as gone and the cursor stands."""
    world.rules(RULES)
    for number in range(60):
        world.account(f"Account {number:02}")
    contact = world.record(world.crm, "Contacts", Name="Ann")
    world.settle()
    world.edit(contact, Mail="b@x.example")
    head = world.state().observation("crm.Accounts")
    forbid(world, "Accounts")
    apply(world.run(sweep=True), confirm=lambda _: True)
    assert world.state().observation("crm.Accounts") == head
    assert world.state().stored_count("crm.Accounts") == 60
    world.answered = None
    assert world.quiet().unreadable == ()
    assert len(world.links()) == 60


def test_a_first_reading_that_breaks_off_matches_nothing(world: World) -> None:
    """Against half of a module nobody is matched or made; the whole of it is read next time."""
    world.rules(RULES)
    for number in range(60):
        world.account(f"Account {number:02}")
        world.customer(f"Account {number:02}")
    world.record(world.crm, "Contacts", Name="Ann")
    forbid(world, "customers")
    assert [effect.rule for effect in world.apply().done] == ["people"]
    world.answered = None
    world.settle()
    assert len(world.links()) == len(world.all("customers")) == len(world.all("Accounts")) == 60


def test_questions_of_a_held_pair_stay_as_they_are(world: World) -> None:
    """None is closed because nobody asked it this time, and none is opened."""
    account, contact = start(world)
    world.edit(account, Notes="2")
    world.edit(partner(world, account), notes="3")
    world.apply()
    (asked,) = world.state().reviews()
    forbid(world, "customers")
    world.account("Twin")
    world.customer("Twin")
    world.edit(contact, Name="Anna")
    world.apply()
    assert world.state().reviews() == [asked]
    world.edit(account, Notes="3")
    world.answered = None
    world.settle()
    assert world.state().reviews() == []


def test_no_pass_is_recorded_for_a_held_pair(world: World) -> None:
    """Changed rules are carried out in full by the first run that can read again."""
    account, _ = start(world)
    passed = world.state().passed("customers")
    world.edit(account, Website="https://a.example")
    world.settle()
    world.rules(RULES.replace("        Notes <-> notes\n", "        Notes <-> notes\n        Website <-> website\n"))
    forbid(world, "customers")
    world.apply()
    assert world.state().passed("customers") == passed
    world.answered = None
    world.settle()
    assert world.state().passed("customers") != passed
    assert world.get(partner(world, account))["website"] == "https://a.example"


def without_view(schema: ModuleSchema) -> ModuleSchema:
    """Return the module without its views."""
    return schema.model_copy(update={"views": ()})


def without_field(schema: ModuleSchema) -> ModuleSchema:
    """Return the module without a field that the rules use."""
    return schema.model_copy(update={"fields": {key: one for key, one in schema.fields.items() if key != "Notes"}})


@pytest.mark.parametrize("change", [without_view, without_field])
def test_what_is_no_longer_there_holds_its_pair(world: World, change: Callable[[ModuleSchema], ModuleSchema]) -> None:
    """A view or a field that the system does not have any more is named; the values of the field are not touched."""
    account, contact = start(world)
    world.rules(RULES.replace("    dedupe: Name == name\n", '    view: "Some"\n    dedupe: Name == name\n', 1))
    world.settle()
    whole = SCHEMAS["crm"]
    modules = {**whole.modules, "Accounts": change(whole.modules["Accounts"])}
    world.crm.schema = whole.model_copy(update={"modules": modules})
    world.edit(contact, Mail="c@x.example")
    report = world.apply()
    assert [effect.rule for effect in report.done] == ["people"]
    assert report.changes.unreadable[0].code == "SD707"
    assert world.get(partner(world, account))["notes"] == "1"
    world.crm.schema = whole
    assert world.settle().unreadable == ()


def test_a_reference_into_a_held_pair_waits_visibly(world: World) -> None:
    """A record that refers to one without a partner is parked; one whose partner is known is made."""
    world.rules(REFERRING)
    known = world.account("Known")
    world.settle()
    new = world.account("New")
    for name, account in (("Ann", known), ("Bob", new)):
        world.record(world.crm, "Contacts", Name=name, Account=Ref("Accounts", account))
    forbid(world, "customers")
    report = world.apply()
    made = {row["name"]: row.get("parent") for row in world.all("vendors")}
    assert made["Ann"] == Ref("customers", partner(world, known))
    assert made.get("Bob") is None
    assert [hold.why for hold in report.changes.holds] == ["parked"]
    world.answered = None
    world.settle()
    made = {row["name"]: row.get("parent") for row in world.all("vendors")}
    assert made["Bob"] == Ref("customers", partner(world, new))
    assert world.state().reviews() == []


def test_what_is_reached_and_what_is_nested_is_held_too() -> None:
    """A pair needs what its rules reach through references, and with its parent all that this one needs."""
    plan = compiled(HEAD + NESTED)
    for module, held in (
        ("crm.Accounts", {"match customers", "match customers.contacts", "match deals"}),
        ("books.customers", {"match customers", "match customers.contacts"}),
        ("crm.Contacts", {"match customers.contacts"}),
        ("crm.Deals", {"match deals"}),
    ):
        observed = {
            step.id for step in plan.steps if step.step == "observe" and f"{step.connection}.{step.module}" == module
        }
        found = needing(plan, observed, SCHEMAS)
        assert {name for name in found if name.startswith("match")} == held, module


@pytest.mark.parametrize("module", ["Deals", "invoices"])
def test_documents_are_held_and_made_later(world: World, module: str) -> None:
    """A trigger whose record or whose documents cannot be read fires nothing; its edge is not lost."""
    world.rules(REFERRING + INVOICES)
    account = world.account("Acme")
    deal = world.deal("Pump", account=account, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.account("New")
    forbid(world, module)
    report = world.apply()
    assert [effect.rule for effect in report.done] == ["customers"]
    assert report.changes.unreadable[0].holds == ("invoice",)
    assert world.all("invoices") == []
    world.answered = None
    world.settle()
    assert len(world.all("invoices")) == 1


# -- saying it ----------------------------------------------------------------------------------------------------


def test_a_saved_change_set_says_it_and_is_applied(world: World, tmp_path: Path) -> None:
    """What was previewed without a module is applied without it; with another one missing it is stale."""
    account, contact = start(world)
    world.edit(contact, Mail="b@x.example")
    forbid(world, "Accounts")
    changes = world.preview()
    path = tmp_path / "saved.json"
    path.write_text(write_change_set(SavedChangeSet(changes=changes)), encoding="utf-8")
    saved = read_change_set(path).changes
    assert saved.unreadable == changes.unreadable != ()
    assert world.apply(saved).done
    world.edit(account, Notes="2")
    world.answered = None
    whole = world.preview()
    forbid(world, "Accounts")
    with pytest.raises(Fault, match=r"`crm.Accounts` cannot be read now: SD703"):
        world.apply(whole)


def test_the_run_counts_it(world: World) -> None:
    """The history of runs tells that something could not be read."""
    start(world)
    forbid(world, "Accounts")
    world.apply()
    (last, *_) = world.state().runs(1)
    assert last.summary is not None
    assert last.summary["unreadable"] == 1


# -- where the fault itself ends the run --------------------------------------------------------------------------


def test_with_nothing_readable_the_first_fault_ends_the_run(world: World) -> None:
    """A run that could do nothing says why."""
    start(world)
    forbid(world, "Accounts", "Contacts")
    with pytest.raises(Fault, match="`Accounts` is not for you"):
        world.apply()


def test_a_run_for_a_held_module_ends_with_the_fault(world: World) -> None:
    """Whoever asks for a module gets it or hears why not; another module can be asked for."""
    start(world)
    run = world.run()
    forbid(world, "Accounts")
    with pytest.raises(Fault, match="SD703"):
        apply(world.run(only=restricted(run.plan, ["customers"], run.schemas)), confirm=lambda _: True)
    apply(world.run(only=restricted(run.plan, ["people"], run.schemas)), confirm=lambda _: True)


@pytest.mark.parametrize("module", ["Accounts", "customers"])
def test_a_run_for_a_record_of_a_held_module_ends_with_the_fault(world: World, module: str) -> None:
    """The same for a single record; one of another module is synced."""
    account, contact = start(world)
    world.edit(contact, Mail="b@x.example")
    forbid(world, module)
    with pytest.raises(Fault, match="SD703"):
        apply(world.run(focus=frozenset({("crm", "Accounts", account)})), confirm=lambda _: True)
    apply(world.run(focus=frozenset({("crm", "Contacts", contact)})), confirm=lambda _: True)
    assert world.get(partner(world, contact, "people"))["mail"] == "b@x.example"


# -- faults beside the reading itself -----------------------------------------------------------------------------


def test_a_create_in_doubt_that_cannot_be_asked_for_stays_in_doubt(world: World) -> None:
    """It is neither sent again nor given up, its pair waits unread, and is settled when the module can be asked."""
    _, contact = start(world)
    world.account("New")
    world.books.interfere = lambda _module, _write: Fate(outcome=Ambiguous(reason="time-out"), lands=True)
    world.apply()
    world.books.interfere = None
    world.edit(contact, Mail="b@x.example")
    forbid(world, "customers", calls=("find",))
    forbidding, listed = world.answered, list[str]()
    assert forbidding is not None

    def noting(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe":
            listed.append(arguments[0].module)
        return forbidding(name, arguments, answer)

    world.answered = noting
    report = world.apply()
    assert [effect.rule for effect in report.done] == ["people"]
    assert report.recovered == []
    assert "Contacts" in listed
    assert "customers" not in listed
    assert len(world.state().open_intents()) == 1
    world.answered = None
    world.settle()
    assert world.state().open_intents() == []
    assert len(world.all("customers")) == len(world.links()) == 2


def test_a_record_that_cannot_be_pulled_holds_its_pair(world: World) -> None:
    """Where a referenced record is fetched and the right is lost by then, nothing is decided of its module."""
    world.rules(REFERRING)
    world.account("Known")
    world.settle()
    world.crm.views.clear()
    hidden = world.account("Hidden")
    world.record(world.crm, "Contacts", Name="Ann", Account=Ref("Accounts", hidden))

    def answered(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module == "Accounts":
            return [answer[-1]]
        if name == "fetch" and arguments[0] == "Accounts":
            raise _fault("Accounts", codes.NOT_PERMITTED)
        return answer

    world.answered = answered
    report = world.apply()
    assert report.changes.unreadable[0].holds == ("customers",)
    assert len(world.all("customers")) == 1
    world.answered = None
    apply(world.run(sweep=True), confirm=lambda _: True)
    world.settle()
    assert len(world.all("customers")) == 2
