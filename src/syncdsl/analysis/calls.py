"""Calls of tables and builtins: their arguments, and the type they answer with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from syncdsl.analysis.kinds import Family, family, family_of_value, length_of
from syncdsl.analysis.tables import table_rows
from syncdsl.analysis.typed import Typed
from syncdsl.diagnostics import Span, did_you_mean
from syncdsl.diagnostics.codes.types import NOT_INVERTIBLE, UNKNOWN_CHOICE, WRONG_ARGUMENTS
from syncdsl.functions import Kind
from syncdsl.functions.currencies import minor_units
from syncdsl.functions.date_patterns import DatePattern, read_date_pattern
from syncdsl.plan.expressions import BuiltinCall, TableCall
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateType,
    DecimalType,
    FieldType,
    IntegerType,
    MoneyType,
    TextType,
    describe,
)
from syncdsl.schema.values import from_json, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.functions import Builtin, Flaw, Parameter
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value
    from syncdsl.syntax import expressions as ast

Direction = Literal["right", "left"]
_WANTED: dict[Kind, Family] = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.MONEY: "number",
    Kind.DATE: "date",
    Kind.BOOLEAN: "boolean",
}


def call_table(node: ast.Call, arguments: Sequence[Typed], direction: Direction, checker: Checker) -> Typed | None:
    """Return a call of a table, read in a direction."""
    name = node.function
    if len(arguments) != 1:
        checker.report(
            WRONG_ARGUMENTS,
            f"the table `{name}` takes one value, not {len(arguments) or 'none'}",
            node.span,
            help=f"write `{name}(FIELD)`",
        )
        return None
    (argument,) = arguments
    plan = checker.tables[name]
    answers = table_rows(plan, direction)
    if not answers:
        arrow = "->" if direction == "right" else "<-"
        checker.report(
            NOT_INVERTIBLE,
            f"no row of `{name}` goes {direction}, so it has no answer here",
            node.span,
            help=f"give the table rows with `{arrow}` or `<->`, or turn the arrow of this line",
        )
        return None
    keys = {found for key, _ in _rows(plan, direction) if (found := family_of_value(from_json(key))) is not None}
    if argument.type is not None and keys and family(argument.type) not in keys:
        checker.report(
            WRONG_ARGUMENTS,
            f"`{name}` is called with {describe(argument.type)}, and none of its rows is for that",
            node.arguments[0].span,
            help=f"its rows are for {' and '.join(sorted(keys))}",
        )
        return None
    texts = [key for key, _ in _rows(plan, direction) if isinstance(key, str)]
    if isinstance(argument.type, ChoiceType) and texts and not set(texts) & set(argument.type.options):
        checker.report(
            WRONG_ARGUMENTS,
            f"no row of `{name}` is a choice of `{checker.text(node.arguments[0].span)}`",
            node.arguments[0].span,
            help=f"its rows are for {', '.join(f'`{text}`' for text in texts[:10])}",
        )
        return None
    checker.table_arguments.setdefault((name, direction), []).append(argument.type)
    call = TableCall(table=name, direction=direction, argument=argument.expression)
    return Typed(call, _type_of(answers))


def _rows(plan: TablePlan, direction: Direction) -> tuple[tuple[object, object], ...]:
    return plan.right if direction == "right" else plan.left


def _type_of(answers: Sequence[Value]) -> FieldType | None:
    """Return the type of a table's answers, which are of one family."""
    given = [answer for answer in answers if answer is not None]
    texts = [answer for answer in given if isinstance(answer, str)]
    if texts:
        return ChoiceType(options=tuple(dict.fromkeys(texts)))
    if not given:
        return None
    match family_of_value(given[0]):
        case "boolean":
            return BooleanType()
        case "date":
            return DateType()
        case _:
            return DecimalType() if any(isinstance(answer, Decimal) for answer in given) else IntegerType()


def call_builtin(node: ast.Call, builtin: Builtin, arguments: Sequence[Typed], checker: Checker) -> Typed | None:
    """Return a call of a builtin; what it does not take is reported."""
    if len(arguments) < builtin.least or (builtin.most is not None and len(arguments) > builtin.most):
        checker.report(
            WRONG_ARGUMENTS,
            f"`{builtin.name}` takes {_counts(builtin)}, not {len(arguments) or 'none'}",
            node.span,
            help=f"its signature is `{builtin.signature}`",
        )
        return None
    for position, (argument, place) in enumerate(zip(arguments, node.arguments, strict=True)):
        parameter = builtin.parameter(position)
        what = _wrong(parameter, argument)
        if what is None:
            if (flaw := _flaw(parameter, argument)) is not None:
                _report_flaw(flaw, parameter, builtin, argument, place, checker)
                return None
            continue
        near = _near(parameter, argument)
        checker.report(
            UNKNOWN_CHOICE if parameter.choices and isinstance(argument.constant, str) else WRONG_ARGUMENTS,
            f"`{parameter.name}` of `{builtin.name}` takes {_wanted(parameter)}, not {what}",
            place.span,
            help=f"did you mean `{near}`?" if near else f"its signature is `{builtin.signature}`",
        )
        return None
    lowered = tuple(argument.expression for argument in arguments)
    return Typed(BuiltinCall(function=builtin.name, arguments=lowered), _result(builtin, arguments))


def _flaw(parameter: Parameter, argument: Typed) -> Flaw | None:
    """Return what is wrong with a text that is written as an argument."""
    constant = argument.constant
    return parameter.check(constant) if parameter.check is not None and isinstance(constant, str) else None


