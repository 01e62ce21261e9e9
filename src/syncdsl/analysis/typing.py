"""Expressions: names resolved, types checked, lowered to the plan's expressions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, assert_never

from syncdsl.analysis.calls import call_builtin, call_table
from syncdsl.analysis.kinds import alternatives, common, family
from syncdsl.analysis.lists import call_list
from syncdsl.analysis.negation import negated
from syncdsl.analysis.typed import Typed
from syncdsl.diagnostics import did_you_mean
from syncdsl.diagnostics.codes.names import UNKNOWN_FIELD, UNKNOWN_STAGE
from syncdsl.diagnostics.codes.types import (
    NO_STAGE,
    NOT_A_CONDITION,
    NOT_ASSIGNABLE,
    NOT_COMPARABLE,
    UNKNOWN_CHOICE,
)
from syncdsl.functions import find_builtin
from syncdsl.plan import expressions as plan
from syncdsl.schema.snapshot import StageClass
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateType,
    DecimalType,
    FieldType,
    IntegerType,
    MoneyType,
    ReferenceType,
    TextType,
    describe,
)
from syncdsl.schema.values import to_json
from syncdsl.syntax import expressions as ast

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression

_CONVERT = "convert one of them, or compare with a value of the same kind"
_NO_LIST = "a minus stands before numbers only; the lines of a block begin without a dash"
_JOINED = 'texts are joined inside quotation marks: `"{First_Name} {Last_Name}"`'
_ORDER = {"<", "<=", ">", ">="}
_TEXT, _NUMBER, _BOOLEAN = TextType(), DecimalType(), BooleanType()


class Lowering:
    """Lowers expressions in one scope. A mistake is reported once and gives None, which nobody reports again.

    `direction` is that of the map line an expression stands in: tables are read along it.
    """

    def __init__(self, checker: Checker, scope: Scope, direction: Literal["right", "left"] = "right") -> None:
        self._checker = checker
        self._scope = scope
        self._direction = direction

    def condition(self, node: ast.Expression) -> PlanExpression | None:
        """Lower a condition."""
        typed = self.lower(node)
        if typed is None:
            return None
        if not isinstance(typed.type, BooleanType):
            what = "it is empty" if typed.type is None else f"it is {describe(typed.type)}"
            self._checker.report(
                NOT_A_CONDITION,
                f"`{self._checker.text(node.span)}` is no condition: {what}",
                node.span,
                help='compare it, such as `… == "…"`, or ask `… is not empty`',
            )
            return None
        return typed.expression

    def lower(self, node: ast.Expression) -> Typed | None:
        """Lower an expression."""
        match node:
            case ast.TextLiteral():
                return Typed(plan.Constant(value=node.value), TextType(length=len(node.value)))
            case ast.NumberLiteral():
                value = int(node.value) if node.whole else Decimal(node.value)
                return Typed(plan.Constant(value=to_json(value)), IntegerType() if node.whole else _NUMBER)
            case ast.DateLiteral():
                return Typed(plan.Constant(value=to_json(node.value)), DateType())
            case ast.BooleanLiteral():
                return Typed(plan.Constant(value=node.value), _BOOLEAN)
            case ast.EmptyLiteral():
                return Typed(plan.Constant(value=None), None)
            case ast.StageClass():
                return self._misplaced_stage(node)
            case ast.Path():
                found = self._scope.resolve(node, self._checker)
                if found is None:
                    return None
                read = plan.RowRead(path=found.path) if found.in_row else plan.FieldRead(path=found.path)
                return Typed(read, found.field.value, found)
            case ast.InterpolatedText():
                return self._interpolated(node)
            case ast.Call():
                return self._call(node)
            case ast.Unary():
                return self._unary(node)
            case ast.Binary():
                return self._binary(node)
            case ast.Membership():
                return self._membership(node)
            case ast.EmptinessTest():
                operand = self.lower(node.operand)
                if operand is None:
                    return None
                return Typed(plan.Emptiness(operand=operand.expression, negated=node.negated), _BOOLEAN)
            case ast.CreatedTest():
                return Typed(plan.Created(), _BOOLEAN)
            case ast.Conditional():
                return self._conditional(node)
            case ast.BadExpression():
                return None
            case _:
                assert_never(node)

    def _interpolated(self, node: ast.InterpolatedText) -> Typed | None:
        parts: list[PlanExpression] = []
        failed = False
        for part in node.parts:
            if isinstance(part, str):
                parts.append(plan.Constant(value=part))
                continue
            typed = self.lower(part)
            if typed is None or not self._printable(typed, part):
                failed = True
            else:
                parts.append(typed.expression)
        return None if failed else Typed(plan.TextOf(parts=tuple(parts)), _TEXT)

    def _printable(self, typed: Typed, node: ast.Expression) -> bool:
        """Report what has no text of its own: references and lists."""
        if typed.type is None or family(typed.type) not in {"reference", "rows"}:
            return True
        text = self._checker.text(node.span)
        label = "FIELD"
        if isinstance(typed.type, ReferenceType):
            schema = self._checker.module_schema(self._scope.connection, typed.type.modules[0])
            label = schema.label_field if schema is not None else label
        self._checker.report(
            NOT_ASSIGNABLE,
            f"`{text}` is {describe(typed.type)}, which has no text of its own",
            node.span,
            help=f"name a field of it: `{{{text}.{label}}}`",
        )
        return False

    def _unary(self, node: ast.Unary) -> Typed | None:
        if node.operator is ast.UnaryOperator.NOT:
            condition = self.condition(node.operand)
            return Typed(negated(condition), _BOOLEAN) if condition is not None else None
        operand = self.lower(node.operand)
        if operand is None:
            return None
        if operand.type is not None and family(operand.type) != "number":
            return self._mismatch(node.span, f"`-` needs a number, not {describe(operand.type)}", _NO_LIST)
        return Typed(plan.Minus(operand=operand.expression), operand.type or _NUMBER)

    def _binary(self, node: ast.Binary) -> Typed | None:
        operator = node.operator
        match operator:
            case ast.BinaryOperator.AND | ast.BinaryOperator.OR:
                left, right = self.condition(node.left), self.condition(node.right)
                if left is None or right is None:
                    return None
                op: Literal["and", "or"] = "and" if operator is ast.BinaryOperator.AND else "or"
                return Typed(plan.Connective(op=op, left=left, right=right), _BOOLEAN)
            case ast.BinaryOperator.COALESCE:
                return self._coalesce(node)
            case (
                ast.BinaryOperator.ADD
                | ast.BinaryOperator.SUBTRACT
                | ast.BinaryOperator.MULTIPLY
                | ast.BinaryOperator.DIVIDE
            ):
                return self._arithmetic(node)
            case (
                ast.BinaryOperator.EQUAL
                | ast.BinaryOperator.NOT_EQUAL
                | ast.BinaryOperator.LESS
                | ast.BinaryOperator.LESS_EQUAL
                | ast.BinaryOperator.GREATER
                | ast.BinaryOperator.GREATER_EQUAL
            ):
                return self._comparison(node)
            case _:
                assert_never(operator)

    def _coalesce(self, node: ast.Binary) -> Typed | None:
        left, right = self.lower(node.left), self.lower(node.right)
        if left is None or right is None:
            return None
        kind = right.type if left.type is None else left.type
        if left.type is not None and right.type is not None:
            kind = alternatives(left.type, right.type)
            if kind is None:
                return self._mismatch(
                    node.span, f"{describe(left.type)} and {describe(right.type)} cannot stand for each other"
                )
        return Typed(plan.Coalesce(left=left.expression, right=right.expression), kind)

    def _hyphenated(self, node: ast.Binary) -> bool:
        """Report a name with a hyphen, which is read as a subtraction of two fields that there are not."""
        left, right = node.left, node.right
        if node.operator is not ast.BinaryOperator.SUBTRACT or not isinstance(left, ast.Path):
            return False
        if not isinstance(right, ast.Path) or right.span.start != left.span.end + 1 or len(right.parts) > 1:
            return False
        schema = self._scope.schema
        own = left.parts[1:] if left.parts[0] == self._scope.record else left.parts
        if not own or schema.resolve(own) is not None or schema.resolve(right.parts) is not None:
            return False
        place = f"{self._scope.connection}.{self._scope.module}"
        span = left.part_spans[-1].to(right.span)
        self._checker.unknown(
            UNKNOWN_FIELD, f"`{place}` has no field", f"{left.parts[-1]}-{right.parts[0]}", span, schema.fields
        )
        return True

    def _arithmetic(self, node: ast.Binary) -> Typed | None:
        if self._hyphenated(node):
            return None
        left, right = self.lower(node.left), self.lower(node.right)
        if left is None or right is None:
            return None
        op: Literal["+", "-", "*", "/"] = node.operator.value  # type: ignore[assignment]  # the caller passes these four alone
        families = [family(item.type) if item.type is not None else "number" for item in (left, right)]
        result: Literal["number", "date", "days"] = "number"
        kind: FieldType = _NUMBER
        if families == ["date", "number"] and op in {"+", "-"}:
            result, kind = "date", DateType()
        elif families == ["date", "date"] and op == "-":
            result, kind = "days", IntegerType()
        elif families != ["number", "number"]:
            strange = left.type if families[0] != "number" else right.type
            way = _JOINED if op == "+" and "text" in families else None
            shown = describe(strange) if strange else "empty"
            return self._mismatch(node.span, f"`{op}` needs numbers, not {shown}", way)
        elif isinstance(left.type, MoneyType) and isinstance(right.type, MoneyType) and op in {"+", "-"}:
            kind = left.type
        return Typed(plan.Arithmetic(op=op, left=left.expression, right=right.expression, result=result), kind)

    def _comparison(self, node: ast.Binary) -> Typed | None:
        op: Literal["==", "!=", "<", "<=", ">", ">="] = node.operator.value  # type: ignore[assignment]  # comparisons alone
        for stage, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(stage, ast.StageClass):
                return self._stage_test(stage, other, op, node.span)
        left, right = self.lower(node.left), self.lower(node.right)
        if left is None or right is None:
            return None
        if left.type is None and right.type is None:
            return self._mismatch(node.span, "both sides are empty")
        kind = left.type or right.type
        if left.type is not None and right.type is not None:
            kind = common(left.type, right.type)
        if kind is None or (op in _ORDER and family(kind) not in {"number", "date", "datetime"}):
            names = " and ".join(describe(item.type) for item in (left, right) if item.type is not None)
            return self._mismatch(node.span, f"{names} cannot be compared with `{op}`")
        for choice, literal, place in ((left, right, node.right), (right, left, node.left)):
            if not self._known_choice(choice, literal, place.span):
                return None
        return Typed(plan.Comparison(op=op, left=left.expression, right=right.expression, as_type=kind), _BOOLEAN)

    def _membership(self, node: ast.Membership) -> Typed | None:
        given = tuple(dict.fromkeys(node.options))
        single = len(given) == 1 and not isinstance(given[0], ast.StageClass)
        if single and not isinstance(node.operand, ast.EmptyLiteral):
            operator = ast.BinaryOperator.NOT_EQUAL if node.negated else ast.BinaryOperator.EQUAL
            return self._comparison(ast.Binary(span=node.span, operator=operator, left=node.operand, right=given[0]))
        operand = self.lower(node.operand)
        options = [self.lower(option) for option in given]
        if operand is None:
            return None
        if operand.type is None:
            return self._mismatch(node.operand.span, "`empty` is in no list")
        kind = operand.type
        failed = False
        lowered: list[PlanExpression] = []
        for option, place in zip(options, given, strict=True):
            if option is None:
                failed = True
            elif option.type is not None and common(kind, option.type) is None:
                self._mismatch(place.span, f"{describe(kind)} cannot be compared with {describe(option.type)}")
                failed = True
            elif self._known_choice(operand, option, place.span):
                lowered.append(option.expression)
            else:
                failed = True
        if failed:
            return None
        return Typed(
            plan.Among(operand=operand.expression, options=tuple(lowered), negated=node.negated, as_type=kind),
            _BOOLEAN,
        )

    def _known_choice(self, choice: Typed, literal: Typed, span: Span) -> bool:
        """Report a text that a pick list does not have; a stage has a code of its own."""
        if not isinstance(choice.type, ChoiceType) or not isinstance(literal.constant, str):
            return True
        if literal.constant in choice.type.options:
            return True
        resolved = choice.resolved
        schema = self._checker.module_schema(self._scope.connection, resolved.module) if resolved else None
        staged = schema is not None and resolved is not None and schema.stage_field == resolved.path[-1]
        near = did_you_mean(literal.constant, choice.type.options)
        shown = ", ".join(f"`{option}`" for option in choice.type.options[:10])
        self._checker.report(
            UNKNOWN_STAGE if staged else UNKNOWN_CHOICE,
            f"there is no {'stage' if staged else 'choice'} `{literal.constant}`",
            span,
            help=f"did you mean `{near}`?" if near else f"there is {shown}",
        )
        return False

    def _stage_test(self, stage: ast.StageClass, other: ast.Expression, op: str, span: Span) -> Typed | None:
        if not isinstance(other, ast.Path) or op not in {"==", "!="}:
            return self._misplaced_stage(stage)
        found = self._scope.resolve(other, self._checker)
        if found is None:
            return None
        schema = self._checker.module_schema(self._scope.connection, found.module)
        if schema is None or schema.stage_field != found.path[-1]:
            self._checker.report(
                NO_STAGE,
                f"`{other.text}` is no stage, so it is neither won nor lost",
                span,
                help="compare a stage: `NAME.stage == won`",
            )
            return None
        wanted = StageClass(stage.value.value)
        stages = tuple(item.value for item in schema.stages if item.stage_class is wanted)
        test = plan.StageTest(path=found.path, stage_class=wanted, stages=stages)
        return Typed(test if op == "==" else plan.Negate(operand=test), _BOOLEAN)

    def _misplaced_stage(self, node: ast.StageClass) -> Typed | None:
        self._checker.report(
            NO_STAGE,
            f"`{node.value.value}` can only be compared with a stage",
            node.span,
            help=f"write `NAME.stage == {node.value.value}`",
        )
        return None

    def _conditional(self, node: ast.Conditional) -> Typed | None:
        condition = self.condition(node.condition)
        then, otherwise = self.lower(node.then), self.lower(node.otherwise)
        if condition is None or then is None or otherwise is None:
            return None
        kind = then.type or otherwise.type
        if then.type is not None and otherwise.type is not None:
            kind = alternatives(then.type, otherwise.type)
            if kind is None:
                return self._mismatch(
                    node.span, f"one branch is {describe(then.type)}, the other {describe(otherwise.type)}"
                )
        return Typed(plan.Choose(condition=condition, then=then.expression, otherwise=otherwise.expression), kind)

    def _call(self, node: ast.Call) -> Typed | None:
        taken = find_builtin(node.function) if node.function not in self._checker.names.tables else None
        if taken is not None and taken.takes_list:
            return call_list(node, taken, self._scope, self._checker)
        arguments = [self.lower(argument) for argument in node.arguments]
        known = [argument for argument in arguments if argument is not None]
        complete = len(known) == len(arguments)
        if node.function in self._checker.names.tables:
            return call_table(node, known, self._direction, self._checker) if complete else None
        builtin = find_builtin(node.function)
        if builtin is None:
            self._checker.unknown_function(node)
            return None
        return call_builtin(node, builtin, known, self._checker) if complete else None

    def _mismatch(self, span: Span, message: str, way: str | None = None) -> Typed | None:
        self._checker.report(NOT_COMPARABLE, message, span, help=way or _CONVERT)
        return None
