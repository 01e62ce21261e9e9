"""Reading records: `GET /{module}` and `GET /{module}/{id}` (Zoho CRM API v8, Get Records)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.clock import Clock, second_of
from syncdsl.sandbox.crm.catalogue import MODULES_BY_NAME, Module
from syncdsl.sandbox.crm.envelope import (
    ambiguous_parameters,
    invalid_identity,
    invalid_parameter,
    missing_parameter,
    refused,
)
from syncdsl.sandbox.crm.rendering import moment, rendered, rendered_whole
from syncdsl.sandbox.crm.selection import joined, selection
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Parameter, Record, Store, row_key

PAGE_LIMIT = 200
NUMBERED_ROWS = 2_000
"""Rows that numbered pages reach; further ones need a page token."""
TOKEN_ROWS = 100_000
FIELD_LIMIT = 50
IDENTITY_LIMIT = 100
TOKEN_LIFE = 24 * 3600
SORT_COLUMNS = {"id": "id", "Created_Time": "created", "Modified_Time": "modified"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """Where a page starts: its number, and the sort value and id of the row before it (with a page token)."""

    page: int
    seen: int
    value: int | None = None
    id: int | None = None


class Reading:
    """The read calls of record modules."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, call: Call) -> Reply:
        """Answer a list: 204 without rows, 304 when nothing is newer than If-Modified-Since."""
        module = module_of(call)
        fields = _requested_fields(call)
        since = modified_since(call)
        per_page = page_size(call)
        sort, descending = _sorting(call)
        position = self._position(call, per_page)
        where = [_chosen(call), selection(module, self._view_criteria(call, module))]
        if since is not None:
            where.append(Clause("modified > ?", (since,)))
        column = SORT_COLUMNS[sort]
        if position.id is not None and position.value is not None:
            where.append(_behind(column, position.value, position.id, descending=descending))
        direction = "DESC" if descending else "ASC"
        order = f"id {direction}" if column == "id" else f"{column} {direction}, id {direction}"
        offset = 0 if position.id is not None else (position.page - 1) * per_page
        found = self._store.select(
            module.collection, joined("and", where), order=order, limit=per_page + 1, offset=offset
        )
        page, more = found[:per_page], len(found) > per_page
        if not page:
            return Reply(status=204 if since is None else 304)
        info = {
            "call": False,
            "per_page": per_page,
            "next_page_token": None,
            "count": len(page),
            "sort_by": sort,
            "page": position.page,
            "previous_page_token": call.query.get("page_token"),
            "page_token_expiry": None,
            "sort_order": "desc" if descending else "asc",
            "email": False,
            "more_records": more,
        }
        if more:
            expiry = self._clock.now() + TOKEN_LIFE
            info["page_token_expiry"] = moment(expiry)
            info["next_page_token"] = _token(call, position, page, column, expiry)
        return Reply(content={"data": rendered(self._store, module, page, fields), "info": info})

    def one(self, call: Call) -> Reply:
        """Answer one record with all its fields; 204 when there is none with this id."""
        module = module_of(call)
        identity = call.variables["id"]
        if row_key(identity) is None:
            raise invalid_identity()
        record = self._store.get(module.collection, identity)
        if record is None:
            return Reply(status=204)
        since = modified_since(call)
        if since is not None and record.modified <= since:
            return Reply(status=304)
        row = rendered_whole(self._store, module, record)
        if call.query.get("fields"):
            wanted = {"id", *call.query["fields"].split(",")}
            row = {key: value for key, value in row.items() if key in wanted}
        return Reply(content={"data": [row]})

    def _view_criteria(self, call: Call, module: Module) -> Any:
        identity = call.query.get("cvid")
        if identity is None:
            return None
        if "sort_by" in call.query:
            raise ambiguous_parameters("cvid", "sort_by")
        for view in module.views:
            if module.view_id(view) == identity:
                return view.criteria
        raise invalid_parameter("cvid")

    def _position(self, call: Call, per_page: int) -> _Position:
        token = call.query.get("page_token")
        if token is None:
            page = whole_number(call, "page", 1)
            if page * per_page > NUMBERED_ROWS:
                raise refused(
                    400,
                    "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                    "you have exceeded the discrete pagination limit, use page_token for further records",
                    {"limit": NUMBERED_ROWS},
                )
            return _Position(page=page, seen=(page - 1) * per_page)
        if "page" in call.query:
            raise ambiguous_parameters("page", "page_token")
        try:
            [binding, expiry, page, seen, value, identity] = json.loads(base64.urlsafe_b64decode(token))
        except (TypeError, ValueError):
            raise invalid_parameter("page_token") from None
        if binding != _binding(call):
            raise refused(400, "TOKEN_BOUND_DATA_MISMATCH", "the page_token belongs to a request with other parameters")
        if expiry < self._clock.now():
            raise refused(400, "EXPIRED_VALUE", "the page_token has expired", {"param_name": "page_token"})
        if seen >= TOKEN_ROWS:
            raise refused(
                400,
                "PAGINATION_LIMIT_EXCEEDED",
                "you have exceeded the pagination limit",
                {"limit": TOKEN_ROWS},
            )
        return _Position(page=page, seen=seen, value=value, id=identity)


