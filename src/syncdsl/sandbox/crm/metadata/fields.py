"""`/settings/fields` (Zoho CRM API v8, Fields Metadata and Create Custom Fields)."""

import re
from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.catalogue import Catalogue, Choice, Field
from syncdsl.sandbox.crm.envelope import entry, invalid_parameter, refused
from syncdsl.sandbox.crm.metadata.describing import shown_field
from syncdsl.sandbox.crm.metadata.modules import asked_module
from syncdsl.sandbox.exchange import Call, Reply

FIELD_LIMIT = 300
"""Custom fields of one module, as in an Enterprise organisation."""
LABEL_LENGTH = 50
CHOICE_LIMIT = 99
"""Choices of a created list; the sandbox keeps that many metadata ids for each field."""
LENGTHS = {"text": 255, "textarea": 50_000, "email": 100, "phone": 30, "website": 450, "integer": 9, "bigint": 18}
"""Types of fixed or bounded length, with the greatest one."""
KINDS = (
    *LENGTHS,
    "boolean",
    "currency",
    "date",
    "datetime",
    "double",
    "lookup",
    "multiselectpicklist",
    "percent",
    "picklist",
)
UNIQUE_KINDS = frozenset({"text", "email", "phone", "website", "integer", "bigint", "double"})
USES = ("used", "unused", "all")
_BREAKS = re.compile(r"[^A-Za-z0-9]+")


class _WrongError(Exception):
    """A field is not made; `entry` is what its place in the reply says."""

    def __init__(self, entry: dict[str, Any]) -> None:
        super().__init__(entry["message"])
        self.entry = entry


