"""Searches for cases, and how long they may take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape, case
from tests.simulator.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.cases import Case
    from tests.simulator.switches import Switches

EFFORT = float(os.environ.get("SYNCDSL_PROOF", "0.3"))
"""The share of the examples that is tried: some every day, all with 1, ten times as many with 10."""


@st.composite
def cases(
    draw: st.DrawFn,
    rules: Sequence[Rules] = (Rules(),),
    shape: Shape | None = None,
    left: Switches | None = None,
    right: Switches | None = None,
) -> Case:
    """Search for a case."""
    return case(Searched(draw), rules=rules, shape=shape, left=left, right=right)


def examples(many: int) -> settings:
    """Return the settings of a search over so many examples."""
    return settings(
        max_examples=max(1, round(many * EFFORT)),
        deadline=None,
        derandomize=EFFORT <= 1,
        database=None,
        # What is found is shrunk as a case: sooner, and into a script that people read.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
