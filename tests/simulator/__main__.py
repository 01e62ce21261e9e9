"""Long runs: `python -m tests.simulator --creates 1000000`, `--seconds 600`, `--hunt I28`; progress as it goes.

Without anything to hunt, creates are made under faults in tiers T0 to T2 until so many were sent, or the time is over.
It ends with 1 when a record was made twice or lost, when the faults were too few to prove anything, or when
the same creates without lookup before resending made no record twice.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from typing import TYPE_CHECKING

from tests.simulator.creates import Tally, create_round

from syncdsl.adapters.protocol import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

SAFE = (Tier.T0, Tier.T1, Tier.T2)
LEAST_SHARE = 30.0
"""Percent of creates that must have met a fault for the run to prove anything."""


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=float("inf"), help="how long at most")
    parser.add_argument("--creates", type=int, default=1_000_000, help="how many creates at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--hunt", action="append", default=[], metavar="I28", help="search one invariant instead")
    parser.add_argument("--replay", metavar="NAME", help="replay a saved case, with its trace, and end")
    parser.add_argument("--trace", type=int, metavar="SEED", help="print the trace of one seed and end")
    chosen = parser.parse_args()
    if chosen.trace is not None:
        return show_trace(chosen.trace)
    if chosen.replay:
        return replay(chosen.replay)
    if chosen.hunt:
        from tests.simulator.hunting import hunt  # noqa: PLC0415 - loads Hypothesis

        return hunt(chosen.hunt, seconds=chosen.seconds, seed=chosen.seed)
    return prove(chosen.seed, creates=chosen.creates, seconds=chosen.seconds, jobs=chosen.jobs)


def prove(seed: int, *, creates: int, seconds: float, jobs: int) -> int:
    """Make creates under faults, with progress and positive controls."""
    began = time.monotonic()
    tallies = {tier: Tally() for tier in SAFE}
    total = Tally()
    said = began
    for tier, tally in _rounds(seed, jobs):
        tallies[tier].add(tally)
        total.add(tally)
        now = time.monotonic()
        if now - said > 10:
            said = now
            made = f"{total.sent:>11,} creates, {total.share:.0f} % met a fault"
            say(f"{made}, {total.doubled} twice, {total.lost} lost, {now - began:,.0f} s")
        if total.sent >= creates or now - began > seconds or total.doubled or total.lost:
            break
    for tier, tally in tallies.items():
        say(line(f"{tier.value}", tally))
    say(line("all", total))
    searchable, careless = Tally(), Tally()
    for number in range(4):
        searchable.add(create_round(seed + number, Tier.T3, many=200))
        careless.add(create_round(seed + number, Tier.T3, many=200, lookup=False))
    say(line("T3", searchable) + "  (a marker that can be searched)")
    say(line("T3", careless) + "  (control: no lookup before resending)")
    problems = []
    if total.doubled or total.lost:
        problems.append("a record was made twice or lost")
    if total.share < LEAST_SHARE:
        problems.append(f"only {total.share:.0f} % of the creates met a fault")
    if searchable.doubled or searchable.lost:
        problems.append("with lookup, tier T3 made a record twice or lost one")
    if not careless.doubled:
        problems.append("without lookup nothing was made twice, so the run proves nothing")
    for problem in problems:
        say(f"FAILED: {problem}")
    return 1 if problems else 0


def _rounds(seed: int, jobs: int) -> Iterator[tuple[Tier, Tally]]:
    work = ((seed * 1_000_000 + number, SAFE[number % len(SAFE)]) for number in count())
    if jobs <= 1:
        for one, tier in work:
            yield tier, create_round(one, tier)
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        waiting = [
            (tier, pool.submit(create_round, one, tier)) for (one, tier), _ in zip(work, range(2 * jobs), strict=False)
        ]
        while True:
            tier, first = waiting.pop(0)
            yield tier, first.result()
            one, following = next(work)
            waiting.append((following, pool.submit(create_round, one, following)))


def line(name: str, tally: Tally) -> str:
    """Return a tally on one line."""
    return (
        f"{name:>4}: {tally.wanted:>9,} records, {tally.sent:>11,} creates sent, {tally.share:5.1f} % met a fault "
        f"before their answer, {tally.doubled:,} twice, {tally.lost:,} lost"
    )


def show_trace(seed: int) -> int:
    """Print the trace that a seed gives."""
    from tests.simulator.draws import Seeded  # noqa: PLC0415 - loads Hypothesis
    from tests.simulator.generator import case  # noqa: PLC0415 - the same
    from tests.simulator.playing import played  # noqa: PLC0415 - the same

    with played(case(Seeded(random.Random(seed)))) as pair:
        say(pair.schedule.text())
    return 0


def replay(name: str) -> int:
    """Replay a saved case: say what it comes to, and print its trace."""
    from tests.simulator.playing import played  # noqa: PLC0415 - loads Hypothesis
    from tests.simulator.regressions import check_of, rule_file, saved  # noqa: PLC0415 - the same

    (found,) = (one for one in saved() if one.name == name)
    say(rule_file(name))
    with played(found.case, settle=False) as pair:
        say(pair.schedule.text())
    try:
        check_of(found.invariant)(found.case)
    except AssertionError as failure:
        say(f"{found.invariant} does not hold: {failure}")
        return 1
    say(f"{found.invariant} holds")
    return 0


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
