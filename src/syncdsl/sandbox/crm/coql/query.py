"""`POST /coql` (Zoho CRM API v8, COQL)."""

from typing import Any

from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.coql.parsing import Column, MalformedQueryError, Query, parsed
from syncdsl.sandbox.crm.coql.rows import Plan, planned
from syncdsl.sandbox.crm.criteria import LISTS
from syncdsl.sandbox.crm.envelope import refused
from syncdsl.sandbox.crm.paths import UnknownFieldError, resolved
from syncdsl.sandbox.crm.selection import UnfitValueError, selection
from syncdsl.sandbox.exchange import Call, RefusedError, Reply
from syncdsl.sandbox.store import Store

ROW_LIMIT = 2_000
WINDOW_LIMIT = 100_000
COLUMN_LIMIT = 50
CRITERIA_LIMIT = 25
LIST_LIMIT = 50
"""Values of one `in`; later editions of the documentation say 100."""
GROUP_LIMIT = 4
ORDER_LIMIT = 10
_SUMMED = frozenset({"integer", "double", "currency", "percent"})


class Coql:
    """Answers queries."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    def query(self, call: Call) -> Reply:
        """Answer one query; 204 when no record meets it."""
        query = _asked(call)
        module = self._catalogue.record_module(query.module)
        if module is None:
            details = {"module": query.module, "clause": "from"}
            raise refused(400, "INVALID_QUERY", "invalid query formed", details)
        _check_limits(query)
        self._check_columns(module, query)
        plan = self._planned(module, query)
        found = self._store.rows(plan.sql, plan.parameters)
        page = found[: query.limit]
        if not page:
            return Reply(status=204)
        info = {"count": len(page), "more_records": len(found) > len(page)}
        return Reply(content={"data": [plan.shown(row) for row in page], "info": info})

    def _planned(self, module: Module, query: Query) -> Plan:
        try:
            where = selection(self._catalogue, module, query.criteria)
        except UnfitValueError as error:
            raise _invalid_column(error.field.api_name, "where", "invalid value") from error
        return planned(self._catalogue, module, query, where)

    def _check_columns(self, module: Module, query: Query) -> None:
        aliases = {column.alias for column in query.columns if column.alias}
        named = [(column.field, "select") for column in query.columns]
        named += [(comparison.field, "where") for comparison in query.comparisons]
        named += [(name, "group by") for name in query.groups]
        named += [(column.field, "order by") for column, _ in query.order if column.field not in aliases]
        for name, clause in named:
            try:
                resolved(self._catalogue, module, name)
            except UnknownFieldError:
                raise _invalid_column(name, clause, "column given seems to be invalid") from None
        titles = [column.title for column in query.columns]
        for title in titles:
            if titles.count(title) > 1:
                code = "DUPLICATE_ALIAS" if title in aliases else "DUPLICATE_DATA"
                raise refused(400, code, "duplicate data", {"column_name": title, "clause": "select"})
        self._check_aggregates(module, query)

    def _check_aggregates(self, module: Module, query: Query) -> None:
        asked: list[tuple[Column, str]] = [(column, "select") for column in query.columns]
        asked += [(column, "order by") for column, _ in query.order]
        for column, clause in asked:
            if column.function in {"SUM", "AVG"}:
                kind = resolved(self._catalogue, module, column.field).field.data_type
                if kind not in _SUMMED:
                    raise _invalid_column(column.field, clause, "data type not supported")
        if query.aggregated:
            titles = {column.title for column in query.columns}
            for column, clause in asked:
                free = column.function is None and column.field not in query.groups
                if free and not (clause == "order by" and column.field in titles):
                    raise _invalid_column(column.field, "group by", "column is not in the group by clause")
        elif any(column.function for column, _ in query.order):
            raise _invalid_column(query.order[0][0].field, "order by", "aggregate functions need a group by clause")


def _asked(call: Call) -> Query:
    try:
        body = call.json()
    except ValueError:
        body = None
    text = body.get("select_query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        missing = {"api_name": "select_query", "json_path": "$.select_query"}
        raise refused(400, "MANDATORY_NOT_FOUND", "required field not found", missing)
    try:
        return parsed(text)
    except MalformedQueryError as error:
        details = {"near": error.near, "line": error.line, "column": error.column}
        raise refused(400, "SYNTAX_ERROR", "error occurred while parsing the query", details) from error


def _check_limits(query: Query) -> None:
    lists: list[Any] = [item.value for item in query.comparisons if item.comparator in LISTS]
    counts = (
        ("select", len(query.columns), COLUMN_LIMIT),
        ("where", len(query.comparisons), CRITERIA_LIMIT),
        ("in", max((len(values) for values in lists), default=0), LIST_LIMIT),
        ("group by", len(query.groups), GROUP_LIMIT),
        ("order by", len(query.order), ORDER_LIMIT),
        ("limit", query.limit, ROW_LIMIT),
        ("offset", query.offset + query.limit, WINDOW_LIMIT),
    )
    for clause, count, limit in counts:
        if count > limit:
            raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", {"clause": clause, "limit": limit})


def _invalid_column(name: str, clause: str, reason: str) -> RefusedError:
    return refused(
        400,
        "INVALID_QUERY",
        "invalid query formed",
        {"column_name": name, "clause": clause, "reason": reason},
    )
