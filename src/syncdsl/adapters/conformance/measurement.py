"""What the kit measures of a system, beside what its adapter declares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a measurement stands to what the adapter declares.

    FITS: as declared, or better. WORSE: the engine would rely on something that is not there. FOUND: nothing is
    declared, this is how the system is. OPEN: it could not be measured here; the text says why.
    """

    FITS = "fits"
    WORSE = "worse"
    FOUND = "found"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One row of the table. `group` and `name` are fixed words, the other texts are for people."""

    group: str
    name: str
    measured: str
    verdict: Verdict
    declared: str = ""


def compared(group: str, name: str, *, declared: str, measured: str, fits: bool) -> Measurement:
    """Return a measurement of something that is declared."""
    verdict = Verdict.FITS if fits else Verdict.WORSE
    return Measurement(group=group, name=name, declared=declared, measured=measured, verdict=verdict)


def found(group: str, name: str, measured: str) -> Measurement:
    """Return a measurement of something that nobody declares."""
    return Measurement(group=group, name=name, measured=measured, verdict=Verdict.FOUND)


def unmeasured(group: str, name: str, why: str) -> Measurement:
    """Return the row of something that could not be measured."""
    return Measurement(group=group, name=name, measured=f"not measured: {why}", verdict=Verdict.OPEN)
