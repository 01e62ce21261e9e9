"""Column types: moments, JSON and fields, stored the same way on every database."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Text
from sqlalchemy.types import TypeDecorator

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE
from syncdsl.schema.values import fields_from_json, fields_to_json

if TYPE_CHECKING:
    from sqlalchemy import Dialect

    from syncdsl.schema.values import Fields


def encode(data: Any) -> str:
    """Return canonical JSON in ASCII: equal data, equal text.

    Other systems do hand out lone surrogates; escaped they survive, as UTF-8 they would fail.
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """Return the data of stored JSON. Raises Fault SD805 when it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise _damaged(text) from None


def _damaged(text: str) -> Fault:
    return Fault(DAMAGED_STATE, f"the state holds a value that cannot be read ({len(text)} characters of damaged JSON)")


class Moment(TypeDecorator[dt.datetime]):
    """A moment with microseconds, stored in UTC. A time without a zone is refused: it means nothing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - the base class's signature
        """Return the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - the base class's signature
        """Return the moment with its zone, which SQLite drops."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Json(TypeDecorator[Any]):
    """JSON as canonical text; NULL stands for None."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Return the text."""
        return None if value is None else encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the base class's signature
        """Return the data."""
        return None if value is None else decode(value)


class FieldValues(TypeDecorator["Fields"]):
    """The values of a record's fields as one JSON document."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fields | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Return the text."""
        return None if value is None else encode(fields_to_json(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fields | None:  # noqa: ARG002 - the base class's signature
        """Return the values."""
        if value is None:
            return None
        try:
            return fields_from_json(json.loads(value))
        except (ValueError, ArithmeticError, AttributeError):
            raise _damaged(value) from None
