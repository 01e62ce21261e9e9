"""A fault seeded into the engine, and the one named test that has to notice it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mutation.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A fault with the test that is asked about it, alone.

    `killer` is a test below `tests/`: one of an invariant, or of the conformance kit where the rule lives in an
    adapter. `asked` is what `ASKED` in the catalogue calls the fault, where it names it.
    """

    fault: Fault
    killer: str
    asked: str | None = None

    @property
    def test(self) -> str:
        """The test as pytest names it."""
        return f"tests/{self.killer}"

    @property
    def invariant(self) -> str:
        """What kills it, in short: `I30`, a saved case such as `I02_…`, or the name of the contract test."""
        name = self.killer.rpartition("::")[2]
        if name.startswith("test_a_saved_case"):
            return name.partition("[")[2].rstrip("]")
        return name.split("_")[1] if self.killer.startswith("invariants/") else name.partition("[")[0]


def invariant(name: str, test: str = "") -> str:
    """Return the test of an invariant, given as its file calls it; `test` is what its name has behind the number."""
    number = name.partition("_")[0]
    return f"invariants/test_{name}.py::test_{number}_{test}" if test else f"invariants/test_{name}.py::test_{name}"


def regression(name: str) -> str:
    """Return the test that replays a saved case, by its name, which begins with the number of its invariant."""
    return f"invariants/test_regressions.py::test_a_saved_case_holds[{name}]"
