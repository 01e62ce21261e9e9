"""`document` statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.analysis.clauses import check_clauses, clauses_of
from syncdsl.analysis.kinds import family
from syncdsl.analysis.maps import MapLowering
from syncdsl.analysis.modules import entity_scope, observe_id
from syncdsl.analysis.scope import RowScope, Scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.names import UNKNOWN_RECORD
from syncdsl.diagnostics.codes.types import BAD_MODIFIER, NOT_ASSIGNABLE, NOT_CREATABLE, REQUIRED_NOT_MAPPED
from syncdsl.plan.pairs import Assignment, DocumentLine, DocumentPlan
from syncdsl.schema.types import ChoiceType, RowsType, describe
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.types import FieldSchema

CLOSED = ("void", "declined", "deleted", "cancelled")
UNTOUCHED = ("draft",)
PAID = (
    "paid",
    "partially_paid",
    "invoiced",
    "partially_invoiced",
    "billed",
    "partially_billed",
    "fulfilled",
    "partially_fulfilled",
    "received",
    "partially_received",
)
"""Money or goods moved, or another document was made of it."""


def lower_document(
    node: nodes.Document,
    records: Mapping[str, Scope],
    checker: Checker,
) -> DocumentPlan | None:
    """Lower a document statement; None when it cannot be part of a plan, for reasons that were reported."""
    with checker.within(node):
        return _lower(node, records, checker)


def _lower(node: nodes.Document, records: Mapping[str, Scope], checker: Checker) -> DocumentPlan | None:
    check_clauses(node, checker)
    target = entity_scope(node.entity, checker)
    source = records.get(node.record.text)
    if source is None and node.record.text not in checker.names.records:
        checker.undeclared(
            UNKNOWN_RECORD, "no record is called", node.record.text, node.record.span, checker.names.records
        )
    if target is None or source is None:
        return None
    if not target.schema.creatable:
        checker.report(
            NOT_CREATABLE,
            f"`{target.connection}.{target.module}` can only be read",
            node.entity.span,
            help="a document is made in a module that can be written, such as `books.invoices`",
        )
        return None
    lowering = MapLowering(checker, source, target)
    rows = _rows_scope(target)
    assignments: list[Assignment] = []
    write_backs: list[Assignment] = []
    lines: list[DocumentLine] = []
    complete = not any(isinstance(item, nodes.Bad | nodes.Like) for item in node.clauses)
    for clause in clauses_of(node.clauses, nodes.Map):
        for item in clause.items:
            match item:
                case nodes.MapLine():
                    complete = _assign(item, lowering, checker, assignments, write_backs) and complete
                case nodes.Group():
                    for line in item.lines:
                        complete = (
                            isinstance(line, nodes.MapLine)
                            and _assign(line, lowering, checker, assignments, write_backs)
                        ) and complete
                case nodes.LineBlock():
                    found = _line(item, source, rows, checker)
                    complete = complete and found is not None
                    lines += [found] if found is not None else []
                case nodes.Bad():
                    complete = False
    if complete:
        _check_required(node, target, checker, {item.target for item in assignments}, has_lines=bool(lines))
    status = target.schema.fields.get(target.schema.status_field or "")
    return DocumentPlan(
        name=node.name.text,
        location=node.span.location,
        record=node.record.text,
        connection=target.connection,
        module=target.module,
        observe=observe_id(target.connection, target.module, None),
        key_field=target.schema.key_field,
        status_field=target.schema.status_field,
        lines_field=target.schema.lines_field,
        currency_field=target.schema.currency_field,
        closed=_states(status, CLOSED),
        untouched=_states(status, UNTOUCHED),
        paid=_states(status, PAID),
        per=_per(node, source, checker),
        assignments=tuple(assignments),
        write_backs=tuple(write_backs),
        lines=tuple(lines),
    )


def _per(node: nodes.Document, source: Scope, checker: Checker) -> PlanExpression | None:
    """Return what there is one document for each value of."""
    for clause in clauses_of(node.clauses, nodes.Per):
        typed = Lowering(checker, source).lower(clause.value)
        if typed is None:
            return None
        if typed.type is None or family(typed.type) in {"rows", "choices"}:
            what = describe(typed.type) if typed.type is not None else "empty"
            checker.report(
                NOT_ASSIGNABLE,
                f"{what} has no single value, so it cannot tell documents apart",
                clause.value.span,
                help=f"name a field with one value: `per: {source.record}.{source.schema.label_field}`",
            )
            return None
        return typed.expression
    return None


def _states(field: FieldSchema | None, wanted: tuple[str, ...]) -> tuple[str, ...]:
    if field is None or not isinstance(field.value, ChoiceType):
        return wanted
    return tuple(state for state in wanted if state in field.value.options)


def _rows_scope(target: Scope) -> Scope | None:
    """Return the scope of a document's lines."""
    field = target.schema.fields.get(target.schema.lines_field or "")
    if field is None or not isinstance(field.value, RowsType):
        return None
    row: ModuleSchema = target.schema.model_copy(
        update={"fields": field.value.fields, "label_field": next(iter(field.value.fields), "")}
    )
    return Scope(connection=target.connection, module=f"{target.module} lines", schema=row)


