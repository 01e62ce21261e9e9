"""Expressions: precedence, literals and texts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import (
    Binary,
    BooleanLiteral,
    Call,
    Conditional,
    DateLiteral,
    EmptinessTest,
    EmptyLiteral,
    Expression,
    InterpolatedText,
    Map,
    MapLine,
    Membership,
    Module,
    NumberLiteral,
    Path,
    StageClass,
    TextLiteral,
    Unary,
    Where,
    parse,
    walk,
)

BEFORE = "language 1\nmodule a: crm.A <-> books.b\n    where crm: "


def condition(text: str) -> Expression:
    """Parse one expression without findings."""
    result = parse(SourceFile("a.sync", f"{BEFORE}{text}\n"))
    assert result.diagnostics == ()
    module = result.program.statements[1]
    assert isinstance(module, Module)
    where = module.clauses[0]
    assert isinstance(where, Where)
    return where.condition


def sketch(node: Expression) -> str:
    """Write an expression with all its parentheses."""
    match node:
        case Binary():
            return f"({sketch(node.left)} {node.operator.value} {sketch(node.right)})"
        case Unary():
            return f"({node.operator.value} {sketch(node.operand)})"
        case Membership():
            options = ", ".join(sketch(option) for option in node.options)
            return f"({sketch(node.operand)} {'not in' if node.negated else 'in'} [{options}])"
        case EmptinessTest():
            return f"({sketch(node.operand)} is {'not ' if node.negated else ''}empty)"
        case Conditional():
            return f"(if {sketch(node.condition)} then {sketch(node.then)} else {sketch(node.otherwise)})"
        case Call():
            return f"{node.function}[{', '.join(sketch(argument) for argument in node.arguments)}]"
        case Path():
            return node.text
        case TextLiteral() | NumberLiteral() | BooleanLiteral() | DateLiteral():
            return str(node.value)
        case _:
            return type(node).__name__


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a or b and not c", "(a or (b and (not c)))"),
        ("a == 1 and b != 2", "((a == 1) and (b != 2))"),
        ("a ?? b + 1 < -5", "((a ?? (b + 1)) < (- 5))"),
        ("a - b - c * d / e", "((a - b) - ((c * d) / e))"),
        ('a in ("x", "y",)', "(a in [x, y])"),
        ("a not in (1)", "(a not in [1])"),
        ("not a in (1)", "(not (a in [1]))"),
        ("a is empty or b is not empty", "((a is empty) or (b is not empty))"),
        ("if a then b else if c then d else e", "(if a then b else (if c then d else e))"),
        ("f() == g(a, 1,)", "(f[] == g[a, 1])"),
        ("(a or b) and c", "((a or b) and c)"),
        ("`odd name`.x >= 2026-01-31", "(odd name.x >= 2026-01-31)"),
        ("orc == android", "(orc == android)"),
        ("a in (\n  1,\n  2\n)", "(a in [1, 2])"),
    ],
)
def test_precedence(text: str, wanted: str) -> None:
    """Operators bind as the language says, and words are lexed whole."""
    assert sketch(condition(text)) == wanted


def test_literals() -> None:
    """Literals keep what was written."""
    number = condition("1_000.50")
    assert isinstance(number, NumberLiteral)
    assert (str(number.value), number.whole) == ("1000.50", False)
    whole = condition("100_000")
    assert isinstance(whole, NumberLiteral)
    assert (whole.value, whole.whole) == (Decimal(100000), True)
    date = condition("2026-01-31")
    assert isinstance(date, DateLiteral)
    assert date.value == dt.date(2026, 1, 31)
    assert isinstance(condition("empty"), EmptyLiteral)
    assert isinstance(condition("won"), StageClass)
    assert isinstance(condition("true"), BooleanLiteral)


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"a \"b\" \\ \n"', 'a "b" \\ \n'), ('"{{x}"', "{x}"), ('"{{{{"', "{{"), ('""', ""), ('"}"', "}")],
)
def test_texts(text: str, value: str) -> None:
    """Escapes and `{{` are read."""
    assert condition(text) == TextLiteral(value=value, span=condition(text).span)


def test_interpolated_text() -> None:
    """Placeholders hold any expression, also with texts in them."""
    text = condition(r'"{ A } and {pad(B, 3, \"0}\")}{C ?? D}!"')
    assert isinstance(text, InterpolatedText)
    parts = [part if isinstance(part, str) else sketch(part) for part in text.parts]
    assert parts == ["A", " and ", "pad[B, 3, 0}]", "(C ?? D)", "!"]


def test_spans_inside_texts_are_those_of_the_file() -> None:
    """A node in a placeholder, also in a text in a placeholder, has the span of its own characters."""
    written = r'"x {pad(First, \"{Second} é\")} {Third}" -> name'
    text = f"language 1\nmodule a: crm.A <-> books.b\n    map:\n        {written}\n"
    result = parse(SourceFile("a.sync", text))
    assert result.diagnostics == ()
    found = {
        node.text: text[node.span.start : node.span.end] for node in walk(result.program) if isinstance(node, Path)
    }
    assert found == {"First": "First", "Second": "Second", "Third": "Third", "name": "name"}
    module = result.program.statements[1]
    assert isinstance(module, Module)
    block = module.clauses[0]
    assert isinstance(block, Map)
    assert isinstance(block.items[0], MapLine)
    third = next(node for node in walk(block) if isinstance(node, Path) and node.text == "Third")
    assert (third.span.line, third.span.column) == (4, 9 + written.index("Third"))
