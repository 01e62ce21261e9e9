from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncdsl.render.schema_text import render_schema_change, render_schema_difference
from syncdsl.schema.difference import Kind, Weight, changed_statistics, differences
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, StageClass, StageSchema, read_snapshot
from syncdsl.schema.statistics import ModuleStatistics
from syncdsl.schema.types import ChoiceType, DecimalType, FieldSchema, ReferenceType, RowsType, TextType

SHIPPED = Path(__file__).parents[3] / "rules" / "zoho" / "schema"
STAGES = (StageSchema(value="New", stage_class=StageClass.OPEN), StageSchema(value="Won", stage_class=StageClass.WON))


def field(value: Any = None, **more: Any) -> FieldSchema:
    return FieldSchema(label="F", value=value or TextType(length=50), **more)


def snapshot(item: FieldSchema | None = None, **more: Any) -> SchemaSnapshot:
    """Return a snapshot with one module whose field `F` is the given one."""
    fields = {} if item is None else {"F": item}
    facts = {"label": "M", "store": "M", "label_field": "F", "views": ("All",), "stages": STAGES, **more}
    return SchemaSnapshot(adapter="a", base_currency="EUR", modules={"M": ModuleSchema(fields=fields, **facts)})


def rows(**fields: FieldSchema) -> FieldSchema:
    return field(RowsType(fields=fields))


@pytest.mark.parametrize(
    ("before", "after", "what", "kind", "weight"),
    [
        (field(), None, "field", Kind.REMOVED, Weight.BREAKING),
        (None, field(), "field", Kind.ADDED, Weight.HARMLESS),
        (None, field(required=True), "field", Kind.ADDED, Weight.BREAKING),
        (None, field(required=True, default=True), "field", Kind.ADDED, Weight.HARMLESS),
        (field(), field(DecimalType()), "type", Kind.CHANGED, Weight.BREAKING),
        (field(), field(TextType(length=20)), "length", Kind.CHANGED, Weight.RISKY),
        (field(), field(TextType(length=80)), "length", Kind.CHANGED, Weight.HARMLESS),
        (field(), field(TextType()), "length", Kind.CHANGED, Weight.HARMLESS),
        (field(TextType()), field(), "length", Kind.CHANGED, Weight.RISKY),
        (field(DecimalType(scale=4)), field(DecimalType(scale=2)), "scale", Kind.CHANGED, Weight.RISKY),
        (field(), field(required=True), "required", Kind.CHANGED, Weight.BREAKING),
        (field(required=True), field(), "required", Kind.CHANGED, Weight.HARMLESS),
        (field(), field(read_only=True), "read only", Kind.CHANGED, Weight.BREAKING),
        (field(), field(create_only=True), "create only", Kind.CHANGED, Weight.BREAKING),
        (field(unique=True), field(), "unique", Kind.CHANGED, Weight.BREAKING),
        (field(), field(unique=True), "unique", Kind.CHANGED, Weight.RISKY),
        (field(), field(sensitive=True), "sensitive", Kind.CHANGED, Weight.HARMLESS),
        (
            field(ChoiceType(options=("a", "b"))),
            field(ChoiceType(options=("a",))),
            "choice",
            Kind.REMOVED,
            Weight.BREAKING,
        ),
        (field(ChoiceType(options=("a",))), field(ChoiceType(options=("a", "b"))), "choice", Kind.ADDED, Weight.RISKY),
        (
            field(ChoiceType(options=("a", "b"))),
            field(ChoiceType(options=("b", "a"))),
            "order of choices",
            Kind.CHANGED,
            Weight.HARMLESS,
        ),
        (
            field(ReferenceType(modules=("M", "N"))),
            field(ReferenceType(modules=("M",))),
            "referenced module",
            Kind.REMOVED,
            Weight.BREAKING,
        ),
        (rows(rate=field()), rows(rate=field(required=True)), "required", Kind.CHANGED, Weight.BREAKING),
        (rows(rate=field()), rows(), "field", Kind.REMOVED, Weight.BREAKING),
    ],
)
def test_each_change_of_a_field_is_told_with_its_weight(
    before: FieldSchema | None, after: FieldSchema | None, what: str, kind: Kind, weight: Weight
) -> None:
    """One change of a field is one difference, of the right kind and weight."""
    [found] = differences(snapshot(before), snapshot(after))
    assert (found.what, found.kind, found.weight) == (what, kind, weight)
    assert found.subject in {"M.F", "M.F.rate"}


