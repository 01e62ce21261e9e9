"""Reads records by id and turns rows into records (Zoho CRM API v8, Get records)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from syncdsl.adapters.protocol import Record, Sample
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import read_instant, settled, write_instant
from syncdsl.adapters.zoho_crm.modules import CREATED, MODIFIED, PROFILE, USERS
from syncdsl.adapters.zoho_crm.values import read_fields
from syncdsl.schema.types import RowsType

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.schema.snapshot import ModuleSchema

FIELDS_PER_CALL = 50
IDS_PER_CALL = 100
ID_IN_PATH = 1
"""Where the id stands in `/{module}/{id}`, as errors count the parts of a path."""

STAMPS = (CREATED, MODIFIED)
_MOVED = "$moved"
"""Marks a row whose parts were read before and after a change."""


def field_parts(wanted: Sequence[str]) -> list[str]:
    """Return the wanted fields in parts of at most 50, each with the stamps, as the `fields` parameter takes them."""
    names = [name for name in dict.fromkeys(wanted) if name not in {"id", *STAMPS}]
    size = FIELDS_PER_CALL - len(STAMPS)
    parts = [names[start : start + size] for start in range(0, len(names), size)] or [[]]
    return [",".join((*part, *STAMPS)) for part in parts]


def list_parts(schema: ModuleSchema, wanted: Sequence[str]) -> list[str]:
    """Return the parts in which a list is read: the stamps alone where only the records themselves tell the rest."""
    return field_parts(() if has_rows(schema, wanted) else wanted)


def has_rows(schema: ModuleSchema, wanted: Sequence[str]) -> bool:
    """Return whether a subform is among the fields; lists leave subforms out, single records do not."""
    return any(isinstance(schema.fields[name].value, RowsType) for name in wanted if name in schema.fields)


class Reader:
    """Reads records of one connection by id."""

    def __init__(self, api: Api, *, at_once: int) -> None:
        self._api = api
        self._at_once = at_once

    def fetch(self, module: str, ids: Sequence[str], wanted: Sequence[str]) -> dict[str, Record]:
        """Return the records that exist now; ids not in the answer are confirmed absent."""
        schema = self._api.module(module)
        self.check_fields(module, schema, wanted)
        if module == USERS:
            return {record.id: record for record in self.users(wanted)[0] if record.id in set(ids)}
        unique = list(dict.fromkeys(ids))
        if has_rows(schema, wanted):
            return {record.id: record for record in self._details(module, schema, unique, wanted)}
        chunks = [unique[start : start + IDS_PER_CALL] for start in range(0, len(unique), IDS_PER_CALL)]
        found = each(lambda chunk: self._chunk(module, schema, chunk, wanted), chunks, at_once=self._at_once)
        return {record.id: record for records in found for record in records}

    def records(
        self, module: str, schema: ModuleSchema, rows: list[dict[str, Any]], wanted: Sequence[str], now: dt.datetime
    ) -> list[Record]:
        """Return the records of rows of a list that was read with the first of `list_parts`.

        Further fields, and the rows of subforms, are read now; a record that has gone meanwhile is left out.
        """
        if has_rows(schema, wanted):
            return self._details(module, schema, [str(row["id"]) for row in rows], wanted)
        completed = self.complete(module, rows, field_parts(wanted))
        return [self.record(module, schema, row, wanted, now) for row in completed]

    def users(self, wanted: Sequence[str]) -> tuple[list[Record], dt.datetime]:
        """Return all users and the server's time (Zoho CRM API v8, Users)."""
        schema = self._api.module(USERS)
        pages = list(self._api.pages("/users", {"type": "AllUsers"}, under="users"))
        records = [
            self.record(USERS, schema, _user(row), wanted, self._api.now(answer))
            for rows, answer in pages
            for row in rows
        ]
        return records, self._api.now(pages[0][1])

    def sample(self, name: str, limit: int) -> Sample:
        """Return the first records by id, every field but subforms, at most `limit`."""
        schema = self._api.module(name)
        wanted = tuple(field for field, held in schema.fields.items() if not isinstance(held.value, RowsType))
        if name == USERS:
            users = [record.fields for record in self.users(wanted)[0]]
            return Sample(rows=tuple(users[:limit]), fields=wanted, complete=len(users) <= limit)
        parts = field_parts(wanted)
        rows: list[dict[str, Any]] = []
        more = False
        params = {"fields": parts[0], "sort_by": "id", "sort_order": "asc"}
        for page, answer in self._api.pages(f"/{name}", params):
            rows += page
            more = bool(page) and bool((answer.data.get("info") or {}).get("more_records"))
            if len(rows) >= limit:
                break
        kept = self.complete(name, rows[:limit], parts)
        return Sample(
            rows=tuple(read_fields(row, schema, wanted) for row in kept),
            fields=wanted,
            complete=len(rows) <= limit and not more,
        )

    def complete(self, module: str, rows: list[dict[str, Any]], parts: Sequence[str]) -> list[dict[str, Any]]:
        """Add the fields of further parts to rows that hold the first part."""
        for part in parts[1:]:
            for start in range(0, len(rows), IDS_PER_CALL):
                chunk = rows[start : start + IDS_PER_CALL]
                more = {row["id"]: row for row in self._by_ids(module, [row["id"] for row in chunk], part)[0]}
                for row in chunk:
                    extra = more.get(row["id"], {})
                    moved = extra.get(MODIFIED) != row.get(MODIFIED)
                    row.update({**extra, MODIFIED: row.get(MODIFIED), _MOVED: moved or row.get(_MOVED, False)})
        return rows

    def record(
        self, module: str, schema: ModuleSchema, row: dict[str, Any], wanted: Sequence[str], now: dt.datetime
    ) -> Record:
        """Return a row as a record.

        Its version is its stamp, unless the stamp is so recent that another change in the same second would
        not show in it, or the row was put together across a change.

        Raises Fault SD707 when the row lacks a field that was asked for: an empty one is there as null, so it was
        removed, or is hidden from this user, and must not be taken for emptied.
        """
        lacking = next((name for name in wanted if name not in row), None) if module != USERS else None
        if lacking is not None:
            raise self._api.client.problems.not_offered(
                f"module `{module}` has no field `{lacking}` any more, or this user may not see it"
            )
        modified = read_instant(row.get(MODIFIED))
        certain = modified is not None and settled(modified, now) and not row.get(_MOVED)
        return Record(
            module=module,
            id=str(row["id"]),
            fields=read_fields(row, schema, wanted),
            version=write_instant(modified) if modified is not None and certain else None,
            modified=modified,
            created=read_instant(row.get(schema.created_field or CREATED)),
        )

    def check_fields(self, module: str, schema: ModuleSchema, wanted: Sequence[str]) -> None:
        """Raise Fault SD707 for a field that the snapshot lacks."""
        for name in wanted:
            if name not in schema.fields:
                raise self._api.client.problems.not_offered(f"module `{module}` has no field `{name}`")

    def _details(self, module: str, schema: ModuleSchema, ids: Sequence[str], wanted: Sequence[str]) -> list[Record]:
        """Read records one by one, side by side, with all their fields; absent ones are left out."""

        def detail(identifier: str) -> Record | None:
            path = f"/{module}/{quote(identifier, safe='')}"
            answer = self._api.read("GET", path)
            if answer.status >= 400 and not _about_ids(answer.data):
                raise self._api.refused(answer, path)
            rows = self._api.rows(answer) if answer.status < 400 else []
            return self.record(module, schema, rows[0], wanted, self._api.now(answer)) if rows else None

        return [record for record in each(detail, ids, at_once=self._at_once) if record is not None]

    def _chunk(self, module: str, schema: ModuleSchema, ids: Sequence[str], wanted: Sequence[str]) -> list[Record]:
        parts = field_parts(wanted)
        rows, now = self._by_ids(module, ids, parts[0])
        return [self.record(module, schema, row, wanted, now) for row in self.complete(module, rows, parts)]

    def _by_ids(self, module: str, ids: Sequence[str], part: str) -> tuple[list[dict[str, Any]], dt.datetime]:
        params = {"ids": ",".join(ids), "fields": part, "per_page": str(len(ids))}
        answer = self._api.read("GET", f"/{module}", params=params)
        if answer.status < 400:
            return self._api.rows(answer), self._api.now(answer)
        if not _about_ids(answer.data):
            raise self._api.refused(answer, f"/{module}")
        if len(ids) == 1:
            return [], self._api.now(answer)
        # One malformed id refuses the whole call; halving finds it, and the others are read.
        half = len(ids) // 2
        first, now = self._by_ids(module, ids[:half], part)
        second, _ = self._by_ids(module, ids[half:], part)
        return [*first, *second], now


def _about_ids(data: Any) -> bool:
    """Return whether an error says that an id is malformed, which is how absence looks for what was never an id."""
    details = data.get("details") if isinstance(data, dict) else None
    if not isinstance(details, dict) or data.get("code") != "INVALID_DATA":
        return False
    if details.get("resource_path_index") == ID_IN_PATH:
        return True
    return bool({"id", "ids"} & {details.get("api_name"), details.get("param_name"), details.get("param")})


def _user(row: dict[str, Any]) -> dict[str, Any]:
    """Return a user's row with its profile by name, which is all that rules know of it."""
    profile = row.get(PROFILE)
    return {**row, PROFILE: profile.get("name") if isinstance(profile, dict) else profile}
