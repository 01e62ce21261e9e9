"""`POST /coql` (Zoho CRM API v8, COQL). Joins through lookups and aggregates are not emulated."""

from syncdsl.sandbox.crm.catalogue import MODULES_BY_NAME, Module
from syncdsl.sandbox.crm.coql.parsing import MalformedQueryError, Query, parsed
from syncdsl.sandbox.crm.envelope import refused
from syncdsl.sandbox.crm.rendering import rendered_bare
from syncdsl.sandbox.crm.selection import UnfitValueError, order_expression, selection
from syncdsl.sandbox.exchange import Call, RefusedError, Reply
from syncdsl.sandbox.store import Store

ROW_LIMIT = 2_000
WINDOW_LIMIT = 100_000
COLUMN_LIMIT = 50
CRITERIA_LIMIT = 25
LIST_LIMIT = 50
"""Values of one `in`; later editions of the documentation say 100."""
ORDER_LIMIT = 10


class Coql:
    """Answers queries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def query(self, call: Call) -> Reply:
        """Answer one query; 204 when no record meets it."""
        query = _asked(call)
        module = MODULES_BY_NAME.get(query.module)
        if module is None:
            details = {"module": query.module, "clause": "from"}
            raise refused(400, "INVALID_QUERY", "invalid query formed", details)
        _check_columns(module, query)
        _check_limits(query)
        try:
            where = selection(module, query.criteria)
        except UnfitValueError as error:
            raise _invalid_column(error.field.api_name, "where", "invalid value") from error
        sorting = query.order or (("id", False),)
        order = ", ".join(
            f"{order_expression(module, name)} {'DESC' if descending else 'ASC'}" for name, descending in sorting
        )
        found = self._store.select(module.collection, where, order=order, limit=query.limit + 1, offset=query.offset)
        page = found[: query.limit]
        if not page:
            return Reply(status=204)
        info = {"count": len(page), "more_records": len(found) > len(page)}
        return Reply(content={"data": rendered_bare(module, page, query.columns), "info": info})


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


def _check_columns(module: Module, query: Query) -> None:
    named = [(name, "select") for name in query.columns]
    named += [(comparison.field, "where") for comparison in query.comparisons]
    named += [(name, "order by") for name, _ in query.order]
    for name, clause in named:
        if name not in module.fields:
            raise _invalid_column(name, clause, "column given seems to be invalid")


def _check_limits(query: Query) -> None:
    lists = [comparison.value for comparison in query.comparisons if comparison.comparator in {"in", "not_in"}]
    counts = (
        ("select", len(query.columns), COLUMN_LIMIT),
        ("where", len(query.comparisons), CRITERIA_LIMIT),
        ("in", max((len(values) for values in lists), default=0), LIST_LIMIT),
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
