"""The probes: each measures one property of a system, one file for each group of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.probes.clocks import TIME
from syncdsl.adapters.conformance.probes.creating import CREATING
from syncdsl.adapters.conformance.probes.lifecycle import LIFECYCLE
from syncdsl.adapters.conformance.probes.reading import READING
from syncdsl.adapters.conformance.probes.updating import UPDATING
from syncdsl.adapters.conformance.probes.values import VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

PROBES: tuple[Callable[[Bench], list[Measurement]], ...] = (
    *CREATING,
    *UPDATING,
    *READING,
    *LIFECYCLE,
    *VALUES,
    *TIME,
)
"""In the order of the table."""
