"""`/settings/layouts` and `/settings/pipeline` (Zoho CRM API v8, Layouts and Pipeline Metadata)."""

from typing import Any

from syncdsl.sandbox.crm.catalogue import DEALS, Catalogue, Module
from syncdsl.sandbox.crm.envelope import invalid_parameter, missing_parameter, refused
from syncdsl.sandbox.crm.metadata.describing import ADMINISTRATOR, FORECASTS, STANDARD, shown_field
from syncdsl.sandbox.crm.metadata.modules import asked_module
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import crm_identity

PIPELINE_ID = crm_identity(97001)


class Layouts:
    """The calls about layouts and the pipeline. Every module has one layout, Standard, with all its fields."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def listed(self, call: Call) -> Reply:
        """Answer `GET /settings/layouts?module=`."""
        return Reply(content={"layouts": [self._layout(asked_module(self._catalogue, call))]})

    def one(self, call: Call) -> Reply:
        """Answer `GET /settings/layouts/{id}?module=`; 204 for another id."""
        module = asked_module(self._catalogue, call)
        if call.variables["id"] != module.layout_id:
            return Reply(status=204)
        return Reply(content={"layouts": [self._layout(module)]})

    def pipelines(self, call: Call) -> Reply:
        """Answer `GET /settings/pipeline?layout_id=`: the stages of Deals, without their probabilities."""
        _check_layout(call)
        return Reply(content={"pipeline": [self._pipeline()]})

    def one_pipeline(self, call: Call) -> Reply:
        """Answer `GET /settings/pipeline/{id}?layout_id=`."""
        _check_layout(call)
        if call.variables["id"] != PIPELINE_ID:
            raise refused(400, "INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": 2})
        return Reply(content={"pipeline": [self._pipeline()]})

    def _layout(self, module: Module) -> dict[str, Any]:
        section = {
            "display_label": f"{module.singular} Information",
            "name": f"{module.singular} Information",
            "api_name": f"{module.singular}_Information",
            "sequence_number": 1,
            "column_count": 2,
            "fields": [shown_field(self._catalogue, module, field) for field in module.fields.values()],
        }
        return {
            "id": module.layout_id,
            "name": "Standard",
            "api_name": "Standard",
            "display_label": "Standard",
            "status": "active",
            "visible": True,
            "has_more_profiles": False,
            "generated_type": "default",
            "source": "crm",
            "created_time": None,
            "created_by": None,
            "modified_time": None,
            "modified_by": None,
            "convert_mapping": None,
            "sections": [section],
            "profiles": [ADMINISTRATOR, STANDARD],
        }

    def _pipeline(self) -> dict[str, Any]:
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
        return {"display_value": name, "default": True, "actual_value": name, "id": PIPELINE_ID, "maps": maps}


def _check_layout(call: Call) -> None:
    layout = call.query.get("layout_id")
    if not layout:
        raise missing_parameter("layout_id")
    if layout != DEALS.layout_id:
        raise invalid_parameter("layout_id")
