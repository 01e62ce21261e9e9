"""All seeded faults."""

from __future__ import annotations

from tests.mutation.faults import expressions, laws, linting, maps, statements

FAULTS = (*statements.FAULTS, *expressions.FAULTS, *maps.FAULTS, *laws.FAULTS, *linting.FAULTS)
