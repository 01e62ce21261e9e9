"""`record` and `when` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.clauses import check_clauses, clauses_of
from syncdsl.analysis.modules import check_view, entity_scope, observe_id
from syncdsl.analysis.scope import Scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.composition import NO_SUCH_STATE
from syncdsl.diagnostics.codes.names import UNKNOWN_DOCUMENT, UNKNOWN_RECORD
from syncdsl.diagnostics.codes.types import BAD_MODIFIER, NO_STAGE
from syncdsl.plan.pairs import Endpoint, RecordPlan, TriggerPlan
from syncdsl.schema.types import ChoiceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes, walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Resolved
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Verb

_STATES: dict[Verb, tuple[str, ...]] = {
    "send": ("sent", "open"),
    "accept": ("accepted",),
    "decline": ("declined",),
    "void": ("void", "cancelled"),
}
"""The states that an action brings documents of one kind or another into: orders are sent by opening them."""


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


def lower_trigger(
    node: nodes.When, records: Mapping[str, Scope], documents: Mapping[str, nodes.Document], checker: Checker
) -> list[TriggerPlan]:
    """Lower a `when` statement: one trigger for each of its actions."""
    record = _record_of(node, records, checker)
    if record is None:
        return []
    lowering = Lowering(checker, records[record])
    condition = lowering.condition(node.condition)
    _check_twice(node.clauses, checker)
    requires, backfills = clauses_of(node.clauses, nodes.Require), clauses_of(node.clauses, nodes.Backfill)
    require = lowering.condition(requires[0].condition) if requires else None
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
        verb: Verb = action.verb.value
        if not _possible(action, verb, document, checker) or condition is None or (requires and require is None):
            continue
        found.append(
            TriggerPlan(
                location=node.span.location,
                text=checker.text(node.condition.span),
                record=record,
                condition=condition,
                verb=verb,
                document=document.name.text,
                even_sent=action.even_sent,
                require=require,
                backfill=next((item.since.isoformat() for item in backfills if item.since is not None), None),
            )
        )
    return found


def _check_twice(clauses: Sequence[nodes.Require | nodes.Backfill], checker: Checker) -> None:
    """Report a second `require` or `backfill`."""
    seen: dict[str, int] = {}
    for clause in clauses:
        word = "require" if isinstance(clause, nodes.Require) else "backfill"
        if word in seen:
            way = "join the two conditions with `and`" if word == "require" else "leave one of them out"
            checker.report(BAD_MODIFIER, f"`{word}` stands here already, in line {seen[word]}", clause.span, help=way)
        seen.setdefault(word, clause.span.line)


def _possible(action: nodes.Action, verb: Verb, document: nodes.Document, checker: Checker) -> bool:
    """Report an action that brings a document into a state that documents of its kind never have."""
    if verb == "create":
        if action.even_sent:
            checker.report(
                BAD_MODIFIER,
                "`even sent` is about a document that is there; `create` makes a new one",
                action.span,
                help=f"write `create {document.name.text}`",
            )
        return not action.even_sent
    schema = checker.module_schema(document.entity.connection.text, document.entity.module.text)
    field = schema.fields.get(schema.status_field or "") if schema is not None else None
    if field is None or not isinstance(field.value, ChoiceType) or set(_STATES[verb]) & set(field.value.options):
        return True
    known = [word for word, state in _STATES.items() if set(state) & set(field.value.options)]
    checker.report(
        NO_SUCH_STATE,
        f"`{document.entity.connection.text}.{document.entity.module.text}` is never `{_STATES[verb][0]}`",
        action.span,
        help=f"possible are {', '.join(f'`{word}`' for word in ['create', *known])}",
    )
    return False


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
