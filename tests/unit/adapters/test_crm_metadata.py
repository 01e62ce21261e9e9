from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.protocol import Tier
from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.zoho_crm.api import Api
from syncdsl.adapters.zoho_crm.fields import field_schema, needs_forecasts, stages
from syncdsl.adapters.zoho_crm.metadata import read_schema
from syncdsl.schema.snapshot import ModuleSchema, StageClass
from syncdsl.schema.types import ChoiceType, DecimalType, IdType, MoneyType, ReferenceType, RowsType, TextType

if TYPE_CHECKING:
    from tests.unit.adapters.conftest import Script


def meta(name: str, data_type: str, **more: Any) -> dict[str, Any]:
    return {"api_name": name, "field_label": name, "data_type": data_type, "json_type": "string", **more}


def subforms(name: str) -> list[dict[str, Any]]:
    """Return the fields of the one subform there is; it holds another subform, which is not offered."""
    return [meta("B", "text"), meta("C", "subform", associated_module={"module": "Lines"})] if name == "Lines" else []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (meta("A", "text", length=40), TextType(length=40)),
        (meta("A", "double", length=16, decimal_place=9), DecimalType(digits=16, scale=9)),
        (meta("A", "currency", decimal_place=None, currency={"precision": 3}), MoneyType(scale=3)),
        (meta("id", "bigint"), IdType()),
        (meta("Owner", "ownerlookup"), ReferenceType(modules=("users",))),
        (meta("A", "lookup", lookup={"module": {"api_name": "Deals"}}), ReferenceType(modules=("Deals",))),
        (
            meta("A", "picklist", pick_list_values=[{"actual_value": "-None-"}, {"actual_value": "x"}]),
            ChoiceType(options=("x",)),
        ),
    ],
)
def test_types(given: dict[str, Any], expected: object) -> None:
    found = field_schema(given, {"Deals"}, subforms)
    assert found is not None
    assert found.value == expected


@pytest.mark.parametrize(
    "given",
    [
        meta("A", "lookup", lookup={"module": {"api_name": "Leads"}}),
        meta("Tag", "text", json_type="jsonarray"),
        meta("A", "subform"),
        meta("A", "subform", associated_module={"module": "Unknown"}),
        meta("A", "fileupload"),
    ],
)
def test_what_is_not_offered_is_left_out(given: dict[str, Any]) -> None:
    assert field_schema(given, {"Deals"}, subforms) is None


def test_a_subform_is_a_list_of_rows_with_fields_of_their_own() -> None:
    """The fields of a subform are read from the metadata of the module it names."""
    found = field_schema(meta("A", "subform", associated_module={"module": "Lines"}), {"Deals"}, subforms)
    assert found is not None
    assert isinstance(found.value, RowsType)
    assert list(found.value.fields) == ["B"]


@pytest.mark.parametrize("mark", [{"private": {"type": "High"}}, {"hipaa_compliance_enabled": True}])
def test_personal_data_is_sensitive(mark: dict[str, Any]) -> None:
    """A field that the organisation marked as personal or health data is sensitive, another one is not."""
    marked, plain = (field_schema(meta("A", "text", **more), (), subforms) for more in (mark, {"private": None}))
    assert marked is not None
    assert plain is not None
    assert (marked.sensitive, plain.sensitive) == (True, False)


def test_a_value_taken_out_of_the_pick_list_is_a_deprecated_stage() -> None:
    """An unused pick list value stays a stage, marked as deprecated, with its category in the system's own word."""
    values = [
        {"actual_value": "New", "type": "used", "deal_category": "Open", "probability": 10},
        {"actual_value": "Old", "type": "unused"},
    ]
    new, old = stages({"pick_list_values": values})
    assert (new.deprecated, new.category, new.probability) == (False, "Open", 10)
    assert (old.deprecated, old.category) == (True, None)


def test_create_only_and_read_only_come_from_the_operations() -> None:
    once = field_schema(meta("A", "text", operation_type={"api_create": True, "api_update": False}), (), subforms)
    never = field_schema(meta("A", "text", operation_type={"api_create": False, "api_update": False}), (), subforms)
    assert once is not None
    assert never is not None
    assert (once.create_only, once.read_only) == (True, False)
    assert (never.create_only, never.read_only) == (False, True)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"probability": 100}, StageClass.WON),
        ({"probability": 0}, StageClass.LOST),
        ({"probability": 90}, StageClass.OPEN),
        ({"probability": 100, "deal_category": "Open"}, StageClass.OPEN),
        ({"probability": 0, "forecast_type": "Closed Won"}, StageClass.WON),
        ({"deal_category": "Closed Lost"}, StageClass.LOST),
        ({}, StageClass.OPEN),
    ],
)
def test_a_stage_means_its_category_before_its_probability(choice: dict[str, Any], expected: StageClass) -> None:
    [stage] = stages({"pick_list_values": [{"actual_value": "S", **choice}]})
    assert stage.stage_class is expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"unique": {"casesensitive": "false"}}, True),
        ({"unique": {}}, False),
        ({"external": {"show": True, "type": "org"}}, True),
        ({"external": {"show": True, "type": "user"}}, False),
        ({"external": None}, False),
    ],
)
def test_unique_fields_and_external_ids_of_the_organisation_are_unique(more: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a row of the table
    """An external id that each user has for himself is shared by records of several users."""
    found = field_schema(meta("A", "text", **more), (), subforms)
    assert found is not None
    assert found.unique is expected


def test_a_module_without_its_key_field_runs_at_a_lower_tier(script: Script) -> None:
    """The tier of the connection is that of modules with the key field; nothing tells a record of another apart."""
    connection = load_adapter("zoho_crm").connect(script.settings(), None)
    module = ModuleSchema(label="A", store="A", label_field="A", fields={})
    assert connection.capabilities.tier_of(module.model_copy(update={"key_field": "Syncdsl_Key"})) is Tier.T1
    assert connection.capabilities.tier_of(module) is Tier.T4
    connection.close()


def test_stages_that_say_nothing_mean_what_their_pipeline_says(script: Script) -> None:
    """The pipelines of the layouts are read only when a stage tells neither category nor probability."""
    stage = {**meta("Stage", "picklist"), "pick_list_values": [{"actual_value": "A"}, {"actual_value": "B"}]}
    maps = [{"actual_value": "A", "forecast_type": "Open"}, {"actual_value": "B", "forecast_type": "Closed Lost"}]
    module = {"api_name": "Deals", "api_supported": True, "plural_label": "Deals"}
    script.answers = [
        (200, {"modules": [module]}, {}),
        (200, {"fields": [meta("id", "bigint"), meta("Deal_Name", "text"), stage]}, {}),
        (200, {"layouts": [{"id": "9"}]}, {}),
        (200, {"pipeline": [{"maps": maps}]}, {}),
        (200, {"custom_views": [], "info": {"count": 0, "more_records": False}}, {}),
    ]
    snapshot = read_schema(Api(script.client(), None), adapter="zoho_crm", base_currency="EUR")
    assert [(item.value, item.stage_class) for item in snapshot.modules["Deals"].stages] == [
        ("A", StageClass.OPEN),
        ("B", StageClass.LOST),
    ]
    assert not needs_forecasts({"pick_list_values": [{"actual_value": "A", "probability": 10}]})
