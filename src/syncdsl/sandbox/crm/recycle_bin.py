"""The recycle bin's own calls: list, restore, throw away (Zoho CRM API v8, Recycle Bin).

What the CRM does in the background when it restores by filter, or everything, is done at once here. Assumed, as nothing
says it: a restored record keeps its `Modified_Time`, no channel is told, and one whose unique value was taken meanwhile
is not restored.
"""

from collections.abc import Callable
from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import page_size, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue
from syncdsl.sandbox.crm.envelope import entry, invalid_parameter, refused
from syncdsl.sandbox.crm.recycle_filter import filter_of
from syncdsl.sandbox.crm.recycled import Recycled, Shelf
from syncdsl.sandbox.crm.rendering import moment, name_and_id
from syncdsl.sandbox.crm.sent import sent_body
from syncdsl.sandbox.crm.timeline import Timeline
from syncdsl.sandbox.crm.writing import completed
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Store

BATCH_LIMIT = 200
CHOICES = ("ids", "filters", "restore_all_records")
"""What a call that restores several records can name them by; exactly one."""
SORTS: dict[str, Callable[[Recycled], Any]] = {
    "deleted_time": lambda item: (item.deleted, item.record.id),
    "display_name": lambda item: (item.record.name.casefold(), item.record.id),
    "deleted_by": lambda item: item.record.id,
}
SCHEDULED = "Bulk restoration of records based on filters has been scheduled"


class RecycleBin:
    """The calls under `/settings/recycle_bin`."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue, shelf: Shelf, timeline: Timeline) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._shelf = shelf
        self._timeline = timeline

    def listed(self, call: Call) -> Reply:
        """Answer `GET /settings/recycle_bin`, the latest deletion first unless asked otherwise; 204 without rows."""
        size, page = page_size(call), whole_number(call, "page", 1)
        sort, order = call.query.get("sort_by", "deleted_time"), call.query.get("sort_order", "desc")
        if sort not in SORTS:
            raise invalid_parameter("sort_by", supported_values=sorted(SORTS))
        if order not in {"asc", "desc"}:
            raise invalid_parameter("sort_order", supported_values=["asc", "desc"])
        found = sorted(self._chosen(call), key=SORTS[sort], reverse=order == "desc")
        shown = found[(page - 1) * size : page * size]
        if not shown:
            return Reply(status=204)
        info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(found) > page * size}
        return Reply(content={"recycle_bin": [self._shown(item) for item in shown], "info": info})

    def one(self, call: Call) -> Reply:
        """Answer `GET /settings/recycle_bin/{id}`; 204 when it is not there."""
        item = self._shelf.get(call.variables["id"])
        if item is None:
            return Reply(status=204)
        info = {"per_page": 1, "count": 1, "page": 1, "more_records": False}
        return Reply(content={"recycle_bin": [self._shown(item)], "info": info})

    def restore(self, call: Call) -> Reply:
        """Answer `POST /settings/recycle_bin/{id}/actions/restore`."""
        return _reply([self._restore(call.variables["id"])])

    def restore_many(self, call: Call) -> Reply:
        """Answer `POST /settings/recycle_bin/actions/restore`: by ids, by a filter, or everything."""
        body = sent_body(call)
        given = [name for name in CHOICES if body.get(name) not in (None, False)]
        places = [{"api_name": name, "json_path": f"$.{name}"} for name in given or CHOICES]
        if not given:
            message = "one of the expected fields is missing"
            raise refused(400, "EXPECTED_FIELD_MISSING", message, {"expected_fields": places})
        if len(given) > 1:
            message = "Ambiguity while processing the request"
            raise refused(400, "AMBIGUITY_DURING_PROCESSING", message, {"ambiguity_due_to": places})
        if given == ["ids"]:
            return _reply([self._restore(identity) for identity in _sent_ids(body["ids"])])
        wanted = filter_of(body["filters"]) if given == ["filters"] else None
        for item in self._shelf.all():
            if wanted is None or wanted(item):
                self._restore(str(item.record.id))
        scheduled = {"code": "SCHEDULED", "details": {}, "message": SCHEDULED, "status": "success"}
        return Reply(status=202, content={"recycle_bin": [scheduled]})

    def discard(self, call: Call) -> Reply:
        """Answer `DELETE /settings/recycle_bin/{id}`: the record cannot come back any more."""
        return _reply([self._discard(call.variables["id"])])

    def discard_many(self, call: Call) -> Reply:
        """Answer `DELETE /settings/recycle_bin?ids=` or `?filters=`."""
        if not (call.query.get("ids") or call.query.get("filters")):
            details = {"param_names": ["filters", "ids"]}
            raise refused(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details)
        if call.query.get("filters"):
            return _reply([self._discard(str(item.record.id)) for item in self._chosen(call)])
        return _reply([self._discard(identity) for identity in _query_ids(call)])

    def _chosen(self, call: Call) -> list[Recycled]:
        found = self._shelf.all()
        if call.query.get("ids"):
            asked = set(_query_ids(call))
            found = [item for item in found if str(item.record.id) in asked]
        if call.query.get("filters"):
            wanted = filter_of(call.query["filters"])
            found = [item for item in found if wanted(item)]
        return found

    def _restore(self, identity: str) -> dict[str, Any]:
        item = self._shelf.get(identity)
        module = None if item is None else self._catalogue.record_module(item.module)
        if item is None or module is None:
            return entry("INVALID_DATA", "the id given seems to be invalid", {"id": identity})
        keys = completed(module, item.record, {})
        for field in module.fields.values():
            value = keys.get(field.api_name)
            if field.unique and value and self._store.find(module.collection, field.api_name, value):
                return entry("INVALID_DATA", f"another record has the value of {field.api_name}", {"id": identity})
        self._store.bring_back(module.collection, item.record, keys)
        self._shelf.remove(item.record.id)
        self._timeline.note(module, item.record, "restored")
        return _success(identity, "record restored")

    def _discard(self, identity: str) -> dict[str, Any]:
        item = self._shelf.get(identity)
        if item is None:
            return entry("INVALID_DATA", "the id given seems to be invalid", {"id": identity})
        self._shelf.remove(item.record.id)
        return _success(identity, "record deleted")

    def _shown(self, item: Recycled) -> dict[str, Any]:
        module = self._catalogue.described[item.module]
        return {
            "id": str(item.record.id),
            "display_name": item.record.name,
            "module": {"api_name": module.api_name, "id": module.id},
            "owner": name_and_id(item.record.document["Owner"]),
            "deleted_by": name_and_id(CURRENT_USER.id),
            "deleted_time": moment(item.deleted),
        }


def _query_ids(call: Call) -> list[str]:
    return _sent_ids([item.strip() for item in call.query["ids"].split(",") if item.strip()])


def _sent_ids(ids: Any) -> list[str]:
    if not isinstance(ids, list) or not ids or not all(isinstance(item, str) for item in ids):
        details = {"api_name": "ids", "json_path": "$.ids", "expected_data_type": "jsonarray"}
        raise refused(400, "INVALID_DATA", "invalid data", details)
    if len(ids) > BATCH_LIMIT:
        details = {"api_name": "ids", "json_path": "$.ids", "maximum_length": str(BATCH_LIMIT)}
        raise refused(400, "INVALID_DATA", "invalid data", details)
    return ids


def _success(identity: str, message: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": identity}, "message": message, "status": "success"}


def _reply(entries: list[dict[str, Any]]) -> Reply:
    failed = sum(item["status"] == "error" for item in entries)
    status = 200 if not failed else 400 if failed == len(entries) else 207
    return Reply(status=status, content={"recycle_bin": entries})
