"""Map lines at work: from one side's record to the value that fits the other side's field."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldType,
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
from syncdsl.schema.values import PartnerOf, Ref, is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import Assignment, Lookup
    from syncdsl.schema.values import Value


@dataclass(frozen=True, slots=True)
class Mapped:
    """A value that fits."""

    value: Value


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit, and why: it goes to review and is never cut."""

    reason: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A reference to a record without a partner: the record waits, visibly, until the partner comes."""

    reference: Ref


MapOutcome: TypeAlias = Mapped | Misfit | Parked


def source_value(context: Context, assignment: Assignment, connection: str, fields: Mapping[str, Value]) -> Value:
    """Return what an assignment's expression gives, in canonical form, before references are translated.

    This is what is compared with the base: whether the source side changed does not depend on the other side.
    """
    value = context.evaluate(assignment.value, connection, fields)
    if isinstance(value, Ref):
        return value
    if assignment.lookup is not None:
        return canonical(value, TextType())
    return canonical(convert(value, assignment.type), assignment.type)


def mapped_value(
    context: Context,
    assignment: Assignment,
    *,
    source: str,
    target: str,
    fields: Mapping[str, Value],
) -> MapOutcome:
    """Return the value that an assignment writes into connection `target`, from a record of connection `source`."""
    value = context.evaluate(assignment.value, source, fields)
    if is_empty(value):
        return Mapped(None)
    if assignment.partner and isinstance(value, Ref):
        return _partner(context, assignment, source, target, value)
    if assignment.lookup is not None:
        return _look_up(context, assignment.lookup, target, value)
    converted = convert(value, assignment.type)
    problem = misfit(converted, assignment.type)
    return Misfit(problem, value) if problem else Mapped(converted)


def _partner(context: Context, assignment: Assignment, source: str, target: str, value: Ref) -> MapOutcome:
    modules = assignment.type.modules if isinstance(assignment.type, ReferenceType) else ()
    linked = context.partner(source, value, target, modules)
    if linked is not None:
        return Mapped(linked)
    module = context.planned_partner(source, value, target, modules)
    if module is not None:
        return Mapped(PartnerOf(source, value.module, value.id, module))
    return Parked(value)


def _look_up(context: Context, lookup: Lookup, target: str, value: Value) -> MapOutcome:
    kind = context.type_of(target, lookup.module, lookup.field)
    wanted = canonical(value, kind)
    found = [
        record.id
        for observation in context.observations.values()
        if observation.step.connection == target and observation.step.module == lookup.module
        for record in observation.records.values()
        if canonical(record.fields.get(lookup.field), kind) == wanted
    ]
    if len(found) == 1:
        return Mapped(Ref(lookup.module, found[0]))
    count = "no record" if not found else f"{len(found)} records"
    return Misfit(f"{count} of {target}.{lookup.module} with {lookup.field} `{show(value)}`", value)


def convert(value: Value, kind: FieldType) -> Value:
    """Return a value in the field's own representation where that loses nothing; else the value as it is."""
    match kind:
        case MoneyType() | DecimalType():
            return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case IntegerType():
            if isinstance(value, Decimal) and value == value.to_integral_value():
                return int(value)
            return value
        case TextType() | EmailType() | PhoneType() | UrlType() | IdType() | ChoiceType():
            if isinstance(value, Ref):
                return value.id
            return value if isinstance(value, str) else show(value) if not is_empty(value) else None
        case _:
            return value


def misfit(value: Value, kind: FieldType) -> str | None:
    """Return why a value does not fit a field, in words; None when it fits."""
    if is_empty(value):
        return None
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            if not isinstance(value, str):
                return f"`{show(value)}` is not {describe(kind)}"
            if kind.length is not None and len(value) > kind.length:
                return f"{len(value)} characters are too long for {describe(kind)}"
            return None
        case ChoiceType():
            if value not in kind.options:
                return f"`{show(value)}` is none of the choices {', '.join(kind.options[:8])}"
            return None
        case ChoicesType():
            wrong = [item for item in value if item not in kind.options] if isinstance(value, tuple) else [show(value)]
            return f"`{wrong[0]}` is none of the choices {', '.join(kind.options[:8])}" if wrong else None
        case MoneyType() | DecimalType():
            return _number_misfit(value, kind.scale, kind.digits if isinstance(kind, DecimalType) else None, kind)
        case IntegerType():
            if not isinstance(value, int) or isinstance(value, bool):
                return f"`{show(value)}` is not a whole number"
            return f"`{value}` has too many digits" if kind.digits and len(str(abs(value))) > kind.digits else None
        case BooleanType():
            return None if isinstance(value, bool) else f"`{show(value)}` is not true or false"
        case DateTimeType():
            return None if isinstance(value, dt.datetime) else f"`{show(value)}` is not a date and time"
        case DateType():
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                return None
            return f"`{show(value)}` is not a date"
        case ReferenceType():
            return None if isinstance(value, Ref | PartnerOf) else f"`{show(value)}` is not a reference"
        case RowsType() | IdType():
            return None


def _number_misfit(value: Value, scale: int | None, digits: int | None, kind: FieldType) -> str | None:
    if not isinstance(value, Decimal):
        return f"`{show(value)}` is not a number"
    if not value.is_finite():
        return f"`{value}` is not a number"
    exponent = value.normalize().as_tuple().exponent
    if scale is not None and isinstance(exponent, int) and -exponent > scale:
        return f"`{show(value)}` is too precise for {describe(kind)}"
    if digits is not None and value.adjusted() + 1 > digits - (scale or 0):
        return f"`{show(value)}` has too many digits for {describe(kind)}"
    return None
