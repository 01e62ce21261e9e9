"""How many links the planner decides in a second, on one core: zero-delay twins in memory, the state on disk.

A quiet sweep reads every record and finds its version on file; a full pass looks at every link and finds nothing to do,
as after a change of the rules; merges are links one of whose records was edited, each planned to an update. *Planner*
is everything behind the readings: matching, merging, guards, the change set. Time is the processor's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twins.state import opened_run, seed
from twins.world import PAIR, World

from syncdsl.engine.context import Context
from syncdsl.engine.interpreter import interpret
from syncdsl.engine.run import apply
from syncdsl.engine.sinks import PreviewSink

if TYPE_CHECKING:
    from syncdsl.engine.run import Run

GOALS = {"quiet sweep": 20_000, "merges": 5_000}
"""Links a second."""


class Stopwatch:
    """Progress that notes when the last reading ended."""

    def __init__(self) -> None:
        self.read = time.process_time()

    def start(self, task: str, total: int | None) -> None:
        """Begin a task."""

    def advance(self, task: str, count: int = 1) -> None:
        """Go on."""

    def finish(self, task: str, note: str = "") -> None:  # noqa: ARG002 - the protocol's signature
        """End a task."""
        if task.startswith("read "):
            self.read = time.process_time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; seconds are the processor's."""

    what: str
    links: int
    effects: int
    whole: float
    planner: float

    def text(self) -> str:
        """Return the line."""
        goal = GOALS.get(self.what)
        # A quiet sweep has nothing to plan: what counts is how fast it comes to know.
        measured = self.whole if self.what == "quiet sweep" else self.planner
        verdict = "" if goal is None else f"   goal {goal:,}: {'met' if self.links / measured >= goal else 'MISSED'}"
        return (
            f"{self.what:<14}{self.links:>9,}{self.effects:>9,}{self.whole:>9.2f} s{self.links / self.whole:>11,.0f}/s"
            f"{self.planner:>9.2f} s{self.links / self.planner:>11,.0f}/s{verdict}"
        )


def measured(what: str, run: Run, links: int) -> Row:
    """Preview a run and time it."""
    watch = Stopwatch()
    object.__setattr__(run, "progress", watch)
    identities = {name: connection.identity() for name, connection in run.connections.items()}
    begin = time.process_time()
    context = Context(run=run, identities=identities, fixed_today=None)
    interpret(run.plan, context, PreviewSink())
    end = time.process_time()
    effects = len(context.change_set.effects)
    return Row(what=what, links=links, effects=effects, whole=end - begin, planner=end - watch.read)


def main() -> int:
    """Print the table; fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=50_000)
    links = parser.parse_args().links
    world = World(number=links)
    print(f"{links:,} links; *whole* includes reading both sides from memory\n")
    print(f"{'':<14}{'links':>9}{'effects':>9}{'whole':>11}{'':>13}{'planner':>11}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seed(folder, links, ("crm", "books"))
        with opened_run(folder, world.answer) as run:
            apply(run, confirm=lambda _: True)
        with opened_run(folder, world.answer, scratch=True, sweep=True) as run:
            rows.append(measured("quiet sweep", run, links))
            print(rows[-1].text(), flush=True)
        with opened_run(folder, world.answer, scratch=True) as run:
            run.state.put_pass(PAIR, "other rules", None)
            rows.append(measured("full pass", run, links))
            print(rows[-1].text(), flush=True)
        world.answer("/crm/edit?every=1")
        with opened_run(folder, world.answer, scratch=True) as run:
            rows.append(measured("merges", run, links))
            print(rows[-1].text(), flush=True)
    return int(any("MISSED" in row.text() for row in rows) or [row.effects for row in rows] != [0, 0, links])


if __name__ == "__main__":
    sys.exit(main())
