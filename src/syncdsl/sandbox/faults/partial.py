"""Batches of the CRM of which some records are refused."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.faults.orders import PartialBatch

RESULTS = ("data", "recycle_bin")
"""Under what replies list what became of each record."""

RESTORE = "/actions/restore"

_INDEX = re.compile(r"^\$\.data\[(\d+)\]")


def batch_size(call: Call) -> int:
    """Return how many records a call writes or deletes, 0 for one that does neither."""
    return len(_records(call))


def partly(call: Call, order: PartialBatch, random: Random, handler: Callable[[Call], Reply]) -> Reply:
    """Run the handler for some of the call's records, and answer for all of them in the order they were sent."""
    records = _records(call)
    number = min(max(1, round(len(records) * order.share)), len(records) - 1)
    refused = set(random.sample(range(len(records)), number))
    done = [index for index in range(len(records)) if index not in refused]
    reply = handler(_reduced(call, [records[index] for index in done]))
    content = reply.content if isinstance(reply.content, dict) else {}
    under = next((name for name in RESULTS if isinstance(content.get(name), list)), None)
    if under is None:
        return reply
    error = {"code": order.code, "details": {}, "message": order.message, "status": "error"}
    entries: list[Any] = [error] * len(records)
    for index, entry in zip(done, content[under], strict=True):
        entries[index] = _at(entry, index)
    well = any(entry.get("status") == "success" for entry in content[under])
    return replace(reply, status=207 if well else 400, content={**content, under: entries})


def _records(call: Call) -> list[Any]:
    if call.method == "DELETE":
        return [item for item in call.query.get("ids", "").split(",") if item]
    if call.method not in {"POST", "PUT"} or call.path.endswith("/coql"):
        return []
    try:
        body = call.json()
    except ValueError:
        return []
    records = body.get(_named_by(call)) if isinstance(body, dict) else None
    return records if isinstance(records, list) else []


def _reduced(call: Call, records: list[Any]) -> Call:
    if call.method == "DELETE":
        return replace(call, query={**call.query, "ids": ",".join(records)})
    body = {**call.json(), _named_by(call): records}
    return replace(call, body=json.dumps(body, ensure_ascii=False).encode(), form={})


def _named_by(call: Call) -> str:
    """Return under what the body of a call lists its records."""
    return "ids" if call.path.endswith(RESTORE) else "data"


def _at(entry: dict[str, Any], index: int) -> dict[str, Any]:
    """Return a record's entry whose paths name the place it was sent at."""
    details = entry.get("details")
    if not isinstance(details, dict) or not isinstance(path := details.get("json_path"), str):
        return entry
    return {**entry, "details": {**details, "json_path": _INDEX.sub(f"$.data[{index}]", path)}}
