"""Which fields hold sensitive values: those that a schema marks, and whatever rules compute from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.types import ReferenceType, RowsType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.plan.pairs import Assignment, DocumentPlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.types import FieldSchema

FieldName: TypeAlias = tuple[str, str, str]
"""Connection, module, field."""


def sensitive_fields(plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> frozenset[FieldName]:
    """Return the fields whose values are not shown to others, of those that the plan reads or writes.

    What a line computes of a sensitive field is as sensitive in the field that it writes, whatever that schema says.
    A list of rows is sensitive as a whole.
    """
    marked = {
        (connection, name, field)
        for connection, schema in schemas.items()
        for name, module in schema.modules.items()
        for field, facts in module.fields.items()
        if _marked(facts)
    } & {
        (step.connection, step.module, field)
        for step in plan.steps
        if isinstance(step, ObserveStep)
        for field in step.fields
    }
    if not marked:
        return frozenset()
    found = set(marked)
    for target, source, paths in _written(plan):
        if any(_reaches(schemas[source[0]], source[1], path) for path in paths):
            found.add(target)
    return frozenset(found)


def _marked(field: FieldSchema) -> bool:
    inner = field.value.fields.values() if isinstance(field.value, RowsType) else ()
    return field.sensitive or any(_marked(one) for one in inner)


def _written(plan: Plan) -> Iterator[tuple[FieldName, tuple[str, str], tuple[tuple[str, ...], ...]]]:
    """Yield every field that rules write, the module whose record feeds it, and the paths that are read there."""
    for pair in plan.pairs.values():
        for line in pair.lines:
            for assignment, here, there in (
                (line.to_right, pair.right, pair.left),
                (line.to_left, pair.left, pair.right),
            ):
                if assignment is not None:
                    target = (here.connection, here.module, assignment.target)
                    yield target, (there.connection, there.module), assignment.reads
    for document in plan.documents.values():
        record = plan.records[document.record].endpoint
        source = (record.connection, record.module)
        for assignment in document.assignments:
            yield (document.connection, document.module, assignment.target), source, assignment.reads
        for read in _read_for_lines(document):
            yield (document.connection, document.module, document.lines_field or ""), source, (read,)
        for assignment in document.write_backs:
            back = (document.connection, document.module)
            yield (record.connection, record.module, assignment.target), back, assignment.reads


def _read_for_lines(document: DocumentPlan) -> Iterator[tuple[str, ...]]:
    for line in document.lines:
        assignments: tuple[Assignment, ...] = line.assignments
        for assignment in assignments:
            yield from assignment.reads
        if line.rows is not None:
            yield line.rows


def _reaches(schema: SchemaSnapshot, module: str, path: tuple[str, ...]) -> bool:
    """Return whether a path ends in a sensitive field, or leads through one."""
    found = schema.modules[module].resolve(path) if module in schema.modules else None
    if found is None:
        return False
    field = schema.modules[module].fields[found[0]]
    if _marked(field):
        return True
    rest = found[1]
    if not rest or not isinstance(field.value, ReferenceType):
        return False
    return any(_reaches(schema, name, rest) for name in field.value.modules)
