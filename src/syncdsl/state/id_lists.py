"""Lists of ids as one parameter: a statement is then the same however many ids it names, and is compiled once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Dialect, TableValuedAlias
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine


class Ids(TypeDecorator["Collection[str]"]):
    """Some texts: an array where the database has them, else JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the parameter."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        """Return the parameter."""
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


_IDS = Ids()
"""Made once: SQLAlchemy examines every new one before it knows a statement again."""


def listed(ids: Collection[str]) -> TableValuedAlias:
    """Return some texts as rows of one column, `value`."""
    return _Listed(bindparam(None, ids, type_=_IDS)).table_valued("value")


class _Listed(FunctionElement[str]):
    name = "listed"
    type = Text()
    inherit_cache = True


@compiles(_Listed)
def _json_rows(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Listed, "postgresql")
def _array_rows(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}) AS value)"


class _Among(FunctionElement[Any]):
    name = "among"
    # Of no type: a boolean one SQLite would be asked to compare with 1, and go through the whole table for that.
    type = NullType()
    inherit_cache = True


def among(column: ColumnElement[Any], ids: Collection[str]) -> ColumnElement[Any]:
    """Return the condition that a column holds one of some texts."""
    return _Among(column, bindparam(None, ids, type_=_IDS))


@compiles(_Among)
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT CAST(value AS TEXT) FROM json_each({ids}))"  # noqa: S608 - both are compiled by SQLAlchemy


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({ids})"
