"""What recovery makes of each create that an earlier run left in doubt, down to the last value it remembers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.doubt import Doubt, create, invoice, link, seen

from syncdsl.changes.effects import Hold, RecordName
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED
from syncdsl.engine.report import Recovered
from syncdsl.schema.values import Ref, fields_to_json
from syncdsl.state import Instance

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.protocol import Record

# -- creates that arrived ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "ambiguous", "quarantined"])
def test_a_customer_that_arrived_is_linked_as_its_answer_would_have(doubt: Doubt, state: str) -> None:
    """The link holds key, bases, lines and suffix of the intent, and the journal how it was found."""
    made = doubt.world.customer("Acme", phone="1", key="k1", notes="by the system")
    found = doubt.resolve(create(state=state))
    assert found == [Recovered(text="create books.customers for Accounts/a1", resolution=f"it had arrived: {made}")]
    assert doubt.state.links("customers") == [link(right_id=made, linked_at=doubt.run.clock())]
    assert doubt.events() == [("i1", "done", "found by key")]
    assert [intent.remote_id for intent in doubt.state.intents_of("k1")] == [made]
    assert doubt.state.set_asides("customers") == set()
    assert (doubt.holds(), doubt.context.in_doubt) == ([], set())


def test_an_account_that_arrived_is_linked_the_other_way_round(doubt: Doubt) -> None:
    """What was made on the left takes the left place and the left base."""
    made = doubt.world.account("Acme", Phone="1", Key="k1")
    payload = {
        "fields": fields_to_json({"Name": "Acme", "Phone": "1"}),
        "source_side": "right",
        "source_base": fields_to_json({"name": "Acme"}),
        "base_fields": ["Name", "Phone"],
    }
    here = {"source_connection": "books", "source_module": "customers", "source_id": "c1"}
    doubt.resolve(create(connection="crm", module="Accounts", payload=payload, **here))
    (found,) = doubt.state.links("customers")
    bases: dict[str, Any] = {"left_base": {"Name": "Acme", "Phone": "1"}, "right_base": {"name": "Acme"}}
    expected = link(left_id=made, lines=(), suffix={}, origin="created_left", **bases)
    assert found == replace(expected, linked_at=doubt.run.clock())


def test_an_intent_that_says_little_makes_a_link_that_holds_little(doubt: Doubt) -> None:
    """Without bases, lines and suffix the link has none of them."""
    made = doubt.world.customer("Acme", key="k1")
    doubt.resolve(create(payload={"source_side": "left"}))
    bare: dict[str, Any] = {"lines": (), "suffix": {}, "left_base": {}, "right_base": {}}
    assert doubt.state.links("customers") == [link(right_id=made, linked_at=doubt.run.clock(), **bare)]


def test_a_record_that_had_a_link_keeps_its_uid(doubt: Doubt) -> None:
    """A partner that was made again continues the link of its source."""
    doubt.state.put_link(link(uid="older", key="k0", status="right_gone", right_id="gone"))
    made = doubt.world.customer("Acme", key="k1")
    doubt.resolve(create())
    assert [(found.uid, found.right_id, found.key) for found in doubt.state.links("customers")] == [
        ("older", made, "k1")
    ]


def test_a_person_that_arrived_has_a_link_under_its_intent(doubt: Doubt) -> None:
    """What carries no key is found below its parent, and its link is called after the intent."""
    parent = Ref("customers", doubt.world.customer("Acme"))
    made = doubt.world.record(doubt.world.books, "persons", name="Ann", contact=parent)
    payload = {"fields": fields_to_json({"name": "Ann", "contact": parent}), "source_side": "left"}
    facts: dict[str, Any] = {"module": "persons", "pair_or_document": "customers.contacts", "key": None}
    assert doubt.told(create(payload=payload, source_module="Contacts", source_id="p1", **facts)) == [
        f"it had arrived: {made}"
    ]
    (found,) = doubt.state.links("customers.contacts")
    assert (found.uid, found.key, found.left_id, found.right_id) == ("i1", "i1", "p1", made)


def test_a_copy_that_arrived_sets_its_original_aside(doubt: Doubt) -> None:
    """The duplicate beside which a copy was made is not matched again."""
    doubt.world.customer("Acme", key="k1")
    doubt.resolve(create(payload={**create().payload, "aside": ["right", "c9"]}))
    assert doubt.state.set_asides("customers") == {("right", "c9")}


@pytest.mark.parametrize(
    ("stamps", "base"),
    [
        (lambda one: replace(one, created=one.modified), "2"),
        (lambda one: replace(one, created=one.modified - dt.timedelta(seconds=1)), "1"),
        (lambda one: replace(one, created=None), "2"),
        (lambda one: replace(one, modified=None), "2"),
    ],
    ids=["untouched", "edited", "no created", "no modified"],
)
def test_what_was_edited_since_has_what_was_sent_for_a_base(
    doubt: Doubt, stamps: Callable[[Record], Record], base: str
) -> None:
    """Only where its stamps say that it was modified later; else what the system made of it is the base."""
    doubt.world.customer("Acme", phone="2", key="k1")
    doubt.world.answered = lambda name, _, answer: (
        {key: [stamps(one) for one in found] for key, found in answer.items()} if name == "find" else answer
    )
    doubt.resolve(create())
    assert [found.right_base for found in doubt.state.links("customers")] == [{"name": "Acme", "phone": base}]


def test_what_no_rule_knows_any_more_is_only_noted(doubt: Doubt) -> None:
    """A create for a module that is gone from the rules ends, and links nothing."""
    made = doubt.world.customer("Acme", key="k1")
    assert doubt.told(create(pair_or_document="former")) == [f"it had arrived: {made}"]
    assert doubt.state.links("former") == []


@pytest.mark.parametrize("number", [0, 1])
def test_an_invoice_that_arrived_is_an_instance(doubt: Doubt, number: int) -> None:
    """It has the number, key and inputs of its intent; it is no link."""
    made = doubt.world.record(doubt.world.books, "invoices", reference="R", key="k1")
    doubt.resolve(invoice(instance=number))
    assert doubt.state.instances("invoice") == [
        Instance(
            document="invoice",
            connection="crm",
            module="Deals",
            record_id="d1",
            number=number,
            key="k1",
            doc_id=made,
            doc_status="made",
            inputs=fields_to_json({"reference": "R"}),
            turn=number,
        )
    ]
    assert doubt.state.links("invoice") == []


def test_an_invoice_whose_intent_says_little_has_no_inputs(doubt: Doubt) -> None:
    """What it was made from is not known then."""
    doubt.world.record(doubt.world.books, "invoices", reference="R", key="k1")
    doubt.resolve(invoice(payload={"document": True}))
    assert [item.inputs for item in doubt.state.instances("invoice")] == [{}]


# -- creates that did not, or may still --------------------------------------------------------------------------------


def test_a_customer_that_did_not_arrive_is_decided_anew(doubt: Doubt) -> None:
    """Nothing is linked, and the journal says why the intent ended."""
    assert doubt.told(create()) == ["it had not arrived; it is decided anew"]
    assert doubt.events() == [("i1", "dropped", "had not arrived")]
    assert (doubt.state.links("customers"), doubt.holds(), doubt.context.in_doubt) == ([], [], set())


def test_an_invoice_that_did_not_arrive_fires_again(doubt: Doubt) -> None:
    """Its triggers are untrue again for its deal, and of its instances only its own is refused."""
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "record_id": "d1"}
    for number, doc_id in ((0, None), (1, None), (2, "x")):
        doubt.state.put_instance(Instance(number=number, key=f"d{number}", doc_id=doc_id, **facts))
    doubt.resolve(invoice(instance=1), invoice(iid="i2", key="k2", instance=2))
    assert [doubt.state.truths(each) for each in ("t1", "t2")] == [{"d1": False}, {"d1": False}]
    assert [(item.number, item.doc_status) for item in doubt.state.instances("invoice")] == [
        (0, ""),
        (1, "refused"),
        (2, ""),
    ]


def test_an_invoice_that_left_no_instance_fires_again(doubt: Doubt) -> None:
    """A run that died before it noted the instance leaves nothing to refuse."""
    assert doubt.told(invoice()) == ["it had not arrived; it is decided anew"]
    assert doubt.state.truths("t1") == {"d1": False}
    assert doubt.state.instances("invoice") == []


def test_a_void_without_an_answer_fires_again_and_refuses_no_instance(doubt: Doubt) -> None:
    """Only a create that did not arrive leaves an instance without a document."""
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "key": "k"}
    doubt.state.put_instance(Instance(record_id="d1", number=0, **facts))
    assert doubt.told(invoice(op="void", key=None, record_id="x")) == ["it had not arrived; it is decided anew"]
    assert doubt.state.truths("t1") == {"d1": False}
    assert [item.doc_status for item in doubt.state.instances("invoice")] == [""]


@pytest.mark.parametrize("op", ["create", "update", "key", "delete"])
def test_what_was_never_sent_is_not_asked_for(doubt: Doubt, op: Any) -> None:
    """An intent that was committed and not sent had no effect, whatever is there by now."""
    doubt.world.customer("Acme", key="k1")
    before = len(doubt.world.points)
    assert doubt.told(create(op=op, state="intent", record_id="c1")) == ["it had not arrived; it is decided anew"]
    assert [point for point in doubt.world.points[before:] if "find" in point or "fetch" in point] == []


def test_one_module_that_cannot_be_asked_holds_up_no_other(doubt: Doubt) -> None:
    """Its intents stay open, its steps count as unread, and the next intent is settled."""
    made = doubt.world.account("Acme", Key="k2")

    def refuse(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "find" and arguments[0] == "customers":
            raise Fault(NOT_OFFERED, "not now")
        return answer

    doubt.world.answered = refuse
    other = create(iid="i2", key="k2", connection="crm", module="Accounts", payload={"source_side": "right"})
    assert doubt.told(create(), other) == [f"it had arrived: {made}"]
    assert [intent.iid for intent in doubt.state.open_intents()] == ["i1"]
    assert doubt.context.unread.faults.keys() == {"observe books.customers"}


# -- creates nobody knows the fate of ----------------------------------------------------------------------------------


def test_two_records_under_one_key_are_one_question(doubt: Doubt) -> None:
    """The question names the account, what was found in order of ids, and the rule's place; all of them are let be."""
    seen(doubt)
    found = sorted([doubt.world.customer("Acme", key="k1"), doubt.world.customer("Bolt", key="k1")])
    doubt.world.answered = lambda name, _, answer: (
        {key: many[::-1] for key, many in answer.items()} if name == "find" else answer
    )
    assert doubt.told(create()) == ["in doubt: 2 records carry its key"]
    labels = {found[0]: "Acme", found[1]: "Bolt"}
    assert doubt.holds() == [
        Hold(
            rule="customers",
            location=doubt.context.plan.pairs["customers"].location,
            reason="an earlier create in books.customers got no answer and 2 records carry its key",
            why="ambiguous",
            record=RecordName(connection="crm", module="Accounts", id="a1", label="Acme Ltd"),
            candidates=tuple(
                RecordName(connection="books", module="customers", id=each, label=labels[each]) for each in found
            ),
        )
    ]
    assert doubt.events() == [("i1", "quarantined", "2 records carry its key")]
    assert doubt.context.in_doubt == {("customers", "a1")}
    assert doubt.context.again == {("crm", "Accounts", "a1")}
    assert doubt.context.reviews.asked_about == {("books", "customers", each) for each in found}
    assert doubt.state.links("customers") == []


