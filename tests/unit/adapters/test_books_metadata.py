"""The schema of a Books organisation: documented standard fields, and custom fields as its settings have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.zoho_books.connection import BooksConnection
from syncdsl.adapters.zoho_books.modules import MODULES
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    IntegerType,
    MoneyType,
    PhoneType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.adapters.conftest import Script

    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType

ORGANISATION = {"organization_id": "1", "name": "N", "currency_code": "EUR", "time_zone": "PST"}
ENTITIES = sorted({module.entity for module in MODULES.values() if module.entity})


@pytest.fixture
def schema(script: Script) -> Callable[[dict[str, Any] | None], SchemaSnapshot]:
    """Return what reads the schema of an organisation whose every entity has one custom field, or refuses to tell."""

    def read(field: dict[str, Any] | None) -> SchemaSnapshot:
        refused: tuple[int, dict[str, Any], dict[str, str]] = (400, {"code": 5, "message": "Invalid URL Passed"}, {})
        answer = refused if field is None else (200, {"code": 0, "fields": [field, {"label": "odd"}]}, {})
        script.answers += [(200, {"code": 0, "organizations": [ORGANISATION]}, {})]
        script.answers += [answer for _ in ENTITIES]
        connection = BooksConnection(script.settings(adapter="zoho_books", organization="1"), None)
        try:
            return connection.schema()
        finally:
            connection.close()

    return read


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"data_type": "string", "max_length": 36}, TextType(length=36)),
        ({"data_type": "multiline"}, TextType(length=None)),
        ({"data_type": "email"}, EmailType()),
        ({"data_type": "url"}, UrlType()),
        ({"data_type": "phone"}, PhoneType()),
        ({"data_type": "number"}, IntegerType()),
        ({"data_type": "percent"}, DecimalType()),
        ({"data_type": "amount"}, MoneyType()),
        ({"data_type": "date"}, DateType()),
        ({"data_type": "date_time"}, DateTimeType()),
        ({"data_type": "check_box"}, BooleanType()),
        ({"data_type": "dropdown", "values": [{"name": "a"}, "b", {"name": ""}]}, ChoiceType(options=("a", "b"))),
        ({"data_type": "multiselect", "values": [{"name": "a"}]}, ChoicesType(options=("a",))),
        ({"data_type": "lookup"}, None),
        ({"data_type": "string", "is_active": False}, None),
    ],
)
def test_a_custom_field_has_its_type(
    field: dict[str, Any], expected: FieldType | None, schema: Callable[[dict[str, Any] | None], SchemaSnapshot]
) -> None:
    found = schema({"api_name": "cf_own", "label": "Own", **field}).modules["customers"].fields.get("cf_own")
    assert (found.value if found is not None else None) == expected


@pytest.mark.parametrize(("unique", "expected"), [(True, "cf_syncdsl_key"), (False, None)])
def test_only_a_unique_field_is_a_key_field(
    *, unique: bool, expected: str | None, schema: Callable[[dict[str, Any] | None], SchemaSnapshot]
) -> None:
    key = {"api_name": "cf_syncdsl_key", "label": "Syncdsl Key", "data_type": "string", "is_unique": unique}
    modules = schema(key).modules
    assert {modules[name].key_field for name, module in MODULES.items() if module.entity} == {expected}
    assert {modules[name].key_field for name, module in MODULES.items() if not module.entity} == {None}


def test_without_the_list_of_custom_fields_there_is_no_key_field(
    schema: Callable[[dict[str, Any] | None], SchemaSnapshot],
) -> None:
    found = schema(None)
    assert set(found.modules) == set(MODULES)
    assert {module.key_field for module in found.modules.values()} == {None}
    assert found.base_currency == "EUR"
