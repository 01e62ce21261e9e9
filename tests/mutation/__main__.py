"""`python -m tests.mutation`: tries the seeded faults, prints what came of them, and writes the report."""

from __future__ import annotations

import argparse
import json
import random
import sys
from typing import TYPE_CHECKING

from tests.mutation.catalogue import FAULTS
from tests.mutation.fault import ROOT
from tests.mutation.reporting import GOAL, page, table
from tests.mutation.running import SECONDS, failing_anyway, try_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.mutation.fault import Fault
    from tests.mutation.running import Outcome

REPORT = ROOT / "benchmarks" / "reports" / "mutation.md"
KNOWN = ROOT / "tests" / "mutation" / "noticed_by.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0 when the score is reached and every fault could be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("words", nargs="*", help="only faults whose file or description has one of these words")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them, always the same")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="how many processes at a time")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the tests of one fault may take")
    parser.add_argument("--afresh", action="store_true", help="do not ask the test first that noticed before")
    parser.add_argument("--new", action="store_true", help="only faults that no test is known to have noticed")
    parser.add_argument("--check", action="store_true", help="only tell whether every fault still applies")
    options = parser.parse_args(arguments)
    chosen = [fault for fault in FAULTS if not options.words or any(word in fault.name for word in options.words)]
    stale = [problem for fault in chosen if (problem := problem_of(fault)) is not None]
    for problem in stale:
        sys.stdout.write(f"does not apply: {problem}\n")
    if stale or options.check:
        return 1 if stale else 0
    tried = [fault for fault in chosen if fault.equivalent is None]
    if options.new:
        tried = [fault for fault in tried if fault.name not in read_known()]
    if options.sample is not None:
        tried = sample(tried, options.sample)
    for test in failing_anyway(fault.file for fault in tried):
        sys.stdout.write(f"fails without any fault: {test}\n")
        return 1
    noticed = read_known()

    def seen(outcome: Outcome) -> None:
        _show(outcome)
        if options.sample is None:
            noticed.pop(outcome.fault.name, None)
            if outcome.noticed:
                noticed[outcome.fault.name] = outcome.detail
            write_known(noticed)

    before = {} if options.afresh else dict(noticed)
    outcomes = try_all(tried, before, at_once=options.at_once, seconds=options.seconds, seen=seen)
    _print(outcomes)
    if options.sample is None:
        REPORT.write_text(page(FAULTS, noticed), encoding="utf-8")
    usable = all(outcome.word != "unusable" for outcome in outcomes)
    reached = sum(outcome.noticed for outcome in outcomes) >= GOAL * len(outcomes)
    return 0 if usable and reached else 1


def problem_of(fault: Fault) -> str | None:
    """Return why a fault cannot be put into the code as it is now; None when it can."""
    try:
        fault.planted()
    except (OSError, ValueError) as error:
        return str(error)
    return None


def sample(faults: Sequence[Fault], count: int) -> list[Fault]:
    """Return some faults, the same ones every time as long as the list stays as it is."""
    return random.Random(3).sample(list(faults), min(count, len(faults)))


def read_known() -> dict[str, str]:
    """Return which test noticed each fault when it was last tried."""
    if not KNOWN.is_file():
        return {}
    found: dict[str, str] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return found


def write_known(found: Mapping[str, str]) -> None:
    """Remember which test noticed each fault that is still in the list, and tried."""
    kept = {fault.name: found[fault.name] for fault in FAULTS if fault.name in found and fault.equivalent is None}
    KNOWN.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _show(outcome: Outcome) -> None:
    sys.stdout.write(f"{outcome.word:9} {outcome.seconds:5.1f} s  {outcome.fault.name}\n")
    if outcome.detail:
        sys.stdout.write(f"{'':19}{outcome.detail}\n")
    sys.stdout.flush()


def _print(outcomes: Sequence[Outcome]) -> None:
    noticed = {outcome.fault.name for outcome in outcomes if outcome.noticed}
    rows = table([outcome.fault for outcome in outcomes], noticed)
    width = max((len(file) for file, _, _ in rows), default=4)
    sys.stdout.write(f"\n{'file':{width}}  faults  noticed\n")
    for file, count, found in rows:
        sys.stdout.write(f"{file:{width}}  {count:6}  {found:7}\n")
    for outcome in outcomes:
        if not outcome.noticed:
            place = f"src/syncdsl/{outcome.fault.file}:{outcome.fault.line}"
            sys.stdout.write(f"{outcome.word}: {place} {outcome.fault.wrong}\n")
    share = len(noticed) / len(outcomes) if outcomes else 1.0
    sys.stdout.write(f"\n{len(noticed)} of {len(outcomes)} noticed: {share:.3f}\n")


if __name__ == "__main__":
    sys.exit(main())
