"""Criteria turned into SQL, so that views and COQL are answered by the database page by page.

Text is compared folded (without case and outer blanks); an absent value is not equal to anything and so meets
`not_equal`. Both are assumptions about Zoho CRM: its documentation is silent.
"""

from collections.abc import Callable
from typing import Any

from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.crm.catalogue import Field, Module
from syncdsl.sandbox.crm.criteria import CURRENT_USER, EMPTY, Comparison, Criteria, Group
from syncdsl.sandbox.organisation import CURRENT_USER as USER
from syncdsl.sandbox.store import Clause, Parameter, fold, row_key

EVERYTHING = Clause("1")

_ORDERS = {"greater_than": ">", "greater_equal": ">=", "less_than": "<", "less_equal": "<="}
_COLUMNS = {"id": "id", "Created_Time": "created", "Modified_Time": "modified"}
_NUMBERS = frozenset({"integer", "double", "currency"})


class UnfitValueError(ValueError):
    """A value that cannot be compared with a field's type."""

    def __init__(self, field: Field) -> None:
        super().__init__(f"{field.api_name} expects {field.traits.expected}")
        self.field = field


def selection(module: Module, criteria: Criteria | None) -> Clause:
    """Return the condition as SQL over `record`. Raises UnfitValueError; fields must exist in the module."""
    match criteria:
        case None:
            return EVERYTHING
        case Group(operator, members):
            return joined(operator, [selection(module, member) for member in members])
        case Comparison():
            return _compared(module, criteria)


def joined(operator: str, clauses: list[Clause]) -> Clause:
    """Return clauses joined by `and` or `or`."""
    sql = f" {operator.upper()} ".join(f"({clause.sql})" for clause in clauses)
    return Clause(sql or "1", tuple(item for clause in clauses for item in clause.parameters))


def order_expression(module: Module, api_name: str) -> str:
    """Return the SQL to sort records by a field."""
    return _expression(module.fields[api_name])


def _compared(module: Module, comparison: Comparison) -> Clause:
    field = module.fields[comparison.field]
    left = _expression(field)
    converted = _converter(field)
    comparator, value = comparison.comparator, comparison.value
    match comparator:
        case "equal" | "not_equal" if value == EMPTY:
            return Clause(f"{left} IS NULL" if comparator == "equal" else f"{left} IS NOT NULL")
        case "equal":
            return _among(module, field, [converted(value)])
        case "not_equal":
            return Clause(f"{left} IS NULL OR {left} != ?", (converted(value),))
        case "in":
            return _among(module, field, [converted(item) for item in value])
        case "not_in":
            marks = ",".join("?" * len(value))
            return Clause(f"{left} IS NULL OR {left} NOT IN ({marks})", tuple(map(converted, value)))
        case "between":
            low, high = value
            return Clause(f"{left} BETWEEN ? AND ?", (converted(low), converted(high)))
        case "contains" | "not_contains" | "starts_with" | "ends_with" | "like" | "not_like":
            pattern = _pattern(comparator, fold(value))
            if comparator in {"not_contains", "not_like"}:
                return Clause(f"{left} IS NULL OR {left} NOT LIKE ? ESCAPE '\\'", (pattern,))
            return Clause(f"{left} LIKE ? ESCAPE '\\'", (pattern,))
        case _:
            return Clause(f"{left} {_ORDERS[comparator]} ?", (converted(value),))


def _among(module: Module, field: Field, values: list[Parameter]) -> Clause:
    marks = ",".join("?" * len(values))
    if field.indexed:
        return Clause(
            f"id IN (SELECT id FROM record_key WHERE collection = ? AND field = ? AND value IN ({marks}))",  # noqa: S608 - bind marks only
            (module.collection, field.api_name, *values),
        )
    return Clause(f"{_expression(field)} IN ({marks})", tuple(values))


def _expression(field: Field) -> str:
    if field.api_name in _COLUMNS:
        return _COLUMNS[field.api_name]
    value = f"json_extract(document, '$.{field.api_name}')"
    return value if field.data_type in _NUMBERS | {"boolean", "datetime"} else f"fold({value})"


def _pattern(comparator: str, value: str) -> str:
    if comparator in {"like", "not_like"}:
        return value.replace("\\", "\\\\").replace("_", "\\_")
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return ("" if comparator == "starts_with" else "%") + escaped + ("" if comparator == "ends_with" else "%")


def _converter(field: Field) -> Callable[[Any], Parameter]:
    def converted(value: Any) -> Parameter:
        if value == CURRENT_USER and field.data_type == "ownerlookup":
            return USER.id
        try:
            if field.api_name == "id":
                if (number := row_key(value)) is None:
                    raise UnfitValueError(field)
                return number
            if field.data_type == "datetime":
                second = second_of(str(value))
                if second is None:
                    raise UnfitValueError(field)
                return second
            if field.data_type in _NUMBERS:
                return float(value)
            if field.data_type == "boolean":
                return {"true": 1, "false": 0}[str(value).lower()]
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise UnfitValueError(field) from error
        return fold(value)

    return converted
