"""The rows of a subform under an update (Zoho CRM API v8, Subform Fields).

A row sent with its id changes the row held under it, with `_delete` it is taken out; one without an id is added. Rows
that are not sent stay.
"""

from collections.abc import Callable
from typing import Any

from syncdsl.sandbox.crm.acceptance import ROW_DELETED, RejectedError
from syncdsl.sandbox.crm.envelope import entry

Rows = list[dict[str, Any]]


def merged(held: Rows, sent: Rows, *, path: str, new_id: Callable[[], str]) -> Rows | None:
    """Return the rows after an update, or None when none are left.

    Raises RejectedError when a row names an id that is not held; `path` is where the subform stands.
    """
    rows = {row["id"]: row for row in held}
    for index, row in enumerate(sent):
        if "id" not in row:
            identity = new_id()
            rows[identity] = {"id": identity, **_present(row)}
        elif row["id"] not in rows:
            details = {"api_name": "id", "json_path": f"{path}[{index}].id"}
            raise RejectedError(entry("INVALID_DATA", "the id given seems to be invalid", details))
        elif ROW_DELETED in row:
            del rows[row["id"]]
        else:
            rows[row["id"]] = _present({**rows[row["id"]], **row})
    return list(rows.values()) or None


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
