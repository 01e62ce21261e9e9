"""`record`, `document` and `when` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from syncdsl.analysis.clauses import check_clauses, clauses_of
from syncdsl.analysis.maps import MapLowering
from syncdsl.analysis.modules import check_view, entity_scope, observe_id
from syncdsl.analysis.scope import Scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.names import UNKNOWN_DOCUMENT, UNKNOWN_RECORD
from syncdsl.diagnostics.codes.syntax import NOT_SUPPORTED
from syncdsl.diagnostics.codes.types import BAD_MODIFIER, NO_STAGE, NOT_CREATABLE, REQUIRED_NOT_MAPPED
from syncdsl.plan.pairs import Assignment, DocumentLine, DocumentPlan, Endpoint, RecordPlan, TriggerPlan
from syncdsl.schema.types import ChoiceType, RowsType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes, walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Resolved
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.types import FieldSchema

CLOSED = ("void", "declined", "deleted", "cancelled")
UNTOUCHED = ("draft",)


def record_scope(node: nodes.Record, checker: Checker) -> Scope | None:
    """Return the scope in which paths begin with the record's name."""
    scope = entity_scope(node.entity, checker, record=node.name.text)
    if scope is None:
        return None
    stage: tuple[str, ...] | None = (scope.schema.stage_field,) if scope.schema.stage_field else None
    plain = _plain(scope)
    for clause in clauses_of(node.clauses, nodes.StageField):
        found = plain.resolve(clause.path, checker)
        # What is wrong with the stage is said here; nothing that asks for it says so again.
        stage = found.path if found is not None and _is_stage(found, clause, scope, checker) else ()
    return Scope(
        connection=scope.connection, module=scope.module, schema=scope.schema, record=scope.record, stage=stage
    )


def _is_stage(found: Resolved, clause: nodes.StageField, scope: Scope, checker: Checker) -> bool:
    schema = checker.module_schema(scope.connection, found.module)
    if schema is not None and schema.stage_field == found.path[-1]:
        return True
    known = schema.stage_field if schema is not None else None
    checker.report(
        NO_STAGE,
        f"`{clause.path.text}` is no stage field",
        clause.path.span,
        help=f"write `stage: {known}`" if known else f"`{scope.connection}.{scope.module}` has no stages",
    )
    return False


def _plain(scope: Scope) -> Scope:
    return Scope(connection=scope.connection, module=scope.module, schema=scope.schema)


def lower_record(node: nodes.Record, scope: Scope, checker: Checker) -> RecordPlan:
    """Lower a record statement."""
    check_clauses(node, checker)
    view: str | None = None
    where: PlanExpression | None = None
    for clause in clauses_of(node.clauses, nodes.View):
        view = clause.name.value if check_view(clause, checker, scope) else None
    for condition in clauses_of(node.clauses, nodes.Where):
        where = Lowering(checker, _plain(scope)).condition(condition.condition)
    return RecordPlan(
        name=node.name.text,
        location=node.span.location,
        endpoint=Endpoint(
            connection=scope.connection,
            module=scope.module,
            view=view,
            where=where,
            key_field=scope.schema.key_field,
            label_field=scope.schema.label_field,
            observe=observe_id(scope.connection, scope.module, view),
        ),
    )


def lower_document(
    node: nodes.Document,
    records: Mapping[str, Scope],
    checker: Checker,
) -> DocumentPlan | None:
    """Lower a document statement."""
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
    row_lowering = MapLowering(checker, source, rows) if rows is not None else None
    assignments: list[Assignment] = []
    lines: list[DocumentLine] = []
    complete = not any(isinstance(item, nodes.Bad | nodes.Like) for item in node.clauses)
    for clause in clauses_of(node.clauses, nodes.Map):
        for item in clause.items:
            match item:
                case nodes.MapLine():
                    complete = _assign(item, lowering, checker, assignments) and complete
                case nodes.Group():
                    for line in item.lines:
                        complete = (
                            isinstance(line, nodes.MapLine) and _assign(line, lowering, checker, assignments)
                        ) and complete
                case nodes.LineBlock():
                    found = _line(item, row_lowering, rows, checker)
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
        assignments=tuple(assignments),
        lines=tuple(lines),
    )


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


