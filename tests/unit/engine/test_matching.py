"""Matching by dedupe keys."""

from __future__ import annotations

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from syncdsl.adapters.protocol import Record
from syncdsl.engine.matching import Candidates, KeyForms, MatchResult, match_by_equality, match_by_keys


def side(forms: dict[str, KeyForms], taken: tuple[str, ...] = ()) -> Candidates:
    records = {name: Record(module="M", id=name, fields={}) for name in forms}
    return Candidates(
        free={name: record for name, record in records.items() if name not in taken},
        taken={name: records[name] for name in taken},
        forms=forms,
    )


def run(left: Candidates, right: Candidates, keys: int = 1) -> MatchResult:
    return match_by_keys(left, right, [f"key {number}" for number in range(keys)])


def test_one_on_each_side_is_a_duplicate() -> None:
    """One free record on each side with the same key are the same thing."""
    result = run(side({"l": ("acme",)}), side({"r": ("acme",), "s": ("other",)}))
    assert [(item.left.id, item.right.id) for item in result.matches] == [("l", "r")]
    assert [record.id for record in result.create_left] == ["s"]
    assert not result.disputes


def test_an_empty_key_names_nobody() -> None:
    """A record whose key is empty has no candidate, also not another one with an empty key."""
    result = run(side({"l": (None,)}), side({"r": (None,)}))
    assert not result.matches
    assert not result.disputes
    assert [record.id for record in result.create_right] == ["l"]


def test_two_candidates_are_disputed() -> None:
    """Two records with one key are never guessed between, and neither is created on the other side."""
    result = run(side({"l": ("acme",)}), side({"r": ("acme",), "s": ("acme",)}))
    assert not result.matches
    assert not result.create_right
    assert not result.create_left
    assert {item.record.id for item in result.disputes} >= {"l"}


def test_two_claims_on_one_record_are_disputed() -> None:
    """Two records that claim one partner are both disputed, whichever comes first."""
    result = run(side({"l": ("acme",), "m": ("acme",)}), side({"r": ("acme",)}))
    assert {item.record.id for item in result.disputes} == {"l", "m", "r"}
    assert not result.matches
    assert not result.create_left


def test_a_linked_candidate_is_taken() -> None:
    """A record whose only candidate is linked already is neither linked nor created."""
    result = run(side({"l": ("acme",)}), side({"r": ("acme",)}, taken=("r",)))
    assert [item.reason for item in result.disputes] == ["the record it matches is already linked to another one"]
    assert not result.create_right


def test_every_key_must_agree() -> None:
    """Keys that name different records are a dispute, not an order of preference."""
    result = run(side({"l": ("mail", "name")}), side({"r": ("mail", None), "s": (None, "name")}), keys=2)
    reasons = [item.reason for item in result.disputes if item.side == "left"]
    assert reasons == ["the dedupe keys name different records"]
    assert not result.create_left


def test_a_later_key_decides_when_the_first_names_nobody() -> None:
    """A key without candidates does not stand in the way of the next one."""
    result = run(side({"l": ("mail", "name")}), side({"r": (None, "name")}), keys=2)
    assert [(item.left.id, item.right.id, item.key_text) for item in result.matches] == [("l", "r", "key 1")]


def test_records_that_share_a_key_are_not_created_twice() -> None:
    """Two new records with one key would make duplicates, so both wait."""
    result = run(side({"l": ("acme",), "m": ("acme",)}), side({}))
    assert not result.create_right
    assert {item.about for item in result.disputes} == {"create"}


def test_equality_needs_one_on_each_side() -> None:
    """Adoption pairs only forms that name exactly one record on each side."""
    records = {name: Record(module="M", id=name, fields={}) for name in ("a", "b", "x", "y", "z")}
    left = {name: records[name] for name in ("a", "b")}
    right = {name: records[name] for name in ("x", "y", "z")}
    pairs = match_by_equality(left, right, {"a": 1, "b": 2}, {"x": 1, "y": 2, "z": 2})
    assert [(a.id, b.id) for a, b in pairs] == [("a", "x")]


def told(result: MatchResult) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """Return every dispute: side, record, what it is about, reason, candidates."""
    return [
        (item.side, item.record.id, item.about, item.reason, tuple(one.id for one in item.candidates))
        for item in result.disputes
    ]


def test_a_dispute_says_what_keeps_records_apart() -> None:
    """Side, reason and every candidate are told: people decide by them."""
    several = "2 records have the same dedupe key"
    rival = "2 records claim the same partner"
    assert told(run(side({"l": ("acme",)}), side({"r": ("acme",), "s": ("acme",)}))) == [
        ("left", "l", "match", several, ("r", "s")),
        ("right", "r", "match", rival, ("l",)),
        ("right", "s", "match", rival, ("l",)),
    ]
    named = run(side({"l": ("a", None), "m": ("b", "x")}), side({"r": ("a", "x")}), keys=2)
    assert told(named) == [
        ("left", "l", "match", rival, ("r",)),
        ("left", "m", "match", rival, ("r",)),
        ("right", "r", "match", "the dedupe keys name different records", ("l", "m")),
    ]
    alone = run(side({"l": ("a", None)}), side({"r": ("a", "x"), "s": (None, "x")}), keys=2)
    assert told(alone) == []
    assert [item.id for item in alone.create_left] == ["s"]
    forms: dict[str, KeyForms] = {"l": ("a", None), "m": (None, "x")}
    split = run(side(forms), side({"r": ("a", "x")}), keys=2)
    assert told(split)[0] == ("left", "l", "match", rival, ("r",))
    chain = run(side({"l": ("a", None), "m": ("a", "x")}), side({"r": ("a", None), "s": (None, "x")}), keys=2)
    assert told(chain)[0] == ("left", "l", "match", "the record it matches has another candidate", ("r",))


