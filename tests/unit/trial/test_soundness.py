"""I39: a verification reports a difference exactly where a reading of both systems by hand shows one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.engine.conftest import World
from tests.unit.trial.conftest import only, verified

from syncdsl.adapters.memory import forget_stores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.schema.values import Value

RULES = """
table tier:
    "A" <-> "first"
    "B" <-> "other"
    "C" -> "other"

module customers: crm.Accounts <-> books.customers
    where books: kind == "business"
    dedupe: Name == name
    on conflict: crm
    map:
        Name <-> name
        Name -> company
        "business" -> kind
        Phone <-> phone
        Website -> website
        tier(Tier) -> tier
        Notes -> notes, when empty
        Region <- mail
        group address:
            Street <-> street
            City <-> city
"""
TEXTS = (None, "a", "b", " a ", "A")
PHONES = (None, "030 12", "03012", "040")
LEFT = {
    "Phone": PHONES,
    "Website": TEXTS,
    "Notes": TEXTS,
    "Tier": (None, "A", "B", "C", "D"),
    "Region": TEXTS,
    "Street": TEXTS,
    "City": TEXTS,
}
RIGHT = {
    "phone": PHONES,
    "website": TEXTS,
    "notes": TEXTS,
    "tier": (None, "first", "other", "x"),
    "mail": TEXTS,
    "street": TEXTS,
    "city": TEXTS,
    "company": ("Account 0", None, "x"),
    "kind": ("business", "individual", None),
}
ACCOUNTS = 3


def squeezed(value: Value) -> Value:
    """Return text as the oracle compares it: without the spaces around it, empty as None."""
    return (value.strip() or None) if isinstance(value, str) else value


def digits(value: Value) -> Value:
    """Return a telephone number as the oracle compares it."""
    return "".join(filter(str.isdigit, value)) or None if isinstance(value, str) else None


TIERS = {"A": "first", "B": "other", "C": "other"}
Fields = dict[str, "Value"]
DIFFER: dict[str, Callable[[Fields, Fields], bool]] = {
    "name": lambda a, b: squeezed(a.get("Name")) != squeezed(b.get("name")),
    "company": lambda a, b: squeezed(a.get("Name")) != squeezed(b.get("company")),
    "kind": lambda _, b: b.get("kind") is None,
    "phone": lambda a, b: digits(a.get("Phone")) != digits(b.get("phone")),
    "website": lambda a, b: squeezed(a.get("Website")) != squeezed(b.get("website")),
    "tier": lambda a, b: TIERS.get(str(a.get("Tier"))) != squeezed(b.get("tier")),
    "notes": lambda a, b: squeezed(a.get("Notes")) is not None and squeezed(b.get("notes")) is None,
    "Region": lambda a, b: squeezed(b.get("mail")) != squeezed(a.get("Region")),
    "street": lambda a, b: squeezed(a.get("Street")) != squeezed(b.get("street")),
    "city": lambda a, b: squeezed(a.get("City")) != squeezed(b.get("city")),
}
"""Every line by hand, by the field it is known by: whether two records differ in it."""


def expected(world: World) -> set[tuple[str, str]]:
    """Return the (left id, field) of every difference, by looking at both stores."""
    found = set()
    for left_id, right_id, _ in world.links():
        left, right = world.crm.get("Accounts", left_id), world.books.get("customers", right_id)
        if left is None or right is None or right.fields.get("kind") != "business":
            continue
        found |= {(left_id, name) for name, differ in DIFFER.items() if differ(left.fields, right.fields)}
    return found


def lonely(world: World) -> set[str]:
    """Return the ids of living records in scope that no link names."""
    lefts = {left for left, _, _ in world.links()}
    rights = {right for _, right, _ in world.links()}
    return {record.id for record in world.crm.living("Accounts") if record.id not in lefts} | {
        record.id
        for record in world.books.living("customers")
        if record.id not in rights and record.fields.get("kind") == "business"
    }


def lost(world: World) -> set[str]:
    """Return the left ids of links one of whose records is deleted."""
    return {
        left
        for left, right, status in world.links()
        if status == "active"
        and (world.crm.get("Accounts", left) is None or world.books.get("customers", right) is None)
    }


def changes(table: Mapping[str, tuple[Value, ...]]) -> st.SearchStrategy[tuple[str, Value]]:
    """Return a strategy for one field's new value."""
    return st.one_of([st.tuples(st.just(name), st.sampled_from(values)) for name, values in table.items()])


