"""The money of a document: lines, discounts, taxes, totals. Everything is exact decimal arithmetic.

Amounts lie in the store as text, so that nothing is lost between two calls; `number` brings them onto the wire.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from syncdsl.sandbox.books.body import amount
from syncdsl.sandbox.books.envelope import invalid_value

ENTITY_LEVEL, ITEM_LEVEL = "entity_level", "item_level"
DISCOUNT_TYPES = (ENTITY_LEVEL, ITEM_LEVEL)


def rounded(value: Decimal, precision: int) -> Decimal:
    """Return an amount rounded half up to a currency's decimals; one beyond all bounds is refused."""
    try:
        return value.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)
    except InvalidOperation:
        raise invalid_value("amount") from None


def number(stored: str | Decimal) -> float:
    """Return a stored amount as the JSON number the API shows; zero has no sign."""
    return float(stored) + 0.0


def sent_discount(value: Any) -> str:
    """Return a discount as it is stored: "12.5%" stays a percentage, anything else is an amount."""
    if isinstance(value, str) and value.strip().endswith("%"):
        written = value.strip()[:-1].strip()
        percentage = amount(written, "discount")
        if not written or not 0 <= percentage <= 100:
            raise invalid_value("discount")
        return f"{written}%"
    off = amount(value, "discount")
    if off < 0:
        raise invalid_value("discount")
    return str(off)


def shown_discount(stored: str) -> str | float:
    """Return a stored discount as the API shows it."""
    return stored if stored.endswith("%") else number(stored)


def settle(document: dict[str, Any], precision: int) -> None:
    """Compute the amounts of all lines, the taxes and the totals of a document.

    Line discounts count unless the discount type is `entity_level`, the document's own unless it is `item_level`;
    without a type both do. Prices that include tax are taken apart so that the total is what the lines say; the
    discount of such a document is one before tax (assumed). Tax is rounded line by line (the default of Books).
    """
    kind = document.get("discount_type", "")
    inclusive = document["is_inclusive_tax"]
    before_tax = inclusive or document["is_discount_before_tax"]
    lines: list[dict[str, Any]] = document["line_items"]
    nets = [_net(line, precision, discounted=kind != ENTITY_LEVEL) for line in lines]
    discount = "0" if kind == ITEM_LEVEL else document.get("discount", "0")
    written = _off(sum(nets, Decimal(0)), discount, precision) if before_tax else Decimal(0)
    bases = Decimal(0)
    for line, net, share in zip(lines, nets, _shares(written, nets, precision), strict=True):
        percentage = Decimal(line["tax_percentage"])
        base = _without_tax(net - share, percentage, precision) if inclusive else net - share
        tax = net - share - base if inclusive else rounded(base * percentage / 100, precision)
        line["item_total"] = str(_without_tax(net, percentage, precision) if inclusive else net)
        line["tax_amount"] = str(tax)
        line["bcy_rate"] = str(rounded(Decimal(line["rate"]) * Decimal(document["exchange_rate"]), precision))
        bases += base
    sub_total = _sum(lines, "item_total")
    tax_total = _sum(lines, "tax_amount")
    off = sub_total - bases if before_tax else _off(sub_total + tax_total, discount, precision)
    extras = Decimal(document.get("shipping_charge", "0")) + Decimal(document.get("adjustment", "0"))
    document["sub_total"] = str(rounded(sub_total, precision))
    document["tax_total"] = str(rounded(tax_total, precision))
    document["discount_total"] = str(rounded(off, precision))
    document["total"] = str(rounded(sub_total - off + tax_total + extras, precision))


def taxes_shown(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return `taxes[]`: what each tax comes to over all lines."""
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line["tax_id"]:
            key = (line["tax_id"], line["tax_name"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(line["tax_amount"])
    return [{"tax_id": key, "tax_name": name, "tax_amount": number(total)} for (key, name), total in sums.items()]


def in_base_currency(document: Mapping[str, Any], key: str, precision: int) -> float:
    """Return an amount of the document in the organisation's own currency."""
    return number(rounded(Decimal(document[key]) * Decimal(document["exchange_rate"]), precision))


def _net(line: dict[str, Any], precision: int, *, discounted: bool) -> Decimal:
    """Return what a line comes to with its own discount, as its price is written; remember the discount."""
    gross = rounded(Decimal(line["rate"]) * Decimal(line["quantity"]), precision)
    off = _off(gross, line["discount"], precision) if discounted else Decimal(0)
    line["discount_amount"] = str(off)
    return gross - off


def _off(value: Decimal, discount: str, precision: int) -> Decimal:
    """Return what a discount takes off a value; more than all of it is refused (assumed)."""
    if discount.endswith("%"):
        return rounded(value * Decimal(discount[:-1]) / 100, precision)
    off = rounded(Decimal(discount), precision)
    if off > max(value, Decimal(0)):
        raise invalid_value("discount")
    return off


def _shares(off: Decimal, nets: list[Decimal], precision: int) -> list[Decimal]:
    """Return the parts of a discount that fall on the lines; they add up to it exactly."""
    total = sum(nets, Decimal(0))
    shares = []
    reached = given = Decimal(0)
    for net in nets:
        reached += net
        until_here = rounded(off * reached / total, precision) if total else Decimal(0)
        shares.append(until_here - given)
        given = until_here
    return shares


def _without_tax(value: Decimal, percentage: Decimal, precision: int) -> Decimal:
    return rounded(value * 100 / (100 + percentage), precision)


def _sum(lines: list[dict[str, Any]], key: str) -> Decimal:
    return sum((Decimal(line[key]) for line in lines), Decimal(0))