def _assign(
    node: nodes.MapLine,
    lowering: MapLowering,
    checker: Checker,
    into: list[Assignment],
    back: list[Assignment] | None = None,
) -> bool:
    """Lower a line into a document, or back into its record (`back`; None where no line may write back)."""
    for modifier in node.modifiers:
        checker.report(
            BAD_MODIFIER,
            f"`{checker.text(modifier.span)}` does not belong in a document, which is written as a whole",
            modifier.span,
            help="leave it out",
        )
        return False
    if node.arrow is nodes.Arrow.BOTH:
        checker.report(
            BAD_MODIFIER,
            "a line of a document goes one way: into the document, or back into its record",
            node.span,
            help="write `deal.FIELD -> FIELD`, or `deal.FIELD <- FIELD`",
        )
        return False
    if node.arrow is nodes.Arrow.LEFT:
        if back is None:
            checker.report(
                BAD_MODIFIER,
                "a row of a document writes nothing back: there is one record and any number of rows",
                node.span,
                help="write back from the document itself: `deal.FIELD <- FIELD` directly under `map:`",
            )
            return False
        into = back
        found = lowering.assignment(node.right, node.left, "left")
    else:
        found = lowering.assignment(node.left, node.right, "right")
    if found is None:
        return False
    if found.target not in {item.target for item in into}:
        into.append(found)
    return True


def _line(node: nodes.LineBlock, source: Scope, rows: Scope | None, checker: Checker) -> DocumentLine | None:
    if rows is None:
        checker.report(
            BAD_MODIFIER, "what this document is made of has no lines", node.span, help="write directly under `map:`"
        )
        return None
    path: tuple[str, ...] | None = None
    if node.rows is not None and node.row is not None:
        found = source.resolve(node.rows, checker)
        if found is None:
            return None
        if not isinstance(found.field.value, RowsType) or len(found.path) != 1:
            lists = [name for name, field in source.schema.fields.items() if isinstance(field.value, RowsType)]
            checker.report(
                NOT_ASSIGNABLE,
                f"`{node.rows.text}` is {describe(found.field.value)}, no list of records, so it has no rows",
                node.rows.span,
                help=f"write `line for {node.row.text} in {source.record}.{lists[0]}:`"
                if lists
                else "write `line:` for one line",
            )
            return None
        path = found.path
        row = source.schema.model_copy(
            update={"label": node.rows.text, "fields": found.field.value.fields, "stages": (), "stage_field": None}
        )
        source = replace(source, row=RowScope(name=node.row.text, schema=row))
    lowering = MapLowering(checker, source, rows)
    assignments: list[Assignment] = []
    complete = True
    for line in node.lines:
        complete = isinstance(line, nodes.MapLine) and _assign(line, lowering, checker, assignments) and complete
    if not complete:
        return None
    missing = [
        name
        for name, field in rows.schema.fields.items()
        if field.required and not field.default and name not in {item.target for item in assignments}
    ]
    for name in missing:
        checker.report(
            REQUIRED_NOT_MAPPED,
            f"a line requires `{name}`",
            node.span,
            help=f"add a line under `line:`: `… -> {name}`",
        )
    return None if missing else DocumentLine(assignments=tuple(assignments), rows=path)


def _check_required(
    node: nodes.Document, target: Scope, checker: Checker, written: set[str], *, has_lines: bool
) -> None:
    lines = target.schema.lines_field
    for name, field in target.schema.fields.items():
        if not field.required or field.default or field.read_only or name in written or (name == lines and has_lines):
            continue
        example = "line: with `… -> rate` below it" if name == lines else f"… -> {name}"
        checker.report(
            REQUIRED_NOT_MAPPED,
            f"`{target.connection}.{target.module}` requires `{name}`, and no line writes it",
            node.header,
            help=f"add to the map: `{example}`",
        )
