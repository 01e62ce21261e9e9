from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, write_snapshot
from syncdsl.schema.statistics import FEWEST, ModuleStatistics, measure
from syncdsl.schema.types import FieldSchema, MoneyType, RowsType, TextType

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

FIELDS = {
    "Code": FieldSchema(label="Code", value=TextType()),
    "Price": FieldSchema(label="Price", value=MoneyType()),
    "Secret": FieldSchema(label="Secret", value=TextType(), sensitive=True),
    "Lines": FieldSchema(label="Lines", value=RowsType(fields={})),
}


def rows(count: int) -> list[Fields]:
    """Return rows with a code each, of which the first two differ in case alone, and a price in every fourth."""
    found: list[Fields] = [{"Code": f"c{number}", "Secret": "s"} for number in range(count)]
    found[0]["Code"] = "C1"
    for number in range(0, count, 4):
        found[number]["Price"] = Decimal(7)
    return found


def test_shares_are_rounded_down_and_say_all_only_of_all() -> None:
    """One repeated code among a thousand is 99 per cent distinct, not 100; one price everywhere is 1 per cent."""
    found = measure(rows(1000), FIELDS, FIELDS.keys(), complete=False)
    assert (found.rows, found.complete) == (1000, False)
    assert {name: (item.filled, item.distinct) for name, item in found.fields.items()} == {
        "Code": (100, 99),
        "Price": (25, 1),
    }


def test_a_field_that_is_never_filled_is_zero() -> None:
    """Nothing filled is 0 of both shares."""
    found = measure([{} for _ in range(FEWEST)], FIELDS, FIELDS.keys(), complete=True)
    assert (found.fields["Code"].filled, found.fields["Code"].distinct) == (0, 0)


@pytest.mark.parametrize(("count", "shares"), [(FEWEST - 1, False), (FEWEST, True)])
def test_few_rows_say_nothing_about_fields(count: int, shares: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Of fewer rows than stated only their number is kept."""
    found = measure(rows(count), FIELDS, FIELDS.keys(), complete=True)
    assert found.rows == count
    assert bool(found.fields) is shares


def test_sensitive_fields_and_rows_are_left_out() -> None:
    """Neither a sensitive field nor a list of rows, nor a field that was not looked at, has shares."""
    assert set(measure(rows(50), FIELDS, FIELDS.keys(), complete=True).fields) == {"Code", "Price"}
    assert set(measure(rows(50), FIELDS, {"Price"}, complete=True).fields) == {"Price"}


def test_the_order_of_rows_and_values_does_not_show() -> None:
    """The same rows in another order come to the same statistics, and no value is in them."""
    given = rows(200)
    shuffled = random.Random(7).sample(given, len(given))
    found = measure(given, FIELDS, FIELDS.keys(), complete=True)
    assert found == measure(shuffled, FIELDS, FIELDS.keys(), complete=True)
    assert "c17" not in found.model_dump_json()


def test_statistics_are_no_part_of_what_a_schema_means() -> None:
    """A snapshot has the same digest with statistics, with others, and with none."""
    module = ModuleSchema(label="M", store="M", label_field="Code", fields=FIELDS)
    bare = SchemaSnapshot(adapter="a", base_currency="EUR", modules={"M": module})
    counted = [
        bare.model_copy(update={"modules": {"M": module.model_copy(update={"statistics": found})}})
        for found in (ModuleStatistics(rows=1), measure(rows(50), FIELDS, FIELDS.keys(), complete=True))
    ]
    assert {item.digest for item in counted} == {bare.digest}
    assert len({write_snapshot(item) for item in (bare, *counted)}) == 3
    assert counted[1].without_statistics() == bare
