"""All seeded faults."""

from __future__ import annotations

from tests.mutation.faults import checks, expressions, laws, linting, maps, proofs, statements

FAULTS = (
    *statements.FAULTS,
    *expressions.FAULTS,
    *maps.FAULTS,
    *laws.FAULTS,
    *proofs.FAULTS,
    *checks.FAULTS,
    *linting.FAULTS,
)
