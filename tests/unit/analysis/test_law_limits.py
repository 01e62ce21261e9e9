"""The laws of maps at their limits: calculations turned round, days, digits, rows that go one way, and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.schema.types import BooleanType, DateType, DecimalType, FieldSchema, MoneyType, TextType

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldType

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

table kind:
    "Customer" <-> "business"
    "Other" <-> "individual"
    "Partner" -> "business"
    "Press" -> "individual"

table spaced:
    "Customer" <-> "business"
    "Other" <-> "individual"
    "Doe,  Jane" -> "business"

table twin:
    "Customer" <-> "business"
    "Other" <-> "individual"

table other_twin:
    "Customer" <-> "business"
    "Other" <-> "individual"

module customers: crm.Accounts <-> books.customers
    where crm: {where}
    map:
        Account_Name <-> contact_name
        {lines}
"""
SOME = 'Account_Type in ("Customer", "Other", "Partner", "Press")'
KINDS: dict[str, FieldType] = {
    "price": MoneyType(),
    "exact": DecimalType(digits=12, scale=4),
    "free": DecimalType(),
    "due": DateType(),
    "flag": BooleanType(),
    "memo": TextType(length=50),
}


@pytest.fixture(scope="module")
def wider(schemas: dict[str, SchemaSnapshot]) -> dict[str, SchemaSnapshot]:
    """Return the shipped schemas with a field of several kinds on both sides."""
    found = dict(schemas)
    more = {name: FieldSchema(label=name, value=kind) for name, kind in KINDS.items()}
    for system, module in (("crm", "Accounts"), ("books", "customers")):
        schema = found[system].modules[module]
        changed = schema.model_copy(update={"fields": {**schema.fields, **more}})
        found[system] = found[system].model_copy(update={"modules": {**found[system].modules, module: changed}})
    return found


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        # calculations are turned round exactly
        ("due - 30 -> due; due <- due + 30", []),
        ("due - 30 -> due; due <- due - 30", ["`2026-05-01` in `due` comes back as `2026-03-02`"]),
        ("price - 5 -> price; price <- price + 5", []),
        ("price - 5 -> price; price <- price - 5", ["`1` in `price` comes back as `-9`"]),
        ("5 - price -> price; price <- price - 5", ["`1` in `price` comes back as `-1`"]),
        ("8 / price -> exact; price <- exact * 8", ["`1` in `price` comes back as `64`"]),
        ("-price -> price; price <- price", ["`1` in `price` comes back as `-1`"]),
        (
            "price + 12345678901 -> free; price <- free - 12345678901",
            [
                "nothing shows that the values of `price` come back: `price + 12345678901` cannot be read backwards",
            ],
        ),
        # what does not fit goes to review, and is no value that is lost
        (
            "free / 3 -> price; free <- price * 3",
            ["nothing shows that the values of `free` come back: `free / 3` cannot be read backwards"],
        ),
        # all values of a small type are tried, unless the day decides
        ("flag -> flag; flag <- if flag then true else true", ["`false` in `flag` comes back as `true`"]),
        ("flag -> flag; flag <- if flag then true else false", []),
        (
            "flag -> flag; flag <- if today() > 2020-01-01 then flag else false",
            [
                (
                    "nothing shows that the values of `flag` come back: "
                    "`if today() > 2020-01-01 then flag else false` cannot be read backwards"
                ),
            ],
        ),
        # values are the same by their canonical form
        (
            'if memo == "a  b" then "a b" else memo -> memo; memo <- memo',
            [
                (
                    "nothing shows that the values of `memo` come back: "
                    '`if memo == "a  b" then "a b" else memo` cannot be read backwards'
                ),
            ],
        ),
        # branches that are never taken while there is a value
        ('if memo is empty then "x" else memo -> memo; memo <- memo', []),
        ('if memo is not empty then memo else "x" -> memo; memo <- memo', []),
        ('if not (memo is empty) then memo else "x" -> memo; memo <- memo', []),
        ('if not (memo is empty) then "x" else memo -> memo; memo <- memo', ["`Acme` in `memo` comes back as `x`"]),
        (
            "(if flag then memo else empty) ?? memo -> memo; memo <- memo",
            [
                (
                    "nothing shows that the values of `memo` come back: "
                    "`(if flag then memo else empty) ?? memo` cannot be read backwards"
                )
            ],
        ),
        # a table is undone by itself
        (
            "twin(memo) -> customer_sub_type; memo <- twin(customer_sub_type)",
            ["`twin` has no row for some values of `memo`: `Acme` comes back empty"],
        ),
        (
            "twin(memo) -> customer_sub_type; memo <- other_twin(customer_sub_type)",
            ["nothing shows that the values of `memo` come back: `twin(memo)` cannot be read backwards"],
        ),
        # what is looked up is the field that the line is about
        ("trim(Currency) -> currency_id.currency_code; Currency <- currency_id.currency_code", []),
        # what else is read on the way back counts
        (
            'memo -> notes; memo <- "{notes} {contact_name}"',
            ["`Acme` in `memo` comes back as `Acme Acme` when `contact_name` is `Acme`"],
        ),
        # rows
        (
            "kind(Account_Type) <-> customer_sub_type",
            [
                "`Partner` in `Account_Type` comes back as `Customer`: its row in `kind` goes one way",
                "`Press` in `Account_Type` comes back as `Other`: its row in `kind` goes one way",
            ],
        ),
        (
            (
                'if Account_Type == "Other" then "individual" else kind(Account_Type) -> customer_sub_type; '
                "Account_Type <- kind(customer_sub_type)"
            ),
            [
                "`Partner` in `Account_Type` comes back as `Customer`: its row in `kind` goes one way",
                "`Press` in `Account_Type` comes back as `Other`: its row in `kind` goes one way",
            ],
        ),
        (
            "Account_Type -> memo; Account_Type <- kind(memo)",
            ["`kind` has no row for `Customer` of `Account_Type`, which comes back empty"],
        ),
        (
            "spaced(memo) <-> customer_sub_type",
            [
                "`Doe,  Jane` in `memo` comes back as `Customer`: its row in `spaced` goes one way",
                "`Doe, Jane` in `memo` comes back as `Customer`: its row in `spaced` goes one way",
                "`spaced` has no row for some values of `memo`: `Acme` comes back empty",
            ],
        ),
    ],
)
def test_a_line(lines: str, messages: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """What comes back is left alone; else the first value that is lost, or the part nothing is known of, is named."""
    text = RULES.format(where=SOME, lines=lines.replace("; ", "\n        "))
    found = [item.message for item in analysed(text, wider).diagnostics if item.code.id in {"SD318", "SD319"}]
    assert [message for message in found if "empty `" not in message] == messages


ZERO = ["an empty `price` comes back as `0`"]


@pytest.mark.parametrize(
    ("where", "notes"),
    [
        ("price > 3", []),
        ("price > 3 and Fax is empty", []),
        ("price > 3 or Fax is empty", ZERO),
        ("Fax is empty", ZERO),
    ],
)
def test_what_is_in_scope(where: str, notes: list[str], analysed: Analyse, wider: dict[str, SchemaSnapshot]) -> None:
    """An empty field is spoken of where a record in scope may have one: of an `or` no part is given."""
    text = RULES.format(where=where, lines="price ?? 0 -> price\n        price <- price")
    found = [item.message for item in analysed(text, wider).diagnostics if item.code.id == "SD319"]
    assert found == notes