def _assign(node: nodes.MapLine, lowering: MapLowering, checker: Checker, into: list[Assignment]) -> bool:
    if node.arrow is not nodes.Arrow.RIGHT:
        checker.report(
            NOT_SUPPORTED,
            "writing back from a document is not supported yet",
            node.span,
            help="in a document write `deal.FIELD -> FIELD`",
        )
        return False
    for modifier in node.modifiers:
        if isinstance(modifier, nodes.Enforce | nodes.ElseSkip):
            checker.report(
                NOT_SUPPORTED,
                f"`{checker.text(modifier.span)}` is not supported yet",
                modifier.span,
                help="leave it out for now",
            )
            return False
        if isinstance(modifier, nodes.Prefer | nodes.WhenEmpty):
            checker.report(
                BAD_MODIFIER,
                f"`{checker.text(modifier.span)}` does not belong in a document, which is written as a whole",
                modifier.span,
                help="leave it out",
            )
            return False
    found = lowering.assignment(node.left, node.right, "right")
    if found is None:
        return False
    if found.target not in {item.target for item in into}:
        into.append(found)
    return True


def _line(
    node: nodes.LineBlock, lowering: MapLowering | None, rows: Scope | None, checker: Checker
) -> DocumentLine | None:
    if node.row is not None:
        checker.report(
            NOT_SUPPORTED, "`line for … in …` is not supported yet", node.span, help="use `line:` for one line"
        )
        return None
    if lowering is None or rows is None:
        checker.report(
            BAD_MODIFIER, "what this document is made of has no lines", node.span, help="write directly under `map:`"
        )
        return None
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
    return None if missing else DocumentLine(assignments=tuple(assignments))


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


def lower_trigger(
    node: nodes.When, records: Mapping[str, Scope], documents: Mapping[str, nodes.Document], checker: Checker
) -> list[TriggerPlan]:
    """Lower a `when` statement: one trigger for each of its actions."""
    record = _record_of(node, records, checker)
    if record is None:
        return []
    condition = Lowering(checker, records[record]).condition(node.condition)
    found: list[TriggerPlan] = []
    for action in node.actions:
        if isinstance(action, nodes.Bad) or not action.document.text:
            continue
        document = documents.get(action.document.text)
        if document is not None and document.record.text not in checker.names.records:
            continue  # that name is reported where the document stands
        if document is None or document.record.text != record:
            mine = [name for name, item in documents.items() if item.record.text == record]
            checker.undeclared(
                UNKNOWN_DOCUMENT, f"`{record}` has no document", action.document.text, action.document.span, mine
            )
            continue
        if action.verb not in {nodes.ActionVerb.CREATE, nodes.ActionVerb.VOID} or action.even_sent:
            what = "even sent" if action.even_sent else action.verb.value
            checker.report(NOT_SUPPORTED, f"`{what}` is not supported yet", action.span, help="`create` and `void` are")
            continue
        verb: Literal["create", "void"] = "create" if action.verb is nodes.ActionVerb.CREATE else "void"
        if condition is not None:
            found.append(
                TriggerPlan(
                    location=node.span.location,
                    text=checker.text(node.condition.span),
                    record=record,
                    condition=condition,
                    verb=verb,
                    document=document.name.text,
                )
            )
    return found


def _record_of(node: nodes.When, records: Mapping[str, Scope], checker: Checker) -> str | None:
    """Return the record that a condition is about: every path begins with its name."""
    paths = [item for item in walk(node.condition) if isinstance(item, ast.Path) and item.parts[0]]
    heads: Sequence[str] = list(dict.fromkeys(path.parts[0] for path in paths))
    known = [head for head in heads if head in records]
    if known:
        return known[0]
    if not paths:
        if not any(isinstance(item, ast.BadExpression) for item in walk(node.condition)):
            checker.report(
                UNKNOWN_RECORD,
                f"`{checker.text(node.condition.span)}` is about no record",
                node.condition.span,
                help="ask something of a record: `deal.stage == won`",
            )
        return None
    if heads[0] in checker.names.records:
        return None
    owner = next((name for name, scope in records.items() if scope.schema.resolve(paths[0].parts)), None)
    if owner is not None:
        checker.report(
            UNKNOWN_RECORD,
            f"`{paths[0].text}` does not begin with the name of a record",
            paths[0].span,
            help=f"write `{owner}.{paths[0].text}`",
        )
        return None
    checker.undeclared(UNKNOWN_RECORD, "no record is called", heads[0], paths[0].part_spans[0], checker.names.records)
    return None
