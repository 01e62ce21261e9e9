"""Column types: moments, JSON and fields, stored the same way on every database."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import DateTime, Text
from sqlalchemy.types import TypeDecorator

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE
from syncdsl.schema.values import fields_to_json, from_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Dialect

    from syncdsl.schema.values import Fields


# Made once: with its options `json.dumps` makes a new one for every value, and `json.loads` looks for spaces.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder()


def encode(data: Any) -> str:
    """Return canonical JSON in ASCII: equal data, equal text.

    Other systems do hand out lone surrogates; escaped they survive, as UTF-8 they would fail.
    """
    return _ENCODER.encode(data)


def encode_fields(fields: Fields) -> str:
    """Return the values of a record as `encode` would, several times faster for nearly all of them."""
    data = fields_to_json(fields)
    try:
        quick = orjson.dumps(data)
    except TypeError:  # a number beyond 64 bits, or a lone surrogate
        return encode(data)
    # It leaves alone what is no ASCII, and the one control character that JSON allows.
    return quick.decode() if quick.isascii() and b"\x7f" not in quick else encode(data)


class Encoded(str):
    """A document that is canonical JSON already: it is stored as it is."""

    __slots__ = ()


def decode(text: str) -> Any:
    """Return the data of stored JSON. Raises Fault SD805 when it is not JSON."""
    try:
        data, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        raise _damaged(text) from None
    if end != len(text):
        raise _damaged(text)
    return data


def decode_fields(text: str) -> Fields:
    """Return the values of a stored record. Raises Fault SD805 when they are none."""
    try:
        return _values(orjson.loads(text))
    except (ValueError, ArithmeticError, AttributeError, TypeError, RecursionError):
        # A number beyond 64 bits is none of ours there, and a lone surrogate is refused; else it is damaged.
        pass
    try:
        return _values(decode(text))
    except (ValueError, ArithmeticError, AttributeError, TypeError, RecursionError):
        raise _damaged(text) from None


def _values(data: Any) -> Fields:
    # Most values are text, which is its own form.
    return {name: item if item.__class__ is str else from_json(item) for name, item in data.items()}


def _damaged(text: object) -> Fault:
    return Fault(
        DAMAGED_STATE,
        f"the state holds a value that cannot be read ({len(str(text))} characters)",
        help="`syncdsl state check` says where; restore a copy with `syncdsl state restore FILE`, or move the state "
        "away and run again: links are rebuilt from the keys on the records",
    )


LONGEST = 600
"""Characters up to which a text is indexed as it is; PostgreSQL indexes no more than 2,700 bytes."""


def indexable(text: str) -> bool:
    """Return whether every database can store and index a text: not too long, and nothing but characters."""
    if len(text) > LONGEST or "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


class Moment(TypeDecorator[dt.datetime]):
    """A moment with microseconds, stored in UTC. A time without a zone is refused: it means nothing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[dt.datetime | None], Any]:
        """Return what stores a moment; SQLite keeps the text that SQLAlchemy would write, without the zone."""
        # One function for the whole way, here and back: there may be millions, and the base class goes it in three.
        as_text = dialect.name == "sqlite"

        def process(value: dt.datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError("a moment needs its time zone")
            moment = value.astimezone(dt.UTC)
            return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if as_text else moment

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], dt.datetime | None]:  # noqa: ARG002 - the base class's signature
        """Return what reads a moment. Text that is none is damage."""

        def process(value: Any) -> dt.datetime | None:
            if value is None:
                return None
            try:
                moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
                found: dt.datetime = (
                    moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
                )
            except (AttributeError, ValueError, TypeError):
                raise _damaged(value) from None
            return found

        return process


class Words(TypeDecorator[str]):
    """Text for people, partly in the words of other systems: what is no character is shown by its number."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Return text that can be stored: as UTF-8, which has no lone surrogates, and without what ends a text in C."""
        return None if value is None else value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


class Json(TypeDecorator[Any]):
    """JSON as canonical text; NULL stands for None."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Return the text."""
        return value if value is None or isinstance(value, Encoded) else encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the base class's signature
        """Return the data."""
        return None if value is None else decode(value)


class FieldValues(TypeDecorator["Fields"]):
    """The values of a record's fields as one JSON document."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fields | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Return the text."""
        return None if value is None else encode_fields(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fields | None:  # noqa: ARG002 - the base class's signature
        """Return the values."""
        return None if value is None else decode_fields(value)