def test_records_that_share_a_key_name_each_other() -> None:
    """The others with the key are the candidates, by the first key that they share, on either side."""
    forms: dict[str, KeyForms] = {"l": ("acme", "z"), "m": ("acme", "z"), "n": ("acme", "a")}
    shared = "3 records of this side share the key `key 0`"
    assert told(run(side(forms), side({}), keys=2)) == [
        ("left", "l", "create", shared, ("m", "n")),
        ("left", "m", "create", shared, ("l", "n")),
        ("left", "n", "create", shared, ("l", "m")),
    ]
    assert [item[:3] for item in told(run(side({}), side(forms), keys=2))] == [
        ("right", "l", "create"),
        ("right", "m", "create"),
        ("right", "n", "create"),
    ]
    # The first key comes first, also where the records that share a later one have smaller names.
    later: dict[str, KeyForms] = {"a": ("x", "one"), "b": (None, "one"), "c": ("x", None)}
    assert [
        (name, reason[-6:-1], others) for _, name, _, reason, others in told(run(side(later), side({}), keys=2))
    ] == [
        ("a", "key 0", ("c",)),
        ("b", "key 1", ("a",)),
        ("c", "key 0", ("a",)),
    ]


def test_a_match_says_how_it_came_about() -> None:
    """A match by a dedupe key is a duplicate; an empty result has nothing in it."""
    (found,) = run(side({"l": ("acme",)}), side({"r": ("acme",)})).matches
    assert (found.how, found.decided) == ("duplicate", None)
    empty = MatchResult()
    assert (list(empty.linked), empty.matches, empty.disputes, empty.gone, empty.merged) == ([], [], [], [], [])
    assert (empty.create_left, empty.create_right) == ([], [])


def test_two_that_choose_each_other_are_no_match_while_a_third_one_claims_either() -> None:
    """A record that agrees in every key does not win over one that agrees in some."""
    forms: dict[str, KeyForms] = {"l": ("a", "x"), "m": ("a", None)}
    assert run(side(forms), side({"r": ("a", "x")}), keys=2).matches == []
    assert run(side({"r": ("a", "x")}), side(forms), keys=2).matches == []


def test_a_record_without_forms_has_no_candidates() -> None:
    """What was not given any form of a key names nobody and is named by nobody."""
    bare = Candidates(free={"l": Record(module="M", id="l", fields={})}, taken={}, forms={})
    result = run(bare, bare)
    assert ([one.id for one in result.create_left], [one.id for one in result.create_right]) == (["l"], ["l"])


def test_forms_need_no_order() -> None:
    """Forms of one key may be of several kinds; the order of a result is that of ids."""
    result = run(side({"b": (1,), "a": ("x",)}), side({}))
    assert [one.id for one in result.create_right] == ["a", "b"]
    records = {name: Record(module="M", id=name, fields={}) for name in ("a", "b", "x", "y")}
    left, right = {name: records[name] for name in ("b", "a")}, {name: records[name] for name in ("x", "y")}
    pairs = match_by_equality(left, right, {"a": 2, "b": 1}, {"x": 1, "y": 2})
    assert [(a.id, b.id) for a, b in pairs] == [("a", "y"), ("b", "x")]
    assert len(match_by_equality(left, right, {"a": 2, "b": "z"}, {"x": "z", "y": 2})) == 2


FORMS = st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 3)))
WORLD = st.dictionaries(st.sampled_from([f"id{number}" for number in range(6)]), FORMS, max_size=6)


@seed(20261123)
@settings(max_examples=400, deadline=None)
@given(left=WORLD, right=WORLD, data=st.data())
def test_the_result_does_not_depend_on_order_or_on_the_side_looked_at_first(
    left: dict[str, KeyForms], right: dict[str, KeyForms], data: st.DataObject
) -> None:
    """Shuffled records and swapped sides give the same links, and no record is linked twice or linked and created."""
    one = run(side(left), side(right), keys=2)
    order = data.draw(st.permutations(sorted(left)))
    shuffled = run(side({name: left[name] for name in order}), side(right), keys=2)
    assert [(item.left.id, item.right.id) for item in one.matches] == [
        (item.left.id, item.right.id) for item in shuffled.matches
    ]
    swapped = run(side(right), side(left), keys=2)
    assert {(item.left.id, item.right.id) for item in one.matches} == {
        (item.right.id, item.left.id) for item in swapped.matches
    }
    lefts = [item.left.id for item in one.matches]
    rights = [item.right.id for item in one.matches]
    assert len(set(lefts)) == len(lefts)
    assert len(set(rights)) == len(rights)
    assert not {record.id for record in one.create_right} & set(lefts)
    assert not {record.id for record in one.create_left} & set(rights)
    handled = set(lefts) | {record.id for record in one.create_right}
    handled |= {item.record.id for item in one.disputes if item.side == "left"}
    assert handled == set(left)
