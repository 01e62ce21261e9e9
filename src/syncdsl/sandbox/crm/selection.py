"""Criteria turned into SQL, so that views, searches and COQL are answered by the database page by page.

Text is compared folded (without case and outer blanks); an absent value is not equal to anything and so meets
`not_equal`; a field with several values is equal to each of them. These are assumptions about Zoho CRM: its
documentation is silent.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.crm.catalogue import Catalogue, Field, Module
from syncdsl.sandbox.crm.criteria import CURRENT_USER, EMPTY, Comparison, Criteria, Group
from syncdsl.sandbox.crm.paths import Path, resolved
from syncdsl.sandbox.organisation import CURRENT_USER as USER
from syncdsl.sandbox.store import Clause, Parameter, fold, row_key

EVERYTHING = Clause("1")

_ORDERS = {"greater_than": ">", "greater_equal": ">=", "less_than": "<", "less_equal": "<="}
_NUMBERS = frozenset({"integer", "double", "currency", "percent"})
_PATTERNS = frozenset({"contains", "not_contains", "starts_with", "ends_with", "like", "not_like"})


class UnfitValueError(ValueError):
    """A value that cannot be compared with a field's type."""

    def __init__(self, field: Field) -> None:
        super().__init__(f"{field.api_name} expects {field.traits.expected}")
        self.field = field


def selection(catalogue: Catalogue, module: Module, criteria: Criteria | None) -> Clause:
    """Return the condition as SQL over `record`. Raises UnfitValueError and UnknownFieldError."""
    match criteria:
        case None:
            return EVERYTHING
        case Group(operator, members):
            return joined(operator, [selection(catalogue, module, member) for member in members])
        case Comparison():
            return _compared(module, resolved(catalogue, module, criteria.field), criteria)


def joined(operator: str, clauses: list[Clause]) -> Clause:
    """Return clauses joined by `and` or `or`."""
    sql = f" {operator.upper()} ".join(f"({clause.sql})" for clause in clauses)
    return Clause(sql or "1", tuple(item for clause in clauses for item in clause.parameters))


def _compared(module: Module, path: Path, comparison: Comparison) -> Clause:
    comparator, value = comparison.comparator, comparison.value
    if value == EMPTY and comparator in {"equal", "not_equal"}:
        return Clause(f"{path.held} IS {'NOT ' if comparator == 'not_equal' else ''}NULL")
    if path.field.data_type == "multiselectpicklist":
        return _any_of_several(path, comparison)
    left, converted = path.comparable, _converter(path.field)
    match comparator:
        case "equal":
            return _among(module, path, [converted(value)])
        case "not_equal":
            return Clause(f"{left} IS NULL OR {left} != ?", (converted(value),))
        case "in":
            return _among(module, path, [converted(item) for item in value])
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


def _any_of_several(path: Path, comparison: Comparison) -> Clause:
    """Return a condition on a list of values: any of them meets it, or with a negation none does."""
    comparator, value = comparison.comparator, comparison.value
    values = list(value) if isinstance(value, tuple | list) else [value]
    negated = comparator.startswith("not_")
    if comparator in _PATTERNS - {"contains", "not_contains"}:
        test, parameters = "fold(value) LIKE ? ESCAPE '\\'", [_pattern(comparator, fold(values[0]))]
    elif comparator in _ORDERS:
        test, parameters = f"fold(value) {_ORDERS[comparator]} ?", [fold(values[0])]
    elif comparator == "between":
        test, parameters = "fold(value) BETWEEN ? AND ?", [fold(item) for item in values]
    else:
        test, parameters = f"fold(value) IN ({','.join('?' * len(values))})", [fold(item) for item in values]
    sql = f"{'NOT ' if negated else ''}EXISTS (SELECT 1 FROM json_each({path.held}) WHERE {test})"  # noqa: S608 - bind marks only
    return Clause(sql, tuple(parameters))


def _among(module: Module, path: Path, values: list[Parameter]) -> Clause:
    marks = ",".join("?" * len(values))
    if path.direct and path.field.indexed:
        return Clause(
            f"id IN (SELECT id FROM record_key WHERE collection = ? AND field = ? AND value IN ({marks}))",  # noqa: S608 - bind marks only
            (module.collection, path.field.api_name, *values),
        )
    return Clause(f"{path.comparable} IN ({marks})", tuple(values))


def _pattern(comparator: str, value: str) -> str:
    if comparator in {"like", "not_like"}:
        return value.replace("\\", "\\\\").replace("_", "\\_")
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return ("" if comparator == "starts_with" else "%") + escaped + ("" if comparator == "ends_with" else "%")


def _converter(field: Field) -> Callable[[Any], Parameter]:
    def converted(value: Any) -> Parameter:
        if value == CURRENT_USER and field.data_type == "ownerlookup":
            return USER.id
        if isinstance(value, dict):
            # Views name the record or user that a lookup has to point to.
            value = value.get("id")
        try:
            return _converted(field, value)
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise UnfitValueError(field) from error

    return converted


def _converted(field: Field, value: Any) -> Parameter:
    if field.api_name == "id":
        if (number := row_key(value)) is None:
            raise UnfitValueError(field)
        return number
    if field.data_type == "datetime":
        second = second_of(str(value))
        if second is None:
            raise UnfitValueError(field)
        return second
    if field.data_type == "date":
        return date.fromisoformat(str(value)).isoformat()
    if field.data_type in _NUMBERS:
        return float(value)
    if field.data_type == "boolean":
        return {"true": 1, "false": 0}[str(value).lower()]
    return fold(value)
