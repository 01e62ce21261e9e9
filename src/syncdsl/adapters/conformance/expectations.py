"""How the kit states what it expects, without any test framework."""

from __future__ import annotations

from syncdsl.adapters.protocol import Outcome, Written


def expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - it reads like the `assert` it stands for
    """Raise AssertionError with a message unless something holds."""
    if not holds:
        raise AssertionError(otherwise)


def written(outcome: Outcome) -> Written:
    """Return the outcome as a successful one; raises AssertionError for any other."""
    if not isinstance(outcome, Written):
        raise AssertionError(f"the write was answered with {outcome}")  # noqa: TRY004 - a failed expectation, not a wrong type
    return outcome
