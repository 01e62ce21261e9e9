"""What a map line gives for a record: a value that fits, one that does not, or the wait for a partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from syncdsl.schema.values import Ref, Value


@dataclass(frozen=True, slots=True)
class Mapped:
    """A value that fits."""

    value: Value


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit, and why: it goes to review and is never cut."""

    reason: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A reference to a record without a partner: the record waits, visibly, until the partner comes."""

    reference: Ref


MapOutcome: TypeAlias = Mapped | Misfit | Parked
