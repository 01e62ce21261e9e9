"""The related lists of a record (Zoho CRM API v8, Related Records) and their descriptions."""

from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import modified_since, module_of, page_size, required_fields, whole_number
from syncdsl.sandbox.crm.catalogue import CONTACTS, Catalogue, Module
from syncdsl.sandbox.crm.envelope import entry, missing_parameter, refused
from syncdsl.sandbox.crm.external import addressed
from syncdsl.sandbox.crm.related.lists import RelatedList, related_lists, shown_fields
from syncdsl.sandbox.crm.rendering import rendered
from syncdsl.sandbox.crm.stage_history import StageHistory
from syncdsl.sandbox.crm.writing import sent_records
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Record, Store, row_key

TABLE = """CREATE TABLE IF NOT EXISTS crm_contact_role (
    deal INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (deal, contact)
) WITHOUT ROWID"""
ROLE = "Contact_Role"
LONGEST_ROLE = 100
BATCH_LIMIT = 100
WHOLE = 100_000
"""More records than any list has."""


class Relating:
    """The calls about related lists."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue, history: StageHistory) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._history = history
        store.rows(TABLE)

    def described(self, call: Call) -> Reply:
        """Answer `GET /settings/related_lists?module=` and `/settings/related_lists/{id}?module=`."""
        name = call.query.get("module")
        if not name:
            raise missing_parameter("module")
        module = self._catalogue.record_module(name)
        if module is None:
            raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
        identity = call.variables.get("id")
        lists = [
            self._description(module, listed)
            for listed in related_lists(self._catalogue, module, self._history)
            if identity in {None, listed.id_in(module)}
        ]
        return Reply(content={"related_lists": lists}) if lists else Reply(status=204)

    def listed(self, call: Call) -> Reply:
        """Answer `GET /{module}/{id}/{list}`; 204 without rows (304 under If-Modified-Since)."""
        module, record, listed = self._asked(call)
        fields = required_fields(call)
        size, page = page_size(call), whole_number(call, "page", 1)
        since = modified_since(call)
        offset = (page - 1) * size
        if listed.kind == "stage_history":
            rows = [_chosen(row, fields) for row in self._history.rows(record)]
            found = rows[offset : offset + size + 1]
        else:
            found = self._records(listed, record, fields, since, size + 1, offset)
        shown = found[:size]
        if not shown:
            return Reply(status=204 if since is None else 304)
        info = {
            "call": False,
            "per_page": size,
            "next_page_token": None,
            "count": len(shown),
            "sort_by": "id",
            "page": page,
            "previous_page_token": None,
            "page_token_expiry": None,
            "sort_order": "desc",
            "email": False,
            "more_records": len(found) > size,
        }
        return Reply(content={"data": shown, "info": info}, module=module.api_name)

    def one(self, call: Call) -> Reply:
        """Answer `GET /{module}/{id}/{list}/{related id}`; 204 when that record is not in the list."""
        module, record, listed = self._asked(call)
        fields = required_fields(call)
        if listed.kind == "stage_history":
            rows = [_chosen(row, fields) for row in self._history.rows(record)]
        else:
            rows = self._records(listed, record, fields, None, WHOLE, 0)
        shown = [row for row in rows if row["id"] == call.variables["related"]]
        return Reply(content={"data": shown}, module=module.api_name) if shown else Reply(status=204)

    def relate(self, call: Call) -> Reply:
        """Answer `PUT /{module}/{id}/{list}` and `…/{list}/{related id}`: give contacts a role in a deal."""
        _, deal, _ = self._writable(call)
        records = sent_records(call)
        if (identity := call.variables.get("related")) is not None:
            records = [{**records[0], "id": identity}]
        entries = [self._related(deal, sent, f"$.data[{index}]") for index, sent in enumerate(records)]
        return _reply(entries)

    def separate(self, call: Call) -> Reply:
        """Answer `DELETE /{module}/{id}/{list}?ids=` and `…/{list}/{related id}`."""
        _, deal, _ = self._writable(call)
        asked = call.variables.get("related") or call.query.get("ids", "")
        identities = [item.strip() for item in asked.split(",") if item.strip()]
        if not identities:
            raise missing_parameter("ids")
        if len(identities) > BATCH_LIMIT:
            details = {"limit": BATCH_LIMIT, "param": "ids"}
            raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", details)
        entries = []
        for identity in identities:
            key = row_key(identity)
            gone = (
                []
                if key is None
                else self._store.rows(
                    "DELETE FROM crm_contact_role WHERE deal = ? AND contact = ? RETURNING 1", (deal.id, key)
                )
            )
            if gone:
                entries.append(_success(identity, "relation removed"))
            else:
                entries.append(entry("INVALID_DATA", "the related id given seems to be invalid", {"id": identity}))
        return _reply(entries)

    def hand_over(self, contact: int, to: int) -> None:
        """Give a contact's roles in deals to another contact, which keeps its own where it has one."""
        self._store.rows("UPDATE OR IGNORE crm_contact_role SET contact = ? WHERE contact = ?", (to, contact))
        self._store.rows("DELETE FROM crm_contact_role WHERE contact = ?", (contact,))

    def hand_over_deal(self, deal: int, to: int) -> None:
        """Give the contact roles of a deal to another deal."""
        self._store.rows("UPDATE OR IGNORE crm_contact_role SET deal = ? WHERE deal = ?", (to, deal))
        self._store.rows("DELETE FROM crm_contact_role WHERE deal = ?", (deal,))

    def _related(self, deal: Record, sent: dict[str, Any], path: str) -> dict[str, Any]:
        identity, role = str(sent.get("id")), sent.get(ROLE)
        name = role.get("name") if isinstance(role, dict) else role
        if not isinstance(name, str | None) or len(name or "") > LONGEST_ROLE:
            details = {"api_name": ROLE, "json_path": f"{path}.{ROLE}", "maximum_length": LONGEST_ROLE}
            return entry("INVALID_DATA", "invalid data", details)
        contact = self._store.get(CONTACTS.collection, identity)
        if contact is None:
            details = {"api_name": "id", "json_path": f"{path}.id"}
            return entry("INVALID_DATA", "the related id given seems to be invalid", details)
        self._store.rows("INSERT OR REPLACE INTO crm_contact_role VALUES (?, ?, ?)", (deal.id, contact.id, name or ""))
        return _success(identity, "relation added")

    def _asked(self, call: Call) -> tuple[Module, Record, RelatedList]:
        module = module_of(self._catalogue, call)
        lists = related_lists(self._catalogue, module, self._history)
        listed = next((item for item in lists if item.api_name == call.variables["list"]), None)
        if listed is None:
            message = "The relation name given seems to be invalid"
            raise refused(400, "INVALID_DATA", message, {"resource_path_index": 2})
        record = addressed(self._store, call, module, call.variables["id"])
        if record is None:
            message = "the id given seems to be invalid"
            raise refused(400, "INVALID_DATA", message, {"resource_path_index": 1})
        return module, record, listed

    def _writable(self, call: Call) -> tuple[Module, Record, RelatedList]:
        module, record, listed = self._asked(call)
        if listed.kind != "contact_roles":
            message = "records of this list are related by their own lookup field"
            raise refused(400, "CANNOT_BE_UPDATED", message, {"resource_path_index": 2})
        return module, record, listed

    def _records(
        self, listed: RelatedList, record: Record, fields: list[str], since: int | None, limit: int, offset: int
    ) -> list[dict[str, Any]]:
        module = self._catalogue.described[listed.target or ""]
        roles: dict[str, str] = {}
        if listed.kind == "contact_roles":
            roles = self._roles(record)
            where = f"id IN ({','.join('?' * len(roles))})"
            parameters: tuple[str | int, ...] = tuple(map(int, roles))
        else:
            where = "id IN (SELECT id FROM record_key WHERE collection = ? AND field = ? AND value = ?)"
            parameters = (module.collection, listed.field or "", str(record.id))
        if since is not None:
            where, parameters = f"{where} AND modified > ?", (*parameters, since)
        found = self._store.select(
            module.collection, Clause(where, parameters), order="id DESC", limit=limit, offset=offset
        )
        rows = rendered(self._store, module, found, fields)
        if listed.kind == "contact_roles":
            for row in rows:
                row[ROLE] = {"name": roles[row["id"]], "id": row["id"]} if roles[row["id"]] else None
        return rows

    def _roles(self, deal: Record) -> dict[str, str]:
        """Return the contacts of a deal with their roles; the deal's own contact is one of them."""
        own = deal.document.get("Contact_Name")
        roles = {own: ""} if own else {}
        stored = self._store.rows("SELECT contact, role FROM crm_contact_role WHERE deal = ?", (deal.id,))
        return roles | {str(contact): role for contact, role in stored}

    def _description(self, module: Module, listed: RelatedList) -> dict[str, Any]:
        target = self._catalogue.described[listed.target] if listed.target else None
        fields = shown_fields(self._catalogue, listed)
        known = target.fields if target else {}
        return {
            "id": listed.id_in(module),
            "sequence_number": str(listed.place + 1),
            "display_label": listed.label,
            "api_name": listed.api_name,
            "module": {"api_name": target.api_name, "id": target.id} if target else None,
            "name": listed.label,
            "action": None,
            "href": f"{module.api_name}/{{ENTITYID}}/{listed.api_name}",
            "type": "default",
            "customize_sort": True,
            "customize_fields": True,
            "customize_display_label": True,
            "sort_by": None,
            "sort_order": None,
            "fields": [
                {"api_name": name, "id": target.field_id(name) if target and name in known else None} for name in fields
            ],
            "status": "visible",
            "visible": True,
        }


def _chosen(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    wanted = ("id", *fields)
    return {name: row[name] for name in dict.fromkeys(wanted) if name in row}


def _success(identity: str, message: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": identity}, "message": message, "status": "success"}


def _reply(entries: list[dict[str, Any]]) -> Reply:
    failed = sum(item["status"] == "error" for item in entries)
    status = 200 if not failed else 400 if failed == len(entries) else 207
    return Reply(status=status, content={"data": entries})
