"""What an expression comes to for one record, part by part: for people who ask why a condition holds, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Constant, FieldRead, RowRead, StageTest
from syncdsl.plan.reads import operands_of
from syncdsl.plan.wording import expression_text, quoted
from syncdsl.schema.values import is_empty, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.plan.evaluation import Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An expression as a rule writes it, what it comes to for a record, and the same of the parts it is made of.

    `read`: it is a field of the record, or of one it refers to; `constant`: it stands in the rule as it is.
    """

    text: str
    value: Value
    operands: tuple[Explained, ...] = ()
    read: bool = False
    constant: bool = False


def explain(
    expression: PlanExpression, fields: Mapping[str, Value], scope: Scope, tables: Mapping[str, TablePlan]
) -> Explained:
    """Return an expression with its value over a record's fields, and every part of it with its own.

    Each value is the evaluator's: what is explained and what is decided cannot differ. A part that the evaluator would
    not come to, as behind a false `and`, has the value that it would give.
    """
    operands = tuple(explain(operand, fields, scope, tables) for operand in operands_of(expression))
    if isinstance(expression, StageTest):
        read = FieldRead(path=expression.path)
        operands = (explain(read, fields, scope, tables),)
    return Explained(
        text=expression_text(expression),
        value=compile_expression(expression, tables)(fields, scope),
        operands=operands,
        read=isinstance(expression, FieldRead | RowRead),
        constant=isinstance(expression, Constant),
    )


def reads_in(explained: Explained) -> Iterator[Explained]:
    """Return the fields that an explained expression reads, each once, in order of appearance."""
    seen: set[str] = set()
    waiting = [explained]
    while waiting:
        here = waiting.pop(0)
        if here.read and here.text not in seen:
            seen.add(here.text)
            yield here
        waiting[:0] = here.operands


def facts_of(explained: Explained) -> str:
    """Return what an expression rests on, such as `Stage is "Open", Amount is empty`; empty when on nothing."""
    return ", ".join(f"{item.text} is {literal(item.value)}" for item in reads_in(explained))


def literal(value: Value) -> str:
    """Return a value as people write it in a rule: text in quotes, and `empty`."""
    if is_empty(value):
        return "empty"
    return quoted(value) if isinstance(value, str) else show(value)
