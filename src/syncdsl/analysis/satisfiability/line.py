"""Ordered values cut into cells: points that conditions name, and the open intervals between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from syncdsl.analysis.satisfiability.realising import SOME_DAY
from syncdsl.schema.types import DateTimeType, DateType, DecimalType, IntegerType, MoneyType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)
_FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST = dt.datetime.max.replace(tzinfo=dt.UTC, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The values of an ordered type as positions on a line.

    Values are multiples of `step` (None: dense) strictly between `low` and `high` (None: no end). `usual` is the
    position that an example takes when nothing says otherwise.
    """

    kind: FieldType
    step: Fraction | None
    low: Fraction | None = None
    high: Fraction | None = None
    usual: Fraction = Fraction(1)

    def position(self, value: Value) -> Fraction | None:
        """Return where a value stands; None when it is of another kind."""
        match self.kind:
            case IntegerType() | DecimalType() | MoneyType():
                if isinstance(value, bool) or not isinstance(value, int | Decimal):
                    return None
                return Fraction(value) if Decimal(value).is_finite() else None
            case DateType():
                plain = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
                return Fraction(value.toordinal()) if plain and isinstance(value, dt.date) else None
            case _:
                if not isinstance(value, dt.datetime) or value.tzinfo is None:
                    return None
                return Fraction((value.astimezone(dt.UTC) - _EPOCH) // _SECOND)

    def value(self, position: Fraction) -> Value:
        """Return the value at a position that the type can hold."""
        match self.kind:
            case IntegerType():
                return int(position)
            case DateType():
                return dt.date.fromordinal(int(position))
            case DateTimeType():
                return _EPOCH + int(position) * _SECOND
            case _:
                with localcontext() as context:
                    context.prec = 2_000  # a midpoint of two decimals has one digit more than they have
                    return (Decimal(position.numerator) / Decimal(position.denominator)).normalize() + 0

    def cells(self, points: Iterable[Fraction]) -> list[Fraction]:
        """Return one position for each cell that has any value, in order."""
        cuts = sorted(set(points))
        found: list[Fraction] = []
        before = self.low
        for cut in cuts:
            gap = self._between(before, cut)
            found += [gap] if gap is not None else []
            found += [cut] if self._holds(cut) else []
            before = cut if before is None else max(before, cut)
        gap = self._between(before, self.high)
        return found + ([gap] if gap is not None else [])

    def _holds(self, position: Fraction) -> bool:
        inside = (self.low is None or position > self.low) and (self.high is None or position < self.high)
        return inside and (self.step is None or position % self.step == 0)

    def _between(self, low: Fraction | None, high: Fraction | None) -> Fraction | None:
        """Return a value strictly between two positions, one that reads well; None when there is none."""
        high = self.high if high is None or (self.high is not None and high > self.high) else high
        open_low, open_high = low in {None, self.low}, high in {None, self.high}
        wanted: list[Fraction] = []
        if open_low and open_high:
            wanted.append(self.usual)
        if not open_high and open_low and high is not None:
            wanted.append(Fraction(-(-high // 1) - 1))
        if low is not None:
            wanted.append(Fraction(low // 1 + 1))
            wanted.append((low // self.step + 1) * self.step if self.step is not None else low + 1)
        if low is not None and high is not None:
            wanted.append((low + high) / 2)
        return next(
            (
                item
                for item in wanted
                if self._holds(item) and (low is None or item > low) and (high is None or item < high)
            ),
            None,
        )


def line_of(kind: FieldType, example: int) -> Line | None:
    """Return the line of an ordered type, None for any other; `example` varies what its examples show."""
    match kind:
        case IntegerType():
            end = Fraction(10**kind.digits) if kind.digits else None
            return Line(kind=kind, step=Fraction(1), low=-end if end else None, high=end, usual=_usual(example, end))
        case DecimalType():
            whole = kind.digits - (kind.scale or 0) if kind.digits else None
            end = Fraction(10) ** whole if whole is not None else None
            step = Fraction(1, 10**kind.scale) if kind.scale is not None else None
            return Line(kind=kind, step=step, low=-end if end else None, high=end, usual=_usual(example, end))
        case MoneyType():
            return Line(kind=kind, step=Fraction(1, 10**kind.scale), usual=_usual(example, None))
        case DateType():
            return Line(
                kind=kind,
                step=Fraction(1),
                low=Fraction(0),
                high=Fraction(dt.date.max.toordinal() + 1),
                usual=Fraction(SOME_DAY.toordinal() + example),
            )
        case DateTimeType():
            return Line(
                kind=kind,
                step=Fraction(1),
                low=Fraction((_FIRST - _EPOCH) // _SECOND - 1),
                high=Fraction((_LAST - _EPOCH) // _SECOND + 1),
                usual=Fraction((SOME_DAY.toordinal() - _EPOCH.date().toordinal() + example) * 86_400),
            )
        case _:
            return None


def _usual(example: int, end: Fraction | None) -> Fraction:
    return Fraction(example + 1) if end is None or end > example + 1 else Fraction(0)
