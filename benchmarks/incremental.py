"""Whether a run costs more in a large module: 1,000 changes in 10,000 and in 1,000,000 records.

Both systems are served over loopback HTTP, everything was read and settled before, and 1,000 records of one side are
edited. One `apply` reads both sides, decides, writes the 1,000 partners and stores what came of it; a second one meets
what the first one wrote. Each runs in a process of its own; the time is that of the wall and includes all calls.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile

import httpx
from twins.child import Measure, measure
from twins.server import served

CHANGED = 1_000
MOST = 1.5
ROUNDS = 3


def rounds(records: int, number: int) -> tuple[list[Measure], list[Measure]]:
    """Return what the runs after each round of edits came to, and what the runs after those did."""
    first: list[Measure] = []
    second: list[Measure] = []
    with tempfile.TemporaryDirectory() as folder, served(records) as url:
        seeded = measure("seed", folder, str(records), "crm,books")
        print(f"{records:,} records on each side, settled in {seeded.wall:.0f} s", flush=True)
        # The first run of all opens the file cold and has never met the other side's clock.
        measure("apply", folder, url)
        for _ in range(number):
            httpx.post(f"{url}/crm/edit?every={records // CHANGED}").raise_for_status()
            first.append(measure("apply", folder, url))
            second.append(measure("apply", folder, url))
            if first[-1].count != CHANGED or second[-1].count:
                raise SystemExit(f"{first[-1].count} and {second[-1].count} writes instead of {CHANGED} and none")
    return first, second


def main() -> int:
    """Print the table; fail where the large module costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs=2, default=[10_000, 1_000_000], metavar=("SMALL", "LARGE"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    small, large = (rounds(records, given.rounds) for records in given.records)
    print(
        f"\n{CHANGED:,} changes, median of {given.rounds} {given.records[0]:>12,} {given.records[1]:>12,} {'ratio':>8}"
    )
    ratio = 0.0
    for what, one, other in (("run that writes them", small[0], large[0]), ("run after it", small[1], large[1])):
        low, high = (statistics.median(item.wall for item in side) for side in (one, other))
        print(f"  {what:<27}{low:>11.2f} s{high:>11.2f} s{high / low:>9.2f}")
        used = [statistics.median(item.processor for item in side) for side in (one, other)]
        peak = [max(item.peak for item in side) for side in (one, other)]
        print(f"  {'    processor':<27}{used[0]:>11.2f} s{used[1]:>11.2f} s{used[1] / used[0]:>9.2f}")
        print(f"  {'    peak memory':<27}{peak[0]:>10.0f} MB{peak[1]:>10.0f} MB{peak[1] / peak[0]:>9.2f}")
        ratio = max(ratio, high / low) if what.startswith("run that") else ratio
    print(f"\ngoal <= {MOST}: {'met' if ratio <= MOST else 'MISSED'}")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
