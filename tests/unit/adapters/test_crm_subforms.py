"""Which rows an update of a subform changes, adds and takes out; and rows as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.zoho_crm.subforms import row_changes
from syncdsl.adapters.zoho_crm.values import read_value, write_value
from syncdsl.schema.types import DecimalType, FieldSchema, IdType, ReferenceType, RowsType, TextType
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from syncdsl.schema.types import FieldType


def field(kind: FieldType, **more: Any) -> FieldSchema:
    return FieldSchema(label="X", value=kind, **more)


LINES = RowsType(
    fields={
        "id": field(IdType(), read_only=True),
        "Product": field(ReferenceType(modules=("Products",)), required=True),
        "Quantity": field(DecimalType()),
        "Note": field(TextType()),
        "Total": field(DecimalType(), read_only=True),
    }
)
PEN, INK, NIB = (Ref("Products", number) for number in "123")


def held(identifier: str, product: Ref, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "Product": product, "Total": Decimal(9), **more}


@pytest.mark.parametrize(
    ("rows", "before", "expected"),
    [
        ([{"Product": PEN}], [], [{"Product": {"id": "1"}}]),
        ([], [], []),
        ([], [held("a", PEN)], [{"id": "a", "_delete": None}]),
        ([{"Product": PEN, "Quantity": 2}], [held("a", PEN)], [{"id": "a", "Product": {"id": "1"}, "Quantity": 2}]),
        ([{"Product": INK}], [held("a", PEN)], [{"Product": {"id": "2"}}, {"id": "a", "_delete": None}]),
        # A row that names its id is that row, whatever its product.
        ([{"id": "a", "Product": INK}], [held("a", PEN)], [{"id": "a", "Product": {"id": "2"}}]),
        ([{"id": "gone", "Product": INK}], [], [{"Product": {"id": "2"}}]),
        # Lines of one product are told apart by their order.
        (
            [{"Product": PEN, "Quantity": 1}, {"Product": PEN, "Quantity": 2}],
            [held("a", PEN), held("b", PEN), held("c", PEN)],
            [
                {"id": "a", "Product": {"id": "1"}, "Quantity": 1},
                {"id": "b", "Product": {"id": "1"}, "Quantity": 2},
                {"id": "c", "_delete": None},
            ],
        ),
        # A note of theirs stays while no row of ours has one, and is cleared when another row of ours has.
        ([{"Product": PEN}], [held("a", PEN, Note="theirs")], [{"id": "a", "Product": {"id": "1"}}]),
        (
            [{"Product": PEN}, {"Product": NIB, "Note": "n"}],
            [held("a", PEN, Note="ours")],
            [{"id": "a", "Product": {"id": "1"}, "Note": None}, {"Product": {"id": "3"}, "Note": "n"}],
        ),
    ],
)
def test_row_changes(rows: list[Any], before: list[Any], expected: list[Any]) -> None:
    """Rows are kept by id, else by product; the rest is new or taken out; nothing read-only is sent."""
    assert row_changes(rows, before, LINES) == expected


def test_rows_are_read_with_what_they_hold() -> None:
    """Empty fields are left out, lookups are references, and what is no row is no value."""
    raw = [{"id": "7", "Product": {"id": "1", "name": "Pen"}, "Quantity": Decimal("2.0"), "Note": None, "$other": 1}]
    assert read_value(raw, LINES) == ((("Product", PEN), ("Quantity", Decimal("2.0")), ("id", "7")),)
    assert read_value([], LINES) is None
    assert read_value("rows", LINES) is None


def test_new_rows_are_written_without_what_is_read_only() -> None:
    """No rows at all is an empty list, which is how a subform is emptied."""
    row = (("Product", PEN), ("Quantity", Decimal(2)), ("Total", Decimal(4)), ("id", "7"))
    assert write_value((row,), LINES) == [{"Product": {"id": "1"}, "Quantity": Decimal(2)}]
    assert write_value((), LINES) == write_value(None, LINES) == []
