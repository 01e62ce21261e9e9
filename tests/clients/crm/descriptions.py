"""The CRM's OpenAPI descriptions as schemas that answers can be validated against.

They are machine-made from samples and known to be wrong in places. What is not held against an answer is listed here,
each with its reason; everything else counts.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = frozenset({"record.json", "related_records.json", "coql.json"})
"""Files whose enumerations of error codes and messages are incomplete: codes of their own documentation (such as
DISCRETE_PAGINATION_LIMIT_EXCEEDED or EXPECTED_PARAM_MISSING) are not in them."""
ONLY_200 = frozenset({"record.json", "related_records.json"})
"""Files that describe every outcome of a call under HTTP 200, also the ones that arrive with 201, 207 or 400."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNSEEN = {
    "notifications.json": _names("comparator field value group_operator group"),
    "custom_views.json": _names("_pin fields group_operator info module offline shared_to sort_by sort_order "),
    "fields.json": _names(
        "_update_existing_records additional_column allowed_modules autonumber available_in_user_layout "
        "blueprint_supported category column_name common.picklist convert_mapping file_upolad_optionlist "
        "multiuserlookup number_separator refer_from_field sharing_properties show_type static_field sub_module "
        "subform textarea "
    ),
    "layouts.json": _names(
        "_default_view _delete _update_existing_records actions_allowed additional_column allowed_modules "
        "autonumber available_in_user_layout blueprint_supported category column_name common.picklist "
        "convert_mapping created_for default default_value file_upolad_optionlist generated_type id "
        "isSubformSection mode multiuserlookup number_separator properties refer_from_field required section_id "
        "sequence_number sharing_properties show_business_card show_type static_field static_values sub_module "
        "subform subform_properties tab_traversal textarea type validation_rule "
    ),
    "modules.json": _names(
        "$field_states $on_demand_properties $properties activity_badge business_card_fields chart_view "
        "chart_view_supported common.search_supported custom_view default_mapping_fields display_field "
        "emailTemplate_support email_parser_supported fields filter_status filter_supported "
        "inventory_template_supported isBlueprintSupported kanban_view kanban_view_supported layout_associations "
        "layouts lookup_field_properties per_page related_list_properties related_lists scoring_supported "
        "search_layout_fields track_current_data triggers_supported visible webform_supported zia_view "
    ),
    "org.json": _names("call_icon checkin_preferences ezgid max_per_page oauth_presence trial_action zia_zgid "),
    "users.json": _names("last_name "),
}
"""Properties that are called required and that the documentation's own answers of the same calls lack: whatever a
generator has once met is required in these files, down to `_delete` and `common.search_supported`."""

EXCUSED = (
    ("users.json", r"\$\.users\[\]\.(date_format|number_separator): .* is not one of .*"),
    ("org.json", r"\$\.org\[\]\.type: 'production' is not one of .*"),
    ("modules.json", r"\$\.modules\[\]\.generated_type: 'subform' is not one of .*"),
    ("fields.json", r"\$: .*'MANDATORY_NOT_FOUND'.* should not be valid under {}"),
    ("users.json", r"\$: 'info' is a required property"),
    ("record.json", r"\$\.data\[\]\.duplicate_field: None is not of type 'string'"),
    ("fields.json", r"\$(\.fields\[\])?\.code: .* is not one of .*"),
    ("custom_views.json", r"\$\.code: 'REQUIRED_PARAM_MISSING' is not one of .*"),
    ("record.json", r"\$\.info\.(previous|next)_page_token: None is not of type 'string'"),
    ("record.json", r"\$\.info\.page_token_expiry: None is not of type 'string'"),
    ("related_records.json", r"\$\.info\.\w+: None is not of type 'string'"),
    ("record.json", r"\$\.count: \d+ is not of type 'string'"),
    ("users.json", r"\$\.count: \d+ is not of type 'string'"),
    ("notifications.json", r"HTTP 400 is not described"),
)
"""Problems that are the description's own, by file: settings of the sampled organisation as the only choice (dates,
separators); `Production`, where the documented answer says `production`; no subforms among the modules, which the same
file describes; codes of the neighbouring call's list; no page tokens that are null, as every answer below 200 rows has
them; counts as text, which the vendor's SDK reads as a number; a POST of channels that cannot fail; a body without
`fields`, whose refusal is described for the changes of fields alone; a page beside the one user asked for; an inserted
record's duplicate field, which the documentation shows as null."""


