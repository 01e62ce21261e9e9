"""What an observation is told of the records on file below a parent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.engine.steps.observe import _children
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.values import Ref
from syncdsl.state import StoredRecord

if TYPE_CHECKING:
    from syncdsl.engine.context import Context

FILED = {
    "p1": StoredRecord(id="p1", fields={"contact": Ref("customers", "1")}),
    "p2": StoredRecord(id="p2", fields={"contact": Ref("vendors", "2")}),
    "p3": StoredRecord(id="p3", fields={"contact": Ref("customers", "1")}),
    "p4": StoredRecord(id="p4", fields={}),
}


@pytest.mark.parametrize(
    ("parent_field", "fields", "expected"),
    [
        ("contact", ("contact", "name"), [["p1", "p3"], ["p2"], []]),
        ("contact", ("name",), [[], [], []]),
        (None, ("contact",), [[], [], []]),
    ],
)
def test_records_are_known_below_their_parents(
    parent_field: str | None, fields: tuple[str, ...], expected: list[list[str]]
) -> None:
    """Only where the module has parents and the reference was read."""
    module = ModuleSchema(label="P", store="p", label_field="name", parent_field=parent_field, fields={})
    schemas = {"books": SchemaSnapshot(adapter="memory", base_currency="EUR", modules={"persons": module})}
    context: Any = SimpleNamespace(run=SimpleNamespace(schemas=schemas))
    step = ObserveStep(id="s", connection="books", module="persons", fields=fields)
    below = _children(step, cast("Context", context), FILED)
    assert [list(below(parent)) for parent in ("1", "2", "3")] == expected
