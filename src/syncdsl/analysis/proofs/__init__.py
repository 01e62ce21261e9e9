"""What is proven of rules that are well formed: each pass asks the decision procedure, and shows a record.

A pass reports only what is proven. Where an answer depends on data (views, calculations, other systems) it is silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.proofs import conditions, established, keys, loops, overlap, stages, tables, triggers, write_backs
from syncdsl.analysis.proofs.rules import sound_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.pairs import DocumentPlan, Pair, RecordPlan, TriggerPlan

PASSES: tuple[Callable[[Rules], None], ...] = (
    stages.classified,
    conditions.run,
    established.run,
    overlap.run,
    write_backs.feeds,
    write_backs.conflicts,
    loops.run,
    triggers.run,
    keys.run,
    stages.handled,
    tables.run,
)
"""In the order in which findings at one place are looked for; each pass stands alone."""


def prove(
    checker: Checker,
    pairs: Iterable[Pair],
    records: Mapping[str, RecordPlan],
    documents: Mapping[str, DocumentPlan],
    triggers: Iterable[TriggerPlan],
) -> None:
    """Add what the proofs find to the checker's findings; statements with errors in them are left out."""
    rules = sound_rules(checker, tuple(pairs), records, documents, tuple(triggers))
    for run in PASSES:
        run(rules)
