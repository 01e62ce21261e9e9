"""Shrinking a failing case: leave out whatever it fails without."""

from __future__ import annotations

import time
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.cases import Case, Step

SECONDS = 40.0
"""How long one case is shrunk at most."""


def shrink(case: Case, fails: Callable[[Case], bool], seconds: float = SECONDS) -> Case:
    """Return the smallest case found that still fails; the same one where nothing can go."""
    until = time.monotonic() + seconds
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(case):
            if time.monotonic() > until:
                return case
            if fails(candidate):
                case, smaller = candidate, True
                break
    return case


def _candidates(case: Case) -> Iterator[Case]:
    """Return smaller cases, those first that leave out most."""
    steps = case.steps
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            if start + size <= len(steps):
                yield replace(case, steps=steps[:start] + steps[start + size :])
        size //= 2
    for side in ("left", "right"):
        mine: Switches = getattr(case, side)
        plain = Switches()
        for one in dataclass_fields(Switches):
            if getattr(mine, one.name) != getattr(plain, one.name):
                changes: dict[str, Any] = {side: replace(mine, **{one.name: getattr(plain, one.name)})}
                yield replace(case, **changes)
    for number, step in enumerate(steps):
        for simpler in _simpler(step):
            yield replace(case, steps=(*steps[:number], simpler, *steps[number + 1 :]))
    if case.seed:
        yield replace(case, seed=0)


def _simpler(step: Step) -> Iterator[Step]:
    if step.acts:
        yield replace(step, acts=())
    for number in range(len(step.faults)):
        yield replace(step, faults=step.faults[:number] + step.faults[number + 1 :])
    for name, plain in (("die_at", None), ("sweep", False), ("soon", False), ("told", ""), ("pick", 0), ("other", 0)):
        if getattr(step, name) != plain:
            changes: dict[str, Any] = {name: plain}
            yield replace(step, **changes)
    for name in step.fields:
        if name.casefold() != "name" or step.do == "edit":
            rest = {other: value for other, value in step.fields.items() if other != name}
            if rest or step.do != "edit":
                yield replace(step, fields=rest)
    for place, (number, act) in enumerate(step.acts):
        for simpler in _simpler(act):
            yield replace(step, acts=(*step.acts[:place], (number, simpler), *step.acts[place + 1 :]))
