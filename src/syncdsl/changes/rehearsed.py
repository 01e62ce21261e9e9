"""What the rules' own tests came to."""

from __future__ import annotations

from typing import Literal, TypeAlias

from syncdsl.schema.model import Model

Outcome: TypeAlias = Literal["passed", "failed", "broken"]
"""`broken`: the test could not be carried out, such as when something given cannot be linked."""


class Happening(Model):
    """One effect as a test sees it: what was done to which record, with the values written, in words.

    `refused` is what the other system said when it took no such write. `location` is the rule's place.
    """

    kind: str
    subject: str
    record: str
    fields: tuple[tuple[str, str], ...] = ()
    reason: str
    location: str
    refused: str | None = None


class Spot(Model):
    """A place in a rule file, as `diagnostics.Span` counts."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Judged(Model):
    """One condition of an expectation over what happened: the values of the fields that it names."""

    text: str
    place: Spot
    holds: bool
    actual: tuple[tuple[str, str], ...] = ()


class Failure(Model):
    """One thing that is not as a test expects, with the place of what expects it.

    `nearest` is the effect that came nearest to what was expected, `judged` its conditions over that; `surplus` are
    effects that nothing expected; `notes` say why something did not happen.
    """

    kind: Literal["missing", "surplus", "not quiet", "broken"]
    message: str
    place: Spot
    nearest: Happening | None = None
    judged: tuple[Judged, ...] = ()
    surplus: tuple[Happening, ...] = ()
    notes: tuple[str, ...] = ()


class TestResult(Model):
    """What one test came to; `case` is the row of `cases` as written, `seconds` how long it took."""

    __test__ = False
    name: str
    case: str | None = None
    file: str
    line: int
    outcome: Outcome
    seconds: float
    failures: tuple[Failure, ...] = ()

    @property
    def title(self) -> str:
        """The test's name, with the row of its cases."""
        return f"{self.name} [{self.case}]" if self.case is not None else self.name


class TestReport(Model):
    """What all tests came to. `skipped` counts those that were not run because an earlier one failed."""

    __test__ = False
    results: tuple[TestResult, ...]
    seconds: float
    skipped: int = 0

    def count(self, outcome: Outcome) -> int:
        """Return how many tests came to this."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(result.outcome == "passed" for result in self.results)
