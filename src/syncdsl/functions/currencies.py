"""ISO 4217: which currencies there are, and the digits of their amounts after the point."""

from __future__ import annotations

from functools import cache

from syncdsl.functions.builtin import Flaw


@cache
def minor_units() -> dict[str, int]:
    """Return the digits after the point by currency code; metals and test codes, which have none, are left out."""
    from iso4217 import Currency  # noqa: PLC0415 - 20 ms, and most rules convert no amounts

    return {
        currency.code: currency.exponent
        for currency in Currency
        if currency.exponent is not None and currency.code is not None
    }


def check_currency(text: str) -> Flaw | None:
    """Return what is wrong with a currency code."""
    known = minor_units()
    return None if text in known else Flaw(wanted="a currency code, such as `EUR`", known=tuple(sorted(known)))
