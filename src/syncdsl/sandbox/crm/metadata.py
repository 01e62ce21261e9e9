"""Metadata: modules, fields, custom views, layouts and pipelines (Zoho CRM API v8, Metadata APIs)."""

from typing import Any

from syncdsl.sandbox.crm.catalogue import DEALS, DESCRIBED, Choice, Field, Module, View
from syncdsl.sandbox.crm.criteria import Comparison, Criteria, Group
from syncdsl.sandbox.crm.envelope import invalid_parameter, missing_parameter, refused
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import crm_identity

ADMINISTRATOR = {"name": "Administrator", "id": crm_identity(26011)}
STANDARD = {"name": "Standard", "id": crm_identity(26014)}
FORECASTS = {
    "Open": {"name": "Pipeline", "id": crm_identity(6787)},
    "Closed Won": {"name": "Closed", "id": crm_identity(6789)},
    "Closed Lost": {"name": "Omitted", "id": crm_identity(6791)},
}
PIPELINE_ID = crm_identity(97001)


def modules(_call: Call) -> Reply:
    """Answer `GET /settings/modules`."""
    return Reply(content={"modules": [_module(module) for module in DESCRIBED.values()]})


def one_module(call: Call) -> Reply:
    """Answer `GET /settings/modules/{api_name}`."""
    module = DESCRIBED.get(call.variables["api_name"])
    if module is None:
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 2})
    return Reply(content={"modules": [_module(module)]})


def fields(call: Call) -> Reply:
    """Answer `GET /settings/fields?module=`."""
    module = _asked_module(call)
    if call.query.get("type") == "unused":
        return Reply(status=204)
    return Reply(content={"fields": [_field(module, field) for field in module.fields.values()]})


def custom_views(call: Call) -> Reply:
    """Answer `GET /settings/custom_views?module=`; the criteria come with the single view only."""
    module = _asked_module(call)
    shown = [_view(module, view) for view in module.views]
    info = {
        "per_page": 200,
        "default": module.view_id(module.views[0]) if module.views else None,
        "count": len(shown),
        "page": 1,
        "more_records": False,
        "translation": {
            "public_views": "Public Views",
            "created_by_me": "Created By Me",
            "shared_with_me": "Shared With Me",
            "other_users_views": "Other Users Views",
        },
    }
    return Reply(content={"custom_views": shown, "info": info})


def one_custom_view(call: Call) -> Reply:
    """Answer `GET /settings/custom_views/{id}?module=`."""
    module = _asked_module(call)
    for view in module.views:
        if module.view_id(view) == call.variables["id"]:
            shown = _view(module, view)
            shown["criteria"] = _criteria(module, view.criteria) if view.criteria else None
            shown["fields"] = [_field_reference(module, name) for name in view.columns]
            shown["sort_by"] = None
            shown["sort_order"] = None
            shown["shared_to"] = None
            return Reply(content={"custom_views": [shown]})
    raise refused(400, "INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": 2})


def layouts(call: Call) -> Reply:
    """Answer `GET /settings/layouts?module=`: every module has one layout, Standard."""
    module = _asked_module(call)
    section = {
        "display_label": f"{module.singular} Information",
        "name": f"{module.singular} Information",
        "api_name": f"{module.singular}_Information",
        "sequence_number": 1,
        "column_count": 2,
        "fields": [_field(module, field) for field in module.fields.values()],
    }
    layout = {
        "id": module.layout_id,
        "name": "Standard",
        "api_name": "Standard",
        "display_label": "Standard",
        "status": "active",
        "visible": True,
        "sections": [section],
        "profiles": [ADMINISTRATOR, STANDARD],
    }
    return Reply(content={"layouts": [layout]})


def pipeline(call: Call) -> Reply:
    """Answer `GET /settings/pipeline?layout_id=`: the stages of Deals, without their probabilities."""
    layout = call.query.get("layout_id")
    if not layout:
        raise missing_parameter("layout_id")
    if layout != DEALS.layout_id:
        raise invalid_parameter("layout_id")
    stages = DEALS.fields["Stage"]
    maps = [
        {
            "display_value": stage.display_value,
            "sequence_number": position,
            "forecast_category": FORECASTS[stage.category or "Open"],
            "actual_value": stage.value,
            "id": DEALS.choice_id(stages, position),
            "forecast_type": stage.category,
        }
        for position, stage in enumerate(stages.choices, 1)
    ]
    name = "Standard (Standard)"
    shown = {"display_value": name, "default": True, "actual_value": name, "id": PIPELINE_ID, "maps": maps}
    return Reply(content={"pipeline": [shown]})


