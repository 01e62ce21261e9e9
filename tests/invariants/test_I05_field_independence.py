"""I05: a conflict that is held in one field changes nothing for any other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.playing import essence, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules, SideName
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins

SHAPE = Shape(runs=1, edits=6, faults=0, deaths=False, begin_synced=100, deletes=False, restores=False, acts=False)
RULES = (Rules(lines="rich", conflict="review"),)
_AMOUNTS = (Decimal("71.00"), Decimal("72.00"))


def check(case: Case) -> None:
    """Play the same edits with and without a conflict in the credit of every record; the rest ends the same."""
    before = [step for step in case.steps if step.do in {"insert", "settle"}]
    edits = [
        replace(step, fields=fields)
        for step in case.steps
        if step.do == "edit" and (fields := {k: v for k, v in step.fields.items() if k not in {"Credit", "credit"}})
    ]
    ends = []
    for conflict in (False, True):
        with playing(case) as pair:
            for step in (*before, Step(do="settle"), *edits):
                perform(pair, step)
            linked = pair.links()
            if conflict:
                for left_id, right_id, _ in linked:
                    pair.edit("left", left_id, Credit=_AMOUNTS[0])
                    pair.edit("right", right_id, credit=_AMOUNTS[1])
            pair.settle()
            holds = [hold for hold in pair.preview().holds if hold.field == "Credit <-> credit"]
            require(len(holds) == (len(linked) if conflict else 0), f"{len(holds)} conflicts are held")
            ends.append(_without_credit(pair))
    require(ends[0] == ends[1], "a held conflict in one field changed another one")


def _without_credit(pair: Twins) -> dict[SideName, list[list[tuple[str, str]]]]:
    return {
        side: sorted([item for item in record if item[0].casefold() != "credit"] for record in records)
        for side, records in essence(pair).items()
    }


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I05_field_independence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I05: fields outside the held one end as if there were no conflict."""
    verify("I05", case, check)
