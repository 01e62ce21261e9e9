"""The places of rules whose use by tests is counted, each with what tells that something came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.clauses import clauses_of
from syncdsl.analysis.tables import literal
from syncdsl.plan.expressions import Choose, Connective, Created, TableCall
from syncdsl.plan.reads import operands_of, parts_of
from syncdsl.plan.tables import row_key
from syncdsl.schema.types import RowsType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from syncdsl.analysis.program import Checker
    from syncdsl.changes.covered import PointKind
    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, DocumentPlan, Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.syntax.expressions import _Node

Sign: TypeAlias = "tuple[Hashable, ...]"
"""What is noted when something came of a place."""

REST = "_"
"""Stands for the key of a table's row for everything else."""


def truth(expression: PlanExpression, *, value: bool) -> Sign:
    """Return the sign that a condition of the plan, this very one, was true or false."""
    return ("truth", id(expression), value)


def written(rule: str, connection: str, field: str, column: str | None = None) -> Sign:
    """Return the sign that a rule wrote a field, or a column of a document's lines."""
    return ("written", rule, connection, field, column)


def fired(location: str) -> Sign:
    """Return the sign that a trigger did something."""
    return ("fired", location)


def row(table: str, direction: str, key: Hashable) -> Sign:
    """Return the sign that a row of a table answered."""
    return ("row", table, direction, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """One place: `outcomes` are what may come of it, in words, each with its sign."""

    kind: PointKind
    span: Span
    text: str
    outcomes: tuple[tuple[str, Sign], ...]


def landmarks(plan: Plan, checker: Checker) -> tuple[Landmark, ...]:
    """Return the places of all statements that a plan was made of, also of those that rules take from elsewhere."""
    return tuple(_Landmarks(plan, checker).all())


class _Landmarks:
    def __init__(self, plan: Plan, checker: Checker) -> None:
        self._plan = plan
        self._checker = checker

    def all(self) -> Iterator[Landmark]:
        """Yield every place."""
        names = self._checker.names
        for name, module in names.modules.items():
            yield from self._module(name, module)
        for name, record in names.records.items():
            plan = self._plan.records[name]
            for clause in clauses_of(record.clauses, nodes.Where):
                yield from self._condition("where", clause.condition, plan.endpoint.where)
        for name, document in names.documents.items():
            if name in self._plan.documents:
                yield from self._document(self._plan.documents[name], document)
        for when in names.triggers:
            yield from self._when(when)
        for name, table in names.tables.items():
            yield from self._table(name, table)

    # -- statements ---------------------------------------------------------------------------------------------

    def _module(self, name: str, node: nodes.Module) -> Iterator[Landmark]:
        pair = self._plan.pairs.get(name)
        if pair is not None:
            for clause in clauses_of(node.clauses, nodes.Where):
                for endpoint in (pair.left, pair.right):
                    if clause.connection is not None and clause.connection.text == endpoint.connection:
                        yield from self._condition("where", clause.condition, endpoint.where)
            for item in _lines(clauses_of(node.clauses, nodes.Map)):
                yield from self._line(pair, item)
        for nested in clauses_of(node.clauses, nodes.With):
            yield from self._module(f"{name}.{nested.module.name.text}", nested.module)

    def _line(self, pair: Pair, node: nodes.MapLine) -> Iterator[Landmark]:
        outcomes: list[tuple[str, Sign]] = []
        for arrows, side, value, target in (
            ((nodes.Arrow.RIGHT, nodes.Arrow.BOTH), "right", node.left, node.right),
            ((nodes.Arrow.LEFT, nodes.Arrow.BOTH), "left", node.right, node.left),
        ):
            if node.arrow not in arrows:
                continue
            endpoint = pair.right if side == "right" else pair.left
            schema = self._checker.module_schema(endpoint.connection, endpoint.module)
            field = _target(target, schema)
            if field is None:
                continue
            outcomes.append((f"written to {endpoint.connection}", written(pair.name, endpoint.connection, field)))
            assignments = (line.to_right if side == "right" else line.to_left for line in pair.lines)
            yield from self._inside(value, field, assignments)
        if outcomes:
            yield self._mark("line", node, tuple(outcomes))

    def _document(self, plan: DocumentPlan, node: nodes.Document) -> Iterator[Landmark]:
        schema = self._checker.module_schema(plan.connection, plan.module)
        endpoint = self._plan.records[plan.record].endpoint
        own = self._checker.module_schema(endpoint.connection, endpoint.module)
        for clause in clauses_of(node.clauses, nodes.Map):
            blocks = [item for item in clause.items if isinstance(item, nodes.LineBlock)]
            for item in clause.items:
                if not isinstance(item, nodes.MapLine):
                    continue
                back = item.arrow is nodes.Arrow.LEFT
                field = _target(item.left, own, plan.record) if back else _target(item.right, schema)
                if field is not None:
                    connection = endpoint.connection if back else plan.connection
                    sign = written(plan.name, connection, field)
                    yield self._mark("line", item, ((f"written to {connection}", sign),))
                    assignments = plan.write_backs if back else plan.assignments
                    yield from self._inside(item.right if back else item.left, field, assignments)
            for block, line in zip(blocks, plan.lines, strict=False):
                yield from self._block(plan, schema, block, line.assignments)

    def _block(
        self,
        plan: DocumentPlan,
        schema: ModuleSchema | None,
        block: nodes.LineBlock,
        assignments: Iterable[Assignment],
    ) -> Iterator[Landmark]:
        lines = schema.fields.get(plan.lines_field or "") if schema is not None else None
        columns = lines.value.fields if lines is not None and isinstance(lines.value, RowsType) else {}
        assignments = tuple(assignments)
        for item in block.lines:
            if isinstance(item, nodes.MapLine) and isinstance(item.right, ast.Path):
                column = ".".join(item.right.parts)
                column = column if column in columns else item.right.parts[0]
                sign = written(plan.name, plan.connection, plan.lines_field or "", column)
                yield self._mark("line", item, ((f"written to {plan.connection}", sign),))
                yield from self._inside(item.left, column, assignments)

    def _when(self, node: nodes.When) -> Iterator[Landmark]:
        location = node.span.location
        trigger = next((one for one in self._plan.triggers if one.location == location), None)
        if trigger is None:
            return
        span = node.header
        yield Landmark(kind="trigger", span=span, text=self._checker.text(span), outcomes=(("fired", fired(location)),))
        yield from self._condition("when", node.condition, trigger.condition)
        for clause in clauses_of(node.clauses, nodes.Require):
            yield from self._condition("require", clause.condition, trigger.require)

    def _table(self, name: str, node: nodes.Table) -> Iterator[Landmark]:
        directions = {
            part.direction
            for expression in _expressions(self._plan)
            for part in parts_of(expression)
            if isinstance(part, TableCall) and part.table == name
        }
        for item in node.rows:
            outcomes: list[tuple[str, Sign]] = []
            for direction, arrows, key in (
                ("right", (nodes.Arrow.RIGHT, nodes.Arrow.BOTH), item.left),
                ("left", (nodes.Arrow.LEFT, nodes.Arrow.BOTH), item.right),
            ):
                if direction in directions and item.arrow in arrows:
                    outcomes.append((f"read to the {direction}", row(name, direction, self._key(key))))
            if outcomes:
                yield self._mark("row", item, tuple(outcomes))

    def _key(self, node: ast.Expression | None) -> Hashable:
        return REST if node is None else row_key(literal(node))

    # -- conditions ---------------------------------------------------------------------------------------------

    def _inside(self, node: ast.Expression, field: str, assignments: Iterable[Assignment | None]) -> Iterator[Landmark]:
        """Yield the conditions in the value of a line."""
        found = next((one for one in assignments if one is not None and one.target == field), None)
        if found is not None:
            yield from self._zipped(list(_points(node)), list(_plan_points(found.value)))

    def _condition(
        self, kind: PointKind, node: ast.Expression, expression: PlanExpression | None
    ) -> Iterator[Landmark]:
        """Yield a condition and those that it is made of; what is always true is none."""
        if expression is None or isinstance(expression, Created):
            return
        yield self._truth(kind, node, expression)
        yield from self._zipped(list(_points(node)), list(_plan_points(expression)))

    def _zipped(
        self, points: list[tuple[PointKind, ast.Expression]], expressions: list[PlanExpression]
    ) -> Iterator[Landmark]:
        """Yield conditions by their order, which lowering keeps; where it does not, none of them is counted."""
        if len(points) == len(expressions):
            for (kind, node), expression in zip(points, expressions, strict=True):
                yield self._truth(kind, node, expression)

    def _truth(self, kind: PointKind, node: ast.Expression, expression: PlanExpression) -> Landmark:
        return self._mark(
            kind, node, (("true", truth(expression, value=True)), ("false", truth(expression, value=False)))
        )

    def _mark(self, kind: PointKind, node: _Node, outcomes: tuple[tuple[str, Sign], ...]) -> Landmark:
        return Landmark(kind=kind, span=node.span, text=self._checker.text(node.span), outcomes=outcomes)


def _lines(maps: Iterable[nodes.Map]) -> Iterator[nodes.MapLine]:
    for clause in maps:
        for item in clause.items:
            if isinstance(item, nodes.MapLine):
                yield item
            elif isinstance(item, nodes.Group):
                yield from (line for line in item.lines if isinstance(line, nodes.MapLine))


def _target(node: ast.Expression, schema: ModuleSchema | None, record: str | None = None) -> str | None:
    """Return the field that a side of a line names, which may stand inside the call of a table."""
    if isinstance(node, ast.Call) and node.arguments:
        node = node.arguments[0]
    if not isinstance(node, ast.Path) or schema is None:
        return None
    parts = node.parts[1:] if record is not None and node.parts[0] == record and len(node.parts) > 1 else node.parts
    found = schema.resolve(parts)
    return found[0] if found is not None else None


def _points(node: ast.Expression) -> Iterator[tuple[PointKind, ast.Expression]]:
    """Yield what `if` asks, and the operands of `and` and `or`, in the order of the text."""
    match node:
        case ast.Binary(operator=ast.BinaryOperator.AND | ast.BinaryOperator.OR):
            for part in _joined(node, node.operator):
                yield "operand", part
                yield from _points(part)
        case ast.Conditional():
            yield "if", node.condition
            yield from _points(node.condition)
            yield from _points(node.then)
            yield from _points(node.otherwise)
        case ast.Binary():
            yield from _points(node.left)
            yield from _points(node.right)
        case ast.Unary() | ast.EmptinessTest():
            yield from _points(node.operand)
        case ast.Membership():
            yield from _points(node.operand)
            for option in node.options:
                yield from _points(option)
        case ast.Call():
            for argument in node.arguments:
                yield from _points(argument)
        case ast.InterpolatedText():
            for piece in node.parts:
                if not isinstance(piece, str):
                    yield from _points(piece)
        case _:
            return


def _joined(node: ast.Expression, operator: ast.BinaryOperator) -> Iterator[ast.Expression]:
    if isinstance(node, ast.Binary) and node.operator is operator:
        yield from _joined(node.left, operator)
        yield from _joined(node.right, operator)
    else:
        yield node


def _plan_points(expression: PlanExpression) -> Iterator[PlanExpression]:
    """Yield the same of a lowered expression."""
    match expression:
        case Connective():
            for part in operands_joined(expression):
                yield part
                yield from _plan_points(part)
        case Choose():
            yield expression.condition
            yield from _plan_points(expression.condition)
            yield from _plan_points(expression.then)
            yield from _plan_points(expression.otherwise)
        case _:
            for operand in operands_of(expression):
                yield from _plan_points(operand)


def operands_joined(expression: Connective) -> Iterator[PlanExpression]:
    """Yield what stands between the same connective, however it is nested."""
    for part in (expression.left, expression.right):
        if isinstance(part, Connective) and part.op == expression.op:
            yield from operands_joined(part)
        else:
            yield part


def _expressions(plan: Plan) -> Iterator[PlanExpression]:
    """Yield everything that a plan evaluates."""
    for pair in plan.pairs.values():
        for line in pair.lines:
            for assignment in (line.to_right, line.to_left):
                if assignment is not None:
                    yield from (cell.value for cell in (assignment, *assignment.cells))
        for key in (*pair.keys, *((pair.adopt,) if pair.adopt is not None else ())):
            for part in key.parts:
                yield from (part.left, part.right)
        yield from (one.where for one in (pair.left, pair.right) if one.where is not None)
    yield from (one.endpoint.where for one in plan.records.values() if one.endpoint.where is not None)
    for document in plan.documents.values():
        yield from (item.value for item in (*document.assignments, *document.write_backs))
        yield from (item.value for line in document.lines for item in line.assignments)
        if document.per is not None:
            yield document.per
    for trigger in plan.triggers:
        yield from (one for one in (trigger.condition, trigger.require) if one is not None)