def _asked_module(call: Call) -> Module:
    name = call.query.get("module")
    if not name:
        raise missing_parameter("module")
    if name not in DESCRIBED:
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
    return DESCRIBED[name]


def _module(module: Module) -> dict[str, Any]:
    return {
        "has_more_profiles": False,
        "access_type": "org_based",
        "private_profile": None,
        "deletable": True,
        "description": None,
        "creatable": True,
        "recycle_bin_on_delete": True,
        "modified_time": None,
        "plural_label": module.plural,
        "presence_sub_menu": True,
        "actual_plural_label": module.plural,
        "id": module.id,
        "visibility": 1,
        "convertable": False,
        "sub_menu_available": True,
        "editable": True,
        "actual_singular_label": module.singular,
        "profiles": [ADMINISTRATOR, STANDARD],
        "show_as_tab": not module.rows_only,
        "web_link": None,
        "sequence_number": module.number,
        "singular_label": module.singular,
        "viewable": True,
        "api_supported": True,
        "api_name": module.api_name,
        "quick_create": True,
        "modified_by": None,
        "generated_type": "subform" if module.rows_only else "default",
        "feeds_required": False,
        "arguments": [],
        "module_name": module.plural,
        "profile_count": 2,
        "business_card_field_limit": 5,
        "parent_module": {},
        "status": "visible",
    }


def _field(module: Module, field: Field) -> dict[str, Any]:
    writable = field.writable
    return {
        "id": module.field_id(field.api_name),
        "api_name": field.api_name,
        "field_label": field.label,
        "display_label": field.label,
        "data_type": field.data_type,
        "json_type": field.traits.json_type,
        "ui_type": field.ui_type or field.traits.ui_type,
        "length": field.longest,
        "decimal_place": field.decimals,
        "system_mandatory": field.mandatory,
        "read_only": not writable,
        "field_read_only": not writable,
        "custom_field": field.custom,
        "created_source": "default",
        "type": "used",
        "visible": True,
        "searchable": True,
        "sortable": True,
        "filterable": True,
        "virtual_field": False,
        "webhook": True,
        "mass_update": writable,
        "display_field": field.api_name == module.name_field,
        "operation_type": {
            "web_update": writable,
            "api_create": writable,
            "web_create": writable,
            "api_update": writable,
        },
        "view_type": {"view": True, "edit": writable, "quick_create": False, "create": writable},
        "unique": {"casesensitive": "false"} if field.unique else {},
        "external": None,
        "lookup": _lookup(module, field),
        "currency": {"rounding_option": "normal", "precision": 2} if field.data_type == "currency" else {},
        "pick_list_values": [
            _choice(module, field, choice, position) for position, choice in enumerate(field.choices, 1)
        ],
        "pick_list_values_sorted_lexically": False,
        "global_picklist": None,
        "multi_module_lookup": {},
        "multiselectlookup": {},
        "auto_number": {},
        "formula": {},
        "rollup_summary": {},
        "association_details": None,
        "associated_module": _rows_module(field),
        "private": {"restricted": False, "type": "High", "export": True} if field.personal else None,
        "tooltip": None,
        "crypt": None,
        "history_tracking": None,
        "created_time": None,
        "modified_time": None,
        "layout_associations": [{"api_name": "Standard", "name": "Standard", "id": module.layout_id}],
        "profiles": [{"permission_type": "read_write" if writable else "read_only", **ADMINISTRATOR}],
    }


def _lookup(module: Module, field: Field) -> dict[str, Any]:
    if field.lookup is None:
        return {}
    target = DESCRIBED[field.lookup]
    return {
        "display_label": module.plural,
        "api_name": f"{module.api_name}_{field.api_name}",
        "module": {"api_name": target.api_name, "id": target.id},
        "id": module.field_id(field.api_name),
    }


def _rows_module(field: Field) -> dict[str, Any] | None:
    if field.subform is None:
        return None
    target = DESCRIBED[field.subform]
    return {"module": target.api_name, "api_name": target.api_name, "id": target.id}


def _choice(module: Module, field: Field, choice: Choice, position: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "display_value": choice.display_value,
        "actual_value": choice.value,
        "reference_value": choice.value,
        "sequence_number": position,
        "colour_code": None,
        "type": "used" if choice.used else "unused",
        "id": module.choice_id(field, position),
    }
    if choice.category is not None:
        shown["probability"] = choice.probability
        shown["deal_category"] = choice.category
        shown["forecast_category"] = FORECASTS[choice.category]
        shown["forecast_type"] = choice.category
    return shown


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
