"""A query as SQL, and its rows as COQL shows them: lookups carry their id alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.coql.parsing import Column, Query
from syncdsl.sandbox.crm.paths import Path, resolved
from syncdsl.sandbox.crm.rendering import moment
from syncdsl.sandbox.store import Clause, Parameter

DECIMALS = 9
"""Decimals of sums and averages, as many as the CRM keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A statement, and how each of its columns is shown."""

    sql: str
    parameters: tuple[Parameter, ...]
    columns: tuple[tuple[str, Callable[[Any], Any]], ...]

    def shown(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """Return a row of the statement as the reply has it."""
        return {title: show(value) for (title, show), value in zip(self.columns, row, strict=True)}


def planned(catalogue: Catalogue, module: Module, query: Query, where: Clause) -> Plan:
    """Return the plan of a query whose columns are known to be sound; it fetches one row more than its limit."""

    def path(name: str) -> Path:
        return resolved(catalogue, module, name)

    columns = list(query.columns)
    if not query.aggregated and all(column.title != "id" for column in columns):
        columns.append(Column(field="id"))
    shown = ", ".join(_expression(column, path(column.field)) for column in columns)
    shows = tuple((column.title, _shower(column, path(column.field))) for column in columns)
    by_alias = {column.alias: column for column in columns if column.alias}
    sorting = [(by_alias.get(column.field, column), descending) for column, descending in query.order]
    if not sorting and not query.aggregated:
        sorting = [(Column(field="id"), False)]
    order = ", ".join(
        f"{_sorted_by(column, path(column.field))} {'DESC' if descending else 'ASC'}" for column, descending in sorting
    )
    selected = f"record WHERE collection = ? AND ({where.sql})"
    parameters = (module.collection, *where.parameters, query.limit + 1, query.offset)
    if query.aggregated:
        groups = ", ".join(path(name).held for name in query.groups)
        sql = f"SELECT {shown} FROM {selected}"  # noqa: S608 - names of the catalogue and bind marks
        sql += f" GROUP BY {groups}" if groups else ""
        sql += f" ORDER BY {order}" if order else ""
        return Plan(sql=f"{sql} LIMIT ? OFFSET ?", parameters=parameters, columns=shows)
    # The inner query finds the rows; what they show is computed for the page alone.
    page = f"SELECT id FROM {selected} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - names of the catalogue and bind marks
    sql = f"SELECT {shown} FROM record WHERE id IN ({page}) ORDER BY {order}"  # noqa: S608 - see above
    return Plan(sql=sql, parameters=parameters, columns=shows)


def _expression(column: Column, path: Path) -> str:
    match column.function:
        case None:
            return path.held
        case "COUNT":
            return f"count({path.held})"
        case "SUM" | "AVG":
            return f"round({column.function.lower()}({path.held}), {DECIMALS})"
        case _:
            return f"{column.function.lower()}({path.held})"


def _sorted_by(column: Column, path: Path) -> str:
    return path.comparable if column.function is None else _expression(column, path)


def _shower(column: Column, path: Path) -> Callable[[Any], Any]:
    if column.function in {"COUNT", "SUM", "AVG"}:
        return _as_is
    match path.field.data_type:
        case "lookup" | "ownerlookup":
            return lambda value: None if value is None else {"id": value}
        case "datetime":
            return lambda value: None if value is None else moment(value)
        case "boolean":
            return bool
        case "multiselectpicklist":
            return lambda value: None if value is None else json.loads(value)
        case "bigint" if path.field.api_name == "id":
            return lambda value: None if value is None else str(value)
        case _:
            return _as_is


def _as_is(value: Any) -> Any:
    return value
