"""Values that the server changes before it stores them."""

import json
from dataclasses import replace
from typing import Any, assert_never

from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.faults.orders import Coerce


def is_written(call: Call) -> bool:
    """Return whether the call brings values to be stored."""
    return call.method in {"POST", "PUT", "PATCH"} and not call.path.endswith("/coql") and bool(call.body)


def coerced(call: Call, order: Coerce) -> Call:
    """Return the call with the values of its body changed; a body that is no JSON is left alone."""
    try:
        body = call.json()
    except ValueError:
        return call
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        body = {**body, "data": _changed(body["data"], order, hit=order.field is None)}
    else:
        body = _changed(body, order, hit=order.field is None)
    return replace(call, body=json.dumps(body, ensure_ascii=False).encode(), form={})


def _changed(value: Any, order: Coerce, *, hit: bool) -> Any:
    match value:
        case dict():
            return {key: _changed(item, order, hit=hit or key == order.field) for key, item in value.items()}
        case list():
            return [_changed(item, order, hit=hit) for item in value]
        case _:
            return _scalar(value, order) if hit else value


def _scalar(value: Any, order: Coerce) -> Any:
    match order.how:
        case "trim":
            return value.strip() if isinstance(value, str) else value
        case "upper":
            return value.upper() if isinstance(value, str) else value
        case "lower":
            return value.lower() if isinstance(value, str) else value
        case "round":
            return round(value) if isinstance(value, float) else value
        case _:
            assert_never(order.how)
