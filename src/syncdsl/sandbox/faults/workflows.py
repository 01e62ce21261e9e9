"""The server's own edit of what a call has just written: a further call that nobody sent."""

import json
from collections.abc import Iterator
from typing import Any

from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.faults.orders import Workflow


def written(reply: Reply) -> list[str]:
    """Return the ids of the records that a successful write call was about, as its reply names them."""
    content = reply.content if isinstance(reply.content, dict) and reply.status < 300 else {}
    if isinstance(entries := content.get("data"), list):
        return [str(entry["details"]["id"]) for entry in entries if entry.get("status") == "success"]
    # Books answers with the record under its singular name; its id is named after the record or its kind.
    found = (_first_id(value) for value in content.values() if isinstance(value, dict))
    return [identity for identity in found if identity]


def edits(system: str, order: Workflow, call: Call, reply: Reply, organisation: str) -> Iterator[Call]:
    """Yield the calls that set the ordered field of the written records, as the system's own update takes them."""
    base = {"crm": "/crm/v8", "books": "/books/v3"}[system]
    for identity in written(reply):
        yield Call(
            method="PUT",
            path=f"{base}/{order.module}/{identity}",
            base_url=call.base_url,
            query={"organization_id": organisation} if system == "books" else {},
            body=json.dumps(_body(system, order)).encode(),
        )


def _body(system: str, order: Workflow) -> dict[str, Any]:
    if system == "crm":
        return {"data": [{order.field: order.value}]}
    if order.field.startswith("cf_"):
        return {"custom_fields": [{"api_name": order.field, "value": order.value}]}
    return {order.field: order.value}


def _first_id(record: dict[str, Any]) -> str | None:
    return next((str(value) for name, value in record.items() if name.endswith("_id")), None)
