"""COQL text to a query: columns, module, criteria, groups, order, window."""

import re
from dataclasses import dataclass
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from syncdsl.sandbox.crm.coql.grammar import parser
from syncdsl.sandbox.crm.criteria import EMPTY, Comparator, Comparison, Criteria, Group, comparisons

DEFAULT_LIMIT = 200
LONGEST_NUMBER = 30
"""Digits that are read; longer numbers exceed every limit and every id anyway."""

COMPARATORS: dict[str, Comparator] = {
    "=": "equal",
    "!=": "not_equal",
    "<": "less_than",
    "<=": "less_equal",
    ">": "greater_than",
    ">=": "greater_equal",
}
_ESCAPE = re.compile(r"\\(.)|''")


class MalformedQueryError(Exception):
    """The text is no query; `near`, `line` and `column` say where it stopped making sense."""

    def __init__(self, near: str, line: int, column: int) -> None:
        super().__init__(f"near {near!r} in line {line}, column {column}")
        self.near = near
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: a field, or with `function` an aggregate of it. `alias` is None where the query names none."""

    field: str
    function: str | None = None
    alias: str | None = None

    @property
    def title(self) -> str:
        """The name under which a row shows it."""
        return self.alias or (f"{self.function}({self.field})" if self.function else self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed query. `order` holds (column, descending) pairs; its columns have no aliases."""

    columns: tuple[Column, ...]
    module: str
    criteria: Criteria
    groups: tuple[str, ...]
    order: tuple[tuple[Column, bool], ...]
    limit: int
    offset: int

    @property
    def aggregated(self) -> bool:
        """Whether rows stand for groups of records."""
        return bool(self.groups) or any(column.function for column in self.columns)

    @property
    def comparisons(self) -> list[Comparison]:
        """All comparisons of the condition, in the order they are written."""
        return comparisons(self.criteria)


def parsed(text: str) -> Query:
    """Return the query a text stands for. Raises MalformedQueryError."""
    try:
        tree = parser().parse(text)
    except UnexpectedToken as error:
        near = str(error.token)
        raise MalformedQueryError(near, max(error.line, 1), max(error.column, 1)) from None
    except UnexpectedCharacters as error:
        raise MalformedQueryError(text[error.pos_in_stream :][:20], error.line, error.column) from None
    except UnexpectedInput:
        raise MalformedQueryError("", 1, len(text) + 1) from None
    columns, module, condition, group, order, window = tree.children
    limit, offset = _window(window)
    try:
        criteria = _criteria(condition)
    except RecursionError:
        raise MalformedQueryError("(", 1, 1) from None
    return Query(
        columns=tuple(_column(item) for item in _children(columns)),
        module=str(module),
        criteria=criteria,
        groups=tuple(str(name) for name in _children(group)),
        order=tuple(_sorting(item) for item in _children(order)),
        limit=limit,
        offset=offset,
    )


def _column(tree: Any) -> Column:
    *function, name, alias = tree.children
    return Column(
        field=str(name),
        function=str(function[0]).upper() if function else None,
        alias=None if alias is None else str(alias),
    )


def _criteria(tree: Any) -> Criteria:
    parts = tree.children
    match tree.data:
        case "either":
            return Group("or", tuple(_criteria(part) for part in parts))
        case "every":
            return Group("and", tuple(_criteria(part) for part in parts))
        case "compared":
            return Comparison(field=str(parts[0]), comparator=COMPARATORS[parts[1]], value=_value(parts[2]))
        case "among":
            return Comparison(field=str(parts[0]), comparator="in", value=tuple(map(_value, parts[1:])))
        case "not_among":
            return Comparison(field=str(parts[0]), comparator="not_in", value=tuple(map(_value, parts[1:])))
        case "between":
            return Comparison(field=str(parts[0]), comparator="between", value=tuple(map(_value, parts[1:])))
        case "like":
            return Comparison(field=str(parts[0]), comparator="like", value=_value(parts[1]))
        case "not_like":
            return Comparison(field=str(parts[0]), comparator="not_like", value=_value(parts[1]))
        case "absent":
            return Comparison(field=str(parts[0]), comparator="equal", value=EMPTY)
        case _:
            return Comparison(field=str(parts[0]), comparator="not_equal", value=EMPTY)


def _value(tree: Tree[Token]) -> str | int | float | bool:
    [token] = tree.children
    assert isinstance(token, Token)  # noqa: S101 - the grammar gives a value one token
    match token.type:
        case "STRING":
            return _ESCAPE.sub(lambda found: found.group(1) or "'", token[1:-1])
        case "INTEGER":
            return _whole(token)
        case "NUMBER":
            return float(token)
        case _:
            return token.lower() == "true"


def _sorting(tree: Any) -> tuple[Column, bool]:
    *function, name, direction = tree.children
    column = Column(field=str(name), function=str(function[0]).upper() if function else None)
    return column, direction is not None and direction.lower() == "desc"


def _window(tree: Any) -> tuple[int, int]:
    """Return limit and offset."""
    if tree is None:
        return DEFAULT_LIMIT, 0
    numbers = [_whole(token) for token in tree.children]
    match tree.data:
        case "limit_count":
            return numbers[0], 0
        case "limit_offset_count":
            return numbers[1], numbers[0]
        case "offset_alone":
            return DEFAULT_LIMIT, numbers[0]
        case _:
            return numbers[0], numbers[1]


def _whole(token: str) -> int:
    return int(token[: LONGEST_NUMBER + 1])


def _children(tree: Any) -> list[Any]:
    return [] if tree is None else list(tree.children)
