"""Comparing bases first decides the same as evaluating every line of every link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncdsl.engine.touched import Touched

if TYPE_CHECKING:
    import pytest
    from tests.unit.engine.conftest import MakeWorld, World

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.plan.pairs import MapLine

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on conflict: {conflict}
    map:
        Name <-> name
        Phone <-> phone
        Notes -> notes, when empty
        Website <- website
        Tier ?? "none" -> tier
        group address:
            Street <-> street
            City <-> city
"""
TEXTS = st.sampled_from([None, "a", "b ", "+49 30 1", "+49301"])
LEFT = ("Phone", "Notes", "Website", "Tier", "Street", "City")
RIGHT = tuple(name.lower() for name in LEFT)
EDITS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(LEFT + RIGHT), TEXTS), max_size=8)


def evaluating_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> ChangeSet:
    def lines(touched: Touched, *_: object) -> list[MapLine]:
        return list(touched._lines)

    with monkeypatch.context() as patched:
        patched.setattr(Touched, "lines", lines)
        return world.preview()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=EDITS, second=EDITS, conflict=st.sampled_from(["crm", "newest", "review"]))
def test_untouched_lines_decide_nothing(
    make_world: MakeWorld,
    monkeypatch: pytest.MonkeyPatch,
    first: list[tuple[int, str, str | None]],
    second: list[tuple[int, str, str | None]],
    conflict: str,
) -> None:
    """Whatever was edited on either side, a preview is the same when no line is left out."""
    world = make_world().rules(RULES.format(conflict=conflict))
    accounts = [world.account(f"Ada {number}") for number in range(3)]
    world.settle()
    for edits in (first, second):
        for number, field, value in edits:
            customers = sorted(one.id for one in world.books.records.values() if one.module == "customers")
            owners = accounts if field in LEFT else customers
            world.edit(owners[number % len(owners)], **{field: value})
        some, every = world.preview(), evaluating_everything(world, monkeypatch)
        assert [one.model_dump() for one in some.effects] == [one.model_dump() for one in every.effects]
        assert (some.expects, some.baseline, some.reported) == (every.expects, every.baseline, every.reported)
        world.apply()
    world.close()


def test_new_line_is_touched(world: World) -> None:
    """A line that the link does not know yet is merged although no field differs from the bases."""
    world.rules(RULES.format(conflict="crm"))
    account = world.account("Ada", Region="North")
    world.settle()
    world.rules(
        RULES.format(conflict="crm").replace("        Phone <->", "        Region -> company\n        Phone <->")
    )
    world.settle()
    assert world.one("customers")["company"] == "North"
    assert world.get(account)["Region"] == "North"
