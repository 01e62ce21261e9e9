"""`/settings/custom_views` (Zoho CRM API v8, Custom Views Metadata)."""

from typing import Any

from syncdsl.sandbox.crm.asking import page_size, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue, Module, View
from syncdsl.sandbox.crm.criteria import Comparison, Criteria, Group, as_criteria, comparisons
from syncdsl.sandbox.crm.envelope import entry, refused
from syncdsl.sandbox.crm.metadata.modules import asked_module
from syncdsl.sandbox.crm.paths import UnknownFieldError
from syncdsl.sandbox.crm.selection import UnfitValueError, selection
from syncdsl.sandbox.exchange import Call, RefusedError, Reply

CRITERIA_LIMIT = 25
VIEW_LIMIT = 100
"""Views of one module that can be made; the sandbox keeps that many metadata ids."""
NAME_LENGTH = 100


class Views:
    """The calls about custom views."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def listed(self, call: Call) -> Reply:
        """Answer `GET /settings/custom_views?module=`; the criteria come with the single view only."""
        module = asked_module(self._catalogue, call)
        size, page = page_size(call), whole_number(call, "page", 1)
        views = module.views[(page - 1) * size : page * size]
        if not views:
            return Reply(status=204)
        info = {
            "per_page": size,
            "default": module.view_id(module.views[0]),
            "count": len(views),
            "page": page,
            "more_records": len(module.views) > page * size,
            "translation": {
                "public_views": "Public Views",
                "created_by_me": "Created By Me",
                "shared_with_me": "Shared With Me",
                "other_users_views": "Other Users Views",
            },
        }
        return Reply(content={"custom_views": [_view(module, view) for view in views], "info": info})

    def one(self, call: Call) -> Reply:
        """Answer `GET /settings/custom_views/{id}?module=`."""
        module = asked_module(self._catalogue, call)
        for view in module.views:
            if module.view_id(view) == call.variables["id"]:
                shown = _view(module, view)
                shown["criteria"] = _criteria(module, view.criteria) if view.criteria else None
                shown["fields"] = [_field_reference(module, name) for name in view.columns]
                shown["sort_by"] = None
                shown["sort_order"] = None
                shown["shared_to"] = []
                return Reply(content={"custom_views": [shown]})
        raise refused(400, "INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": 2})

    def create(self, call: Call) -> Reply:
        """Answer `POST /settings/custom_views?module=`: make one public view."""
        module = asked_module(self._catalogue, call)
        view = self._made(module, _sent(call))
        kept = self._catalogue.add_view(module, view)
        self._catalogue.reload()
        details = {"id": self._catalogue.described[module.api_name].view_id(kept)}
        made = {"code": "SUCCESS", "details": details, "message": "Custom view created", "status": "success"}
        return Reply(status=201, content={"custom_views": [made]})

    def _made(self, module: Module, sent: dict[str, Any]) -> View:
        name, fields = sent.get("name") or sent.get("display_value"), sent.get("fields")
        if name is None:
            raise _wrong("MANDATORY_NOT_FOUND", "required field not found", "name")
        if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH:
            raise _wrong("INVALID_DATA", "invalid data", "name", maximum_length=NAME_LENGTH)
        if any(view.name.casefold() == name.casefold() for view in module.views):
            raise _wrong("DUPLICATE_DATA", "duplicate data", "name")
        if sum(view.number is not None for view in module.views) >= VIEW_LIMIT:
            raise _wrong("LIMIT_EXCEEDED", "you have exceeded the limit", "name", limit=VIEW_LIMIT)
        try:
            columns = module.views[0].columns if fields is None else tuple(field["api_name"] for field in fields)
            known = bool(columns) and all(map(module.fields.__contains__, columns))
        except (IndexError, KeyError, TypeError):
            known = False
        if not known:
            raise _wrong("INVALID_DATA", "invalid data", "fields")
        return View(name=name, columns=columns, criteria=self._condition(module, sent.get("criteria")))

    def _condition(self, module: Module, sent: Any) -> Criteria | None:
        try:
            criteria = as_criteria(sent)
            selection(self._catalogue, module, criteria)
            few = len(comparisons(criteria)) <= CRITERIA_LIMIT
        except (RecursionError, UnfitValueError, UnknownFieldError, ValueError):
            raise _wrong("INVALID_DATA", "invalid data", "criteria") from None
        if not few:
            raise _wrong("LIMIT_EXCEEDED", "you have exceeded the limit", "criteria", limit=CRITERIA_LIMIT)
        return criteria


def _sent(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        body = None
    sent = body.get("custom_views") if isinstance(body, dict) else None
    details = {"api_name": "custom_views", "json_path": "$.custom_views"}
    if sent is None:
        raise refused(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    if not isinstance(sent, list) or len(sent) != 1 or not isinstance(sent[0], dict):
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "expected_data_type": "jsonarray"})
    return sent[0]


def _wrong(code: str, message: str, name: str, **details: Any) -> RefusedError:
    place = {"api_name": name, "json_path": f"$.custom_views[0].{name}"}
    return RefusedError(Reply(status=400, content={"custom_views": [entry(code, message, {**details, **place})]}))


def _view(module: Module, view: View) -> dict[str, Any]:
    return {
        "display_value": view.name,
        "created_time": None,
        "access_type": "public",
        "criteria": None,
        "system_name": view.system_name,
        "created_by": None,
        "default": view is module.views[0],
        "modified_time": None,
        "name": view.name,
        "system_defined": view.system_name is not None,
        "modified_by": None,
        "id": module.view_id(view),
        "category": "public_views",
        "last_accessed_time": None,
        "locked": False,
        "favorite": None,
    }


def _criteria(module: Module, criteria: Criteria) -> dict[str, Any]:
    match criteria:
        case Comparison(field=name, comparator=comparator, value=value):
            shown = list(value) if isinstance(value, tuple) else value
            return {"comparator": comparator, "field": _field_reference(module, name), "value": shown}
        case Group(operator, members):
            return {"group_operator": operator, "group": [_criteria(module, member) for member in members]}


def _field_reference(module: Module, api_name: str) -> dict[str, str]:
    return {"api_name": api_name, "id": module.field_id(api_name)}