def module_of(call: Call) -> Module:
    """Return the module that the path names. Raises the refusal INVALID_MODULE."""
    module = MODULES_BY_NAME.get(call.variables["module"])
    if module is None:
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
    return module


def modified_since(call: Call) -> int | None:
    """Return the second of the If-Modified-Since header, or None without one."""
    header = call.headers.get("if-modified-since")
    if header is None:
        return None
    second = second_of(header)
    if second is None:
        raise refused(
            400,
            "INVALID_DATA",
            "invalid data",
            {"expected_data_type": "datetime", "header": "If-Modified-Since"},
        )
    return second


def page_size(call: Call) -> int:
    """Return `per_page` (default and maximum 200)."""
    size = whole_number(call, "per_page", PAGE_LIMIT)
    if size > PAGE_LIMIT:
        raise invalid_parameter("per_page", maximum_value=PAGE_LIMIT)
    return size


def whole_number(call: Call, name: str, default: int) -> int:
    """Return a query parameter that counts from 1."""
    value = call.query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 9 or int(value) == 0:
        raise invalid_parameter(name, expected_data_type="integer")
    return int(value)


def _requested_fields(call: Call) -> list[str]:
    fields = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    if not fields:
        raise missing_parameter("fields")
    if len(fields) > FIELD_LIMIT:
        raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", {"limit": FIELD_LIMIT, "param": "fields"})
    return fields


def _sorting(call: Call) -> tuple[str, bool]:
    sort = call.query.get("sort_by", "id")
    if sort not in SORT_COLUMNS:
        raise invalid_parameter("sort_by", supported_values=sorted(SORT_COLUMNS))
    order = call.query.get("sort_order", "desc")
    if order not in {"asc", "desc"}:
        raise invalid_parameter("sort_order", supported_values=["asc", "desc"])
    return sort, order == "desc"


def _chosen(call: Call) -> Clause:
    if "ids" not in call.query:
        return Clause("1")
    identities = [item.strip() for item in call.query["ids"].split(",")]
    if len(identities) > IDENTITY_LIMIT:
        raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", {"limit": IDENTITY_LIMIT, "param": "ids"})
    if any(row_key(item) is None for item in identities):
        raise invalid_parameter("ids")
    return Clause(f"id IN ({','.join('?' * len(identities))})", tuple(int(item) for item in identities))


def _behind(column: str, value: int, identity: int, *, descending: bool) -> Clause:
    """Return the rows that follow (value, id) in the sort order; rows edited meanwhile cannot shift it."""
    sign = "<" if descending else ">"
    if column == "id":
        return Clause(f"id {sign} ?", (identity,))
    parameters: tuple[Parameter, ...] = (value, identity)
    return Clause(f"({column}, id) {sign} (?, ?)", parameters)


def _token(call: Call, position: _Position, page: list[Record], column: str, expiry: int) -> str:
    last = page[-1]
    value = {"id": last.id, "created": last.created, "modified": last.modified}[column]
    state = [_binding(call), expiry, position.page + 1, position.seen + len(page), value, last.id]
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def _binding(call: Call) -> str:
    """Return a digest of what a page token is bound to: everything but the page."""
    bound = {key: value for key, value in call.query.items() if key not in {"page", "page_token"}}
    bound["If-Modified-Since"] = call.headers.get("if-modified-since", "")
    bound["path"] = call.path
    return hashlib.sha256(json.dumps(sorted(bound.items())).encode()).hexdigest()[:16]
