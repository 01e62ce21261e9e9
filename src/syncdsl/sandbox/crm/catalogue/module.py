"""What the catalogue says about a module: its fields, its views, and what it derives on every write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncdsl.sandbox.crm.catalogue.field import Choice, Field
from syncdsl.sandbox.crm.criteria import Criteria
from syncdsl.sandbox.organisation import CURRENCIES, crm_identity

Document = dict[str, Any]
Derivation = Callable[[Document, Mapping[str, Any]], None]
"""Completes a document in place, given what the client sent."""

MODULE_SPAN = 1000
"""Metadata ids set aside per module: the module itself, its layout, views from 100, fields from 200, related lists
from 800, created views from 900."""
CREATED_FIELDS = 300_000
"""Metadata ids from here on belong to fields that were created over the API: a hundred for each, the first for the
field itself and the rest for its choices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A custom view. Without criteria it shows everything. One that was created over the API has a `number`."""

    name: str
    number: int | None = None
    system_name: str | None = None
    criteria: Criteria | None = None
    columns: tuple[str, ...]


SYSTEM_FIELDS = (
    Field(api_name="id", label="Record Id", data_type="bigint", system=True),
    Field(api_name="Owner", label="Owner", data_type="ownerlookup"),
    Field(api_name="Created_By", label="Created By", data_type="ownerlookup", system=True, ui_type=20),
    Field(api_name="Modified_By", label="Modified By", data_type="ownerlookup", system=True, ui_type=20),
    Field(api_name="Created_Time", label="Created Time", data_type="datetime", system=True, ui_type=200),
    Field(api_name="Modified_Time", label="Modified Time", data_type="datetime", system=True, ui_type=200),
    Field(
        api_name="Currency",
        label="Currency",
        data_type="picklist",
        length=10,
        choices=tuple(Choice(value=currency.code) for currency in CURRENCIES),
    ),
    Field(api_name="Exchange_Rate", label="Exchange Rate", data_type="double", decimals=9),
)

KEY_FIELD = Field(
    api_name="Syncdsl_Key",
    label="Syncdsl Key",
    data_type="text",
    length=40,
    unique=True,
    custom=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A record module, or with `rows_only` what describes the rows of a subform.

    `number` (below 20) fixes its metadata ids and never changes. `name_field` gives the display name of a record;
    `duplicate_check_field` is what upsert compares when the client names nothing. `key_field` says whether the module
    has the field for syncdsl's keys from the start; `created` are the fields made over the API.
    """

    api_name: str
    singular: str
    plural: str
    number: int
    name_field: str
    duplicate_check_field: str
    own_fields: tuple[Field, ...]
    views: tuple[View, ...]
    derivations: tuple[Derivation, ...] = ()
    rows_only: bool = False
    key_field: bool = True
    created: tuple[Field, ...] = ()
    fields: Mapping[str, Field] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        system = () if self.rows_only else SYSTEM_FIELDS[1:]
        key = (KEY_FIELD,) if self.key_field and not self.rows_only else ()
        fields = (SYSTEM_FIELDS[0], *self.own_fields, *system, *key, *self.created)
        object.__setattr__(self, "fields", {item.api_name: item for item in fields})

    @property
    def collection(self) -> str:
        """The collection of this module's records."""
        return f"crm.{self.api_name}"

    @property
    def id(self) -> str:
        """The module's metadata id."""
        return crm_identity(self.number * MODULE_SPAN)

    @property
    def layout_id(self) -> str:
        """The id of the module's only layout, Standard."""
        return crm_identity(self.number * MODULE_SPAN + 1)

    def view_id(self, view: View) -> str:
        """Return the id of one of the module's views."""
        place = 100 + self.views.index(view) if view.number is None else 900 + view.number
        return crm_identity(self.number * MODULE_SPAN + place)

    def field_id(self, api_name: str) -> str:
        """Return the id of one of the module's fields."""
        number = self.fields[api_name].number
        if number is not None:
            return crm_identity(CREATED_FIELDS + number * 100)
        return crm_identity(self.number * MODULE_SPAN + 200 + list(self.fields).index(api_name))

    def choice_id(self, item: Field, position: int) -> str:
        """Return the id of a pick list value by its position."""
        if item.number is not None:
            return crm_identity(CREATED_FIELDS + item.number * 100 + position)
        return crm_identity(100_000 + (self.number * 100 + list(self.fields).index(item.api_name)) * 30 + position)
