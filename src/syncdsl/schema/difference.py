"""What changed between two schema snapshots, and how much each change weighs.

A change is *breaking* when a rule that named the thing, or a record that was fine, no longer is; *risky* when that
depends on the rule or the record; *harmless* otherwise. What rules really lose is found by checking them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, assert_never

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
    RowsType,
    TextType,
    UrlType,
    describe,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, StageSchema
    from syncdsl.schema.types import FieldSchema, FieldType


class Weight(Enum):
    """What a change may do to rules."""

    BREAKING = "breaking"
    RISKY = "risky"
    HARMLESS = "harmless"


class Kind(Enum):
    """Whether a thing came, went or changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change.

    `module` is None for the system itself, `field` is None for a module itself; a field of a list of rows is written
    `line_items.rate`. `what` names the fact (`field`, `type`, `required`, `choice`, `view`, `stage` …); `before` and
    `after` are its values as people write them, None where there is none.
    """

    module: str | None
    field: str | None = None
    what: str
    kind: Kind
    weight: Weight
    before: str | None = None
    after: str | None = None

    @property
    def subject(self) -> str:
        """The thing that changed: `Accounts.Phone`, `Accounts`, or the system itself."""
        return ".".join(part for part in (self.module, self.field) if part) or "the system"


def differences(before: SchemaSnapshot, after: SchemaSnapshot) -> tuple[Difference, ...]:
    """Return every change of meaning, sorted by module, field and fact; statistics are left out."""
    found = [
        *_facts(None, None, [("adapter", before.adapter, after.adapter)], Weight.BREAKING),
        *_facts(None, None, [("base currency", before.base_currency, after.base_currency)], Weight.BREAKING),
    ]
    for name in {*before.modules, *after.modules}:
        found += _module(name, before.modules.get(name), after.modules.get(name))
    return tuple(sorted(found, key=_order))


def changed_statistics(before: SchemaSnapshot, after: SchemaSnapshot) -> tuple[str, ...]:
    """Return the modules in both snapshots whose statistics differ, sorted."""
    common = before.modules.keys() & after.modules.keys()
    return tuple(sorted(name for name in common if before.modules[name].statistics != after.modules[name].statistics))


def _order(item: Difference) -> tuple[str, str, str, str, str]:
    return item.module or "", item.field or "", item.what, item.before or "", item.after or ""


def _module(name: str, before: ModuleSchema | None, after: ModuleSchema | None) -> Iterator[Difference]:
    if before is None or after is None:
        came = before is None
        yield Difference(
            module=name,
            what="module",
            kind=Kind.ADDED if came else Kind.REMOVED,
            weight=Weight.HARMLESS if came else Weight.BREAKING,
        )
        return
    for attribute, weight in _MODULE_FACTS.items():
        facts = [(attribute.replace("_", " "), getattr(before, attribute), getattr(after, attribute))]
        yield from _facts(name, None, facts, weight)
    for attribute in ("creatable", "updatable"):
        old, new = getattr(before, attribute), getattr(after, attribute)
        yield from _facts(name, None, [(attribute, old, new)], Weight.HARMLESS if new else Weight.BREAKING)
    yield from _members(name, None, "view", before.views, after.views, added=Weight.HARMLESS)
    yield from _stages(name, before.stages, after.stages)
    yield from _fields(name, "", before.fields, after.fields, creatable=after.creatable)


_MODULE_FACTS = {
    "label": Weight.HARMLESS,
    "store": Weight.RISKY,
    "label_field": Weight.HARMLESS,
    "key_field": Weight.RISKY,
    "created_field": Weight.RISKY,
    "modified_field": Weight.RISKY,
    "currency_field": Weight.RISKY,
    "status_field": Weight.RISKY,
    "lines_field": Weight.RISKY,
    "parent_field": Weight.RISKY,
    "stage_field": Weight.BREAKING,
}
"""How much a change of what a module says of itself weighs."""


def _stages(module: str, before: Sequence[StageSchema], after: Sequence[StageSchema]) -> Iterator[Difference]:
    old, new = {stage.value: stage for stage in before}, {stage.value: stage for stage in after}
    # A new stage is in no trigger yet, but in `won`, `lost` or `open` at once.
    yield from _members(module, None, "stage", tuple(old), tuple(new), added=Weight.RISKY)
    for value in old.keys() & new.keys():
        one, two = old[value], new[value]
        about = f"stage {value}"
        classes = (f"{about}: meaning", one.stage_class.value, two.stage_class.value)
        yield from _facts(module, None, [classes], Weight.BREAKING)
        facts = [
            (f"{about}: category", one.category, two.category),
            (f"{about}: probability", one.probability, two.probability),
        ]
        yield from _facts(module, None, facts, Weight.HARMLESS)
        retired = Weight.RISKY if two.deprecated else Weight.HARMLESS
        yield from _facts(module, None, [(f"{about}: deprecated", one.deprecated, two.deprecated)], retired)


def _fields(
    module: str,
    prefix: str,
    before: Mapping[str, FieldSchema],
    after: Mapping[str, FieldSchema],
    *,
    creatable: bool,
) -> Iterator[Difference]:
    for name in {*before, *after}:
        old, new, path = before.get(name), after.get(name), prefix + name
        if new is None and old is not None:
            yield Difference(
                module=module, field=path, what="field", kind=Kind.REMOVED, weight=Weight.BREAKING, before=_type(old)
            )
        elif old is None and new is not None:
            needed = creatable and new.required and not new.default
            weight = Weight.BREAKING if needed else Weight.HARMLESS
            yield Difference(module=module, field=path, what="field", kind=Kind.ADDED, weight=weight, after=_type(new))
        elif old is not None and new is not None:
            yield from _field(module, path, old, new, creatable=creatable)


def _field(module: str, path: str, old: FieldSchema, new: FieldSchema, *, creatable: bool) -> Iterator[Difference]:
    def fact(what: str, weight: Weight) -> Iterator[Difference]:
        facts = [(what.replace("_", " "), getattr(old, what), getattr(new, what))]
        return _facts(module, path, facts, weight)

    needed = new.required and not new.default
    yield from fact("label", Weight.HARMLESS)
    yield from fact("required", Weight.BREAKING if needed and creatable else Weight.HARMLESS)
    yield from fact("default", Weight.BREAKING if needed and creatable else Weight.HARMLESS)
    yield from fact("read_only", Weight.BREAKING if new.read_only else Weight.HARMLESS)
    yield from fact("create_only", Weight.BREAKING if new.create_only else Weight.HARMLESS)
    # A path may end in a unique field only; a new constraint may refuse values that were fine.
    yield from fact("unique", Weight.RISKY if new.unique else Weight.BREAKING)
    yield from fact("sensitive", Weight.HARMLESS)
    yield from _types(module, path, old.value, new.value, creatable=creatable)


def _types(module: str, path: str, old: FieldType, new: FieldType, *, creatable: bool) -> Iterator[Difference]:
    if type(old) is not type(new):
        yield from _facts(module, path, [("type", describe(old), describe(new))], Weight.BREAKING)
        return
    match new:
        case TextType() | EmailType() | PhoneType() | UrlType():
            yield from _limit(module, path, "length", old, new)
        case IntegerType():
            yield from _limit(module, path, "digits", old, new)
        case DecimalType():
            yield from _limit(module, path, "digits", old, new)
            yield from _limit(module, path, "scale", old, new)
        case MoneyType():
            yield from _limit(module, path, "scale", old, new)
        case ChoiceType() | ChoicesType():
            assert isinstance(old, ChoiceType | ChoicesType)  # noqa: S101 - the types are equal; for the type checker
            # A table without a rest row does not cover a new choice.
            yield from _members(module, path, "choice", old.options, new.options, added=Weight.RISKY)
        case ReferenceType():
            assert isinstance(old, ReferenceType)  # noqa: S101 - the types are equal; for the type checker
            yield from _members(module, path, "referenced module", old.modules, new.modules, added=Weight.RISKY)
        case RowsType():
            assert isinstance(old, RowsType)  # noqa: S101 - the types are equal; for the type checker
            yield from _fields(module, f"{path}.", old.fields, new.fields, creatable=creatable)
        case BooleanType() | DateType() | DateTimeType() | IdType():
            return
        case _:
            assert_never(new)


def _limit(module: str, path: str, name: str, old: FieldType, new: FieldType) -> Iterator[Difference]:
    before, after = getattr(old, name), getattr(new, name)
    tighter = after is not None and (before is None or after < before)
    yield from _facts(module, path, [(name, before, after)], Weight.RISKY if tighter else Weight.HARMLESS)


def _members(
    module: str, field: str | None, what: str, before: Sequence[str], after: Sequence[str], *, added: Weight
) -> Iterator[Difference]:
    """Tell what came into a list and what left it, and a new order only where it means something and is all."""
    for item in after:
        if item not in before:
            yield Difference(module=module, field=field, what=what, kind=Kind.ADDED, weight=added, after=item)
    for item in before:
        if item not in after:
            yield Difference(
                module=module, field=field, what=what, kind=Kind.REMOVED, weight=Weight.BREAKING, before=item
            )
    if what != "view" and before != after and set(before) == set(after):
        yield Difference(
            module=module, field=field, what=f"order of {what}s", kind=Kind.CHANGED, weight=Weight.HARMLESS
        )


def _facts(
    module: str | None, field: str | None, facts: Iterable[tuple[str, object, object]], weight: Weight
) -> Iterator[Difference]:
    for what, before, after in facts:
        if before != after:
            yield Difference(
                module=module,
                field=field,
                what=what,
                kind=Kind.CHANGED,
                weight=weight,
                before=_said(before),
                after=_said(after),
            )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _type(field: FieldSchema) -> str:
    needed = field.required and not field.default
    return describe(field.value) + (", required" if needed else "")
