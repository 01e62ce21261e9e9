"""What a call of the CRM costs, and whether it is one of the heavy ones (Zoho CRM API v8, API Limits)."""

import math
import re

from syncdsl.sandbox.exchange import Call

RECORDS_PER_CREDIT = 10
HEAVY_WRITE = 10
"""A write of more records than this is heavy."""
DELETED_LIST = 2
VIEW_LIST = 3
COQL_DEFAULT = 200

_LIMIT = re.compile(r"\blimit\s+(\d{1,9})(?:\s*,\s*(\d{1,9}))?", re.IGNORECASE)


def credits_of(call: Call, records: int) -> int:
    """Return the credits of a call that writes so many records.

    Lists of deletions and of views cost what Zoho's older tables say.
    """
    if call.path.endswith("/coql"):
        rows = _coql_rows(call)
        return 1 if rows <= 200 else 2 if rows <= 1000 else 3
    if call.method in {"POST", "PUT"}:
        return max(1, math.ceil(records / RECORDS_PER_CREDIT))
    if call.method == "GET" and call.path.endswith("/deleted"):
        return DELETED_LIST
    if call.method == "GET" and "cvid" in call.query:
        return VIEW_LIST
    return 1


def is_heavy(call: Call, records: int) -> bool:
    """Return whether a call that writes so many records falls under the smaller limit of calls at the same time."""
    return (
        call.path.endswith(("/coql", "/search", "/__composite_requests", "/actions/convert"))
        or (call.method == "GET" and "cvid" in call.query)
        or records > HEAVY_WRITE
    )


def _coql_rows(call: Call) -> int:
    found = _LIMIT.search(call.body.decode("utf-8", "replace"))
    if found is None:
        return COQL_DEFAULT
    # `limit offset, count` or `limit count offset n`.
    return int(found[2] or found[1])
