"""Runs the kit without a test runner: the tests that must hold, then the measurements, then everything is tidied up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from syncdsl.adapters.conformance.bench import Bench, Tidy
from syncdsl.adapters.conformance.measurement import Measurement, Verdict
from syncdsl.adapters.conformance.probes import PROBES
from syncdsl.adapters.conformance.suite import ConformanceSuite
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syncdsl.adapters.conformance.subject import Subject
    from syncdsl.adapters.protocol import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One test of the suite: its claim, and what was otherwise (None: it holds)."""

    name: str
    claim: str
    otherwise: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the kit found. `kept` are records of the kit that could not be deleted: module and id."""

    module: str
    expectations: tuple[Expectation, ...]
    measurements: tuple[Measurement, ...]
    kept: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[Expectation, ...]:
        """The tests that do not hold."""
        return tuple(item for item in self.expectations if item.otherwise is not None)

    @property
    def worse(self) -> tuple[Measurement, ...]:
        """The measurements that fall behind what is declared."""
        return tuple(item for item in self.measurements if item.verdict is Verdict.WORSE)


def run_kit(connection: Connection, subject: Subject, *, advance: Callable[[str], None] = lambda _what: None) -> Report:
    """Run every test and every probe against a live connection and delete what they made.

    `advance` is told what comes next. Raises Fault when the system as a whole stops answering; what was made is
    deleted as far as it still answers.
    """
    tidy = Tidy(connection)
    expectations: list[Expectation] = []
    measurements: list[Measurement] = []
    kept: list[tuple[str, str]] = []
    try:
        suite = _Live(cast("Connection", tidy), subject)
        for name, claim, test in _tests(suite):
            advance(claim)
            expectations.append(Expectation(name=name, claim=claim, otherwise=_otherwise(test)))
        bench = Bench(tidy, subject, connection.schema().modules[subject.module])
        for probe in PROBES:
            advance((probe.__doc__ or probe.__name__).strip())
            measurements += _measured(probe, bench)
    finally:
        advance("Delete what was made.")
        kept = tidy.tidy()
    return Report(
        module=subject.module,
        expectations=tuple(expectations),
        measurements=tuple(measurements),
        kept=tuple(kept),
    )


def steps() -> int:
    """Return how many steps a run of the kit has."""
    return sum(name.startswith("test_") for name in dir(ConformanceSuite)) + len(PROBES) + 1


class _Live(ConformanceSuite):
    """The suite over one connection that is open already."""

    def __init__(self, connection: Connection, subject: Subject) -> None:
        self._connection = connection
        self._subject = subject

    def connect(self) -> Connection:
        """Return the connection."""
        return self._connection

    def subject(self) -> Subject:
        """Return the module under test."""
        return self._subject


def _tests(suite: ConformanceSuite) -> Iterator[tuple[str, str, Callable[[], None]]]:
    """Yield name, claim and method of every test, in the order in which they are written."""
    written = (item for owner in ConformanceSuite.__mro__ for item in vars(owner).items())
    for name, test in written:
        if name.startswith("test_"):
            yield name.removeprefix("test_"), (test.__doc__ or name).strip(), getattr(suite, name)


def _otherwise(test: Callable[[], None]) -> str | None:
    """Return how a test fails, None when it holds; only a system that does not answer at all ends the run."""
    try:
        test()
    except AssertionError as failure:
        return str(failure)
    except Fault as fault:
        if fault.code.id in {"SD701", "SD702", "SD704"}:
            raise
        return fault.message
    except Exception as error:  # noqa: BLE001 - an adapter under test may fail in any way, and that is the finding
        return f"the adapter broke off: {type(error).__name__}: {error}"
    return None


def _measured(probe: Callable[[Bench], list[Measurement]], bench: Bench) -> list[Measurement]:
    found: list[Measurement] = []
    otherwise = _otherwise(lambda: found.extend(probe(bench)))
    if otherwise is None:
        return found
    name = probe.__name__.replace("_", " ")
    return [Measurement(group="broken off", name=name, measured=otherwise, verdict=Verdict.WORSE)]
