"""I13: where a partner cannot be told for certain, nothing is made and nothing is linked, and it is asked once.

The oracle counts records by their names alone: what has exactly one counterpart is linked, what has none gets one, and
every other group is left as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.agreement import named
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import engine_changes
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
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


@examples(40)
@given(cases(rules=RULES, shape=SHAPE))
def test_I13_ambiguity_inert(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I13: disputed and taken records cause no create and no link, and exactly one question each."""
    verify("I13", case, check)


def test_I13_keys_that_name_different_records() -> None:  # noqa: N802 - the invariant's own name
    """I13: a record that one key leads to one record and another key to another one is linked with neither."""
    with twins(Rules(lines="plain", dedupe="Name == name, then Email == mail")) as pair:
        asks = pair.insert("left", Name="Acme", Email="a@x.example")
        rivals = [pair.insert("right", name="Acme", mail="b@x.example"), pair.insert("right", name="Other")]
        pair.edit("right", rivals[1], mail="a@x.example")
        pair.settle()
        require(pair.links() == [], f"{asks} was linked: {pair.links()}")
        require(len(pair.living("left")) == 1, "a partner was made for a record that somebody may be the partner of")
        require(asks in {one for _, one in named(pair.preview(sweep=True))}, "nobody is told")
