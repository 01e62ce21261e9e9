"""Reconciling the queue with the holds of a run, and the words that decide an item."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.changes.decisions import stored_decision
from syncdsl.changes.effects import Hold, RecordName
from syncdsl.engine.choices import WrongChoiceError, choices_of, decision_text, meaning, read_decision
from syncdsl.engine.reviewing import item_id, reconcile, subject_of
from syncdsl.state import ReviewItem

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def record(connection: str, number: int) -> RecordName:
    module = "Accounts" if connection == "crm" else "customers"
    return RecordName(connection=connection, module=module, id=str(number), label=f"Record {number}")


def hold(why: str = "conflict", number: int = 1, candidates: tuple[int, ...] = (7,), **facts: object) -> Hold:
    return Hold.model_validate(
        {
            "rule": "customers",
            "location": "main.sync:3",
            "reason": "because",
            "why": why,
            "record": record("crm", number),
            "candidates": tuple(record("books", each) for each in candidates),
            **facts,
        }
    )


def item(asked: Hold, state: str = "open", linked: tuple[str, ...] = ()) -> ReviewItem:
    subject = subject_of(asked)
    return ReviewItem(
        id=item_id(asked),
        kind=asked.why,
        rule=asked.rule,
        location=asked.location,
        reason=asked.reason,
        connection=subject.connection,
        module=subject.module,
        record_id=subject.record_id,
        label=asked.record.label,
        candidates=[each.model_dump(mode="json") for each in asked.candidates],
        choices=choices_of(asked, None, linked),
        state=state,  # type: ignore[arg-type]
        opened=NOW,
        opened_run="r1",
    )


HOLDS = st.builds(
    hold,
    why=st.sampled_from(["conflict", "match", "value", "parked"]),
    number=st.integers(1, 4),
    candidates=st.lists(st.integers(1, 4), unique=True, max_size=3).map(tuple),
    field=st.sampled_from([None, "Name <-> name", "Phone <-> phone"]),
    left=st.sampled_from([None, "1", "2"]),
)


@given(st.lists(HOLDS, max_size=8), st.lists(HOLDS, max_size=8), st.sets(st.integers(1, 4)), st.sets(st.integers(0, 7)))
def test_every_question_is_in_the_queue_exactly_once(
    before: list[Hold], after: list[Hold], seen: set[int], used: set[int]
) -> None:
    """Whatever was asked and is asked now: one item for each question that stands, none for one that is settled."""
    items = list({item_id(one): item(one) for one in before}.values())
    in_use = {one.id for number, one in enumerate(items) if number in used}
    found = reconcile(items, after, lambda subject: int(subject.record_id) in seen, in_use)
    asked = {item_id(one) for one in after}
    opened = [item_id(one) for one in found.open]
    kept = {one.id for one in found.keep}
    assert len(opened) == len(set(opened))
    assert set(opened) == asked - {one.id for one in items}
    assert kept | {one.id for one in found.close} == {one.id for one in items}
    for one in items:
        stands = one.id in asked or one.id in in_use or int(one.record_id) not in seen
        assert (one.id in kept) is stands
    again = reconcile([*found.keep, *(item(one) for one in found.open)], after, lambda _: False)
    assert (again.open, again.close) == ([], [])


@given(HOLDS, st.permutations([1, 2, 3]))
def test_an_id_follows_from_the_question_alone(one: Hold, order: list[int]) -> None:
    """The order of candidates, the wording and the place in the file do not matter; ids are no numbers and no words."""
    asked = one.model_copy(update={"candidates": tuple(record("books", each) for each in (1, 2, 3))})
    same = asked.model_copy(
        update={"candidates": tuple(record("books", each) for each in order), "reason": "other", "location": "a:9"}
    )
    assert item_id(asked) == item_id(same)
    assert re.fullmatch(r"[b-df-hj-np-tv-z][b-df-hj-np-tv-z2-9]{7}", item_id(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (hold(), hold(number=2)),
        (hold(left="1"), hold(left="2")),
        (hold(field="a"), hold(field="b")),
        (hold("match"), hold("match", candidates=(7, 8))),
        (hold("match"), hold("duplicate")),
        (hold(), hold(rule="vendors")),
        (hold("match", candidates=(), reason="moved"), hold("match", candidates=(), reason="deleted")),
    ],
)
def test_another_question_has_another_id(one: Hold, other: Hold) -> None:
    """Kind, rule, subject, field, values and candidates are what is asked."""
    assert item_id(one) != item_id(other)


ALL = [
    hold("conflict"),
    hold("conflict", candidates=()),
    hold("match", candidates=(7, 8)),
    hold("duplicate"),
    hold("value"),
    hold("parked"),
    hold("deleted"),
    hold("ambiguous", candidates=(7, 8)),
    hold("document"),
]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.why)
def test_every_choice_that_is_offered_decides_and_is_explained(one: Hold) -> None:
    """What an item offers can be chosen, is stored and read back, and says what it does."""
    asked = item(one)
    assert asked.choices
    for choice in asked.choices:
        assert meaning(asked, choice)
        decision = read_decision(asked, choice, "called them")
        if decision is None:
            assert choice == "retry"
            continue
        assert stored_decision(decision.model_dump(mode="json")) == decision
        assert (decision_text(asked, decision), decision.comment) == (choice, "called them")
        assert read_decision(asked, choice.upper().replace("LINK ID", "link ID"), "called them") is not None


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.why)
@pytest.mark.parametrize("text", ["", "yes", "link 99", "clone", "clone in mars", "crm books", "skip it"])
def test_a_choice_that_is_not_offered_is_refused_with_those_that_are(one: Hold, text: str) -> None:
    """No decision is made of words that do not decide the item."""
    with pytest.raises(WrongChoiceError, match="`"):
        read_decision(item(one), text)


def test_candidates_are_named_by_id_or_in_full() -> None:
    """`4` and `books.customers/4` are one record; a single candidate need not be named; a linked one is not offered."""
    one = item(hold("match", candidates=(4,)))
    named = {read_decision(one, text) for text in ("link", "link 4", "link books.customers/4", "LINK 4")}
    assert len(named) == 1
    assert item(hold("match", candidates=(4, 5)), linked=("4",)).choices == ["link 5", "new", "skip"]
    unknown = item(hold("ambiguous", candidates=()))
    decision = read_decision(unknown, "link books.customers/4")
    assert decision is not None
    assert decision_text(unknown, decision) == "link 4"
    child = read_decision(unknown, "link books.contact_persons/4/5")
    assert child is not None
    assert child == read_decision(unknown, "link 4/5")
    with pytest.raises(WrongChoiceError):
        read_decision(unknown, "link ID")


def test_names_that_mean_something_else_give_way() -> None:
    """Connections called as a choice is are told apart by `left` and `right`; these are always understood."""
    odd = hold(record=RecordName(connection="skip", module="Accounts", id="1", label=""))
    assert item(odd).choices == ["left", "right"]
    assert read_decision(item(hold()), "LEFT") == read_decision(item(hold()), "crm")


def test_a_decision_of_another_version_is_none() -> None:
    """What cannot be understood is not carried out."""
    assert stored_decision({"choice": "burn"}) is None
    assert stored_decision(None) is None
