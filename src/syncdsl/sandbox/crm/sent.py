"""What writing calls send: a JSON object with a list of objects under one name."""

from typing import Any

from syncdsl.sandbox.crm.envelope import refused
from syncdsl.sandbox.exchange import Call


def sent_body(call: Call) -> dict[str, Any]:
    """Return a call's body. Raises the refusal of what is no JSON object."""
    try:
        body = call.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        message = "either the request body or parameters is in wrong format"
        raise refused(400, "UNABLE_TO_PARSE_DATA_TYPE", message)
    return body


def sent_objects(body: dict[str, Any], name: str, *, most: int) -> list[dict[str, Any]]:
    """Return the objects listed under a name of a body, 1 to `most`. Raises the refusal of anything else."""
    details = {"api_name": name, "json_path": f"$.{name}"}
    found = body.get(name)
    if found is None:
        raise refused(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "expected_data_type": "jsonarray"})
    if len(found) > most:
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "maximum_length": most})
    return found
