"""Expressions printed back as rules write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never

from syncdsl.functions import find_builtin
from syncdsl.plan.expressions import (
    Among,
    Arithmetic,
    BuiltinCall,
    Choose,
    Coalesce,
    Comparison,
    Connective,
    Constant,
    Created,
    Emptiness,
    FieldRead,
    Minus,
    Negate,
    RowRead,
    StageTest,
    TableCall,
    TextOf,
)
from syncdsl.schema.values import from_json, show

if TYPE_CHECKING:
    from syncdsl.plan.expressions import PlanExpression

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_RESERVED = frozenset(
    ("and", "or", "not", "in", "is", "if", "then", "else", "empty", "true", "false", "won", "lost", "open")
)
_CHOOSE, _OR, _AND, _NOT, _COMPARE, _COALESCE, _SUM, _PRODUCT, _UNARY, _PRIMARY = range(10)
_SUMS = frozenset("+-")


def quoted(text: str) -> str:
    """Return a text as a rule writes it."""
    return '"' + _escaped(text) + '"'


def path_text(path: tuple[str, ...] | str) -> str:
    """Return a path as a rule writes it; names that rules cannot write plainly stand in backticks."""
    names = ".".join([path] if isinstance(path, str) else path).split(".")
    return ".".join(name if _PLAIN.fullmatch(name) and name not in _RESERVED else f"`{name}`" for name in names)


def expression_text(expression: PlanExpression) -> str:
    """Return an expression as a rule would write it, with the parentheses it needs and no others."""
    return _written(expression)[0]


def _within(expression: PlanExpression, least: int) -> str:
    """Return an operand, in parentheses when it binds less than `least`."""
    text, strength = _written(expression)
    return text if strength >= least else f"({text})"


def _written(expression: PlanExpression) -> tuple[str, int]:
    """Return an expression's text and how tightly it binds."""
    match expression:
        case Constant():
            return _constant(expression)
        case FieldRead():
            return path_text(expression.path), _PRIMARY
        case RowRead():
            return "row." + path_text(expression.path), _PRIMARY
        case StageTest():
            return f"{path_text(expression.path)} == {expression.stage_class.value}", _COMPARE
        case TextOf():
            return '"' + "".join(_piece(part) for part in expression.parts) + '"', _PRIMARY
        case Negate():
            return f"not {_within(expression.operand, _COMPARE)}", _NOT
        case Minus():
            return f"-{_within(expression.operand, _UNARY)}", _UNARY
        case Connective():
            own = _OR if expression.op == "or" else _AND
            return _infix(expression.left, expression.op, expression.right, own)
        case Comparison():
            left, right = _within(expression.left, _COALESCE), _within(expression.right, _COALESCE)
            return f"{left} {expression.op} {right}", _COMPARE
        case Arithmetic():
            own = _SUM if expression.op in _SUMS else _PRODUCT
            return _infix(expression.left, expression.op, expression.right, own)
        case Coalesce():
            return _infix(expression.left, "??", expression.right, _COALESCE)
        case Among():
            options = ", ".join(expression_text(option) for option in expression.options)
            word = "not in" if expression.negated else "in"
            return f"{_within(expression.operand, _COALESCE)} {word} ({options})", _COMPARE
        case Emptiness():
            word = "is not empty" if expression.negated else "is empty"
            return f"{_within(expression.operand, _COALESCE)} {word}", _COMPARE
        case Created():
            return "is created", _COMPARE
        case Choose():
            condition, then = expression_text(expression.condition), expression_text(expression.then)
            return f"if {condition} then {then} else {expression_text(expression.otherwise)}", _CHOOSE
        case BuiltinCall(arguments=(FieldRead() | RowRead() as read, Constant(value=str() as column))) if _takes_list(
            expression
        ):
            return f"{expression.function}({expression_text(read)}.{path_text(column)})", _PRIMARY
        case BuiltinCall():
            arguments = ", ".join(expression_text(argument) for argument in expression.arguments)
            return f"{expression.function}({arguments})", _PRIMARY
        case TableCall():
            return f"{expression.table}({expression_text(expression.argument)})", _PRIMARY
        case _:
            assert_never(expression)


def _takes_list(call: BuiltinCall) -> bool:
    builtin = find_builtin(call.function)
    return builtin is not None and builtin.takes_list


def _infix(left: PlanExpression, operator: str, right: PlanExpression, own: int) -> tuple[str, int]:
    """Return an operation whose operators group to the left."""
    return f"{_within(left, own)} {operator} {_within(right, own + 1)}", own


def _constant(constant: Constant) -> tuple[str, int]:
    value = from_json(constant.value)
    if value is None:
        return "empty", _PRIMARY
    if isinstance(value, str):
        return quoted(value), _PRIMARY
    text = show(value)
    return text, _UNARY if text.startswith("-") else _PRIMARY


def _piece(part: PlanExpression) -> str:
    """Return a piece of a text: its characters, or a placeholder."""
    if isinstance(part, Constant) and isinstance(part.value, str):
        return _escaped(part.value)
    return "{" + expression_text(part).replace("\\", "\\\\").replace('"', '\\"') + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("{", "{{")
