"""Creates under faults, by the million: none twice, none lost, and the proof that the faults were really there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulator.harness import Twins, twins
from tests.simulator.oracles import at_most_one
from tests.simulator.rules import MODULES, Rules
from tests.simulator.schedule import Fate, Rates, Schedule
from tests.simulator.switches import Switches

from syncdsl.adapters.protocol import Tier
from syncdsl.engine.recovery import Recovery

if TYPE_CHECKING:
    from syncdsl.engine.context import Context
    from syncdsl.engine.matching import Match
    from syncdsl.engine.report import Recovered
    from syncdsl.plan.pairs import Pair

    Records = dict[str, object]

RATES = Rates(
    write=0.55,
    read=0.01,
    death=0.0005,
    writes=(Fate.LOST_REQUEST, Fate.LOST_ANSWER, Fate.DELAYED, Fate.PARTIAL, Fate.PARTIAL, Fate.TWICE),
    lists=(Fate.UNREACHABLE, Fate.TRUNCATED),
    reads=(Fate.UNREACHABLE, Fate.BROKEN),
)
RUNS = 60
"""Disturbed runs of one round at most; then it must come to rest undisturbed."""


class WithoutLookup(Recovery):
    """The engine without its safety: what got no answer is sent again, and nobody looks for its key."""

    safe_create = False

    def resolve(self, context: Context) -> list[Recovered]:
        """Forget every intent, as if none of them could have arrived."""
        for intent in context.run.state.open_intents():
            self._drop(intent, context)
        return []

    def match_by_key(  # type: ignore[override]  # the records are only passed by
        self, pair: Pair, context: Context, free_left: Records, free_right: Records, matches: list[Match]
    ) -> None:
        """Look at no key."""


@dataclass(slots=True)
class Tally:
    """What came of creates. `faulted`: those that met a fault between being sent and being answered."""

    rounds: int = 0
    wanted: int = 0
    sent: int = 0
    faulted: int = 0
    doubled: int = 0
    lost: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Percent of the sent creates that met a fault."""
        return 100 * self.faulted / self.sent if self.sent else 0.0

    def add(self, other: Tally) -> None:
        """Add another tally."""
        for name in ("rounds", "wanted", "sent", "faulted", "doubled", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.fates.update(other.fates)


def create_round(seed: int, tier: Tier, *, many: int = 500, lookup: bool = True) -> Tally:
    """Make the partners of `many` new records under faults, and count what there is in the end."""
    schedule = Schedule(seed=seed, rates=RATES, keep=False)
    right = Switches(tier=tier, batch=20, page_size=200, landing=30.0)
    rules = Rules(lines="plain", dedupe="", direction="->" if not lookup else "<->")
    with twins(rules, left=Switches(page_size=200), right=right, schedule=schedule) as pair:
        for system in pair.systems.values():
            system.keep = False
        pair.recovery = Recovery if lookup else WithoutLookup
        for number in range(many):
            pair.insert("left", Name=f"Partner {number}", Phone=str(number))
        for number in range(RUNS):
            # Some runs follow at once, while requests of the one before may still land.
            pause = 1.0 if number % 3 == 0 else 3600.0
            outcome = pair.apply(pause=pause)
            # After a list that was cut there is nothing to do, and much left.
            if outcome.idle and len(pair.links()) >= many:
                break
        if lookup:
            pair.settle(runs=4, sweep=False)
            at_most_one(pair, tiers=tuple(Tier))
        return _tally(pair, many)


def _tally(pair: Twins, many: int) -> Tally:
    names = Counter(str(held.now.fields.get("name")) for held in pair.right.living(MODULES["right"]))
    linked = {left for left, _, _ in pair.links()}
    counts = pair.right.counts
    lost = sum(held.id not in linked for held in pair.living("left"))
    return Tally(
        rounds=1,
        wanted=many,
        sent=counts["creates sent"],
        faulted=counts["creates in doubt"],
        doubled=sum(one - 1 for one in names.values()),
        lost=lost,
    )
