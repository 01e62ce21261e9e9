"""How modules and fields are described (Zoho CRM API v8, Modules and Fields Metadata)."""

from typing import Any

from syncdsl.sandbox.crm.catalogue import Catalogue, Choice, Field, Module
from syncdsl.sandbox.crm.rendering import moment
from syncdsl.sandbox.organisation import crm_identity

ADMINISTRATOR = {"name": "Administrator", "id": crm_identity(26011)}
STANDARD = {"name": "Standard", "id": crm_identity(26014)}
FORECASTS = {
    "Open": {"name": "Pipeline", "id": crm_identity(6787)},
    "Closed Won": {"name": "Closed", "id": crm_identity(6789)},
    "Closed Lost": {"name": "Omitted", "id": crm_identity(6791)},
}


def shown_module(module: Module) -> dict[str, Any]:
    """Return a module as the modules endpoint describes it."""
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


def shown_field(catalogue: Catalogue, module: Module, field: Field) -> dict[str, Any]:
    """Return a field as the fields endpoint describes it."""
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
        "customizable_properties": [],
        "businesscard_supported": False,
        "separator": False,
        "display_type": -1,
        "enable_colour_code": False,
        "colour_code_enabled_by_system": False,
        "quick_sequence_number": str(list(module.fields).index(field.api_name) + 1),
        "email_parser": {"fields_update_supported": writable, "record_operations_supported": writable},
        "hipaa_compliance_enabled": False,
        "hipaa_compliance": None,
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
        "external": {"show": False, "type": field.external} if field.external else None,
        "lookup": _lookup(catalogue, module, field),
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
        "associated_module": _rows_module(catalogue, field),
        "private": {"restricted": False, "type": "High", "export": True} if field.personal else None,
        "tooltip": None,
        "crypt": None,
        "history_tracking": None,
        "created_time": None if field.made is None else moment(field.made),
        "modified_time": None if field.made is None else moment(field.made),
        "layout_associations": [{"api_name": "Standard", "name": "Standard", "id": module.layout_id}],
        "profiles": [{"permission_type": "read_write" if writable else "read_only", **ADMINISTRATOR}],
    }


def _lookup(catalogue: Catalogue, module: Module, field: Field) -> dict[str, Any]:
    if field.lookup is None:
        return {}
    target = catalogue.described[field.lookup]
    return {
        "display_label": module.plural,
        "api_name": f"{module.api_name}_{field.api_name}",
        "module": {"api_name": target.api_name, "id": target.id},
        "id": module.field_id(field.api_name),
    }


def _rows_module(catalogue: Catalogue, field: Field) -> dict[str, Any] | None:
    if field.subform is None:
        return None
    target = catalogue.described[field.subform]
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
