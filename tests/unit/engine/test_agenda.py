"""Looking only at what has something to decide decides the same as looking at everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from syncdsl.engine import long_agenda
from syncdsl.engine.run import preview
from syncdsl.state.tables import PAIR_PASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.unit.engine.conftest import MakeWorld, World

    from syncdsl.changes.change_set import ChangeSet

NAMES = st.sampled_from(["Ada", "Bob", "Cy"])
TIER = st.sampled_from([None, "gold", "red"])
STEP = st.one_of(
    st.tuples(st.just("account"), NAMES, TIER),
    st.tuples(st.just("customer"), NAMES, TIER),
    st.tuples(st.just("edit"), st.integers(0, 20), NAMES, TIER),
    st.tuples(st.just("delete"), st.integers(0, 20)),
    st.tuples(st.just("apply")),
)
RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Tier == tier, then Name == name
    on duplicate: {duplicate}
    on conflict: crm
    map:
        Name <-> name
        Tier <-> tier
"""


def looking_at_everything(world: World) -> ChangeSet:
    state = world.state(scratch=True)
    with state.transaction() as connection:
        connection.execute(delete(PAIR_PASS))
    return preview(world.run(state))


def living(world: World) -> list[str]:
    return [
        record.id
        for store in (world.crm, world.books)
        for record in store.records.values()
        if not record.deleted and record.module in {"Accounts", "customers"}
    ]


def play(world: World, steps: Sequence[tuple[Any, ...]]) -> None:
    for kind, *facts in steps:
        match kind, facts:
            case "account", (name, tier):
                world.account(str(name), Tier=tier)
            case "customer", (name, tier):
                world.record(world.books, "customers", name=str(name), tier=tier)
            case "edit", (int(number), name, tier):
                if ids := living(world):
                    record_id = ids[number % len(ids)]
                    fields = ("Name", "Tier") if record_id in world.crm.records else ("name", "tier")
                    world.edit(record_id, **dict(zip(fields, (name, tier), strict=True)))
            case "delete", (int(number),):
                if ids := living(world):
                    world.delete(ids[number % len(ids)])
            case _:
                world.apply()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(STEP, min_size=3, max_size=14),
    duplicate=st.sampled_from(["overwrite in books", "clone in crm", "skip", "review"]),
    long=st.booleans(),
)
def test_what_is_looked_at_does_not_change_what_is_decided(
    make_world: MakeWorld, steps: list[tuple[object, ...]], duplicate: str, *, long: bool
) -> None:
    """Whatever happened before, a run decides the same when it looks at every record, and from a long agenda, too."""
    with pytest.MonkeyPatch.context() as patch:
        if long:
            patch.setattr(long_agenda, "LONG", 0)
        world = make_world().rules(RULES.format(duplicate=duplicate))
        play(world, steps)
        some, all_of_them = world.preview(), looking_at_everything(world)
    assert [effect.model_dump() for effect in some.effects] == [effect.model_dump() for effect in all_of_them.effects]
    world.close()


def test_a_quiet_run_looks_at_nothing(world: World) -> None:
    """After a run that changed nothing the agenda is empty, and stays so until something happens."""
    world.rules(RULES.format(duplicate="review"))
    for number in range(5):
        world.account(f"Ada {number}")
    world.settle()
    state = world.state()
    assert [state.agenda(step) for step in ("crm.Accounts", "books.customers")] == [{}, {}]
