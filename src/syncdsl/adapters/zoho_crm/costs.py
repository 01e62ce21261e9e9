"""What a call takes of a day's credits, and whether it is a heavy one (Zoho CRM API v8, "API limits")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.transport.windows import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDS = 10
"""Records that one credit writes; a call that writes more of them is heavy."""

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


def _written(params: Mapping[str, str], body: Any) -> int:
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        return len(body["data"])
    return len(params["ids"].split(",")) if params.get("ids") else 1
