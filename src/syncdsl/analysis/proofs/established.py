"""`where` binds what a module creates: the map has to make the condition true (SD401)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.rules import endpoint, opposite, written_sides
from syncdsl.analysis.satisfiability import Satisfied, example_text, witness
from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.analysis.satisfiability.substitution import substituted
from syncdsl.diagnostics.codes.proofs import WHERE_NOT_ESTABLISHED
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Among, Comparison, Connective, Constant, Emptiness, FieldRead
from syncdsl.plan.reads import reads_of
from syncdsl.plan.wording import expression_text, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.analysis.satisfiability import RecordType
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, Pair, Side
    from syncdsl.schema.snapshot import ModuleSchema

_EMPTY = Constant()


def run(rules: Rules) -> None:
    """Report conditions that a new record would not satisfy, with the record it would be made from.

    Their parts, joined by `and`, are judged one by one as far as the rules decide them: a field has the value that its
    line computes from a record in the other side's scope, and one that no line writes and that has no default is
    empty. What depends on a default, on partners or on what the system computes is left to the run.
    """
    for pair in rules.pairs:
        for side in written_sides(pair):
            where = endpoint(pair, side).where
            for part in _conjuncts(where) if where is not None else ():
                _judge(rules, pair, side, part)


def _judge(rules: Rules, pair: Pair, side: Side, part: PlanExpression) -> None:
    here, there = endpoint(pair, side), endpoint(pair, opposite(side))
    source = rules.record_type(there.connection, there.module)
    schema = rules.checker.schemas[here.connection].modules[here.module]
    written = _written(part, pair, schema, side)
    asked = substituted(part, written) if written is not None else None
    if written is None or asked is None:
        return
    given = [*([there.where] if there.where is not None else []), *_waits(part, pair, schema, side)]
    tables = rules.checker.tables
    answer = witness([*given, *_filled(asked, source)], source, tables, unless=(asked,))
    if not isinstance(answer, Satisfied):
        return
    record = Realised(answer.values)
    new = {path: record.evaluate(compile_expression(value, tables)) for path, value in written.items()}
    made = (
        f"made from a record with {example_text(answer.values)} it would have"
        if answer.values
        else "a new record would have"
    )
    if all(isinstance(value, Constant) for value in written.values()):
        advice = _advice(part, written, side)
    else:
        advice = f"let the map make it true, or let a `where {there.connection}: …` leave such records out"
    rules.report(
        WHERE_NOT_ESTABLISHED,
        f"what `{pair.name}` creates in `{here.connection}` would not satisfy `{expression_text(part)}`",
        rules.scope_span(pair, side),
        help=f"{made} {example_text(new)}; {advice}",
        owner=pair,
    )


def _conjuncts(expression: PlanExpression) -> Iterator[PlanExpression]:
    if isinstance(expression, Connective) and expression.op == "and":
        yield from _conjuncts(expression.left)
        yield from _conjuncts(expression.right)
    else:
        yield expression


def _assignments(pair: Pair, side: Side) -> dict[str, Assignment]:
    return {
        assignment.target: assignment
        for line in pair.lines
        if (assignment := line.to_right if side == "right" else line.to_left) is not None
    }


def _written(
    part: PlanExpression, pair: Pair, schema: ModuleSchema, side: Side
) -> dict[tuple[str, ...], PlanExpression] | None:
    """Return what a new record has in the fields that a condition reads; None when a run alone knows.

    A field that refers to nothing has nothing behind it.
    """
    paths = reads_of(part)
    if not paths:
        return None
    lines = _assignments(pair, side)
    found: dict[tuple[str, ...], PlanExpression] = {}
    for path in paths:
        field, line = schema.fields.get(path[0]), lines.get(path[0])
        if field is None or field.read_only or (line is None and field.default):
            return None
        if line is not None and (len(path) > 1 or line.partner or line.lookup is not None):
            return None
        found[path] = line.value if line is not None else _EMPTY
    return found


def _waits(part: PlanExpression, pair: Pair, schema: ModuleSchema, side: Side) -> Iterator[PlanExpression]:
    """Return what holds of every record that is created: required fields have a value, and defaults stay unknown."""
    lines = _assignments(pair, side)
    for name in {path[0] for path in reads_of(part)}:
        field, line = schema.fields[name], lines.get(name)
        if line is not None and (field.required or field.default):
            yield Emptiness(operand=line.value, negated=True)


def _filled(asked: PlanExpression, source: RecordType) -> Iterator[PlanExpression]:
    """Return that source fields which are required, or have a default, are filled: an example without would be odd."""
    for path in reads_of(asked):
        field = source.field(path)
        if field is not None and (field.required or field.default):
            yield Emptiness(operand=FieldRead(path=path), negated=True)


def _advice(part: PlanExpression, written: Mapping[tuple[str, ...], PlanExpression], side: Side) -> str:
    """Return the line that the map needs, or needs to change."""
    value, path = "…", next(iter(written))
    match part:
        case (
            Comparison(op="==", left=FieldRead(), right=Constant() as constant)
            | Comparison(op="==", left=Constant() as constant, right=FieldRead())
            | Among(operand=FieldRead(), options=(Constant() as constant, *_), negated=False)
        ):
            value = expression_text(constant)
        case _:
            pass
    name = path_text(path[0])
    line = f"{value} -> {name}" if side == "right" else f"{name} <- {value}"
    return f"{'change the line of' if written[path] is not _EMPTY else 'add a line to'} the map: `{line}`"
