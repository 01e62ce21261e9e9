"""Builtins on lists: rows such as the lines of an invoice, and several choices.

A rule writes the field behind the list, `sum(deal.Product_Lines.Total)`; a plan has its name as the second argument.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Builtin, Example, Kind, Parameter
from syncdsl.functions.coercion import as_number
from syncdsl.functions.exact import add
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.schema.values import Value

_FIELD = Parameter(name="field", kind=Kind.FIELD)
_OPTIONAL_FIELD = Parameter(name="field", kind=Kind.FIELD, optional=True)


def _items(rows: Value, field: Value) -> Iterator[Value]:
    """Return what is not empty in a field of each row; without a field the choices, or the rows' marks."""
    for item in rows if isinstance(rows, tuple) else ():
        if isinstance(item, str):
            if item and field is None:
                yield item
        elif field is None:
            yield True
        else:
            value = next((held for name, held in item if name == field), None)
            if not is_empty(value):
                yield value


def _count(rows: Value, field: Value = None) -> Value:
    return sum(1 for _ in _items(rows, field))


def _sum(rows: Value, field: Value = None) -> Value:
    total: int | Decimal | None = None
    for value in _items(rows, field):
        number = as_number(value)
        if isinstance(value, str) or number is None:
            continue
        total = number if total is None else add(total, number)
    return total


def _first(rows: Value, field: Value = None) -> Value:
    value = next(_items(rows, field), None)
    return None if value is True and field is None else value


_LINES = (
    (("Name", "Pump"), ("Total", Decimal("1200.00"))),
    (("Name", "Hose"), ("Total", Decimal("45.50"))),
    (("Name", "Advice"), ("Total", None)),
)
COUNT = Builtin(
    name="count",
    parameters=(Parameter(name="list", kind=Kind.LIST), _OPTIONAL_FIELD),
    result=Kind.NUMBER,
    doc=(
        "How many rows a list has; with a field, how many of them have it filled. Of a field with several choices, how "
        "many are chosen. 0 when the list is empty."
    ),
    examples=(
        Example(arguments=(_LINES,), result=3),
        Example(arguments=(_LINES, "Total"), result=2),
        Example(arguments=(("Newsletter", "Trade fair"),), result=2),
        Example(arguments=(None,), result=0),
    ),
    compute=_count,
)
SUM = Builtin(
    name="sum",
    parameters=(Parameter(name="list", kind=Kind.LIST), _FIELD),
    result=Kind.NUMBER,
    doc=(
        "The sum of a field over all rows of a list, exact; rows in which it is empty are left out. Empty when there "
        "is nothing to add; `?? 0` makes that 0."
    ),
    examples=(
        Example(arguments=(_LINES, "Total"), result=Decimal("1245.50")),
        Example(arguments=(None, "Total"), result=None),
    ),
    compute=_sum,
)
FIRST = Builtin(
    name="first",
    parameters=(Parameter(name="list", kind=Kind.LIST), _OPTIONAL_FIELD),
    result=Kind.ANY,
    doc=(
        "A field of the first row in which it is filled. Without a field: the first of several choices, in "
        "alphabetical order."
    ),
    examples=(
        Example(arguments=(_LINES, "Name"), result="Pump"),
        Example(arguments=(("Newsletter", "Trade fair"),), result="Newsletter"),
        Example(arguments=(None, "Name"), result=None),
    ),
    compute=_first,
)

BUILTINS: tuple[Builtin, ...] = (COUNT, SUM, FIRST)
