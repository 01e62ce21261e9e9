"""How Zoho CRM words its answers (Zoho CRM API v8, "Status codes and errors")."""

from __future__ import annotations

from typing import Any

from syncdsl.adapters.transport.answer import Answer, Verdict

BUSY = frozenset({"TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"})
"""Codes of a call, or a record, refused for its rate."""


class CrmDialect:
    """Reads the error envelope `{"code", "details", "message", "status"}`."""

    def verdict(self, answer: Answer, *, fresh: bool) -> Verdict:  # noqa: ARG002 - the codes tell both cases apart
        """Return what the answer means for the call; a list of per-record results speaks for itself."""
        if results(answer) is not None:
            return Verdict.FINE
        code = _code(answer.data)
        if answer.status == 429 or code in BUSY:
            return Verdict.BUSY
        if answer.status == 401:
            return Verdict.FORBIDDEN if code == "OAUTH_SCOPE_MISMATCH" else Verdict.EXPIRED
        if answer.status == 403:
            return Verdict.FORBIDDEN
        if answer.status >= 500:
            return Verdict.FAILING
        return Verdict.FINE

    def words(self, answer: Answer) -> str:
        """Return message, code and details on one line."""
        return describe(answer.data) if isinstance(answer.data, dict) else ""


def results(answer: Answer) -> list[dict[str, Any]] | None:
    """Return the list under `data` where the answer has one, whatever its HTTP status."""
    data = answer.data.get("data") if isinstance(answer.data, dict) else None
    return data if isinstance(data, list) and all(isinstance(item, dict) for item in data) else None


def describe(entry: dict[str, Any]) -> str:
    """Return an error entry in words: `duplicate data (DUPLICATE_DATA, Email)`."""
    facts = [str(entry.get("code", ""))]
    details = entry.get("details")
    if isinstance(details, dict):
        facts += [_fact(name, details[name]) for name in _TOLD if details.get(name) is not None]
    shown = ", ".join(fact for fact in facts if fact)
    message = str(entry.get("message", "")).strip()
    return f"{message} ({shown})" if message and shown else message or shown


_TOLD = (
    "api_name",
    "param",
    "param_name",
    "maximum_length",
    "expected_data_type",
    "permissions",
    "id",
    "reason",
)


def _fact(name: str, value: object) -> str:
    match name, value:
        case (("api_name" | "param" | "param_name"), _):
            return str(value)
        case "permissions", list():
            return " ".join(str(item) for item in value)
        case _:
            return f"{name.replace('_', ' ')} {value}"


def _code(data: object) -> str:
    return str(data.get("code", "")) if isinstance(data, dict) else ""
