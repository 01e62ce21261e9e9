"""Why a record is as it is: what was decided last about each line, who won, and what gave way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.asking import look, place_of
from tests.unit.engine.test_acting import HEAD, started
from tests.unit.engine.world import SCHEMAS, compiled

from syncdsl.changes.change_set import Undone
from syncdsl.diagnostics import Fault
from syncdsl.engine.explaining.why import why as explained
from syncdsl.engine.run import apply
from syncdsl.engine.subject import Subjects

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.explaining.answers import DocumentWhy, FieldWhy, Why

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on conflict: CONFLICT
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website, prefer books
        Tier -> tier
        Region -> notes, enforce
        "business" -> kind
"""
WON = HEAD + "when deal.stage == won and deal.Amount > 1: create invoice\n"


def rules(conflict: str = "crm") -> str:
    return RULES.replace("CONFLICT", conflict)


def why(world: World, record_id: str, field: str | None = None, *, now: bool = False) -> Why:
    """Ask why a record is as it is."""
    seen = look(world, record_id, now=now)
    name = Subjects(seen.context.run.state, compiled(world.rules_text), SCHEMAS).name(place_of(world, record_id))
    return explained(seen, name, field)


def field_of(world: World, record_id: str, field: str, *, now: bool = False) -> FieldWhy:
    """Ask about one field, and return the only line about it."""
    (link,) = why(world, record_id, field, now=now).links
    (found,) = link.fields
    return found


def partners(world: World, conflict: str = "crm", **fields: str) -> tuple[str, str]:
    """Return an account and the customer that was made of it, which runs know."""
    account = world.rules(rules(conflict)).account("Acme", **fields)
    world.settle()
    ((_, customer, _),) = world.links()
    return account, customer


def test_what_was_written_when_its_record_was_made(world: World) -> None:
    """Both sides are the same to ask, both bases and values are told, with the run, who it was, and the line."""
    account, customer = partners(world, Phone="1")
    for record in (account, customer):
        found = field_of(world, record, "phone")
        assert (found.reason, found.line, found.location) == ("created", "Phone <-> phone", "main.sync:13")
        assert found.left is not None
        assert found.right is not None
        assert (found.left.base, found.left.now, found.right.base, found.right.now) == ("1", "1", "1", "1")
        assert found.cause is not None
        (run,) = (one for one in world.state().runs(10) if one.summary is not None and one.summary["done"])
        assert (found.cause.run, found.cause.location) == (run.id, "main.sync:13")
        assert found.cause.write
    (link,) = why(world, account).links
    assert link.text == f"books.customers/{customer} was made for crm.Accounts/{account}, which had no partner"
    assert link.cause is not None


def test_only_one_side_changed(world: World) -> None:
    """The change travelled, and what was there before gave way."""
    account, _ = partners(world, Phone="1")
    world.edit(account, Phone="2")
    world.settle()
    found = field_of(world, account, "Phone")
    assert (found.reason, found.lost) == ("one side changed", "1")
    assert found.text == "only crm had changed it since the last sync, so it travelled to books"


@pytest.mark.parametrize(
    ("conflict", "field", "winner", "words"),
    [
        ("crm", "phone", "crm", "`on conflict: crm` says crm counts"),
        ("books", "phone", "books", "`on conflict: books` says books counts"),
        ("crm", "website", "books", "`prefer books` says books counts"),
    ],
)
def test_both_sides_changed_and_a_rule_decided(
    world: World, conflict: str, field: str, winner: str, words: str
) -> None:
    """Who won and by which words of the rule; the losing value is told."""
    account, customer = partners(world, conflict)
    left = {"phone": "Phone", "website": "Website"}[field]
    world.edit(account, **{left: "https://a.example" if field == "website" else "11"})
    world.settle()
    world.edit(account, **{left: "https://b.example" if field == "website" else "22"})
    world.edit(customer, **{field: "https://c.example" if field == "website" else "33"})
    world.settle()
    found = field_of(world, account, field)
    assert found.reason == "policy"
    assert words in found.text
    lost = {"crm": ("33", "https://c.example"), "books": ("22", "https://b.example")}[winner]
    assert found.lost in lost


def test_the_newer_record_won(world: World) -> None:
    """`newest` names the side whose record was changed later."""
    account, customer = partners(world, "newest", Phone="1")
    world.edit(customer, phone="3")
    world.crm.now = world.books.now + dt.timedelta(minutes=1)
    world.edit(account, Phone="2")
    world.settle()
    found = field_of(world, account, "Phone")
    assert (found.reason, found.lost) == ("policy", "3")
    assert "`on conflict: newest`: crm was newer" in found.text


