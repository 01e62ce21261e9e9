"""Deleting records, and the list of deleted ones (Zoho CRM API v8, Delete Records / Get Deleted Records)."""

from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import modified_since, module_of, page_size, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.envelope import (
    entry,
    invalid_identity,
    invalid_parameter,
    missing_parameter,
    refused,
)
from syncdsl.sandbox.crm.external import by_external, external_field
from syncdsl.sandbox.crm.notifying import Change, Watching
from syncdsl.sandbox.crm.recycled import DAY, Shelf
from syncdsl.sandbox.crm.rendering import moment, name_and_id
from syncdsl.sandbox.crm.timeline import Timeline
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Store, row_key

BATCH_LIMIT = 100
PERMANENT_DAYS = 120
"""Days after which a deletion is not listed any more."""

RECYCLABLE = "id IN (SELECT id FROM crm_recycled WHERE deleted >= ?)"
KINDS = {"all": "? IS NOT NULL", "recycle": RECYCLABLE, "permanent": f"NOT {RECYCLABLE}"}
"""Conditions for what a list is asked for, each with the second from which on the recycle bin holds records."""


class Deleting:
    """The delete calls of record modules."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        catalogue: Catalogue,
        watching: Watching,
        *,
        shelf: Shelf,
        timeline: Timeline,
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._watching = watching
        self._shelf = shelf
        self._timeline = timeline

    def one(self, call: Call) -> Reply:
        """Answer `DELETE /{module}/{id}`."""
        module = module_of(self._catalogue, call)
        if external_field(call, module) is None and row_key(call.variables["id"]) is None:
            raise invalid_identity()
        return self._delete(call, module, [call.variables["id"]])

    def many(self, call: Call) -> Reply:
        """Answer `DELETE /{module}?ids=`."""
        module = module_of(self._catalogue, call)
        identities = [item.strip() for item in call.query.get("ids", "").split(",") if item.strip()]
        if not identities:
            raise missing_parameter("ids")
        if len(identities) > BATCH_LIMIT:
            details = {"limit": BATCH_LIMIT, "param": "ids"}
            raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", details)
        return self._delete(call, module, identities)

    def deleted(self, call: Call) -> Reply:
        """Answer `GET /{module}/deleted`, newest first; 204 without rows (304 under If-Modified-Since)."""
        module = module_of(self._catalogue, call)
        kind = call.query.get("type", "all")
        if kind not in KINDS:
            raise invalid_parameter("type", supported_values=sorted(KINDS))
        since = modified_since(call)
        size, page = page_size(call), whole_number(call, "page", 1)
        now, horizon = self._clock.now(), self._shelf.horizon()
        sql = (
            f"SELECT id, created_by, name, deleted, {RECYCLABLE} FROM deleted WHERE collection = ? AND deleted > ?"  # noqa: S608 - conditions of this file
            f" AND deleted BETWEEN ? AND ? AND {KINDS[kind]} ORDER BY deleted DESC, id DESC LIMIT ? OFFSET ?"
        )
        low = now - PERMANENT_DAYS * DAY
        after = since if since is not None else -1
        rows = self._store.rows(
            sql, (horizon, module.collection, after, low, now, horizon, size + 1, (page - 1) * size)
        )
        if not rows:
            return Reply(status=204 if since is None else 304)
        data = [_shown(row) for row in rows[:size]]
        info = {"per_page": size, "count": len(data), "page": page, "more_records": len(rows) > size}
        return Reply(content={"data": data, "info": info})

    def _delete(self, call: Call, module: Module, identities: list[str]) -> Reply:
        field = external_field(call, module)
        entries = []
        gone: list[str] = []
        for identity in identities:
            if field is None:
                record = self._store.get(module.collection, identity)
            else:
                record = by_external(self._store, module, field, identity)
            if record is None:
                entries.append(entry("INVALID_DATA", "record not deleted", {"id": identity}))
                continue
            created_by = record.document["Created_By"]
            self._timeline.note(module, record, "deleted")
            self._shelf.put(module, record)
            self._store.delete(module.collection, record, created_by=created_by, at=self._clock.now())
            gone.append(str(record.id))
            details = {"id": str(record.id)}
            entries.append({"code": "SUCCESS", "details": details, "message": "record deleted", "status": "success"})
        self._watching.announce(call.base_url, module, [Change(operation="delete", id=identity) for identity in gone])
        return _reply(entries)


def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
    identity, created_by, name, deleted, recyclable = row
    permanent = not recyclable
    return {
        "deleted_by": None if permanent else name_and_id(CURRENT_USER.id),
        "id": str(identity),
        "display_name": None if permanent else name,
        "type": "permanent" if permanent else "recycle",
        "created_by": None if permanent else name_and_id(created_by),
        "deleted_time": moment(deleted),
    }


def _reply(entries: list[dict[str, Any]]) -> Reply:
    failed = sum(item["status"] == "error" for item in entries)
    status = 200 if not failed else 400 if failed == len(entries) else 207
    return Reply(status=status, content={"data": entries})
