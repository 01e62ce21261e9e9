"""Reading records: `GET /{module}` and `GET /{module}/{id}` (Zoho CRM API v8, Get Records)."""

import base64
import hashlib
import json
from dataclasses import dataclass

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.asking import (
    modified_since,
    module_of,
    named_fields,
    page_size,
    required_fields,
    view_criteria,
    whole_number,
)
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.envelope import ambiguous_parameters, invalid_parameter, refused
from syncdsl.sandbox.crm.external import addressed, external_field
from syncdsl.sandbox.crm.rendering import moment, rendered, rendered_whole
from syncdsl.sandbox.crm.selection import joined, selection
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Parameter, Record, Store, row_key

NUMBERED_ROWS = 2_000
"""Rows that numbered pages reach; further ones need a page token."""
TOKEN_ROWS = 100_000
IDENTITY_LIMIT = 100
TOKEN_LIFE = 24 * 3600
SORT_COLUMNS = {"id": "id", "Created_Time": "created", "Modified_Time": "modified"}
CHOICES = {"converted": ("true", "false", "both"), "approved": ("true", "false", "both")}
"""Parameters that are checked and, as the sandbox has neither leads nor approvals, choose nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """Where a page starts: its number, and the sort value and id of the row before it (with a page token)."""

    page: int
    seen: int
    value: int | None = None
    id: int | None = None


class Reading:
    """The read calls of record modules."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue

    def list(self, call: Call) -> Reply:
        """Answer a list: 204 without rows, 304 when nothing is newer than If-Modified-Since."""
        module = module_of(self._catalogue, call)
        fields = required_fields(call)
        _check_choices(call)
        since = modified_since(call)
        per_page = page_size(call)
        sort, descending = _sorting(call)
        position = self._position(call, per_page)
        if "cvid" in call.query and "sort_by" in call.query:
            raise ambiguous_parameters("cvid", "sort_by")
        where = [self._chosen(call, module), selection(self._catalogue, module, view_criteria(call, module))]
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
        module = module_of(self._catalogue, call)
        fields = named_fields(call)
        _check_choices(call)
        record = addressed(self._store, call, module, call.variables["id"])
        if record is None:
            return Reply(status=204)
        since = modified_since(call)
        if since is not None and record.modified <= since:
            return Reply(status=304)
        row = rendered_whole(self._store, self._catalogue, module, record)
        if fields:
            wanted = {"id", *fields}
            row = {key: value for key, value in row.items() if key in wanted}
        return Reply(content={"data": [row]})

    def _chosen(self, call: Call, module: Module) -> Clause:
        if "ids" not in call.query:
            return Clause("1")
        asked = [item.strip() for item in call.query["ids"].split(",")]
        if len(asked) > IDENTITY_LIMIT:
            details = {"limit": IDENTITY_LIMIT, "param": "ids"}
            raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", details)
        if (field := external_field(call, module)) is not None:
            found = [number for item in asked for number in self._store.find(module.collection, field, item)]
        else:
            keys = [row_key(item) for item in asked]
            if None in keys:
                raise invalid_parameter("ids")
            found = [key for key in keys if key is not None]
        return Clause(f"id IN ({','.join('?' * len(found))})", tuple(found))

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
        if not all(isinstance(item, int) and 0 <= item < 2**63 for item in (expiry, page, seen, value, identity)):
            raise invalid_parameter("page_token")
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


def _sorting(call: Call) -> tuple[str, bool]:
    sort = call.query.get("sort_by", "id")
    if sort not in SORT_COLUMNS:
        raise invalid_parameter("sort_by", supported_values=sorted(SORT_COLUMNS))
    order = call.query.get("sort_order", "desc")
    if order not in {"asc", "desc"}:
        raise invalid_parameter("sort_order", supported_values=["asc", "desc"])
    return sort, order == "desc"


def _check_choices(call: Call) -> None:
    for name, choices in CHOICES.items():
        if call.query.get(name, choices[0]) not in choices:
            raise invalid_parameter(name, supported_values=list(choices))


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
