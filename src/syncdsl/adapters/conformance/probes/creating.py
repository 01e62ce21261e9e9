"""Creates: which tier the system really offers, and what keeps a record from coming twice."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.measurement import compared, found, unmeasured
from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, Outcome, Rejected, Tier, Written

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

GROUP = "creates"
ROUNDS = 5
LONGEST_LAG = 15.0
"""Seconds after which a look-up that finds nothing is given up."""


def tier(bench: Bench) -> list[Measurement]:
    """Send a create twice, safely and plainly, and see how many records there are."""
    declared = bench.connection.capabilities.tier
    if bench.schema.key_field is None:
        return [
            compared(
                GROUP,
                "tier",
                declared=declared.value,
                measured=f"`{bench.module}` has no key field, so it runs at {Tier.T4.value}",
                fits=declared is Tier.T4,
            )
        ]
    key = bench.key()
    first = bench.make(key)
    [again] = bench.connection.create(bench.module, [bench.new(key)], safe=True)
    [plain] = bench.connection.create(bench.module, [bench.new(key)], safe=False)
    holders = bench.holders(key)
    measured = Tier.T4
    if holders == [first]:
        measured = Tier.T3
        if isinstance(plain, DuplicateKey):
            measured = Tier.T2
        if isinstance(again, Written) and again.id == first:
            measured = Tier.T1
    said = {
        Tier.T1: "sent again with its key it becomes an update",
        Tier.T2: "sent again with its key it is refused",
        Tier.T3: "the key can be searched for, nothing keeps it from coming twice",
        Tier.T4: f"{len(holders)} records carry one key",
    }
    # T0 is stronger than anything a second create can show, so it counts as kept when nothing came twice.
    fits = measured.value <= max(declared.value, Tier.T1.value)
    return [compared(GROUP, "tier", declared=declared.value, measured=f"{measured.value}: {said[measured]}", fits=fits)]


def at_once(bench: Bench) -> list[Measurement]:
    """Let two creates with the same key race, plainly and safely."""
    if bench.schema.key_field is None:
        return [unmeasured(GROUP, "unique under a race", "no key field")]
    rows = []
    for name, safe in (("unique under a race", False), ("upsert under a race", True)):
        most, lost = 0, 0
        for _ in range(ROUNDS):
            key = bench.key()
            records = [bench.new(key), bench.new(key)]
            with ThreadPoolExecutor(max_workers=len(records)) as pool:
                calls = [pool.submit(bench.connection.create, bench.module, [one], safe=safe) for one in records]
                outcomes: list[Outcome] = [outcome for call in calls for outcome in call.result()]
            holders = bench.holders(key)
            most = max(most, len(holders))
            lost += not holders and not any(isinstance(outcome, Ambiguous) for outcome in outcomes)
        counted = f"at most {most} record{'s' if most != 1 else ''} in {ROUNDS} races of two creates"
        measured = counted if not lost else f"{counted}; {lost} left none"
        rows.append(compared(GROUP, name, declared="one record", measured=measured, fits=most == 1 and not lost))
    return rows


def lag(bench: Bench) -> list[Measurement]:
    """Look a key up at once after its create."""
    if bench.schema.key_field is None:
        return [unmeasured(GROUP, "look-up after a create", "no key field")]
    worst = 0.0
    for _ in range(ROUNDS):
        key = bench.key()
        bench.make(key)
        begin = time.monotonic()
        while not bench.holders(key):
            if time.monotonic() - begin > LONGEST_LAG:
                measured = f"not found within {LONGEST_LAG:.0f} s"
                return [compared(GROUP, "look-up after a create", declared="at once", measured=measured, fits=False)]
            bench.pause(0.25)
        worst = max(worst, time.monotonic() - begin)
    first = worst < 1
    measured = f"at once, {ROUNDS} of {ROUNDS}" if first else f"after up to {worst:.1f} s"
    return [compared(GROUP, "look-up after a create", declared="at once", measured=measured, fits=first)]


def batch(bench: Bench) -> list[Measurement]:
    """Send good records with a bad one between them."""
    size = bench.connection.capabilities.batch
    if size < 3:
        return [found(GROUP, "batches", "one record in a call")]
    bad = bench.new()
    records = [bench.new(), type(bad)(fields={}, key=None), bench.new()]
    outcomes = bench.connection.create(bench.module, records, safe=False)
    kinds = [type(outcome) for outcome in outcomes]
    fits = kinds == [Written, Rejected, Written]
    measured = "each record for itself, in order" if fits else ", ".join(kind.__name__.lower() for kind in kinds)
    return [compared(GROUP, f"batches of up to {size}", declared="each for itself", measured=measured, fits=fits)]


CREATING = (tier, at_once, lag, batch)
