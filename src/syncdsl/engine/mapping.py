"""Map lines at work: from one side's record to the value that fits the other side's field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.types import ReferenceType, TextType
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
    row: Mapping[str, Value] | None = None,
) -> MapOutcome:
    """Return the value that an assignment writes into connection `target`, from a record of connection `source`."""
    value = context.evaluate(assignment.value, source, fields, row)
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
    found = context.unique_values(target, lookup.module, lookup.field).get(
        canonical(value, context.type_of(target, lookup.module, lookup.field)), ()
    )
    if len(found) == 1:
        return Mapped(Ref(lookup.module, found[0]))
    count = "no record" if not found else f"{len(found)} records"
    return Misfit(f"{count} of {target}.{lookup.module} with {lookup.field} `{show(value)}`", value)
