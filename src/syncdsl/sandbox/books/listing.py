"""Lists: filters, sorting, numbered pages and the page context (Zoho Books API v3, Pagination)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.books.current import horizon
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Record, Store, fold

PAGE_LIMIT = 200
"""Default and maximum of `per_page`; greater values are cut to it."""

UNINDEXED = frozenset({"organization_id", "page", "per_page", "sort_column", "sort_order", "filter_by"})
"""Parameters that are answered from the records themselves; all others search an index that may lag behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How one resource is listed.

    `sorts` maps sort columns to SQL, the first one is the default. `texts` are keys of the document that
    can be searched exactly, by start and by part; `keys` those found through the key index.
    """

    resource: str
    report: str
    collection: str
    sorts: Mapping[str, str]
    texts: Mapping[str, str]
    keys: frozenset[str]
    row: Callable[[Record], dict[str, Any]]

    def answer(
        self, store: Store, call: Call, where: list[Clause], applied_filter: str, descending: str = "A"
    ) -> Reply:
        """Answer a list call whose own filters are `where`."""
        page, size = _number(call, "page", 1), min(_number(call, "per_page", PAGE_LIMIT), PAGE_LIMIT)
        column = call.query.get("sort_column", next(iter(self.sorts)))
        direction = call.query.get("sort_order", descending)
        if column not in self.sorts:
            raise invalid_value("sort_column")
        if direction not in {"A", "D"}:
            raise invalid_value("sort_order")
        word = "ASC" if direction == "A" else "DESC"
        clauses = [*where, *self._searched(call), *_modified_since(call), *_indexed(call)]
        found = store.select(
            self.collection,
            Clause(
                " AND ".join(f"({clause.sql})" for clause in clauses) or "1",
                tuple(item for clause in clauses for item in clause.parameters),
            ),
            order=f"{self.sorts[column]} {word}, id {word}",
            limit=size + 1,
            offset=(page - 1) * size,
        )
        context = {
            "page": page,
            "per_page": size,
            "has_more_page": len(found) > size,
            "report_name": self.report,
            "applied_filter": applied_filter,
            "sort_column": column,
            "sort_order": direction,
        }
        rows = [self.row(record) for record in found[:size]]
        return Reply(content={"code": 0, "message": "success", self.resource: rows, "page_context": context})

    def _searched(self, call: Call) -> list[Clause]:
        clauses = []
        for name, expression in self.texts.items():
            for suffix, before, after in (("_startswith", "", "%"), ("_contains", "%", "%")):
                if value := call.query.get(name + suffix):
                    clauses.append(Clause(f"{expression} LIKE ? ESCAPE '\\'", (before + literal(value) + after,)))
            if (value := call.query.get(name)) and name not in self.keys:
                clauses.append(Clause(f"{expression} = ?", (fold(value),)))
        clauses += [self.holding(name, value) for name in sorted(self.keys) if (value := call.query.get(name))]
        return clauses

    def holding(self, key: str, value: str) -> Clause:
        """Return the condition that a key field has a value."""
        return Clause(
            "id IN (SELECT id FROM record_key WHERE collection = ? AND field = ? AND value = ?)",
            (self.collection, key, fold(value)),
        )


def paged(call: Call, resource: str, report: str, rows: list[dict[str, Any]], **context: str) -> Reply:
    """Answer a list call whose few rows are all at hand."""
    page, size = _number(call, "page", 1), min(_number(call, "per_page", PAGE_LIMIT), PAGE_LIMIT)
    start = (page - 1) * size
    page_context = {
        "page": page,
        "per_page": size,
        "has_more_page": len(rows) > start + size,
        "report_name": report,
        **context,
    }
    shown = rows[start : start + size]
    return Reply(content={"code": 0, "message": "success", resource: shown, "page_context": page_context})


def document_text(key: str) -> str:
    """Return the SQL for a text key of the document, folded."""
    return f"fold(json_extract(document, '$.{key}'))"


def containing(expressions: list[str], value: str) -> Clause:
    """Return the condition that any of some expressions contains a text."""
    pattern = f"%{literal(value)}%"
    sql = " OR ".join(f"{expression} LIKE ? ESCAPE '\\'" for expression in expressions)
    return Clause(sql, (pattern,) * len(expressions))


def literal(value: str) -> str:
    """Return a text as it stands in a LIKE pattern, folded."""
    return fold(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _modified_since(call: Call) -> list[Clause]:
    stamp = call.query.get("last_modified_time")
    if not stamp:
        return []
    # A plus sign that was not encoded arrives as a blank.
    second = second_of(stamp.replace(" ", "+"))
    if second is None:
        raise invalid_value("last_modified_time")
    return [Clause("modified >= ?", (second,))]


def _indexed(call: Call) -> list[Clause]:
    seen = horizon()
    if seen is None or call.query.keys() <= UNINDEXED:
        return []
    return [Clause("modified <= ?", (seen,))]


def _number(call: Call, name: str, default: int) -> int:
    value = call.query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 9 or int(value) == 0:
        raise invalid_value(name)
    return int(value)