class Fields:
    """The calls about fields."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue

    def listed(self, call: Call) -> Reply:
        """Answer `GET /settings/fields?module=`."""
        module = asked_module(self._catalogue, call)
        use = call.query.get("type", "used")
        if use not in USES:
            raise invalid_parameter("type", supported_values=list(USES))
        if use == "unused":
            return Reply(status=204)
        shown = [shown_field(self._catalogue, module, field) for field in module.fields.values()]
        return Reply(content={"fields": shown})

    def one(self, call: Call) -> Reply:
        """Answer `GET /settings/fields/{id or api name}?module=`; 204 for one that is not there."""
        module = asked_module(self._catalogue, call)
        asked = call.variables["id"]
        for name, field in module.fields.items():
            if asked in {name, module.field_id(name)}:
                return Reply(content={"fields": [shown_field(self._catalogue, module, field)]})
        return Reply(status=204)

    def create(self, call: Call) -> Reply:
        """Answer `POST /settings/fields?module=`: 201 when all are made, 207 when some are, else 400."""
        module = asked_module(self._catalogue, call)
        if module.rows_only:
            raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
        entries = []
        made: list[Field] = []
        for index, sent in enumerate(_sent(call)):
            try:
                field = self._made([*module.fields.values(), *made], sent, f"$.fields[{index}]")
            except _WrongError as wrong:
                entries.append(wrong.entry)
                continue
            made.append(self._catalogue.add_field(module, field))
            entries.append({"module": module, "field": made[-1]})
        self._catalogue.reload()
        shown = [self._entry(item) for item in entries]
        status = 201 if len(made) == len(entries) else 207 if made else 400
        return Reply(status=status, content={"fields": shown})

    def _entry(self, item: dict[str, Any]) -> dict[str, Any]:
        if "field" not in item:
            return item
        module = self._catalogue.described[item["module"].api_name]
        details = {"id": module.field_id(item["field"].api_name)}
        return {"code": "SUCCESS", "details": details, "message": "field created", "status": "success"}

    def _made(self, others: list[Field], sent: dict[str, Any], path: str) -> Field:
        """Return the field that a description stands for. Raises _WrongError."""
        label, kind = sent.get("field_label"), sent.get("data_type")
        for name, value in (("field_label", label), ("data_type", kind)):
            if value is None or value == "":
                raise _WrongError(entry("MANDATORY_NOT_FOUND", "required field not found", _place(name, path)))
        if not isinstance(label, str):
            raise _invalid("field_label", path, expected_data_type="text")
        if len(label) > LABEL_LENGTH:
            raise _invalid("field_label", path, maximum_length=LABEL_LENGTH)
        if kind not in KINDS:
            raise _invalid("data_type", path, supported_values=sorted(KINDS))
        if any(other.label.casefold() == label.casefold() for other in others):
            raise _WrongError(entry("DUPLICATE_DATA", "duplicate data", _place("field_label", path)))
        if sum(other.custom for other in others) >= FIELD_LIMIT:
            details = {"limit": FIELD_LIMIT, "limit_due_to": [_place("data_type", path)]}
            raise _WrongError(entry("LIMIT_EXCEEDED", "the limit of custom fields is reached", details))
        return Field(
            api_name=_api_name(label, {other.api_name for other in others}),
            label=label,
            data_type=kind,
            length=_length(kind, sent, path),
            unique=_unique(kind, sent, path),
            external=_external(kind, sent, path),
            choices=_choices(kind, sent, path),
            lookup=self._lookup(kind, sent, path),
            decimals=_decimals(kind, sent, path),
            custom=True,
            made=self._clock.now(),
        )

    def _lookup(self, kind: str, sent: dict[str, Any], path: str) -> str | None:
        if kind != "lookup":
            return None
        given = sent.get("lookup")
        module = given.get("module") if isinstance(given, dict) else None
        name = module.get("api_name") if isinstance(module, dict) else None
        if not isinstance(name, str) or self._catalogue.record_module(name) is None:
            raise _invalid("lookup", path, expected_data_type="jsonobject")
        return name


def _sent(call: Call) -> list[dict[str, Any]]:
    try:
        body = call.json()
    except ValueError:
        body = None
    details = {"api_name": "fields", "json_path": "$.fields"}
    sent = body.get("fields") if isinstance(body, dict) else None
    if sent is None:
        raise refused(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    if not isinstance(sent, list) or not sent or not all(isinstance(item, dict) for item in sent):
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "expected_data_type": "jsonarray"})
    return sent


def _api_name(label: str, taken: set[str]) -> str:
    """Return the API name that the CRM makes of a label: its letters and digits, joined by underscores."""
    name = _BREAKS.sub("_", label).strip("_")
    if not name[:1].isalpha():
        name = f"Field_{name}".rstrip("_")
    number, found = 1, name
    while found in taken:
        found = f"{name}{number}"
        number += 1
    return found


def _length(kind: str, sent: dict[str, Any], path: str) -> int | None:
    length = sent.get("length")
    if length is None or kind not in LENGTHS:
        return None
    if not isinstance(length, int) or isinstance(length, bool) or not 1 <= length <= LENGTHS[kind]:
        raise _invalid("length", path, maximum_value=LENGTHS[kind])
    return length


def _decimals(kind: str, sent: dict[str, Any], path: str) -> int | None:
    if kind not in {"double", "currency", "percent"}:
        return None
    decimals = sent.get("decimal_place")
    if decimals is None:
        return 2
    if not isinstance(decimals, int) or isinstance(decimals, bool) or not 0 <= decimals <= 9:
        raise _invalid("decimal_place", path, maximum_value=9)
    return decimals


def _unique(kind: str, sent: dict[str, Any], path: str) -> bool:
    unique = sent.get("unique") or {}
    external = bool(sent.get("external"))
    if not isinstance(unique, dict) or (unique and kind not in UNIQUE_KINDS):
        raise _invalid("unique", path, expected_data_type="jsonobject")
    # The value of an external field stands for a record, so no two records have it.
    return bool(unique) or external


def _external(kind: str, sent: dict[str, Any], path: str) -> str | None:
    external = sent.get("external")
    if not external:
        return None
    scope = external.get("type") if isinstance(external, dict) else None
    if scope not in {"org", "user"} or kind not in UNIQUE_KINDS:
        raise _invalid("external", path, expected_data_type="jsonobject")
    return str(scope)


def _choices(kind: str, sent: dict[str, Any], path: str) -> tuple[Choice, ...]:
    if kind not in {"picklist", "multiselectpicklist"}:
        return ()
    given = sent.get("pick_list_values")
    if given is None:
        raise _WrongError(entry("MANDATORY_NOT_FOUND", "required field not found", _place("pick_list_values", path)))
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        raise _invalid("pick_list_values", path, expected_data_type="jsonarray")
    if len(given) > CHOICE_LIMIT:
        raise _invalid("pick_list_values", path, maximum_length=CHOICE_LIMIT)
    found = [Choice(value="-None-")] if kind == "picklist" else []
    for item in given:
        display = item.get("display_value")
        value = item.get("actual_value", display)
        if not (isinstance(value, str) and value and isinstance(display, str) and display):
            raise _invalid("pick_list_values", path, expected_data_type="text")
        if value not in {choice.value for choice in found}:
            found.append(Choice(value=value, display="" if display == value else display))
    return tuple(found)


def _place(name: str, path: str) -> dict[str, str]:
    return {"api_name": name, "json_path": f"{path}.{name}"}


def _invalid(name: str, path: str, **details: Any) -> _WrongError:
    return _WrongError(entry("INVALID_DATA", "invalid data", {**details, **_place(name, path)}))
