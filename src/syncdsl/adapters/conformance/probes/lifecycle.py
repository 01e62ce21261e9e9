"""What happens to records besides edits: how a deletion shows, what can be inactive, how soon a search sees one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import written
from syncdsl.adapters.conformance.measurement import found, unmeasured
from syncdsl.adapters.protocol import Rejected

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

GROUP = "records"
PATIENCE_SECONDS = 10.0
"""How long a search may take to see a record before that is given up."""


def deletions(bench: Bench) -> list[Measurement]:
    """Delete a record and look for it from a cursor on."""
    identifier = bench.make()
    _, _, end = bench.observe()
    written(bench.connection.delete(bench.module, [identifier])[0])
    if end.cursor is None:
        return [found(GROUP, "deletions", "seen by their absence")]
    _, gone, later = bench.observe(end.cursor)
    told = identifier in gone and not later.complete
    return [found(GROUP, "deletions", "told since a cursor" if told else "seen by absence from a complete reading")]


def inactive(bench: Bench) -> list[Measurement]:
    """Make a record inactive and look for it in the list."""
    identifier = bench.make()
    [outcome] = bench.connection.deactivate(bench.module, [identifier])
    if isinstance(outcome, Rejected):
        return [found(GROUP, "inactive records", "none in this module")]
    written(outcome)
    records, _, _ = bench.observe()
    return [found(GROUP, "inactive records", "listed" if identifier in records else "left out of lists")]


def searched(bench: Bench) -> list[Measurement]:
    """Search for a record that was just written."""
    label = bench.schema.label_field
    identifier = bench.make()
    name = str(bench.read(identifier, label).fields.get(label) or "")
    if not name:
        return [unmeasured(GROUP, "search", f"a new record has no `{label}`")]
    began = time.monotonic()
    while True:
        hit = any(record.id == identifier for record in bench.connection.search(bench.module, name, (), 50))
        spent = time.monotonic() - began
        if hit:
            return [found(GROUP, "search", f"sees a record after {spent:.1f} s")]
        if spent > PATIENCE_SECONDS:
            return [found(GROUP, "search", f"does not see a record within {PATIENCE_SECONDS:.0f} s")]
        bench.pause(0.5)


LIFECYCLE = (deletions, inactive, searched)
