"""The timeline of a record (Zoho CRM API v8, Timeline of a Record): what happened to it beside edits.

The CRM writes an entry for every edit; here only the creation, merges, and a deletion with the restore after it are
told. That the entry of a merge (`find_and_merge_duplicate`) names the record that went into this one as its
`related_record` is an assumption: the documentation lists the action and the key, and shows no example.
"""

import json
from typing import Any, Literal

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import module_of, page_size, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.envelope import invalid_identity, invalid_parameter
from syncdsl.sandbox.crm.external import addressed
from syncdsl.sandbox.crm.rendering import moment, name_and_id
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CRM_IDENTITY_BASE, CURRENT_USER
from syncdsl.sandbox.store import Record, Store

TABLE = """CREATE TABLE IF NOT EXISTS crm_timeline (
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    related TEXT
)"""
INDEX = "CREATE INDEX IF NOT EXISTS crm_timeline_by_record ON crm_timeline (record, id)"
COUNTER = "crm.timeline"
OFFSET = 700_000_000_000
"""Ids of entries lie this far above those of metadata, out of the way of records, rows and stages."""

Action = Literal["deleted", "restored", "find_and_merge_duplicate"]
SOURCES: dict[str, str] = {"find_and_merge_duplicate": "findandmerge"}
"""Where an action comes from when it does not come from a plain call."""


class Timeline:
    """Keeps and shows the entries."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        store.rows(TABLE)
        store.rows(INDEX)

    def note(self, module: Module, record: Record, action: Action, related: Record | None = None) -> None:
        """Keep what happened to a record now; `related` is another record of its module that took part."""
        number = self._store.next_number(COUNTER, CRM_IDENTITY_BASE + OFFSET)
        other = None if related is None else json.dumps(_named(module, related.id, related.name))
        self._store.rows(
            "INSERT INTO crm_timeline VALUES (?, ?, ?, ?, ?)", (number, record.id, self._clock.now(), action, other)
        )

    def listed(self, call: Call) -> Reply:
        """Answer `GET /{module}/{id}/__timeline`, the latest entry first unless asked otherwise."""
        module = module_of(self._catalogue, call)
        record = addressed(self._store, call, module, call.variables["id"])
        if record is None:
            raise invalid_identity()
        order = call.query.get("sort_order", "desc")
        if order not in {"asc", "desc"}:
            raise invalid_parameter("sort_order", supported_values=["asc", "desc"])
        size, page = page_size(call), whole_number(call, "page", 1)
        entries = self._entries(module, record)
        if order == "desc":
            entries.reverse()
        start = (page - 1) * size
        shown = entries[start : start + size]
        if not shown:
            return Reply(status=204)
        info = {
            "next_page_token": None,
            "previous_page_token": None,
            "count": len(shown),
            "more_records": len(entries) > start + size,
            "page": page,
            "per_page": size,
        }
        return Reply(content={"__timeline": shown, "info": info})

    def _entries(self, module: Module, record: Record) -> list[dict[str, Any]]:
        rows = self._store.rows(
            "SELECT id, at, action, related FROM crm_timeline WHERE record = ? ORDER BY at, id", (record.id,)
        )
        by = record.document["Created_By"]
        entries = [_entry(module, record, record.id, record.created, "added", None, by)]
        for identity, at, action, related in rows:
            other = None if related is None else json.loads(related)
            entries.append(_entry(module, record, identity, at, action, other, CURRENT_USER.id))
        return entries


def _entry(
    module: Module, record: Record, identity: int, at: int, action: str, related: dict[str, Any] | None, by: str
) -> dict[str, Any]:
    return {
        "id": str(identity),
        "audited_time": moment(at),
        "action": action,
        "source": SOURCES.get(action, "crm_api"),
        "type": "timeline",
        "done_by": name_and_id(by),
        "record": _named(module, record.id, record.name),
        "related_record": related,
        "automation_details": None,
        "extension": None,
        "field_history": None,
    }


def _named(module: Module, identity: int, name: str) -> dict[str, Any]:
    return {"id": str(identity), "name": name, "module": {"api_name": module.api_name, "id": module.id}}
