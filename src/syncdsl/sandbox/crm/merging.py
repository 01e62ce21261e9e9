"""Merging records (Zoho CRM API v8, Merge Records): a master survives, at most two others go into it.

What the documentation says: which modules, how many records, whose values are taken, what is refused, and (help pages)
that what was merged is deleted permanently and that its related records belong to the master afterwards. Assumed: the
master and every record whose lookup is pointed anew are stamped by it; a merge is never so large that it is scheduled;
it is the timeline of the master that tells it. Rows of subforms name products, which cannot be merged.
"""

from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import module_of
from syncdsl.sandbox.crm.catalogue import CONTACTS, DEALS, Catalogue, Module
from syncdsl.sandbox.crm.catalogue.deals import OPEN, STAGES
from syncdsl.sandbox.crm.envelope import entry, refused
from syncdsl.sandbox.crm.notifying import Change, Watching
from syncdsl.sandbox.crm.related import Relating
from syncdsl.sandbox.crm.sent import sent_body, sent_objects
from syncdsl.sandbox.crm.timeline import Timeline
from syncdsl.sandbox.crm.writing import completed
from syncdsl.sandbox.exchange import Call, RefusedError, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Clause, Record, Store

MERGEABLE = frozenset({"Accounts", "Contacts", "Deals", "Vendors"})
MOST = 2
"""Records that one call merges into the master."""
OF_MASTER = {
    "Closing_Date": "Closing date will be automatically populated based on master record",
    "Stage": "Stage field will be automatically populated based on chosen Pipeline",
    "Probability": "Probability and Expected Revenue fields will be automatically populated based on chosen Stage",
    "Expected_Revenue": "Probability and Expected Revenue fields will be automatically populated based on chosen Stage",
}
"""Fields of deals that are always the master's."""
OPEN_STAGES = frozenset(stage.value for stage in STAGES if stage.category == OPEN)
WHOLE = 1_000_000
"""More records than point to any one."""
ROOT = "$.merge[0]"


