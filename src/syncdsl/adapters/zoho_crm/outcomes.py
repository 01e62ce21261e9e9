"""Reads the per-record results of writing calls (Zoho CRM API v8, Insert records, Update records, Upsert records)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, MovedOn, NotSent, Outcome, Rejected, Written
from syncdsl.adapters.zoho.stamps import read_instant
from syncdsl.adapters.zoho_crm.dialect import BUSY, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.diagnostics import Fault

SUCCESS = "SUCCESS"
STALE = "ALREADY_MODIFIED"
DUPLICATE = "DUPLICATE_DATA"
UNKNOWN_EFFECT = frozenset({"INTERNAL_ERROR", "DEPENDENT_SERVICE_ERROR"})
"""Codes that do not say whether the record was written: something broke on the way."""

Result: TypeAlias = "dict[str, Any] | NotSent | Ambiguous | Fault"
"""What a call says about one record: its entry in the answer, or why there is none."""

_PLACE = re.compile(r"^\$\.data\[(\d+)\]")


def arranged(entries: Sequence[dict[str, Any]], ids: Sequence[str | None]) -> list[dict[str, Any] | Ambiguous]:
    """Return the entry of each record that was sent, by its place and by what the entry itself says.

    `ids` are those sent, None for records to be created. The order of the entries is that of the records (Zoho CRM API
    v8). An entry that names another record, or another place, is put there; a record whose entry is then missing, or
    that shares its new id with another, is in doubt.
    """
    if len(entries) == len(ids) and all(_fits(entry, place, ids) for place, entry in enumerate(entries)):
        places: dict[int, dict[str, Any]] = dict(enumerate(entries))
    else:
        told = [(_told_place(entry, ids), entry) for entry in entries]
        places = {place: entry for place, entry in told if place is not None and place < len(ids)}
    made = [_written_id(entry) for entry in places.values()]
    doubtful = {identifier for identifier in made if identifier is not None and made.count(identifier) > 1}
    lost = Ambiguous(reason=f"{len(entries)} results for {len(ids)} records, and none of them is about this one")
    shared = Ambiguous(reason="two results name the same record")
    return [
        lost if place not in places else shared if _written_id(places[place]) in doubtful else places[place]
        for place in range(len(ids))
    ]


def outcome(entry: dict[str, Any], *, key_field: str | None, clean: Callable[[str], str]) -> Outcome:
    """Return the outcome that one result entry tells.

    `key_field` is given for creates: a duplicate there is `DuplicateKey`.
    """
    code = str(entry.get("code") or "")
    if code == SUCCESS:
        identifier = _written_id(entry)
        if not identifier:
            return Ambiguous(reason="a success without an id")
        return Written(id=identifier, modified=read_instant(entry["details"].get("Modified_Time")))
    if not code:
        return Ambiguous(reason="a result without a code")
    parts = _parts(entry)
    codes = {str(part.get("code") or "") for part in parts}
    if codes & UNKNOWN_EFFECT:
        return Ambiguous(reason=clean(describe(entry)))
    if codes & BUSY:
        return NotSent(reason=clean(describe(entry)))
    if STALE in codes:
        return MovedOn()
    for part in parts:
        if key_field is not None and _duplicate_of(part, key_field):
            found = part["details"].get("id")
            return DuplicateKey(id=str(found) if found else None)
    return rejected(entry, clean)


def is_stale(entry: dict[str, Any]) -> bool:
    """Return whether a result says that the record is newer than the stamp the update was based on."""
    return any(part.get("code") == STALE for part in _parts(entry))


def place_of(entry: dict[str, Any]) -> int | None:
    """Return which record of a call an error is about, where its `json_path` says so."""
    for part in _parts(entry):
        details = part.get("details")
        path = details.get("json_path") if isinstance(details, dict) else None
        found = _PLACE.match(path) if isinstance(path, str) else None
        if found is not None:
            return int(found.group(1))
    return None


def rejected(entry: dict[str, Any], clean: Callable[[str], str]) -> Rejected:
    """Return the refusal that an error tells, with the field of the first of its errors."""
    parts = _parts(entry)
    details = parts[0].get("details")
    field = details.get("api_name") if isinstance(details, dict) else None
    return Rejected(
        code=str(parts[0].get("code") or entry.get("code") or "UNKNOWN"),
        message=clean("; ".join(describe(part) for part in parts)),
        field=str(field) if field else None,
    )


def _fits(entry: dict[str, Any], place: int, ids: Sequence[str | None]) -> bool:
    told = place_of(entry)
    written = _written_id(entry)
    return told in {None, place} and (written is None or ids[place] in {None, written})


def _told_place(entry: dict[str, Any], ids: Sequence[str | None]) -> int | None:
    details = entry.get("details")
    identifier = str(details.get("id")) if isinstance(details, dict) and details.get("id") else None
    if identifier is not None and entry.get("code") in {SUCCESS, STALE} and identifier in ids:
        return ids.index(identifier)
    return place_of(entry) if entry.get("code") != SUCCESS else None


def _written_id(entry: dict[str, Any]) -> str | None:
    details = entry.get("details")
    if entry.get("code") != SUCCESS or not isinstance(details, dict):
        return None
    return str(details["id"]) if details.get("id") else None


def _parts(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of an entry; one entry can carry several."""
    details = entry.get("details")
    errors = details.get("errors") if isinstance(details, dict) else None
    inner = [item for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []
    return inner or [entry]


def _duplicate_of(entry: dict[str, Any], key_field: str) -> bool:
    details = entry.get("details")
    return entry.get("code") == DUPLICATE and isinstance(details, dict) and details.get("api_name") == key_field