def test_a_person_decided(world: World) -> None:
    """Who it was and for which side stands there, with the value that gave way."""
    account, customer = partners(world, "review", Phone="1")
    world.edit(account, Phone="2")
    world.edit(customer, phone="3")
    world.settle()
    asked = why(world, account)
    (item,) = world.reviews()
    assert [(one.id, one.kind) for one in asked.questions] == [(item.id, "conflict")]
    assert field_of(world, account, "Phone").next.startswith("held: both sides differ")
    world.decide(item, "books", by="berta")
    world.settle()
    found = field_of(world, account, "Phone")
    assert (found.reason, found.lost) == ("person", "2")
    assert "berta decided that books counts" in found.text


def test_what_first_contact_filled_and_overwrote(world: World) -> None:
    """Two that were there already: an empty side was filled, another overwritten because the rule says so."""
    account = world.rules(rules()).account("Acme", Phone="1", Website="https://a.example")
    world.customer("Acme", phone="2")
    world.settle()
    filled, written = field_of(world, account, "website"), field_of(world, account, "phone")
    assert (filled.reason, filled.lost) == ("first contact", None)
    assert "it was empty in books" in filled.text
    assert (written.reason, written.lost) == ("first contact", "2")
    assert "`on duplicate: overwrite in books` says crm counts" in written.text
    assert field_of(world, account, "name").reason == "the same"
    (link,) = why(world, account).links
    assert "`Name == name`" in link.text


def test_an_enforced_line_corrects(world: World) -> None:
    """What somebody made of the far side gave way, whatever it was."""
    account, customer = partners(world, Region="EU")
    world.edit(customer, notes="UK")
    world.settle()
    found = field_of(world, account, "Region")
    assert (found.reason, found.lost) == ("enforced", "UK")
    assert "`enforce`: crm counts" in found.text


def test_a_constant(world: World) -> None:
    """No side's value: the rule writes it."""
    account, _ = partners(world)
    found = field_of(world, account, "kind")
    assert (found.reason, found.left) == ("constant", None)
    assert found.right is not None
    assert found.right.now == "business"


def test_what_people_changed_and_syncdsl_saw(world: World) -> None:
    """The far side of a one-way line is left as it is; the same change on both sides needs no write."""
    account, customer = partners(world, Tier="A", Phone="1")
    world.edit(customer, tier="B")
    world.edit(account, Phone="2")
    world.edit(customer, phone="2")
    world.settle()
    far, both = field_of(world, account, "tier"), field_of(world, account, "phone")
    assert (far.reason, both.reason) == ("seen", "seen")
    assert "somebody changed it in books, the far side of a one-way line" in far.text
    assert "both sides changed it to the same" in both.text
    assert far.right is not None
    assert (far.right.now, far.cause is not None) == ("B", True)


def test_what_a_run_would_do_now(world: World) -> None:
    """Read now, a change that no run has seen shows beside the base, with what comes of it; that is what happens."""
    account, customer = partners(world, Phone="1")
    world.edit(account, Phone="2")
    assert field_of(world, account, "Phone").next == ""
    found = field_of(world, account, "Phone", now=True)
    assert found.left is not None
    assert (found.left.base, found.left.now, found.left.changed) == ("1", "2", True)
    assert found.next == "the next run writes it to books: changed in crm"
    world.settle()
    assert world.get(customer)["phone"] == "2"


def test_a_line_that_was_added(world: World) -> None:
    """Before a run it was never synced; after it, it was new to these records."""
    account = world.rules(rules()).account("Acme", City="Bonn")
    apply(world.run(activates=True), confirm=lambda _: True)
    world.rules(rules() + "        City <-> city\n")
    assert field_of(world, account, "city").reason == "never synced"
    apply(world.run(activates=True), confirm=lambda _: True)
    found = field_of(world, account, "city")
    assert (found.reason, found.text) == ("first contact", "it was empty in books, so crm filled it")


def test_an_erased_value_is_told_as_such(world: World) -> None:
    """What is left of it is a digest: nothing is claimed about it."""
    account, customer = partners(world, Phone="1")
    state = world.state()
    subjects = Subjects(state, compiled(world.rules_text), SCHEMAS)
    subject, _ = subjects.subject(subjects.find(f"crm.Accounts/{account}"))
    world.delete(account)
    world.delete(customer)
    world.settle()
    state.erase(subject, world.run().clock(), "anna")
    found = field_of(world, account, "Phone")
    assert found.right is not None
    assert found.right.erased
    assert "1" not in (found.right.base, found.lost)


