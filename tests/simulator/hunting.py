"""Hunting: random cases for an invariant, one seed after the other, until one fails or the time is over."""

from __future__ import annotations

import random
import sys
import time
from itertools import count

from tests.simulator.draws import Seeded
from tests.simulator.generator import case
from tests.simulator.regressions import check_of, module_of, verify


def hunt(invariants: list[str], *, seconds: float, seed: int) -> int:
    """Return 1 after the first case that fails (it is shrunk and saved), 0 when the time is over."""
    until = time.monotonic() + seconds
    said = time.monotonic()
    for number in count():
        for invariant in invariants:
            module = module_of(invariant)
            found = case(Seeded(random.Random(f"{seed} {number} {invariant}")), rules=module.RULES, shape=module.SHAPE)
            try:
                verify(invariant, found, check_of(invariant))
            except Exception as failure:  # noqa: BLE001 - whatever it is, it ends the hunt
                sys.stdout.write(f"{invariant}, seed {seed}, case {number}: {type(failure).__name__}: {failure}\n")
                return 1
        if time.monotonic() - said > 10:
            said = time.monotonic()
            sys.stdout.write(f"{number + 1:,} cases for {', '.join(invariants)}\n")
            sys.stdout.flush()
        if time.monotonic() > until:
            break
    return 0
