"""Reads the schema and the identity of a CRM organisation (Zoho CRM API v8, Modules, Fields, Organization)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Identity
from syncdsl.adapters.zoho.stamps import zone_name
from syncdsl.adapters.zoho_crm.fields import fields_of, needs_forecasts, stages
from syncdsl.adapters.zoho_crm.modules import (
    CREATED,
    CURRENCY,
    KEY_FIELD,
    MODIFIED,
    MODULES,
    USERS,
    USERS_SCHEMA,
    ModuleFacts,
)
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

if TYPE_CHECKING:
    from collections.abc import Collection

    from syncdsl.adapters.zoho_crm.api import Api


def read_identity(api: Api, *, wanted: str | None, data_centre: str) -> Identity:
    """Return the organisation of the token.

    Raises Fault SD706 when it is not the wanted one.
    """
    found = api.rows(api.get("/org", {}), "org")
    if not found:
        raise api.client.problems.unexpected("no organisation in the answer to `/org`")
    organisation = found[0]
    zgid = str(organisation.get("zgid") or "")
    if wanted is not None and wanted != zgid:
        raise api.client.problems.unknown_organisation(wanted, [zgid])
    return Identity(
        organization=zgid,
        name=str(organisation.get("company_name") or ""),
        base_currency=str(organisation.get("iso_code") or ""),
        time_zone=zone_name(organisation.get("time_zone")),
        data_centre=data_centre,
    )


def read_schema(api: Api, *, adapter: str, base_currency: str) -> SchemaSnapshot:
    """Return the schema: every offered module that the organisation has, and its users."""
    listed = api.rows(api.get("/settings/modules", {}), "modules")
    present = [row["api_name"] for row in listed if row.get("api_supported") and row.get("api_name") in MODULES]
    names = (*present, USERS)
    rows = {row["api_name"]: row for row in listed if row.get("api_name") in present}
    modules = {name: _module(api, rows[name], MODULES[name], names) for name in present}
    return SchemaSnapshot(adapter=adapter, base_currency=base_currency, modules={**modules, USERS: USERS_SCHEMA})


def _module(api: Api, row: dict[str, Any], facts: ModuleFacts, names: Collection[str]) -> ModuleSchema:
    name = str(row["api_name"])
    metas = _field_metadata(api, name)
    fields = fields_of(metas, names, partial(_field_metadata, api))
    stage_meta = next((meta for meta in metas if meta["api_name"] == facts.stage_field), None)
    key = fields.get(KEY_FIELD)
    return ModuleSchema(
        label=str(row.get("plural_label") or name),
        store=name,
        label_field=facts.label_field,
        key_field=KEY_FIELD if key is not None and key.unique and not key.read_only else None,
        created_field=CREATED if CREATED in fields else None,
        modified_field=MODIFIED if MODIFIED in fields else None,
        currency_field=CURRENCY if CURRENCY in fields else None,
        status_field=facts.status_field if facts.status_field in fields else None,
        lines_field=facts.lines_field if facts.lines_field in fields else None,
        stage_field=facts.stage_field,
        stages=stages(stage_meta, _forecasts(api, name, stage_meta)) if stage_meta is not None else (),
        views=tuple(sorted({view for view, _ in api.views(name)})),
        creatable=bool(row.get("creatable", True)),
        updatable=bool(row.get("editable", True)),
        fields=fields,
    )


def _forecasts(api: Api, module: str, stage_meta: dict[str, Any]) -> dict[str, str]:
    """Return what the pipelines of a module's layouts say of its stages, read only where the field does not say it."""
    if not needs_forecasts(stage_meta):
        return {}
    found: dict[str, str] = {}
    for layout in api.rows(api.get("/settings/layouts", {"module": module}), "layouts"):
        for pipeline in api.rows(api.get("/settings/pipeline", {"layout_id": str(layout["id"])}), "pipeline"):
            for stage in pipeline.get("maps") or []:
                if stage.get("actual_value") and stage.get("forecast_type"):
                    found.setdefault(str(stage["actual_value"]), str(stage["forecast_type"]))
    return found


def _field_metadata(api: Api, module: str) -> list[dict[str, Any]]:
    return api.rows(api.get("/settings/fields", {"module": module}), "fields")
