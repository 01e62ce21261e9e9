"""What an observation is told of the records on file below a parent."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.protocol import ObservationEnd, Page, Record
from syncdsl.engine.steps.observe import Reading
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.values import Fields, Ref
from syncdsl.state import StoredRecord, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.adapters.protocol import ObserveRequest
    from syncdsl.engine.context import Context

FILED: dict[str, Fields] = {
    "p1": {"contact": Ref("customers", "1")},
    "p2": {"contact": Ref("vendors", "2")},
    "p3": {"contact": Ref("customers", "1")},
    "p4": {},
}
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("parent_field", "fields", "expected"),
    [
        ("contact", ("contact", "name"), [["p1", "p3"], ["p2"], []]),
        ("contact", ("name",), [[], [], []]),
        (None, ("contact",), [[], [], []]),
    ],
)
def test_records_are_known_below_their_parents(
    tmp_path: Path, parent_field: str | None, fields: tuple[str, ...], expected: list[list[str]]
) -> None:
    """Only where the module has parents and the reference was read."""
    module = ModuleSchema(label="P", store="p", label_field="name", parent_field=parent_field, fields={})
    schemas = {"books": SchemaSnapshot(adapter="memory", base_currency="EUR", modules={"persons": module})}
    asked: list[list[list[str]]] = []

    def read(request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        asked.append([list(request.children(parent)) for parent in ("1", "2", "3")])
        yield Page(records=tuple(Record(module="persons", id=name, fields=FILED[name]) for name in FILED))
        yield ObservationEnd(complete=True, cursor=None, server_time=NOW)

    state = open_state("sqlite:///state.db", base=tmp_path)
    state.begin_observation("books.persons")
    state.stage("books.persons", [(StoredRecord(id=name, fields=held), None) for name, held in FILED.items()])
    state.end_observation("books.persons", fields, None)
    run: Any = SimpleNamespace(
        schemas=schemas,
        state=state,
        connections={"books": SimpleNamespace(observe=read)},
        sweep=True,
        progress=SimpleNamespace(advance=lambda *_: None),
        told=None,
        checkpoint=lambda: None,
    )
    context: Any = SimpleNamespace(run=run)
    step = ObserveStep(id="s", connection="books", module="persons", fields=fields)
    Reading(step, cast("Context", context)).read("read")
    assert asked == [expected]
    state.close()
