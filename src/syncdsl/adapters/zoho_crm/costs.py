"""What a call takes of a day's credits, and whether it is a heavy one (Zoho CRM API v8, "API limits")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.costing import Toll, batches
from syncdsl.adapters.transport.windows import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.costing import Work

RECORDS = 10
"""Records that one credit writes; a call that writes more of them is heavy."""

BATCH = 100
"""Records that one call writes, and that one call reads by their ids."""

_ROWS = re.compile(r"(?i)\blimit\s+(?:\d+\s*,\s*)?(\d+)")


def cost(method: str, path: str, params: Mapping[str, str], body: Any) -> Cost:
    """Return the cost of a call; lists of views and of deletions cost what Zoho's older tables say, which is more."""
    if path == "/coql":
        found = _ROWS.search(str(body.get("select_query", ""))) if isinstance(body, dict) else None
        rows = int(found[1]) if found else 200
        return Cost(credits=1 if rows <= 200 else 2 if rows <= 1000 else 3, heavy=True)
    if method == "GET":
        if "cvid" in params:
            return Cost(credits=3, heavy=True)
        if path.endswith("/search"):
            return Cost(heavy=True)
        return Cost(credits=2 if path.endswith("/deleted") else 1)
    records = _written(params, body)
    return Cost(credits=max(1, -(-records // RECORDS)), heavy=records > RECORDS)


def toll(work: Work) -> Toll:
    """Return what it takes to write so much: each batch is written in one call and read back in another one.

    Before an update, and before a deletion, the records are looked at once more.
    """
    created, updated, removed = (batches(count, BATCH) for count in (work.creates, work.updates, work.removals))
    credits_written = sum(batches(count, RECORDS) for count in (work.creates, work.updates, work.removals))
    return Toll(
        calls=2 * created + 3 * updated + 2 * removed,
        cost=created + 2 * updated + removed + credits_written,
    )


def _written(params: Mapping[str, str], body: Any) -> int:
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        return len(body["data"])
    return len(params["ids"].split(",")) if params.get("ids") else 1
