"""Creates in doubt that recovery waits for, or that a person settles."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.doubt import Doubt, create, invoice, link

from syncdsl.adapters.protocol import Tier
from syncdsl.engine.choices import choices_of
from syncdsl.schema.values import Ref, fields_to_json
from syncdsl.state import Instance, ReviewItem

if TYPE_CHECKING:
    from syncdsl.state import Intent

LATE = "in doubt: it may still arrive"


def asked(doubt: Doubt, intent: Intent) -> ReviewItem:
    """Let a run ask about a create; return the item."""
    doubt.told(intent)
    (hold,) = doubt.holds()
    item = ReviewItem(
        id=doubt.context.item_id(hold),
        kind="ambiguous",
        rule=hold.rule,
        location=hold.location,
        reason=hold.reason,
        connection=hold.record.connection,
        module=hold.record.module,
        record_id=hold.record.id or "",
        label=hold.record.label,
        candidates=[one.model_dump(mode="json") for one in hold.candidates],
        choices=choices_of(hold, doubt.context.plan.pairs.get(hold.rule), ()),
        opened=doubt.run.clock(),
        opened_run="r0",
    )
    doubt.state.open_reviews([item])
    return item


def decided(doubt: Doubt, intent: Intent, words: str) -> tuple[Doubt, list[str]]:
    """Let a run ask about a create and Anna decide; return the next run, and what became of it in words."""
    doubt.world.decide(asked(doubt, intent), words)
    later = Doubt(doubt.world)
    return later, later.told()


# -- by a person -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["k1", None])
def test_the_named_record_is_linked(doubt: Doubt, key: str | None) -> None:
    """It is read and linked as if it had been found, and the journal names the person."""
    made = doubt.world.customer("Acme", phone="1", key=key)
    doubt.world.customer("Bolt", key=key)
    later, told = decided(doubt, create(key=key), f"link {made}")
    assert told == [f"decided by anna: it is {made}"]
    name = key or "i1"
    assert later.state.links("customers") == [link(uid=name, key=name, right_id=made, linked_at=later.run.clock())]
    assert later.events()[-1] == ("i1", "done", "decided by anna")
    assert [event.state for event in later.state.journal()].count("quarantined") == 1
    assert (later.holds(), later.context.in_doubt, later.context.reported) == ([], set(), [])


def test_the_remote_id_of_a_named_record_is_kept(doubt: Doubt) -> None:
    """The journal knows which record was meant."""
    made = doubt.world.customer("Acme", key="k1")
    doubt.world.customer("Bolt", key="k1")
    later, _ = decided(doubt, create(), f"link {made}")
    assert [intent.remote_id for intent in later.state.intents_of("k1")] == [made]


def test_a_named_record_that_does_not_exist_is_said(doubt: Doubt) -> None:
    """The decision stands, the account is let be and looked at again, and the report says what is wrong."""
    item = asked(doubt, create(key=None))
    doubt.world.decide(item, "link c9")
    later = Doubt(doubt.world)
    assert later.told() == ["in doubt: c9 does not exist"]
    assert later.context.reported == [
        "books.customers/c9 does not exist; decided by anna that it is what was made for Accounts/a1"
    ]
    assert later.context.in_doubt == {("customers", "a1")}
    assert later.context.again == {("crm", "Accounts", "a1")}
    assert later.context.reviews.standing == {item.id}
    assert [intent.iid for intent in later.state.open_intents()] == ["i1"]


@pytest.mark.parametrize("place", [{"connection": "former"}, {"module": "former"}], ids=["connection", "module"])
def test_a_record_named_where_nothing_can_be_read_does_not_exist(doubt: Doubt, place: dict[str, str]) -> None:
    """A system or a module that is gone since ends no run: the question stands."""
    _, told = decided(doubt, create(key=None, **place), "link c9")
    assert told == ["in doubt: c9 does not exist"]


def test_a_named_record_that_has_a_partner_is_not_taken_from_it(doubt: Doubt) -> None:
    """Another account's customer stays with it."""
    theirs = doubt.world.customer("Acme")
    doubt.state.put_link(link(uid="u", key="u", left_id="a2", right_id=theirs))
    later, told = decided(doubt, create(key=None), f"link {theirs}")
    assert told == [f"in doubt: {theirs} has another partner"]
    assert [found.left_id for found in later.state.links("customers")] == ["a2"]