class Merging:
    """The merge calls of record modules."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        catalogue: Catalogue,
        watching: Watching,
        *,
        relating: Relating,
        timeline: Timeline,
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._watching = watching
        self._relating = relating
        self._timeline = timeline

    def jobs(self, call: Call) -> Reply:
        """Answer `GET /{module}/{id}/actions/merge`: the scheduled merges of a master, of which there are none."""
        self._master(call, self._module(call))
        return Reply(status=204)

    def merge(self, call: Call) -> Reply:
        """Answer `POST /{module}/{id}/actions/merge`."""
        module = self._module(call)
        master = self._master(call, module)
        [order] = sent_objects(sent_body(call), "merge", most=1)
        children, values = self._accepted(module, master, order)
        before = dict(master.document)
        for child in children:
            self._timeline.note(module, master, "find_and_merge_duplicate", child)
            self._store.delete(module.collection, child, created_by=child.document["Created_By"], at=self._clock.now())
        self._announce(call, module, "delete", [str(child.id) for child in children])
        for child in children:
            self._point_anew(call, module, child, master)
        # Among what was pointed anew may be the master itself.
        master = self._store.get(module.collection, master.id) or master
        self._stamp(master)
        self._store.replace(module.collection, master, completed(module, master, values))
        changed = tuple(name for name in module.fields if before.get(name) != master.document.get(name))
        self._announce(call, module, "update", [str(master.id)], changed)
        success = {
            "code": "SUCCESS",
            "details": {"id": str(master.id)},
            "message": "The records has been merged successfully",
            "status": "success",
        }
        return Reply(status=201, content={"merge": [success]}, module=module.api_name)

    def _module(self, call: Call) -> Module:
        module = module_of(self._catalogue, call)
        if module.api_name not in MERGEABLE:
            message = "the module name given seems to be invalid"
            raise refused(400, "INVALID_MODULE", message, {"resource_path_index": 0})
        return module

    def _master(self, call: Call, module: Module) -> Record:
        master = self._store.get(module.collection, call.variables["id"])
        if master is None:
            message = "Master record id is not available"
            raise refused(400, "INVALID_DATA", message, {"resource_path_index": 1})
        if not _mergeable(module, master):
            details = {"api_name": "record", "resource_path_index": 1}
            raise refused(400, "NOT_ALLOWED", "Only Open Deals can be merged", details)
        return master

    def _accepted(self, module: Module, master: Record, order: dict[str, Any]) -> tuple[list[Record], dict[str, Any]]:
        """Return the records to merge, and the values that the master takes from them. Raises the refusal."""
        data = order.get("data")
        if not isinstance(data, list) or not data or not all(isinstance(item, dict) for item in data):
            raise _refused("INVALID_DATA", "Atleast one child record id is required to be merged.", "data", "data", 1)
        if len(data) > MOST:
            message = "More than 2 child record ids cannot be merged."
            raise _refused("INVALID_DATA", message, "data", "data", MOST)
        named = [*_names(order.get("master_record_fields"), "master_record_fields")]
        children: list[Record] = []
        values: dict[str, Any] = {}
        for index, item in enumerate(data):
            child = self._child(module, master, children, item, f"data[{index}]")
            children.append(child)
            chosen = _names(item.get("_fields"), f"data[{index}]._fields")
            for place, name in enumerate(chosen):
                _check(module, name, named, f"data[{index}]._fields[{place}].api_name", chosen)
                named.append(name)
                values[name] = child.document.get(name)
        return children, values

    def _child(self, module: Module, master: Record, taken: list[Record], item: dict[str, Any], path: str) -> Record:
        identity = item.get("id")
        if not identity:
            raise _refused("MANDATORY_NOT_FOUND", "required id not found", "id", f"{path}.id")
        if str(identity) in {str(master.id), *(str(child.id) for child in taken)}:
            raise _refused("DUPLICATE_DATA", "Valid record ids need to be given for merging", "id", f"{path}.id")
        child = self._store.get(module.collection, str(identity))
        if child is None:
            raise _refused("INVALID_DATA", "the id given seems to be invalid", "id", f"{path}.id")
        if not _mergeable(module, child):
            raise _refused("NOT_ALLOWED", "Only Open Deals can be merged", "id", f"{path}.id")
        return child

    def _point_anew(self, call: Call, module: Module, child: Record, master: Record) -> None:
        """Let every lookup that names a merged record name the master; in the master itself it is emptied."""
        if module.api_name == CONTACTS.api_name:
            self._relating.hand_over(child.id, master.id)
        if module.api_name == DEALS.api_name:
            self._relating.hand_over_deal(child.id, master.id)
        for other in self._catalogue.records.values():
            for field in other.fields.values():
                if field.lookup != module.api_name or field.data_type != "lookup":
                    continue
                where = Clause(
                    "id IN (SELECT id FROM record_key WHERE collection = ? AND field = ? AND value = ?)",
                    (other.collection, field.api_name, str(child.id)),
                )
                pointing = self._store.select(other.collection, where, order="id", limit=WHOLE)
                for record in pointing:
                    itself = record.id == master.id
                    self._stamp(record)
                    keys = completed(other, record, {field.api_name: None if itself else str(master.id)})
                    self._store.replace(other.collection, record, keys)
                told = [str(record.id) for record in pointing if record.id != master.id]
                self._announce(call, other, "update", told, (field.api_name,))

    def _stamp(self, record: Record) -> None:
        record.modified = max(self._clock.now(), record.modified)
        record.document["Modified_By"] = CURRENT_USER.id

    def _announce(
        self, call: Call, module: Module, operation: Any, ids: list[str], fields: tuple[str, ...] = ()
    ) -> None:
        changes = [Change(operation=operation, id=identity, fields=fields) for identity in ids]
        self._watching.announce(call.base_url, module, changes)


def _mergeable(module: Module, record: Record) -> bool:
    """Return whether a record's own state allows it to be merged: deals have to be open."""
    return module.api_name != DEALS.api_name or record.document.get("Stage") in OPEN_STAGES


def _names(given: Any, path: str) -> list[str]:
    """Return the field names of a list of `{"api_name": …}`, none when there is no list."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise _refused("INVALID_DATA", "invalid data", path.rpartition(".")[2], path)
    for index, item in enumerate(given):
        if not isinstance(item.get("api_name"), str):
            message = "API name of the field is not mentioned"
            raise _refused("MANDATORY_NOT_FOUND", message, "api_name", f"{path}[{index}].api_name")
    return [item["api_name"] for item in given]


def _check(module: Module, name: str, named: list[str], path: str, together: list[str]) -> None:
    """Raise the refusal of a field whose value cannot be taken from a merged record."""
    field = module.fields.get(name)
    if module.api_name == DEALS.api_name and name in OF_MASTER:
        raise _refused("NOT_ALLOWED", OF_MASTER[name], "api_name", path)
    if field is None or field.system or field.derived or name == "id":
        raise _refused("INVALID_DATA", "invalid data", "api_name", path)
    if name in named:
        raise _refused("DUPLICATE_DATA", "When one field is mentioned more than once", "api_name", path)
    if module.api_name == CONTACTS.api_name and name == "Reporting_To" and "Account_Name" not in together:
        message = "Reporting to and account should belong to the same record"
        raise _refused("INVALID_DATA", message, "api_name", path)


def _refused(code: str, message: str, api_name: str, path: str, length: int | None = None) -> RefusedError:
    details: dict[str, Any] = {"api_name": api_name, "json_path": f"{ROOT}.{path}"}
    if length is not None:
        # The description has the one as text, the other as a number.
        details |= {"minimum_length": str(length)} if length == 1 else {"maximum_length": length}
    return RefusedError(Reply(status=400, content={"merge": [entry(code, message, details)]}))
