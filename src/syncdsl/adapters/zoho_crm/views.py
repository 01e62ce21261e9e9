"""Custom views: what they are called, and whether membership follows from the records alone.

Zoho CRM API v8, Custom views metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.schema.digest import digest
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.schema.snapshot import ModuleSchema

PATH = "/settings/custom_views"
EVERYTHING = "ALLVIEWS"
"""The system's name of the view that shows every record."""

EMPTY = "${EMPTY}"
"""The one placeholder that stands for the same at any time and for any user."""

EQUALITY = frozenset({"equal", "not_equal", "in", "not_in"})
TEXTUAL = frozenset({"contains", "not_contains", "starts_with", "ends_with"})
ORDERED = frozenset({"greater_than", "greater_equal", "less_than", "less_equal", "between", "not_between"})
PLAIN = EQUALITY | TEXTUAL | ORDERED
"""Comparators that compare a field with a value given in the view; others count days from today."""

_OWN = (
    TextType
    | EmailType
    | PhoneType
    | UrlType
    | IdType
    | ChoiceType
    | ChoicesType
    | IntegerType
    | DecimalType
    | MoneyType
    | BooleanType
    | DateType
    | DateTimeType
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view as it is defined now. `criteria` is the CRM's own JSON."""

    id: str
    name: str
    system_name: str | None
    criteria: Any

    @property
    def definition(self) -> str:
        """The digest of what the view selects."""
        return digest([self.id, self.system_name, self.criteria])

    def steady(self, schema: ModuleSchema) -> bool:
        """Return whether a record can only come into the view, or leave it, by being modified itself.

        Not so where the criteria look at the date, the user or another record, or where the system keeps the view by
        rules that it does not tell.
        """
        if not self.criteria:
            return self.system_name in {None, EVERYTHING}
        return _steady(self.criteria, schema)


class Views:
    """The views of one connection's modules. Their ids are remembered, their definitions are read every time."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ids: dict[tuple[str, str], str] = {}

    def view(self, module: str, name: str, *, likely: str | None = None) -> View:
        """Return the view of a name, at the cost of one call where `likely` still is its id.

        Raises Fault SD707 when the module has no such view.
        """
        guess = self._ids.get((module, name)) or likely
        found = self._read(module, guess) if guess is not None else None
        if found is None or found.name != name:
            # The first of several views with one name, in the CRM's order.
            ids = dict(reversed(self._api.views(module)))
            if name not in ids:
                raise self._missing(module, name)
            found = self._read(module, ids[name])
            if found is None:
                raise self._missing(module, name)
        self._ids[module, name] = found.id
        return found

    def _read(self, module: str, identifier: str) -> View | None:
        answer = self._api.read("GET", f"{PATH}/{identifier}", params={"module": module})
        rows = self._api.rows(answer, "custom_views") if answer.status < 400 else []
        if not rows:
            return None
        row = rows[0]
        system_name = row.get("system_name")
        return View(
            id=str(row["id"]),
            name=str(row["name"]),
            system_name=str(system_name) if system_name else None,
            criteria=row.get("criteria"),
        )

    def _missing(self, module: str, name: str) -> Exception:
        return self._api.client.problems.not_offered(f"module `{module}` has no view `{name}`")


def _steady(criteria: Any, schema: ModuleSchema) -> bool:
    if not isinstance(criteria, dict):
        return False
    group = criteria.get("group")
    if isinstance(group, list):
        return all(_steady(part, schema) for part in group)
    name = (criteria.get("field") or {}).get("api_name")
    field = schema.fields.get(str(name))
    values = criteria.get("value")
    listed = values if isinstance(values, list) else [values]
    if field is None or criteria.get("comparator") not in PLAIN:
        return False
    if any(isinstance(value, str) and value.startswith("${") and value != EMPTY for value in listed):
        return False
    if isinstance(field.value, ReferenceType):
        # The name of another record can change without this one.
        return all(value == EMPTY or (isinstance(value, dict) and value.get("id")) for value in listed)
    return isinstance(field.value, _OWN)