def test_a_named_account_that_has_a_partner_is_not_taken_from_it(doubt: Doubt) -> None:
    """The same the other way round; an id that is taken on the other side alone is free."""
    theirs = doubt.world.account("Acme")
    doubt.state.put_link(link(uid="u", key="u", left_id=theirs, right_id="c2"))
    here = {"source_connection": "books", "source_module": "customers", "source_id": "c1"}
    facts: dict[str, Any] = {"connection": "crm", "module": "Accounts", "key": None, **here}
    _, told = decided(doubt, create(payload={"source_side": "right"}, **facts), f"link {theirs}")
    assert told == [f"in doubt: {theirs} has another partner"]


def test_an_id_that_is_taken_on_the_other_side_alone_is_free(doubt: Doubt) -> None:
    """Only the side that the create was made on counts."""
    made = doubt.world.customer("Acme")
    doubt.state.put_link(link(uid="u", key="u", left_id=made, right_id="c2"))
    _, told = decided(doubt, create(key=None), f"link {made}")
    assert told == [f"decided by anna: it is {made}"]


@pytest.mark.parametrize("key", ["k1", None])
def test_a_named_invoice_is_the_instance(doubt: Doubt, key: str | None) -> None:
    """A document has no partner that could be in the way; one that was made without a key has none."""
    made = doubt.world.record(doubt.world.books, "invoices", reference="R", key=key)
    doubt.world.record(doubt.world.books, "invoices", reference="S", key=key)
    later, told = decided(doubt, invoice(key=key), f"link {made}")
    assert told == [f"decided by anna: it is {made}"]
    assert [(item.doc_id, item.key) for item in later.state.instances("invoice")] == [(made, key or "")]


@pytest.mark.parametrize("side", ["left", "right", None])
def test_a_create_given_up_sets_its_source_aside(doubt: Doubt, side: str | None) -> None:
    """On the side it is on; the intent ends with the person's name."""
    payload = {"source_side": side} if side else {}
    later, told = decided(doubt, create(key=None, payload=payload), "skip")
    assert told == ["decided by anna: given up"]
    assert later.state.set_asides("customers") == {(side or "left", "a1")}
    assert later.events()[-1] == ("i1", "dropped", "decided by anna")
    assert later.state.open_intents() == []


def test_an_invoice_given_up_is_refused(doubt: Doubt) -> None:
    """Its own instance alone, and its edge does not fire again."""
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "record_id": "d1"}
    for number, doc_id in ((0, None), (1, None)):
        doubt.state.put_instance(Instance(number=number, key=f"d{number}", doc_id=doc_id, **facts))
    later, _ = decided(doubt, invoice(key=None, instance=1), "skip")
    assert [(item.number, item.doc_status) for item in later.state.instances("invoice")] == [(0, ""), (1, "refused")]
    assert later.state.truths("t1") == {}
    assert later.state.set_asides("invoice") == set()


def test_an_invoice_that_is_known_by_now_is_not_refused(doubt: Doubt) -> None:
    """What has a document is not given up, and a deal without any instance is no fault."""
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "record_id": "d1"}
    doubt.state.put_instance(Instance(number=1, key="d1", doc_id="x", doc_status="made", **facts))
    later, _ = decided(doubt, invoice(key=None, instance=1), "skip")
    assert [item.doc_status for item in later.state.instances("invoice")] == ["made"]


def test_an_invoice_without_any_instance_can_be_given_up(doubt: Doubt) -> None:
    """A create that died before its instance was noted leaves nothing to refuse."""
    _, told = decided(doubt, invoice(key=None), "skip")
    assert told == ["decided by anna: given up"]


