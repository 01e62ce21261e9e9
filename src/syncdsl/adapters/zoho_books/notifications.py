"""Reads the web hooks that Books sends: checks the signature and says which records they are about.

Zoho Books help, Automation > Webhooks, and Zoho Billing help, "Securing webhooks": the header is the HMAC-SHA256, in
hexadecimal, of all query and form pairs sorted by key, each key followed by its value, and then the raw body when it is
no form. There is no API to set one up; a person does it once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from syncdsl.adapters.notifications import ForgedError, Notice
from syncdsl.adapters.zoho_books.modules import CONTACT_PERSONS, CUSTOMERS, MODULES, VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.notifications import Callback

SIGNATURE = "x-zoho-webhook-signature"
FORM = "application/x-www-form-urlencoded"
PAYLOAD = "JSONString"
"""The form field that holds the record when the hook sends a form."""


def listen(callback: Callback, *, secret: str) -> tuple[Notice, ...]:
    """Return the records a call is about.

    Raises ForgedError when the signature is missing or wrong, and when there is no secret to check it by. A signed call
    that cannot be read hints at nothing.
    """
    form = _form(callback)
    given = callback.headers.get(SIGNATURE, "")
    if not secret:
        raise ForgedError("no secret is set to check the signature by")
    if not given:
        raise ForgedError(f"the header `{SIGNATURE}` is missing")
    if not hmac.compare_digest(
        signature(callback.query, form, callback.body, secret=secret), given.strip().lower().encode()
    ):
        raise ForgedError(f"the header `{SIGNATURE}` does not fit the call")
    return tuple(_notices(_payload(callback, form), [*callback.query, *(form or [])]))


def signature(
    query: Sequence[tuple[str, str]], form: Sequence[tuple[str, str]] | None, body: bytes, *, secret: str
) -> bytes:
    """Return the signature of a call, in hexadecimal; `form` is None when the body is no form and counts as it is."""
    pairs = sorted([*query, *(form or [])], key=lambda pair: pair[0])
    text = "".join(key + value for key, value in pairs).encode()
    base = text if form is not None else text + body
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest().encode()


def _form(callback: Callback) -> list[tuple[str, str]] | None:
    if callback.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    return parse_qsl(callback.body.decode("utf-8", "replace"), keep_blank_values=True)


def _payload(callback: Callback, form: list[tuple[str, str]] | None) -> dict[str, Any]:
    raw = callback.body if form is None else dict(form).get(PAYLOAD, "")
    try:
        data = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _notices(payload: dict[str, Any], pairs: Sequence[tuple[str, str]]) -> Iterable[Notice]:
    found: dict[str, list[str]] = {}
    for module in MODULES.values():
        entity = payload.get(module.single)
        for record in entity if isinstance(entity, list) else [entity]:
            if isinstance(record, dict) and record.get(module.id_field) and _may_be(module.restricted, record):
                found.setdefault(module.name, []).append(str(record[module.id_field]))
                if module in (CUSTOMERS, VENDORS):
                    _persons(record, found)
        found.setdefault(module.name, []).extend(value for name, value in pairs if name == module.id_field and value)
    return [Notice(module=name, ids=tuple(dict.fromkeys(ids))) for name, ids in found.items() if ids]


def _may_be(restricted: dict[str, str], record: dict[str, Any]) -> bool:
    """Return whether a record may belong to a module; a payload without the type hints at all that share its kind."""
    return all(record.get(name, value) == value for name, value in restricted.items())


def _persons(contact: dict[str, Any], found: dict[str, list[str]]) -> None:
    listed = contact.get("contact_persons")
    for person in listed if isinstance(listed, list) else []:
        if isinstance(person, dict) and person.get(CONTACT_PERSONS.id_field):
            found.setdefault(CONTACT_PERSONS.name, []).append(str(person[CONTACT_PERSONS.id_field]))
