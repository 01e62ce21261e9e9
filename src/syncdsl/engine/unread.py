"""What could not be read: the faults that concern one reading, kept instead of ending the run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_COVERED, NOT_OFFERED, NOT_PERMITTED, UNEXPECTED_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.plan.steps import ObserveStep

ISOLATED = frozenset({NOT_PERMITTED, UNEXPECTED_ANSWER, NOT_OFFERED, NOT_COVERED})
"""The faults that concern one module: the right on it is refused (SD703), its answers cannot be used (SD705), it or a
field or view of it is not there (SD707), or more of it was asked for than the adapter reads (SD708).

All others end the run. Credentials that are not accepted (SD702), a system that does not answer or is left alone
(SD701, SD709), a budget that is used up (SD704) and another organisation (SD706) concern a whole connection; what is
wrong with the state or the rules concerns everything.
"""


class Unread:
    """The observe steps that a run could not carry out, each with the fault that says why, in the order they failed."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def __contains__(self, step_id: str) -> bool:
        """Return whether an observe step could not be carried out."""
        return step_id in self.faults

    @contextmanager
    def isolating(self, steps: Sequence[ObserveStep]) -> Iterator[None]:
        """Keep a fault that concerns the module that is read, as that of `steps`; without any it ends the run."""
        try:
            yield
        except Fault as fault:
            if fault.code not in ISOLATED or not steps:
                raise
            for step in steps:
                self.faults.setdefault(step.id, fault)