STEP = st.one_of(
    st.tuples(st.just("left"), st.integers(0, ACCOUNTS - 1), changes(LEFT)),
    st.tuples(st.just("right"), st.integers(0, ACCOUNTS - 1), changes(RIGHT)),
    st.tuples(st.sampled_from(["delete left", "delete right"]), st.integers(0, ACCOUNTS - 1), st.just(None)),
    st.tuples(st.sampled_from(["new left", "new right", "sync"]), st.just(0), st.just(None)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    begin=st.lists(
        st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in LEFT.items()}),
        min_size=ACCOUNTS,
        max_size=ACCOUNTS,
    ),
    steps=st.lists(STEP, max_size=6),
)
def test_I39_verifier_soundness(  # noqa: N802 - named after the invariant
    begin: list[dict[str, Value]], steps: list[tuple[str, int, tuple[str, Value] | None]]
) -> None:
    """After any edits, deletes, new records and syncs the findings are exactly those of the oracle."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder)).rules(RULES)
        for number, fields in enumerate(begin):
            world.account(f"Account {number}", **fields)
        world.apply()
        pairs = sorted(world.links())
        for number, (what, index, change) in enumerate(steps):
            perform(world, pairs, number, what, index, change)
        found = verified(world, limit=1000)
        assert {(str(item.left.id), item.field) for item in found.differences} == expected(world)
        assert {str(item.record.id) for item in found.missing} == lonely(world)
        assert {str(item.left.id) for item in found.gone} == lost(world)
        assert found.in_sync == (not expected(world) and not lonely(world) and not lost(world))
        module = only(found)
        assert module.compared - module.agree == len(expected(world))
        world.close()
        forget_stores()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_I39_pending_is_what_runs_carry(  # noqa: N802 - named after the invariant
    steps: list[tuple[str, int, tuple[str, Value] | None]],
) -> None:
    """What is called pending, missing or gone is what the next runs see to; what is left alone they leave alone."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder)).rules(RULES)
        for number in range(ACCOUNTS):
            world.account(f"Account {number}", Phone="030 12", Website="a", Tier="B", Street="a", City="b")
        world.apply()
        pairs = sorted(world.links())
        for number, (what, index, change) in enumerate(steps):
            perform(world, pairs, number, what, index, change)
        before = verified(world, limit=1000)
        for _ in range(3):
            world.apply()
        after = verified(world, limit=1000)
        assert (only(after).pending, only(after).drift, after.missing, after.gone) == (0, 0, (), ())
        left_alone = {(item.left.id, item.field) for item in before.differences if item.kind == "left alone"}
        assert left_alone == {(item.left.id, item.field) for item in after.differences}
        world.close()
        forget_stores()


def perform(
    world: World,
    pairs: list[tuple[str, str, str]],
    number: int,
    what: str,
    index: int,
    change: tuple[str, Value] | None,
) -> None:
    """Do one thing that a person or the engine does."""
    left, right, _ = pairs[index % len(pairs)]
    match what:
        case "left" | "right" if change is not None:
            record_id = left if what == "left" else right
            store = world.crm if what == "left" else world.books
            if not store.records[record_id].deleted:
                world.edit(record_id, **{change[0]: change[1]})
        case "delete left" | "delete right":
            world.delete(left if what == "delete left" else right)
        case "new left":
            world.account(f"New {number}")
        case "new right":
            world.customer(f"Newer {number}", kind="business")
        case _:
            world.apply()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    side=st.sampled_from(["left", "right"]),
    index=st.integers(0, ACCOUNTS - 1),
    change=st.data(),
)
def test_I39_one_mutated_field_after_a_quiet_sync(  # noqa: N802 - named after the invariant
    side: str, index: int, change: st.DataObject
) -> None:
    """A single edit on either side after a quiet sync is found where it is one, and nothing else is."""
    name, value = change.draw(changes(LEFT if side == "left" else RIGHT))
    with TemporaryDirectory() as folder:
        world = World(Path(folder)).rules(RULES)
        for number in range(ACCOUNTS):
            world.account(f"Account {number}", Phone="030 12", Website="a", Tier="B", Street="a", City="b")
        world.settle()
        assert verified(world).in_sync
        left, right, _ = sorted(world.links())[index]
        world.edit(left if side == "left" else right, **{name: value})
        found = verified(world)
        wanted = expected(world)
        assert {(str(item.left.id), item.field) for item in found.differences} == wanted
        assert wanted <= {(left, field) for field in DIFFER}
        assert found.in_sync == (not wanted)
        world.close()
        forget_stores()
