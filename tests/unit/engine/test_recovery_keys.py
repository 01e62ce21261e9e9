"""What the keys on records say when the state does not know them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.protocol import Record
from syncdsl.engine.matching import Match
from syncdsl.engine.observation import Observation, Records
from syncdsl.plan.steps import ObserveStep
from syncdsl.state import Instance, StoredRecord

if TYPE_CHECKING:
    from tests.unit.engine.doubt import Doubt

    from syncdsl.plan.pairs import DocumentPlan

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


# -- partners ----------------------------------------------------------------------------------------------------------


def records(module: str, **keys: Any) -> dict[str, Record]:
    """Return records by id, each with what stands in its key field; None: nothing."""
    field = "key" if module in {"customers", "persons"} else "Key"
    return {
        name: Record(module=module, id=name, fields={} if key is None else {field: key}) for name, key in keys.items()
    }


def matched(doubt: Doubt, pair: str, left: dict[str, Record], right: dict[str, Record]) -> list[Match]:
    """Match free records by their keys."""
    found: list[Match] = []
    doubt.recovery.match_by_key(doubt.context.plan.pairs[pair], doubt.context, left, right, found)
    return found


def key_of(doubt: Doubt, side: str, source: str, pair: str = "customers") -> str:
    return doubt.context.pair_key(doubt.context.plan.pairs[pair], side, source)


def test_a_carrier_on_the_right_is_matched_with_its_source(doubt: Doubt) -> None:
    """In order of the sources' ids; both are taken out, and everything else stays free."""
    left = records("Accounts", a3=None, a2=None, a1=None)
    right = records("customers", c1=key_of(doubt, "left", "a3"), c2=key_of(doubt, "left", "a2"), c3="other", c4=7)
    a2, a3, c1, c2 = left["a2"], left["a3"], right["c1"], right["c2"]
    assert matched(doubt, "customers", left, right) == [
        Match(left=a2, right=c2, how="key", key_text="syncdsl key"),
        Match(left=a3, right=c1, how="key", key_text="syncdsl key"),
    ]
    assert ({*left}, {*right}) == ({"a1"}, {"c3", "c4"})


def test_a_carrier_on_the_left_is_matched_with_its_source(doubt: Doubt) -> None:
    """The same the other way round, though nothing on the right carries any key."""
    left = records("Accounts", a1=key_of(doubt, "right", "c1"), a2=None)
    right = records("customers", c1=None, c2=None)
    a1, c1 = left["a1"], right["c1"]
    assert matched(doubt, "customers", left, right) == [Match(left=a1, right=c1, how="key", key_text="syncdsl key")]
    assert ({*left}, {*right}) == ({"a2"}, {"c2"})


def test_only_one_side_may_have_a_key_field(doubt: Doubt) -> None:
    """Persons carry no key; a contact that was made from one does."""
    left = records("Contacts", p1=key_of(doubt, "right", "q1", "customers.contacts"))
    right = records("persons", q1=None)
    assert [one.how for one in matched(doubt, "customers.contacts", left, right)] == ["key"]


def test_a_key_that_two_records_carry_matches_neither(doubt: Doubt) -> None:
    """Nothing is guessed, and everything stays free."""
    left = records("Accounts", a1=None)
    right = records("customers", c1=key_of(doubt, "left", "a1"), c2=key_of(doubt, "left", "a1"))
    assert matched(doubt, "customers", left, right) == []
    assert ({*left}, {*right}) == ({"a1"}, {"c1", "c2"})


# -- documents ---------------------------------------------------------------------------------------------------------


def document(doubt: Doubt) -> DocumentPlan:
    return doubt.context.plan.documents["invoice"]


def observe(doubt: Doubt, *numbers: int, record: str = "d1", status: str | None = "draft", **others: Any) -> None:
    """Let invoices have been read that carry the keys of the `numbers`-th of a deal, and `others` with other keys."""
    plan = document(doubt)
    keys = {f"x{number}": doubt.context.document_key(plan, record, number) for number in numbers}
    held = {
        name: {} if key is None else {"key": key, **({"status": status} if status else {})}
        for name, key in {**keys, **others}.items()
    }
    (step,) = (one for one in doubt.run.plan.steps if isinstance(one, ObserveStep) and one.id == plan.observe)
    doubt.state.begin_observation("books.invoices")
    doubt.state.stage("books.invoices", [(StoredRecord(id=name, fields=fields), None) for name, fields in held.items()])
    doubt.context.observations[plan.observe] = Observation(
        step=step,
        records=Records(doubt.state, step),
        server_time=NOW,
        complete=True,
        agenda=dict.fromkeys(held, "new"),
    )