def _report_flaw(
    flaw: Flaw, parameter: Parameter, builtin: Builtin, argument: Typed, place: ast.Expression, checker: Checker
) -> None:
    """Report a text that an argument cannot be, at the character where it goes wrong."""
    text = str(argument.constant)
    near = did_you_mean(text, flaw.known)
    checker.report(
        UNKNOWN_CHOICE if flaw.known else WRONG_ARGUMENTS,
        f"`{parameter.name}` of `{builtin.name}` takes {flaw.wanted}, not `{text}`",
        _character(place, text, flaw.at, checker),
        help=f"did you mean `{near}`?" if near else _usage(builtin),
    )


def _usage(builtin: Builtin) -> str:
    """Return an example of a call, its arguments as rules write them."""
    example = builtin.examples[0]
    written = (f'"{value}"' if isinstance(value, str) else show(value) for value in example.arguments)
    return f"for example `{builtin.name}({', '.join(written)})`"


def _character(place: ast.Expression, text: str, at: int | None, checker: Checker) -> Span:
    """Return the span of one character of a literal, of the whole literal where its text is written with escapes."""
    span = place.span
    if at is None or checker.names.sources[span.file].text[span.start : span.end] != f'"{text}"':
        return span
    start = 1 + min(at, len(text) - 1)
    return Span(
        file=span.file,
        start=span.start + start,
        end=span.start + start + 1,
        line=span.line,
        column=span.column + start,
        end_line=span.line,
        end_column=span.column + start + 1,
    )


def _counts(builtin: Builtin) -> str:
    least, most = builtin.least, builtin.most
    if most is None:
        return f"{least} or more arguments"
    if most == least:
        return f"{least or 'no'} argument" + ("s" if least != 1 else "")
    return f"{least} to {most} arguments"


def _wanted(parameter: Parameter) -> str:
    if parameter.choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in parameter.choices)
    if parameter.literal:
        return "a text in quotes"
    return "a whole number" if parameter.whole else parameter.kind.value


def _near(parameter: Parameter, argument: Typed) -> str | None:
    constant = argument.constant
    return did_you_mean(constant, parameter.choices) if isinstance(constant, str) else None


def _wrong(parameter: Parameter, argument: Typed) -> str | None:
    """Return what an argument is, when the parameter does not take it."""
    constant = argument.constant
    if parameter.choices and constant not in parameter.choices:
        if isinstance(constant, str):
            return f"`{constant}`"
        return "what only a run knows" if argument.type is not None else "empty"
    if parameter.literal and not isinstance(constant, str):
        return "what only a run knows" if argument.type is not None else "empty"
    if argument.type is None:
        return None
    if parameter.kind is not Kind.ANY and family(argument.type) != _WANTED[parameter.kind]:
        return describe(argument.type)
    if parameter.whole and isinstance(constant, Decimal) and constant != constant.to_integral_value():
        return f"`{constant}`"
    return None


def _result(builtin: Builtin, arguments: Sequence[Typed]) -> FieldType | None:
    match builtin.result:
        case Kind.TEXT:
            return TextType(length=_longest(builtin.name, arguments))
        case Kind.NUMBER:
            return _number(builtin.name, arguments)
        case Kind.MONEY:
            return MoneyType(scale=_scale(arguments[1].constant))
        case Kind.DATE:
            return DateType()
        case Kind.BOOLEAN:
            return BooleanType()
        case Kind.ANY | Kind.LIST | Kind.FIELD:
            return arguments[0].type if arguments else None


def _scale(currency: Value) -> int:
    """Return the digits after the point of an amount in a currency; the most there are when only a run knows it."""
    known = minor_units()
    return known.get(currency, 4) if isinstance(currency, str) else max(known.values())


def _number(name: str, arguments: Sequence[Typed]) -> FieldType:
    """Return the type of a number that a builtin makes: whole, money or decimal."""
    kinds = [argument.type for argument in arguments if argument.type is not None]
    match name:
        case "round":
            digits = arguments[1].constant if len(arguments) > 1 else 0
            if isinstance(digits, int | Decimal) and digits <= 0:
                return IntegerType()
            return DecimalType()
        case "abs" | "min" | "max":
            if kinds and all(isinstance(kind, IntegerType) for kind in kinds):
                return IntegerType()
            scales = [kind.scale for kind in kinds if isinstance(kind, MoneyType)]
            return MoneyType(scale=max(scales)) if scales and len(scales) == len(kinds) else DecimalType()
        case _:
            return DecimalType()


def _longest(name: str, arguments: Sequence[Typed]) -> int | None:
    """Return the greatest length of a text that a builtin makes, where it is known."""
    given = arguments[0].type
    length = length_of(given) if given is not None else None
    match name:
        case "trim" | "split":
            return length
        case "truncate":
            limit = arguments[1].constant
            if not isinstance(limit, int | Decimal):
                return length
            return max(int(limit), 0) if length is None else min(max(int(limit), 0), length)
        case "pad":
            least = arguments[1].constant
            return None if length is None or not isinstance(least, int | Decimal) else max(int(least), length)
        case "join":
            lengths = [length_of(item.type) if item.type is not None else 0 for item in arguments]
            if None in lengths:
                return None
            between, *parts = [item or 0 for item in lengths]
            return sum(parts) + between * (len(parts) - 1)
        case "format":
            pattern = arguments[1].constant
            read = read_date_pattern(pattern) if isinstance(pattern, str) else None
            return read.length if isinstance(read, DatePattern) else None
        case "country_code":
            return 2
        case "phone_e164":
            return 16
        case _:
            return None