@cache
def bundle(folder: Path) -> dict[str, Any]:
    """Return all descriptions as one document, file by file."""
    return {
        file.name: _converted(json.loads(file.read_text("utf-8")), file.name, folder) for file in folder.glob("*.json")
    }


def operation(folder: Path, file: str, path: str, method: str) -> dict[str, Any]:
    """Return the description of one operation."""
    found: dict[str, Any] = bundle(folder)[file]["paths"][path][method.lower()]
    return found


def problems(folder: Path, file: str, path: str, method: str, status: int, body: Any) -> list[str]:
    """Return what an answer has that its description has not allowed, none when it fits."""
    described = operation(folder, file, path, method)["responses"]
    key = "200" if file in ONLY_200 and str(status) not in described else str(status)
    if key not in described:
        missing = f"HTTP {status} is not described"
        return [] if _excused(file, missing) else [missing]
    response = _resolved(folder, described[key])
    content = response.get("content", {}).get("application/json")
    if body is None or content is None:
        return []
    schema = _branch(folder, content["schema"], body)
    validator = Draft202012Validator({**bundle(folder), **schema})
    found = []
    for error in sorted(validator.iter_errors(body), key=lambda error: error.json_path):
        deepest = _deepest(error)
        problem = f"{deepest.json_path}: {deepest.message[:300]}"
        if not _excused(file, problem):
            found.append(problem)
    return found


def _branch(folder: Path, schema: dict[str, Any], body: Any) -> dict[str, Any]:
    """Return a schema with the alternatives alone that are for errors, or for successes, as the body is one."""
    is_error = isinstance(body, dict) and body.get("status") == "error"
    alternatives = [_resolved(folder, item) for item in schema.get("anyOf", [schema])]
    fitting = [item for item in alternatives if ("code" in item.get("properties", {})) is is_error]
    return {"anyOf": fitting} if len(fitting) > 1 else fitting[0] if fitting else {"not": {}}


def _excused(file: str, problem: str) -> bool:
    """Return whether a problem is the description's own."""
    problem = re.sub(r"\[\d+\]", "[]", problem)
    unseen = re.fullmatch(r".*: '([^']+)' is a required property", problem)
    if unseen is not None and unseen[1] in UNSEEN.get(file, ()):
        return True
    return any(name == file and re.fullmatch(pattern, problem) for name, pattern in EXCUSED)


def _deepest(error: Any) -> Any:
    """Return the most telling part of an error: the branch of a choice that fitted furthest."""
    while error.context:
        error = max(error.context, key=lambda item: (len(item.absolute_path), -item.relative_schema_path[0]))
    return error


def _resolved(folder: Path, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = bundle(folder)
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/")]
        node = found
    return node


def _converted(node: Any, file: str, folder: Path, inside: str = "", above: str = "") -> Any:
    """Return a node of a description as JSON Schema, with references into the bundle."""
    if isinstance(node, list):
        return [_converted(item, file, folder) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        target = _reference(node["$ref"], file, folder)
        # In OpenAPI 3.0 nothing beside a reference counts, so that a described object can be null is never said.
        return {"anyOf": [target, {"type": "null"}]} if above == "properties" else target
    if node == {"type": "object"} or (node.get("type") == "object" and set(node) <= {"type", "nullable"}):
        # An object without properties stands for any value: ids and the values of criteria are described so.
        return {}
    found = {name: _converted(value, file, folder, name, inside) for name, value in node.items()}
    # Alternatives overlap: an empty object of details fits several of them.
    if "oneOf" in found:
        found["anyOf"] = found.pop("oneOf")
    # Patterns describe the sample they were made from ("www[.][a-z]{5}zoho[.]com").
    if isinstance(found.get("pattern"), str):
        del found["pattern"]
    if file in RECORDS and inside in {"code", "message"}:
        found.pop("enum", None)
    if found.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _reference(target: str, file: str, folder: Path) -> dict[str, Any]:
    address, _, pointer = target.partition("#")
    name = address.rsplit("/", 1)[-1] or file
    # Some refer to files and schemas that were never published.
    path = folder / name
    if not path.is_file() or not _is_there(json.loads(path.read_text("utf-8")), pointer):
        return {}
    return {"$ref": f"#/{name}{pointer}"}


def _is_there(document: Any, pointer: str) -> bool:
    for part in pointer.strip("/").split("/"):
        if not isinstance(document, dict) or part.replace("~1", "/") not in document:
            return False
        document = document[part.replace("~1", "/")]
    return True
