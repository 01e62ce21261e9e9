"""Arithmetic on decimals that never passes through floats, never raises and never rounds unasked."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

# 200 digits: sums and products of amounts are exact. Division alone has to stop somewhere, at 28 digits.
WIDE = Context(prec=200, rounding=ROUND_HALF_EVEN, traps=[])
NARROW = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[])


def add(left: int | Decimal, right: int | Decimal) -> int | Decimal | None:
    """Return the exact sum."""
    return left + right if isinstance(left, int) and isinstance(right, int) else _finite(WIDE.add(left, right))


def subtract(left: int | Decimal, right: int | Decimal) -> int | Decimal | None:
    """Return the exact difference."""
    if isinstance(left, int) and isinstance(right, int):
        return left - right
    return _finite(WIDE.subtract(left, right))


def multiply(left: int | Decimal, right: int | Decimal) -> int | Decimal | None:
    """Return the exact product."""
    return left * right if isinstance(left, int) and isinstance(right, int) else _finite(WIDE.multiply(left, right))


def divide(left: int | Decimal, right: int | Decimal) -> Decimal | None:
    """Return the quotient to 28 significant digits; None when divided by zero."""
    return _finite(NARROW.divide(left, right)) if right else None


def negate(number: int | Decimal) -> int | Decimal:
    """Return the number with the other sign; zero has none."""
    return -number if isinstance(number, int) else (number.copy_negate() if number else number.copy_abs())


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None