@pytest.mark.parametrize(
    ("change", "what", "weight"),
    [
        ({"views": ()}, "view", Weight.BREAKING),
        ({"views": ("All", "Mine")}, "view", Weight.HARMLESS),
        ({"stages": STAGES[:1]}, "stage", Weight.BREAKING),
        (
            {"stages": (*STAGES, StageSchema(value="Lost", stage_class=StageClass.LOST))},
            "stage",
            Weight.RISKY,
        ),
        (
            {"stages": (STAGES[0], StageSchema(value="Won", stage_class=StageClass.OPEN))},
            "stage Won: meaning",
            Weight.BREAKING,
        ),
        (
            {"stages": (STAGES[0], StageSchema(value="Won", stage_class=StageClass.WON, deprecated=True))},
            "stage Won: deprecated",
            Weight.RISKY,
        ),
        ({"creatable": False}, "creatable", Weight.BREAKING),
        ({"label": "N"}, "label", Weight.HARMLESS),
    ],
)
def test_each_change_of_a_module_is_told_with_its_weight(change: dict[str, Any], what: str, weight: Weight) -> None:
    """Views, stages and what a module allows are differences of the module."""
    [found] = differences(snapshot(field()), snapshot(field(), **change))
    assert (found.what, found.weight, found.subject) == (what, weight, "M")


def test_a_required_field_of_a_module_nothing_is_created_in_breaks_nothing() -> None:
    """Where no record can be created, no create can lack a field."""
    [found] = differences(snapshot(None, creatable=False), snapshot(field(required=True), creatable=False))
    assert found.weight is Weight.HARMLESS


def test_another_currency_or_system_breaks_everything() -> None:
    """The base currency and the adapter are the system's own facts."""
    before, after = snapshot(), snapshot().model_copy(update={"base_currency": "USD", "adapter": "b"})
    assert {(item.what, item.weight) for item in differences(before, after)} == {
        ("adapter", Weight.BREAKING),
        ("base currency", Weight.BREAKING),
    }


def test_statistics_alone_are_no_difference_and_are_said_to_be_all() -> None:
    """New statistics are told apart from a new schema."""
    before = snapshot(field())
    after = snapshot(field(), statistics=ModuleStatistics(rows=3))
    assert differences(before, after) == ()
    assert changed_statistics(before, after) == ("M",)
    assert "only the statistics of M" in render_schema_change("crm.json", before, after)


@pytest.mark.parametrize("name", ["crm", "books"])
def test_differences_are_sorted_and_mirror_each_other(name: str) -> None:
    """Both directions name the same things; a snapshot does not differ from itself."""
    whole = read_snapshot(SHIPPED / f"{name}.json")
    half = whole.model_copy(update={"modules": dict(sorted(whole.modules.items())[::2])})
    found = differences(whole, half)
    assert [item.subject for item in found] == sorted(item.subject for item in found)
    assert {item.subject for item in differences(half, whole)} == {item.subject for item in found}
    assert differences(whole, whole) == ()


def test_hostile_names_are_pictures_of_themselves_when_shown() -> None:
    """Control characters of a field's name, label or choice reach no terminal, wherever they stand."""
    hostile = "\x1b[31m\n::error::x\u202e"
    before = snapshot(field(ChoiceType(options=("a",))))
    after = SchemaSnapshot(
        adapter=hostile,
        base_currency=hostile,
        modules={
            "M": before.modules["M"].model_copy(
                update={
                    "label": hostile,
                    "views": (hostile,),
                    "stages": (*STAGES, StageSchema(value=hostile, stage_class=StageClass.OPEN)),
                    "fields": {"F": field(ChoiceType(options=("a", hostile))), hostile: field()},
                }
            ),
            hostile: before.modules["M"],
        },
    )
    for one, other in ((before, after), (after, before)):
        found = differences(one, other)
        shown = render_schema_difference(hostile, found, (hostile,)) + render_schema_change(hostile, one, other)
        assert len(found) >= 7
        assert not {"\x1b", "\u202e"} & set(shown)
        assert not any(line.startswith("::") for line in shown.splitlines())
