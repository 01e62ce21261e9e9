"""`where` binds what a module creates: the map has to make the condition true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.proofs import WHERE_NOT_ESTABLISHED
from syncdsl.plan.expressions import Among, Comparison, Connective, Constant, Emptiness, FieldRead
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import from_json, is_empty, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.values import Value
    from syncdsl.syntax import nodes


def check_established(node: nodes.Module, checker: Checker, pair: Pair, scope: Scope, side: str) -> None:
    """Report a condition that a new record would not satisfy.

    Judged are its simple parts, joined by `and`: a field compared with a constant, membership, emptiness. A field
    written from the other side's data is left to the run; one that no line writes and that has no default is empty.
    """
    where = pair.right.where if side == "right" else pair.left.where
    if where is None:
        return
    for part in _conjuncts(where):
        judged = _judge(part, pair, scope, side)
        if judged is not None:
            name, fix = judged
            checker.report(
                WHERE_NOT_ESTABLISHED,
                f"what `{pair.name}` creates in `{scope.connection}` would not satisfy its `where` on `{name}`",
                node.header,
                help=f"add a line to the map: `{fix}`",
            )


def _conjuncts(expression: PlanExpression) -> Iterator[PlanExpression]:
    if isinstance(expression, Connective) and expression.op == "and":
        yield from _conjuncts(expression.left)
        yield from _conjuncts(expression.right)
    else:
        yield expression


def _judge(part: PlanExpression, pair: Pair, scope: Scope, side: str) -> tuple[str, str] | None:
    """Return the field and the missing line when the part cannot hold for a new record."""
    arrow = "->" if side == "right" else "<-"

    def fix(value: str, name: str) -> str:
        return f"{value} {arrow} {name}" if side == "right" else f"{name} {arrow} {value}"

    match part:
        case Comparison(op="==", left=FieldRead(path=(name,)), right=Constant() as constant):
            wanted = [from_json(constant.value)]
        case Comparison(op="==", left=Constant() as constant, right=FieldRead(path=(name,))):
            wanted = [from_json(constant.value)]
        case Among(operand=FieldRead(path=(name,)), options=options, negated=False) if all(
            isinstance(option, Constant) for option in options
        ):
            wanted = [from_json(option.value) for option in options if isinstance(option, Constant)]
        case Emptiness(operand=FieldRead(path=(name,)), negated=True):
            written, _ = _written(pair, name, side)
            field = scope.schema.fields.get(name)
            if written or (field is not None and field.default):
                return None
            return name, fix("…", name)
        case Emptiness(operand=FieldRead(path=(name,)), negated=False):
            written, value = _written(pair, name, side)
            return (name, "(leave the field out)") if written and value is not None and not is_empty(value) else None
        case _:
            return None
    written, value = _written(pair, name, side)
    field = scope.schema.fields.get(name)
    if field is None or (written and value is None) or (not written and field.default):
        return None
    forms = [canonical(option, field.value) for option in wanted]
    if (canonical(value, field.value) if written else None) in forms:
        return None
    example = show(wanted[0])
    return name, fix(f'"{example}"' if isinstance(wanted[0], str) else example, name)


def _written(pair: Pair, name: str, side: str) -> tuple[bool, Value]:
    """Return whether a line writes a field, and the value when it is a constant (None: whatever the data says)."""
    for line in pair.lines:
        assignment = line.to_right if side == "right" else line.to_left
        if assignment is not None and assignment.target == name:
            return True, from_json(assignment.value.value) if isinstance(assignment.value, Constant) else None
    return False, None