def test_a_field_that_no_rule_names(world: World) -> None:
    """It is refused with the nearest one that a rule names."""
    account, _ = partners(world)
    with pytest.raises(Fault) as caught:
        why(world, account, "Fone")
    assert (caught.value.code.id, caught.value.help) == ("SD892", "did you mean `Phone`?")


def test_what_syncdsl_never_touched(world: World) -> None:
    """It says so by saying why not, for every rule about the record."""
    world.rules(rules().replace("dedupe:", "where crm: Region is empty\n    dedupe:").replace("Region -> ", "City -> "))
    account = world.account("Acme", Region="EU")
    world.settle()
    found = why(world, account)
    assert (found.links, found.documents) == ((), ())
    (reason,) = found.untouched
    assert reason.failing is not None
    assert reason.failing.hurdle == "where"


# -- documents ------------------------------------------------------------------------------------------------------


def invoiced(world: World) -> tuple[str, str]:
    """Return a deal that was won and its invoice."""
    acme = started(world, WON)
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal("12.50"))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    (invoice,) = (one.doc_id for one in world.state().instances("invoice"))
    assert invoice is not None
    return deal, invoice


def document_of(world: World, record_id: str, *, now: bool = False) -> DocumentWhy:
    (found,) = why(world, record_id, now=now).documents
    return found


def test_a_document_names_its_trigger_and_where_its_fields_came_from(world: World) -> None:
    """Asked of the invoice or of its deal: the trigger, the run, when it was not true yet, the amount, every field."""
    deal, invoice = invoiced(world)
    for record in (deal, invoice):
        found = document_of(world, record)
        assert (found.document, found.record) == (f"books.invoices/{invoice}", f"crm.Deals/{deal}")
        assert found.trigger == "deal.stage == won and deal.Amount > 1"
        assert found.cause is not None
        assert (found.cause.location.startswith("main.sync:"), found.cause.run != "") == (True, True)
        assert found.before is not None
        assert found.amount == "12.50"
        assert [(one.field, one.text) for one in found.inputs] == [("customer", "Account")]
        (line,) = found.lines
        assert [(one.field, one.text, one.given) for one in line] == [
            ("name", "Name", "Pump"),
            ("rate", "Amount", {"decimal": "12.50"}),
        ]
        assert found.condition is not None
        assert found.condition.why == 'is true: Stage is "Won", Amount is 12.50'


def test_a_document_says_what_its_record_gives_by_now(world: World) -> None:
    """What it was made of stays; what the record says now stands beside it."""
    deal, invoice = invoiced(world)
    world.books.edit("invoices", invoice, {"status": "sent"})
    world.settle()
    world.edit(deal, Stage="Lost", Amount=Decimal(99))
    world.settle()
    found = document_of(world, invoice)
    assert found.condition is not None
    assert found.condition.outcome == "fails"
    (line,) = found.lines
    assert (line[1].given, line[1].now) == ({"decimal": "12.50"}, {"decimal": "99"})
    assert found.status.startswith("sent")


def test_the_stages_that_a_record_went_through(world: World) -> None:
    """Where its system keeps them and is asked, they are told in order; on file nobody knows them."""
    _, invoice = invoiced(world)
    assert document_of(world, invoice).stages == ()
    assert [one.stage for one in document_of(world, invoice, now=True).stages] == ["Open", "Won"]


def test_one_field_of_a_document(world: World) -> None:
    """Only where that field came from is told, by its own name or that of the field it is made of."""
    _, invoice = invoiced(world)
    (found,) = why(world, invoice, "account").documents
    assert [one.field for one in found.inputs] == ["customer"]
    assert found.lines == ()


def test_a_record_whose_rules_are_gone(world: World) -> None:
    """It was linked once: nothing else is claimed, and no rule holds it now."""
    account, _ = partners(world, Phone="1")
    world.rules("\nrecord deal: crm.Deals\n    stage: Stage\n")
    found = why(world, account)
    assert (found.links, found.former) == ((), True)
    (reason,) = found.untouched
    assert reason.text == "no `module` or `record` statement is about crm.Accounts"


def test_what_an_undo_put_back(world: World) -> None:
    """Neither side had changed it: the run whose write was put back is named, and the value that it had written."""
    account, customer = partners(world, Phone="1")
    world.edit(account, Phone="2")
    apply(world.run(), confirm=lambda _: True)
    run = next(one.id for one in world.state().runs(10) if world.state().run_counts([one.id]))
    world.settle()
    apply(world.run(undoes=Undone(run=run)), confirm=lambda _: True)
    assert world.get(customer)["phone"] == "1"
    found = field_of(world, customer, "phone")
    assert (found.reason, found.lost) == ("undone", "2")
    assert found.text == f"what run {run[:8]} wrote to books was put back"
