"""Reads the per-record results of writing calls (Zoho CRM API v8, Insert records, Update records, Upsert records)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, NotSent, Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_crm.dialect import describe, results

if TYPE_CHECKING:
    from collections.abc import Callable

STALE = "ALREADY_MODIFIED"
_BUSY = {"TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"}


def outcomes(
    answer: Answer | NotSent | Ambiguous, count: int, *, key_field: str | None, clean: Callable[[str], str]
) -> list[Outcome]:
    """Return one outcome for each of `count` records of a call, in order.

    The HTTP status is not looked at once there are results. Without results a status of 4xx refused all
    records. `key_field` is given for creates: a duplicate there is `DuplicateKey`.
    """
    if not isinstance(answer, Answer):
        return [answer] * count
    entries = results(answer)
    if entries is None:
        if 400 <= answer.status < 500 and isinstance(answer.data, dict):
            return [_rejected(answer.data, clean)] * count
        return [Ambiguous(reason=f"HTTP {answer.status} without results")] * count
    if len(entries) != count:
        return [Ambiguous(reason=f"{len(entries)} results for {count} records")] * count
    return [outcome(entry, key_field=key_field, clean=clean) for entry in entries]


def outcome(entry: dict[str, Any], *, key_field: str | None, clean: Callable[[str], str]) -> Outcome:
    """Return the outcome that one result entry tells."""
    details = entry.get("details") if isinstance(entry.get("details"), dict) else {}
    code = str(entry.get("code", ""))
    match code:
        case "SUCCESS":
            identifier = (details or {}).get("id")
            if identifier:
                return Written(id=str(identifier))
            return Ambiguous(reason="a success without an id")
        case "INTERNAL_ERROR":
            return Ambiguous(reason=clean(describe(entry)))
        case _ if code in _BUSY:
            return NotSent(reason=clean(describe(entry)))
        case _:
            for part in _parts(entry):
                if key_field is not None and _duplicate_of(part, key_field):
                    found = part["details"].get("id")
                    return DuplicateKey(id=str(found) if found else None)
            return _rejected(entry, clean)


def is_stale(entry: dict[str, Any]) -> bool:
    """Return whether a result says that the record is newer than the stamp the update was based on."""
    return any(part.get("code") == STALE for part in _parts(entry))


def _parts(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of an entry; one entry can carry several."""
    details = entry.get("details")
    errors = details.get("errors") if isinstance(details, dict) else None
    inner = [item for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []
    return inner or [entry]


def _duplicate_of(entry: dict[str, Any], key_field: str) -> bool:
    details = entry.get("details")
    return entry.get("code") == "DUPLICATE_DATA" and isinstance(details, dict) and details.get("api_name") == key_field


def _rejected(entry: dict[str, Any], clean: Callable[[str], str]) -> Rejected:
    parts = _parts(entry)
    details = parts[0].get("details")
    field = details.get("api_name") if isinstance(details, dict) else None
    return Rejected(
        code=str(parts[0].get("code") or entry.get("code") or "UNKNOWN"),
        message=clean("; ".join(describe(part) for part in parts)),
        field=str(field) if field else None,
    )
