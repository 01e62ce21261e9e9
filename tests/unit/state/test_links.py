"""Links, what is set aside, and the digest over what decisions rest on."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.schema.values import PartnerOf, Ref
from syncdsl.state import HistoryEntry, Instance, Intent, Link, NotUniqueError, StoredRecord, open_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.schema.values import Value
    from syncdsl.state import State

URL = "sqlite:///state.db"
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)

TEXT = st.text(max_size=20)
"""Text as other systems hand it out, with lone surrogates."""
STORABLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
WHOLE_SECONDS = st.datetimes(timezones=st.just(dt.UTC)).map(lambda moment: moment.replace(microsecond=0))
SCALARS: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    TEXT,
    st.dates(),
    WHOLE_SECONDS,
    st.builds(Ref, TEXT, TEXT),
    st.builds(PartnerOf, TEXT, TEXT, TEXT, TEXT),
)
ROWS = st.dictionaries(TEXT, SCALARS, max_size=3).map(lambda row: tuple(sorted(row.items(), key=lambda item: item[0])))
VALUES: st.SearchStrategy[Value] = st.one_of(
    SCALARS,
    st.lists(TEXT, max_size=3).map(lambda items: tuple(sorted(items))),
    st.lists(ROWS.filter(bool), min_size=1, max_size=3).map(tuple),
)
FIELDS = st.dictionaries(TEXT, VALUES, max_size=5)
LINKS = st.builds(
    Link,
    uid=STORABLE,
    pair=st.just("p"),
    left_id=STORABLE,
    right_id=STORABLE,
    key=STORABLE,
    status=st.sampled_from(["active", "left_gone", "right_gone", "both_gone"]),
    lines=st.lists(TEXT, max_size=3).map(tuple),
    left_base=FIELDS,
    right_base=FIELDS,
    suffix=st.dictionaries(TEXT, TEXT, max_size=2),
)


def link(number: int, **changes: str) -> Link:
    facts = {"uid": f"u{number}", "left_id": f"l{number}", "right_id": f"r{number}", "key": f"k{number}", "pair": "p"}
    return Link(**{**facts, **changes})  # type: ignore[arg-type]  # the names are those of text fields


@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    st.lists(LINKS, max_size=4, unique_by=(lambda x: x.uid, lambda x: x.left_id, lambda x: x.right_id, lambda x: x.key))
)
def test_links_come_back_as_they_were(links: list[Link]) -> None:
    """Every link with every kind of value in its bases is read as it was written, after closing too, in order."""
    with tempfile.TemporaryDirectory() as folder:
        state = open_state(URL, base=Path(folder))
        with state.transaction():
            for item in links:
                state.put_link(item)
        wanted = sorted(links, key=lambda item: item.uid.encode())
        assert state.links("p") == wanted
        state.close()
        state = open_state(URL, base=Path(folder), read_only=True)
        assert state.links("p") == wanted
        for item in links:
            assert state.link("p", left_id=item.left_id) == item
            assert state.link("p", right_id=item.right_id) == item
        state.close()


def test_types_of_values_survive(state: State) -> None:
    """Values that Python calls equal keep their types and their digits."""
    base: dict[str, Value] = {"one": 1, "true": True, "decimal": Decimal("1.00"), "text": "1", "date": dt.date(1, 1, 1)}
    state.put_link(Link(uid="u", pair="p", left_id="l", right_id="r", key="k", left_base=base))
    (found,) = state.links("p")
    assert {name: repr(value) for name, value in found.left_base.items()} == {
        name: repr(value) for name, value in base.items()
    }


def test_links_that_were_read_share_nothing(state: State) -> None:
    """Changing what was read once changes nothing that is read again."""
    state.put_link(link(1))
    first = state.links("p")[0]
    first.left_base["a"] = 1
    first.suffix["a"] = "x"
    assert state.links("p") == [link(1)]


@pytest.mark.parametrize(
    "clash", [{"left_id": "l1"}, {"right_id": "r1"}, {"key": "k1"}, {"key": "k1", "pair": "other"}]
)
def test_a_partner_and_a_key_belong_to_one_link(state: State, clash: dict[str, str]) -> None:
    """Within a pair a record has at most one partner, and no two links anywhere share a key; the first one stays."""
    state.put_link(link(1))
    with pytest.raises(NotUniqueError):
        state.put_link(link(2, **clash))
    state.put_link(link(3))
    with pytest.raises(NotUniqueError):
        state.put_link(link(3, **{"pair": "p", **clash}))
    assert state.links("p") == [link(1), link(3)]
    assert state.links("other") == []


def test_pairs_are_apart(state: State) -> None:
    """The same records may be partners in two pairs, under two keys."""
    state.put_link(link(1))
    state.put_link(link(2, pair="other", left_id="l1", right_id="r1"))
    assert state.links("p") == [link(1)]
    assert state.link("other", left_id="l1") == link(2, pair="other", left_id="l1", right_id="r1")
    assert state.link("p", left_id="l2") is None


def test_a_link_is_replaced_by_its_uid(state: State) -> None:
    """Putting a link again changes all of it, and moves it to other records if need be."""
    state.put_link(link(1))
    moved = link(1, left_id="elsewhere", key="new", status="left_gone")
    state.put_link(moved)
    assert state.links("p") == [moved]


def test_the_ids_of_links_come_in_parts(state: State) -> None:
    """Who is whose partner is told for a pair, whatever the size of the parts, without the bases."""
    for number in range(5):
        state.put_link(link(number))
    wanted = [(item.left_id, item.right_id, item.status) for item in state.links(link(0).pair)]
    for size in (1, 2, 5, 100):
        parts = list(state.link_ids(link(0).pair, size))
        assert [row for part in parts for row in part] == sorted(wanted)
        assert max(map(len, parts)) <= size
    assert list(state.link_ids("nobody")) == []


def test_many_links_are_put_in_order(state: State) -> None:
    """Of many links the last with a uid counts; one that belongs to another keeps all of them out."""
    many = [
        Link(uid=f"u{n % 700}", pair="p", left_id=f"l{n % 700}", right_id=f"r{n}", key=f"k{n}") for n in range(1200)
    ]
    state.put_links(many)
    assert state.links("p") == sorted(many[500:], key=lambda link: link.uid)
    before = state.links("p")
    clash = Link(uid="v", pair="p", left_id="v", right_id="r600", key="v")
    with pytest.raises(NotUniqueError):
        state.put_links([Link(uid="w", pair="p", left_id="w", right_id="w", key="w"), clash])
    assert state.links("p") == before


def test_set_asides(state: State) -> None:
    """A record is set aside per pair and side, once, whatever the words of the reason."""
    state.set_aside("p", "left", "1", "duplicate")
    state.set_aside("p", "left", "1", "gone \ud800")
    state.set_aside("p", "right", "1", "duplicate")
    state.set_aside("other", "left", "2", "duplicate")
    assert state.set_asides("p") == {("left", "1"), ("right", "1")}
    assert state.set_asides("other") == {("left", "2")}
    assert state.set_asides("third") == set()
    assert state.set_aside_because("p", "left", "1") == r"gone \ud800"
    assert state.set_aside_because("p", "left", "2") is None


def test_truths_and_activations(state: State) -> None:
    """Truths are kept per trigger and record, the newest counts; a trigger is switched on once."""
    state.put_truths("t", {"1": True, "2": False}, NOW)
    state.put_truths("t", {"2": True}, NOW)
    state.put_truths("t", {}, NOW)
    assert state.truths("t") == {"1": True, "2": True}
    assert state.truths("other") == {}
    assert state.activation("t") is None
    state.activate("t", NOW.astimezone(dt.timezone(dt.timedelta(hours=5))))
    state.activate("t", NOW + dt.timedelta(days=1))
    assert state.activation("t") == NOW


def instance(number: int, **changes: str) -> Instance:
    facts: dict[str, Any] = {
        "document": "d",
        "connection": "crm",
        "module": "deals",
        "record_id": "1",
        "key": f"k{number}",
    }
    return Instance(number=number, inputs={"b": 1, "a": [None]}, **{**facts, **changes})


def test_instances(state: State) -> None:
    """Documents are kept by record and number, each replaced by its number, and no two share a key."""
    state.put_instance(instance(1))
    state.put_instance(instance(0))
    state.put_instance(instance(1, doc_id="77", doc_status="made"))
    with pytest.raises(NotUniqueError):
        state.put_instance(instance(2, key="k0"))
    assert state.instances("d") == [instance(0), instance(1, doc_id="77", doc_status="made")]
    assert state.instances("other") == []


def fill(state: State, order: int) -> None:
    numbers = range(5)[::order]
    for number in numbers:
        fields: dict[str, Value] = dict.fromkeys(("a", "b", "c")[::order], number)
        state.put_link(
            Link(
                uid=f"u{number}",
                pair="p",
                left_id=f"l{number}",
                right_id="r" * number,
                key=f"k{number}",
                left_base=fields,
            )
        )
        state.put_truths("t", {str(number): number % 2 == 0}, NOW)
        state.put_instance(instance(number))
        state.set_aside("p", "left", str(number), "because")
    names = ("crm", "books")[::order]
    state.record_identity("prod", {name: {"organization": name, "data_centre": "eu"} for name in names})


def test_the_digest_does_not_depend_on_order(state: State, tmp_path: Path, url: str) -> None:
    """Two states that hold the same have the same digest, whatever came first; a copy for reading too."""
    fill(state, 1)
    other = open_state(url, base=tmp_path)
    fill(other, -1)
    assert state.digest() == other.digest()
    reader = open_state(url, base=tmp_path, read_only=True)
    assert reader.digest() == state.digest()
    reader.close()
    other.close()


def test_the_digest_sees_what_decisions_rest_on(state: State) -> None:
    """Every change of a link, a truth, a document, an identity or a record set aside changes the digest."""
    seen = {state.digest()}
    changes: list[Callable[[], None]] = [
        lambda: fill(state, 1),
        lambda: state.put_link(link(1, status="left_gone")),
        lambda: state.put_link(Link(uid="u2", pair="p", left_id="l2", right_id="rr", key="k2", left_base={"a": 3})),
        lambda: state.put_truths("t", {"0": False}, NOW),
        lambda: state.put_instance(instance(1, doc_status="void")),
        lambda: state.set_aside("p", "right", "1", "because"),
        lambda: state.record_identity("prod", {"third": {"organization": "3", "data_centre": "eu"}}),
    ]
    for number, change in enumerate(changes, start=2):
        change()
        seen.add(state.digest())
        assert len(seen) == number


def test_the_digest_overlooks_the_rest(state: State) -> None:
    """Caches, the journal, history, runs, approvals and the lease leave the digest as it is."""
    fill(state, 1)
    before = state.digest()
    intent = Intent(
        iid="i",
        op="create",
        connection="books",
        module="contacts",
        pair_or_document="p",
        source_connection="crm",
        source_module="accounts",
        source_id="1",
        payload={},
        payload_hash="h",
        fence=1,
    )
    entry = HistoryEntry(
        uid="u",
        connection="c",
        module="m",
        record_id="1",
        field="f",
        old=1,
        new=2,
        cause_rule="r",
        cause_location="x:1",
    )
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id="1", fields={"a": 1}), None)])
    state.end_observation("step", ("a",), "cursor")
    state.add_intents([intent])
    state.mark_sent(["i"], NOW)
    state.resolve_intent("i", "done")
    state.add_history("run", [entry])
    state.start_run("run", "apply", "plan", NOW)
    state.approve("digest", "me", NOW)
    state.release_lease(state.acquire_lease("me", 1, "host", NOW))
    assert state.digest() == before
