"""`python -m tests.mutation.engine`: puts every fault into the engine and asks the one test that has to notice it.

Prints a table of the faults, what killed each and after how long, and with `--write` keeps it as a page. It ends with 1
when a fault survives, does not apply any more, or cannot be tried.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from tests.mutation.__main__ import problem_of
from tests.mutation.engine.catalogue import SEEDED
from tests.mutation.engine.reporting import as_page, as_text, rows
from tests.mutation.fault import ROOT
from tests.mutation.running import failing_anyway, try_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutation.running import Outcome

REPORT = ROOT / "benchmarks" / "reports" / "engine_mutation.md"
EVERYTHING = (("tests/invariants", "--deselect=tests/invariants/test_regressions.py"),)
SECONDS = 300.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says; 0 when every fault was killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.engine", description=__doc__)
    parser.add_argument("words", nargs="*", help="only faults whose file, description or killer has one of these words")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="how many processes at a time")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the test of one fault may take")
    parser.add_argument("--all", action="store_true", help="ask every invariant about a fault that its own one missed")
    parser.add_argument("--trust", action="store_true", help="do not run the tests without any fault first")
    parser.add_argument("--check", action="store_true", help="only tell whether every fault still applies")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.relative_to(ROOT)}; needs all faults")
    options = parser.parse_args(arguments)
    chosen = [
        item
        for item in SEEDED
        if not options.words or any(word in f"{item.fault.name} {item.killer}" for word in options.words)
    ]
    stale = [problem for item in chosen if (problem := problem_of(item.fault)) is not None]
    for problem in stale:
        sys.stdout.write(f"does not apply: {problem}\n")
    if stale or options.check:
        return 1 if stale else 0
    # To find one case is enough here: none is made smaller, and none is kept as a regression.
    os.environ["SYNCDSL_SHRINK"] = "no"
    # All of the cases: some faults are found by few of them.
    os.environ.setdefault("SYNCDSL_PROOF", "1")
    killers = dict.fromkeys(item.test for item in chosen)
    for test in () if options.trust else failing_anyway(killers, lambda killer: ((killer,),)):
        sys.stdout.write(f"fails without any fault: {test}\n")
        return 1
    outcomes = try_all(
        [item.fault for item in chosen],
        {item.fault.name: item.test for item in chosen},
        at_once=options.at_once,
        seconds=options.seconds * (10 if options.all else 1),
        suites=lambda _: EVERYTHING if options.all else (),
        seen=_show,
    )
    by_name = {outcome.fault.name: outcome for outcome in outcomes}
    sys.stdout.write("\n" + as_text(rows(chosen, by_name)))
    killed = sum(outcome.word == "noticed" for outcome in outcomes)
    sys.stdout.write(f"\n{killed} of {len(outcomes)} killed\n")
    if options.write and not options.words:
        REPORT.write_text(as_page(rows(chosen, by_name)), encoding="utf-8")
    return 0 if killed == len(outcomes) else 1


def _show(outcome: Outcome) -> None:
    word = "killed" if outcome.word == "noticed" else "SURVIVED" if outcome.word == "missed" else outcome.word
    sys.stdout.write(f"{word:8} {outcome.seconds:5.1f} s  {outcome.fault.name}\n")
    for text in (outcome.detail, outcome.message.partition("\n")[0]):
        if text:
            sys.stdout.write(f"{'':18}{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
