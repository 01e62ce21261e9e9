"""Gathers the statistics of a schema snapshot from the system it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_COVERED, NOT_OFFERED, NOT_PERMITTED
from syncdsl.schema.statistics import SAMPLE, measure

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Connection
    from syncdsl.schema.snapshot import SchemaSnapshot

PASSED_OVER = (NOT_COVERED, NOT_OFFERED, NOT_PERMITTED)
"""Refusals that cost a module its statistics and nothing else."""


def with_statistics(connection: Connection, snapshot: SchemaSnapshot) -> tuple[SchemaSnapshot, list[str]]:
    """Return the snapshot with the statistics of every module whose records can be read, and the other modules.

    `connection` was opened with the snapshot. At most `SAMPLE` rows of each module are read. Raises Fault (SD7xx) when
    the system as a whole does not answer.
    """
    modules = {}
    without: list[str] = []
    for name, module in snapshot.modules.items():
        try:
            sample = connection.sample(name, SAMPLE)
        except Fault as fault:
            if fault.code not in PASSED_OVER:
                raise
            without.append(name)
            modules[name] = module
            continue
        found = measure(sample.rows, module.fields, sample.fields, complete=sample.complete)
        modules[name] = module.model_copy(update={"statistics": found})
    return snapshot.model_copy(update={"modules": modules}), sorted(without)