def deals(*ids: str) -> list[Record]:
    """Return deals of which nothing but the id counts."""
    return [Record(module="Deals", id=name, fields={}) for name in ids]


def adopted(doubt: Doubt, *ids: str) -> list[tuple[str, int, str | None]]:
    """Return (deal, number, invoice) of what is found again for these deals."""
    doubt.recovery.adopt_instances(document(doubt), doubt.context, deals(*ids))
    found = doubt.context.view.instances("invoice")
    return [(item.record_id, item.number, item.doc_id) for name in ids for item in found.get(name, [])]


@pytest.mark.parametrize("status", ["draft", "void"])
def test_an_invoice_is_found_again_as_it_stands(doubt: Doubt, status: str) -> None:
    """With the status that it has by now, and counted."""
    observe(doubt, 0, status=status)
    adopted(doubt, "d1")
    assert doubt.context.view.instances("invoice")["d1"] == [
        Instance(
            document="invoice",
            connection="crm",
            module="Deals",
            record_id="d1",
            number=0,
            key=doubt.context.document_key(document(doubt), "d1", 0),
            doc_id="x0",
            doc_status=status,
            turn=0,
        )
    ]
    assert doubt.context.baseline == {"documents found by key": 1}


def test_an_invoice_of_a_module_without_a_status_counts_as_made(doubt: Doubt) -> None:
    """Nothing more is known of it."""
    observe(doubt, 0)
    plain = document(doubt).model_copy(update={"status_field": None})
    doubt.recovery.adopt_instances(plain, doubt.context, deals("d1"))
    assert [item.doc_status for item in doubt.context.view.instances("invoice")["d1"]] == ["made"]


@pytest.mark.parametrize(
    ("carried", "found"),
    [
        ((0, 1), [0, 1]),
        ((4,), [4]),
        ((5,), []),
        ((0, 5, 11), [0, 5]),
        ((0, 5, 10), [0, 5, 10]),
    ],
)
def test_the_search_looks_past_four_deleted_invoices_in_a_row(
    doubt: Doubt, carried: tuple[int, ...], found: list[int]
) -> None:
    """A gap of four is searched, one of five is not."""
    observe(doubt, *carried)
    assert adopted(doubt, "d1") == [("d1", number, f"x{number}") for number in found]
    assert doubt.context.baseline["documents found by key"] == len(found)


def test_what_is_known_is_left_as_it_is(doubt: Doubt) -> None:
    """A known instance keeps its inputs, counts for the search, and one without a document gets the one found."""
    observe(doubt, 0, 3, 7, unkeyed=None, strange="s")
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "record_id": "d1"}
    key = doubt.context.document_key
    known = Instance(number=3, turn=3, key=key(document(doubt), "d1", 3), doc_id="x3", inputs={"a": 1}, **facts)
    doubt.state.put_instance(known)
    doubt.state.put_instance(Instance(number=7, turn=7, key=key(document(doubt), "d1", 7), **facts))
    assert adopted(doubt, "d0", "d1") == [("d1", 0, "x0"), ("d1", 3, "x3"), ("d1", 7, "x7")]
    assert doubt.context.view.instances("invoice")["d1"][1] == known
    assert doubt.context.baseline["documents found by key"] == 2


def test_records_are_gone_through_only_for_an_unknown_key(doubt: Doubt) -> None:
    """Neither where all keys are known nor where none can be carried is any deal looked at."""
    unread = iter(deals("d1"))
    doubt.recovery.adopt_instances(document(doubt).model_copy(update={"key_field": None}), doubt.context, unread)
    observe(doubt, 0, unkeyed=None)
    key = doubt.context.document_key(document(doubt), "d1", 0)
    facts: dict[str, Any] = {"document": "invoice", "connection": "crm", "module": "Deals", "record_id": "d1"}
    doubt.state.put_instance(Instance(number=0, key=key, doc_id="x0", **facts))
    doubt.recovery.adopt_instances(document(doubt), doubt.context, unread)
    assert list(unread) == deals("d1")
    assert doubt.context.baseline == {}
