"""JSON that keeps decimal numbers exact in both directions; no number ever becomes a float."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def parse(text: str) -> Any:
    """Return parsed JSON in which numbers with a point are Decimals.

    Raises ValueError when the text is not JSON (`NaN` and `Infinity` are not).
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def write(data: Any) -> str:
    """Return JSON text. Decimals are written as plain numbers with every digit they have.

    Raises TypeError for anything that has no JSON form, floats included.
    """
    match data:
        case None | bool() | int() | str():
            return json.dumps(data, ensure_ascii=False)
        case Decimal() if data.is_finite():
            return format(data, "f")
        case list() | tuple():
            return "[" + ",".join(write(item) for item in data) + "]"
        case dict():
            return "{" + ",".join(f"{_name(key)}:{write(item)}" for key, item in data.items()) + "}"
        case _:
            raise TypeError(f"a value of type {type(data).__name__} has no exact JSON form")


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("names in JSON objects are text")
    return json.dumps(key, ensure_ascii=False)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
