"""Stages: classes that no stage has (SD416), and stages that no trigger speaks of (SD415)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.scopes import EVERYTHING
from syncdsl.analysis.satisfiability import Conditions
from syncdsl.diagnostics.codes.proofs import UNCLASSIFIED_STAGE, UNHANDLED_STAGES
from syncdsl.plan.expressions import Among, Constant, FieldRead, StageTest
from syncdsl.plan.reads import parts_of, reads_of
from syncdsl.schema.types import ChoiceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.analysis.satisfiability import RecordType
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TriggerPlan
    from syncdsl.syntax.nodes import Module, Record, When


def classified(rules: Rules) -> None:
    """Report `won`, `lost` and `open` where the schema has no stage of that class."""
    for missing, statement in _missing(rules):
        for node in walk(statement):
            if isinstance(node, ast.StageClass) and node.value.value == missing.stage_class.value:
                rules.report(
                    UNCLASSIFIED_STAGE,
                    f"no stage of `{missing.path[-1]}` counts as {missing.stage_class.value}, so this is never true",
                    node.span,
                    help="give a stage that class in the CRM and pull the schema again, or name the stage itself",
                )


def _missing(rules: Rules) -> Iterator[tuple[StageTest, Module | Record | When]]:
    """Return each class without stages that a statement asks for, once."""
    names = rules.checker.names
    asked: list[tuple[PlanExpression | None, Module | Record | When | None]] = []
    for pair in rules.pairs:
        node = names.modules.get(pair.name)
        values = (item.value for line in pair.lines for item in (line.to_right, line.to_left) if item is not None)
        asked += [(expression, node) for expression in (pair.left.where, pair.right.where, *values)]
    asked += [(plan.endpoint.where, names.records.get(name)) for name, plan in rules.records.items()]
    asked += [(trigger.condition, rules.when(trigger)) for trigger in rules.triggers]
    seen: set[tuple[int, str]] = set()
    for expression, statement in asked:
        if expression is None or statement is None or isinstance(expression, FieldRead | Constant):
            continue
        for part in parts_of(expression):
            if isinstance(part, StageTest) and not part.stages:
                key = (id(statement), part.stage_class.value)
                if key not in seen:
                    seen.add(key)
                    yield part, statement


def handled(rules: Rules) -> None:
    """Note the stages of a record in which none of its triggers can be true, when some ask for the stage.

    A trigger that does not ask for the stage speaks of all of them.
    """
    if not rules.complete:
        return
    known: dict[tuple[str, ...], list[str]] = {}
    triggers: dict[str, list[TriggerPlan]] = {}
    for trigger in rules.triggers:
        triggers.setdefault(trigger.record, []).append(trigger)
    for name, plan in rules.records.items():
        place = plan.endpoint
        schema = rules.checker.schemas[place.connection].modules[place.module]
        mine = triggers.get(name, [])
        stage = (schema.stage_field or "",)
        kind = schema.fields[stage[0]].value if stage[0] in schema.fields else None
        if not mine or kind is None or any(stage not in reads_of(trigger.condition) for trigger in mine):
            continue
        scope: PlanExpression = place.where or EVERYTHING
        conditions = [trigger.condition for trigger in mine]
        stages = kind.options if isinstance(kind, ChoiceType) else tuple(item.value for item in schema.stages)
        key = (place.connection, place.module, *(item.model_dump_json() for item in (scope, *conditions)))
        if key not in known:
            known[key] = _idle(
                rules.record_type(place.connection, place.module), stage, stages, conditions, scope, rules
            )
        idle = known[key]
        if idle:
            shown = ", ".join(f"`{value}`" for value in idle)
            rules.report(
                UNHANDLED_STAGES,
                f"no `when` about `{name}` is true in {'the stage' if len(idle) == 1 else 'the stages'} {shown}",
                rules.checker.names.records[name].header
                if name in rules.checker.names.records
                else rules.span_at(plan.location),
                help="that may be meant; else write one, such as "
                f'`when {name}.stage == "{idle[0]}": create {mine[0].document}`',
            )


def _idle(
    record: RecordType,
    stage: tuple[str, ...],
    stages: Sequence[str],
    conditions: Sequence[PlanExpression],
    scope: PlanExpression,
    rules: Rules,
) -> list[str]:
    """Return the stages of records in scope in which none of the conditions can be true."""
    tests = [_is_stage(stage, value, kind_of=ChoiceType(options=tuple(stages))) for value in stages]
    known = Conditions([scope, *tests, *conditions], record, rules.checker.tables)
    first = 1 + len(stages)
    return [
        value
        for number, value in enumerate(stages, 1)
        if not known.impossible((0, number))
        and all(known.impossible((0, number, first + place)) for place in range(len(conditions)))
    ]


def _is_stage(path: tuple[str, ...], value: str, *, kind_of: ChoiceType) -> Among:
    return Among(operand=FieldRead(path=path), options=(Constant(value=value),), as_type=kind_of)