def test_everything_that_is_asked_about_is_let_be(doubt: Doubt) -> None:
    """Two creates in doubt ask about two records each."""
    found = [doubt.world.customer(f"{key} {number}", key=key) for key in ("k1", "k2") for number in (1, 2)]
    doubt.resolve(create(), create(iid="i2", key="k2", source_id="a2"))
    assert doubt.context.reviews.asked_about == {("books", "customers", each) for each in found}
    assert doubt.context.in_doubt == {("customers", "a1"), ("customers", "a2")}


def test_what_is_in_quarantine_is_asked_for_again_and_noted_once(doubt: Doubt) -> None:
    """A question that still stands writes nothing to the journal; an account never read goes by its id."""
    for name in ("Acme", "Bolt"):
        doubt.world.customer(name, key="k1")
    assert doubt.told(create(state="quarantined")) == ["in doubt: 2 records carry its key"]
    assert doubt.events() == []
    assert [hold.record.label for hold in doubt.holds()] == ["a1"]


def test_a_create_without_any_key_waits_for_a_person(doubt: Doubt) -> None:
    """Neither a key field without a key, nor a deal without a parent, nor a system that is gone can be asked."""
    told = "in doubt: nothing on the record can tell whether it was made"
    gone = create(iid="i2", key="k2", connection="former", module="m")
    deal = create(iid="i3", key="k3", connection="crm", module="Deals", pair_or_document="invoice", payload={})
    assert doubt.told(create(key=None), gone, deal) == [told] * 3
    assert [hold.location for hold in doubt.holds()][2] == doubt.context.plan.documents["invoice"].location


@pytest.mark.parametrize("place", ["connection", "source_connection"])
def test_a_create_of_a_connection_that_is_gone_ends_no_run(doubt: Doubt, place: str) -> None:
    """Where no rule names the other system any more the create is a question, and everything else goes on."""
    doubt.world.account("Acme")
    doubt.state.add_intents([create(**{place: "former"}, key=None, payload={})])
    doubt.world.apply()
    assert [item.record_id for item in doubt.world.reviews()] == ["a1"]
    assert len(doubt.world.all("customers")) == 1
