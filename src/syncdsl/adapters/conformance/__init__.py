"""The conformance kit: what every adapter must do, as tests to be run against a live connection.

An adapter's own tests subclass `ConformanceSuite`, say how to connect and which module to use, and let a test runner
collect the `test_…` methods. The kit needs no particular runner.
"""

from __future__ import annotations

from syncdsl.adapters.conformance.subject import Subject
from syncdsl.adapters.conformance.suite import ConformanceSuite

__all__ = ["ConformanceSuite", "Subject"]
