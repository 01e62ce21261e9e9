"""What the read calls have in common: the module, the page, and the condition that a call asks for."""

from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.criteria import Criteria
from syncdsl.sandbox.crm.envelope import invalid_parameter, missing_parameter, refused
from syncdsl.sandbox.exchange import Call

PAGE_LIMIT = 200
FIELD_LIMIT = 50


def module_of(catalogue: Catalogue, call: Call) -> Module:
    """Return the module that the path names. Raises the refusal INVALID_MODULE."""
    module = catalogue.record_module(call.variables["module"])
    if module is None:
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
    return module


def modified_since(call: Call) -> int | None:
    """Return the second of the If-Modified-Since header, or None without one."""
    header = call.headers.get("if-modified-since")
    if header is None:
        return None
    second = second_of(header)
    if second is None:
        raise refused(
            400,
            "INVALID_DATA",
            "invalid data",
            {"expected_data_type": "datetime", "header": "If-Modified-Since"},
        )
    return second


def page_size(call: Call) -> int:
    """Return `per_page` (default and maximum 200)."""
    size = whole_number(call, "per_page", PAGE_LIMIT)
    if size > PAGE_LIMIT:
        raise invalid_parameter("per_page", maximum_value=PAGE_LIMIT)
    return size


def whole_number(call: Call, name: str, default: int) -> int:
    """Return a query parameter that counts from 1."""
    value = call.query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 9 or int(value) == 0:
        raise invalid_parameter(name, expected_data_type="integer")
    return int(value)


def named_fields(call: Call) -> list[str]:
    """Return the names in `fields`, none when there is no such parameter. Raises the refusal of too many."""
    fields = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    if len(fields) > FIELD_LIMIT:
        raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", {"limit": FIELD_LIMIT, "param": "fields"})
    return fields


def required_fields(call: Call) -> list[str]:
    """Return the names in `fields`. Raises the refusal of a call without them."""
    fields = named_fields(call)
    if not fields:
        raise missing_parameter("fields")
    return fields


def view_criteria(call: Call, module: Module) -> Criteria | None:
    """Return the criteria of the view that `cvid` names. Raises the refusal of an unknown one."""
    identity = call.query.get("cvid")
    if identity is None:
        return None
    for view in module.views:
        if module.view_id(view) == identity:
            return view.criteria
    raise invalid_parameter("cvid")