def test_what_no_rule_knows_is_given_up_without_a_trace(doubt: Doubt) -> None:
    """Of a former module nothing is set aside, and the question has no place in the rules."""
    later, told = decided(doubt, create(key=None, pair_or_document="former"), "skip")
    assert [hold.location for hold in doubt.holds()] == [""]
    assert told == ["decided by anna: given up"]
    assert later.state.set_asides("former") == set()


def test_a_create_that_is_made_again_is_decided_anew(doubt: Doubt) -> None:
    """The intent is dropped: this run plans the record again."""
    later, told = decided(doubt, create(key=None), "again")
    assert told == ["decided by anna: it is made again"]
    assert later.events()[-1] == ("i1", "dropped", "had not arrived")


# -- what may still arrive ---------------------------------------------------------------------------------------------


def just_sent(doubt: Doubt, **facts: Any) -> Intent:
    """Return a create that was sent right before the run."""
    return create(last_sent_at=doubt.run.clock() - dt.timedelta(seconds=30), **facts)


def offer(doubt: Doubt, tier: Tier) -> None:
    """Let the books offer a way to make creates safe."""
    books: Any = doubt.run.connections["books"]
    books.capabilities = replace(books.capabilities, tier=tier)


@pytest.mark.parametrize("tier", list(Tier))
def test_a_create_whose_key_is_only_searched_for_is_waited_for(doubt: Doubt, tier: Tier) -> None:
    """Where the key is unique a late one cannot make a second record; else nothing is made until it cannot be late."""
    offer(doubt, tier)
    waits = tier in {Tier.T3, Tier.T4}
    assert doubt.told(just_sent(doubt)) == [LATE if waits else "it had not arrived; it is decided anew"]
    assert [(hold.reason, hold.candidates) for hold in doubt.holds()] == [
        ("an earlier create in books.customers got no answer and it may still arrive", ())
    ] * waits
    assert doubt.context.in_doubt == ({("customers", "a1")} if waits else set())
    assert doubt.context.again == ({("crm", "Accounts", "a1")} if waits else set())
    assert doubt.events() == ([] if waits else [("i1", "dropped", "had not arrived")])


def test_what_cannot_arrive_any_more_is_not_waited_for(doubt: Doubt) -> None:
    """A create of yesterday that is not there will not come."""
    offer(doubt, Tier.T3)
    sent = doubt.run.clock() - dt.timedelta(days=1)
    assert doubt.told(create(last_sent_at=sent)) == ["it had not arrived; it is decided anew"]


def test_what_has_arrived_is_not_waited_for(doubt: Doubt) -> None:
    """A create that was just sent and is there by its key is linked."""
    offer(doubt, Tier.T3)
    made = doubt.world.customer("Acme", key="k1")
    assert doubt.told(just_sent(doubt)) == [f"it had arrived: {made}"]


@pytest.mark.parametrize(("late", "there"), [(True, 0), (False, 0), (True, 1), (True, 2)])
def test_a_person_is_looked_for_below_its_parent(doubt: Doubt, late: bool, there: int) -> None:  # noqa: FBT001 - a parameter of the test
    """One like it is it, two are a question, and with none it is waited for while it may arrive."""
    parent = Ref("customers", doubt.world.customer("Acme"))
    ids = [doubt.world.record(doubt.world.books, "persons", name="Ann", contact=parent) for _ in range(there)]
    payload = {"fields": fields_to_json({"name": "Ann", "contact": parent}), "source_side": "left"}
    facts: dict[str, Any] = {"module": "persons", "pair_or_document": "customers.contacts", "payload": payload}
    told = doubt.told(just_sent(doubt, **facts) if late else create(**facts))
    assert (
        told
        == {
            0: [LATE if late else "it had not arrived; it is decided anew"],
            1: [f"it had arrived: {ids[0] if ids else ''}"],
            2: ["in doubt: 2 records below its parent are like it"],
        }[there]
    )
    if there == 2:
        assert [[one.id for one in hold.candidates] for hold in doubt.holds()] == [sorted(ids)]
