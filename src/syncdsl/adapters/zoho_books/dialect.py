"""How Zoho Books words its answers (Zoho Books API v3, "Errors", "API call limit")."""

from __future__ import annotations

import re
from typing import Any

from syncdsl.adapters.transport.answer import Answer, Verdict

ABSENT = 1002
NO_SUCH_URL = 5
NOT_AUTHORISED = 57
INTERNAL = 1000
TOO_MANY = frozenset({43, 44, 45, 1070})
"""Blocked for a while, per minute, per day, at once."""

_FIELD_OF_CODE = {3062: "contact_name", 13009: "account_id", 13011: "bill_number"}
"""The name of a contact is taken; a line of a bill has no account; the vendor's bill number is taken."""

_NOT_THERE = re.compile(r"(?P<entity>[A-Z][A-Za-z ]*) does not exist")
_FIELD_OF_ENTITY = {
    "Customer": "customer_id",
    "Vendor": "vendor_id",
    "Item": "item_id",
    "Tax": "tax_id",
    "Currency": "currency_id",
    "Role": "role_id",
}
"""Which field names what is said not to exist, where it is not the record itself."""

_TAKEN = re.compile(r"^(?P<label>Item|SKU) .* already exists")
_FIELD_OF_LABEL = {"Item": "name", "SKU": "sku"}

_NAMED_FIELD = re.compile(r"Invalid value passed for (?P<name>[A-Za-z_.]+)|ensure that the (?P<long>[a-z_.]+) has")


class BooksDialect:
    """Reads the envelope `{"code", "message"}`, whose code counts even when the HTTP status says 200."""

    def verdict(self, answer: Answer, *, fresh: bool) -> Verdict:
        """Return what the answer means for the call.

        Code 57 stands for a token that is no longer good as well as for a missing right: with a fresh token
        it is the latter.
        """
        code = code_of(answer)
        if answer.status == 429 or code in TOO_MANY:
            return Verdict.BUSY
        if answer.status == 401:
            return Verdict.FORBIDDEN if fresh and code == NOT_AUTHORISED else Verdict.EXPIRED
        if answer.status == 403:
            return Verdict.FORBIDDEN
        if answer.status >= 500 or code == INTERNAL:
            return Verdict.FAILING
        return Verdict.FINE

    def words(self, answer: Answer) -> str:
        """Return message and code on one line."""
        message = message_of(answer)
        code = code_of(answer)
        return f"{message} (code {code})" if code is not None else message


def code_of(answer: Answer) -> int | None:
    """Return the envelope's code; 0 is success."""
    code = answer.data.get("code") if isinstance(answer.data, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def message_of(answer: Answer) -> str:
    """Return the envelope's message."""
    return str(answer.data.get("message") or "").strip() if isinstance(answer.data, dict) else ""


def succeeded(answer: Answer) -> bool:
    """Return whether a call succeeded by status and by code."""
    return answer.status < 400 and code_of(answer) == 0


def refused_field(answer: Answer) -> str | None:
    """Return the field a refusal is about, where code or message tell."""
    code = code_of(answer)
    if code in _FIELD_OF_CODE:
        return _FIELD_OF_CODE[code]
    message = message_of(answer)
    if code == ABSENT:
        named = _NOT_THERE.search(message)
        return _FIELD_OF_ENTITY.get(named["entity"].strip()) if named else None
    taken = _TAKEN.search(message)
    if taken:
        return _FIELD_OF_LABEL[taken["label"]]
    found = _NAMED_FIELD.search(message)
    return (found["name"] or found["long"]).strip(".") if found else None


def single(answer: Answer, name: str) -> dict[str, Any] | None:
    """Return the object that an answer carries under a name."""
    found = answer.data.get(name) if isinstance(answer.data, dict) else None
    if isinstance(found, list) and len(found) == 1:
        # Some answers about contact persons wrap the one in a list.
        found = found[0]
    return found if isinstance(found, dict) else None
