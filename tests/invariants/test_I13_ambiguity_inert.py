"""I13: where a partner cannot be told for certain, nothing is made and nothing is linked, and it is asked once.

The oracle counts records by their names alone: what has exactly one counterpart is linked, what has none gets one, and
every other group is left as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given
from tests.simulator.agreement import named
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import engine_changes
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules, SideName
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.switches import Switches
from tests.simulator.violation import SIDES, require

from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import TextType

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(partners=5, edits=0, runs=1, faults=3, begin_synced=0, acts=False)
RULES = (Rules(lines="plain"), Rules(lines="plain", direction="->"))


def check(case: Case) -> None:
    """Compare with what the names alone say."""
    with played(case) as pair:
        groups: defaultdict[object, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for number, side in enumerate(SIDES):
            for held in pair.living(side):
                if held.author == "person":
                    name = held.now.fields.get("Name" if side == "left" else "name")
                    original = next(
                        change.new
                        for change in pair.systems[side].log
                        if change.id == held.id and change.field.casefold() == "name" and change.author == "person"
                    )
                    groups[match_form(original or name, TextType())][number].append(held.id)
        links = {(left, right) for left, right, _ in pair.links()}
        linked = {one for link in links for one in link}
        quiet = pair.preview(sweep=True)
        told = {one for _, one in named(quiet)}
        made = {change.id for change in engine_changes(pair) if change.operation == "insert" and not change.field}
        both_ways = case.rules.direction == "<->"
        for form, (lefts, rights) in groups.items():
            match len(lefts), len(rights):
                case 1, 1:
                    require((lefts[0], rights[0]) in links, f"{form}: one each, and not linked")
                case 1, 0:
                    require(lefts[0] in linked, f"{form}: alone on the left, and no partner was made")
                case 0, 1:
                    require((rights[0] in linked) == both_ways, f"{form}: alone on the right")
                case _:
                    touched = linked & {*lefts, *rights}
                    require(not touched, f"{form}: {len(lefts)} to {len(rights)}, and {sorted(touched)} was linked")
                    # A one-way module tells of its source side; what is only on the other one is nobody's question.
                    silent = {*lefts, *(rights if both_ways else ())} - told
                    require(not silent, f"{form}: {sorted(silent)} is disputed, and nobody is told")
        expected = sum(
            (len(a), len(b)) == (1, 0) or ((len(a), len(b)) == (0, 1) and both_ways) for a, b in groups.values()
        )
        require(len(made) == expected, f"{len(made)} records were made instead of {expected}")
        asked = Counter((hold.why, hold.record.text, hold.field) for hold in quiet.holds)
        require(all(many == 1 for many in asked.values()), f"asked more than once: {asked.most_common(3)}")


@examples(14)
@given(cases(rules=RULES, shape=SHAPE))
def test_I13_ambiguity_inert(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I13: disputed and taken records cause no create and no link, and exactly one question each."""
    verify("I13", case, check)


def test_I13_keys_that_name_different_records() -> None:  # noqa: N802 - the invariant's own name
    """I13: a record that one key leads to one record and another key to another one is linked with neither."""
    with twins(Rules(lines="plain", dedupe="Name == name, then Email == mail")) as pair:
        asks = [pair.insert("left", Name="Acme", Email="a@x.example"), pair.insert("left", Name="Other")]
        pair.insert("right", name="Acme", mail="b@x.example")
        pair.insert("right", name="Other", mail="a@x.example")
        pair.settle()
        require(pair.links() == [], f"linked: {pair.links()}")
        require(len(pair.living("left")) == len(pair.living("right")) == 2, "made beside what may be a partner")
        told = {one for _, one in named(pair.preview(sweep=True))}
        require(told >= set(asks), "nobody is told")


@pytest.mark.parametrize(("left", "right"), [(1, 2), (2, 1), (2, 2), (1, 3), (2, 0), (0, 2)])
def test_I13_rivals(left: int, right: int) -> None:  # noqa: N802 - the invariant's own name
    """I13: of several that have one name none is taken, on whichever side there are several."""
    with twins(Rules(lines="plain")) as pair:
        asks = [pair.insert("left", Name="Acme") for _ in range(left)]
        for _ in range(right):
            pair.insert("right", name="Acme")
        pair.settle()
        require(pair.links() == [], f"linked: {pair.links()}")
        require((len(pair.living("left")), len(pair.living("right"))) == (left, right), "made beside rivals")
        require({one for _, one in named(pair.preview(sweep=True))} >= set(asks), "nobody is told")


@pytest.mark.parametrize("side", SIDES)
def test_I13_taken(side: SideName) -> None:  # noqa: N802 - the invariant's own name
    """I13: a newcomer with the name of linked records is not linked, and no partner is made for it."""
    with twins(Rules(lines="plain")) as pair:
        pair.insert("left", Name="Acme")
        pair.settle()
        known = pair.links()
        pair.insert(side, **{"Name" if side == "left" else "name": "acme"})
        pair.settle()
        require(pair.links() == known, f"links are {pair.links()} instead of {known}")
        require(len(pair.living("left")) + len(pair.living("right")) == 3, "made for a newcomer that is taken")


@pytest.mark.parametrize("reading", ["keyset", "newest"])
@pytest.mark.parametrize("view", ["", "Some"])
@pytest.mark.parametrize("fate", [Fate.TRUNCATED, Fate.SHORT, Fate.EMPTY])
def test_I13_cut_lists(reading: Literal["keyset", "newest"], view: str, fate: Fate) -> None:  # noqa: N802
    """I13: two records of one name stay in dispute where a later list is cut, whether it says so or not."""
    cut_lists(reading, view, fate, known=True)


def test_I13_first_lists_cut() -> None:  # noqa: N802 - the invariant's own name
    """I13: two records of one name are in dispute also where the very first list is cut, and says so."""
    cut_lists("keyset", "", Fate.TRUNCATED, known=False)


@pytest.mark.parametrize("view", ["", "Some"])
@pytest.mark.parametrize("fate", [Fate.SHORT, Fate.EMPTY])
def test_I13_lists_cut_for_good(view: str, fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I13: two records of one name stay in dispute where every list from then on is cut and does not say so."""
    cut_lists("keyset", view, fate, known=True, until=40)


def cut_lists(
    reading: Literal["keyset", "newest"], view: str, fate: Fate, *, known: bool, until: int | None = None
) -> None:
    """Cut one list after the other, of records that are `known` from before or not: nothing is linked or made.

    With `until` all lists are cut until that call of the run.
    """
    for call in range(3, 9):
        shown = Switches(reading=reading, page_size=5)
        with twins(Rules(lines="plain", view=view), left=shown, right=shown) as pair:
            for _ in range(2):
                pair.insert("left", Name="Acme")
                pair.insert("right", name="Beta")
            pair.insert("right", name="Acme")
            pair.insert("left", Name="Beta")
            if known:
                pair.settle()
            pair.schedule.begin(planned=dict.fromkeys(range(call, until or call + 1), fate))
            pair.apply(sweep=True)
            require(pair.links() == [], f"linked after call {call} was cut: {pair.links()}")
            require(len(pair.living("left")) == len(pair.living("right")) == 3, f"made after call {call} was cut")
