"""The conformance kit: what every adapter must do, and what is to be known of every system.

An adapter's own tests subclass `ConformanceSuite`, say how to connect and which module to use, and let a test runner
collect the `test_…` methods. `run_kit` runs the same tests and measures the system, without a test runner; that is
`syncdsl adapter check`.
"""

from __future__ import annotations

from syncdsl.adapters.conformance.measurement import Measurement, Verdict
from syncdsl.adapters.conformance.running import Expectation, Report, run_kit, steps
from syncdsl.adapters.conformance.subject import Subject, subject_of
from syncdsl.adapters.conformance.suite import ConformanceSuite

__all__ = [
    "ConformanceSuite",
    "Expectation",
    "Measurement",
    "Report",
    "Subject",
    "Verdict",
    "run_kit",
    "steps",
    "subject_of",
]
