"""Tables: their rows as values, and what has to hold of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from syncdsl.analysis.kinds import family_of_value
from syncdsl.diagnostics.codes.types import BAD_MODIFIER, NOT_INVERTIBLE, UNKNOWN_CHOICE
from syncdsl.diagnostics.suggest import did_you_mean
from syncdsl.plan.pairs import TablePlan
from syncdsl.schema.canonical import canonical_text
from syncdsl.schema.types import ChoiceType
from syncdsl.schema.values import from_json, to_json
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import Span
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

Direction = Literal["right", "left"]
_ARROWS: dict[Direction, tuple[nodes.Arrow, nodes.Arrow]] = {
    "right": (nodes.Arrow.RIGHT, nodes.Arrow.BOTH),
    "left": (nodes.Arrow.LEFT, nodes.Arrow.BOTH),
}


def lower_table(table: nodes.Table, checker: Checker) -> TablePlan:
    """Lower a table; rows hold literals, `_` stands for the rest. Each value is read once in each direction."""
    rows = [row for row in table.rows if _well_formed(row, checker)]
    twice: set[Span] = set()
    right = _direction(table, rows, "right", twice, checker)
    left = _direction(table, rows, "left", twice, checker)
    return TablePlan(
        right=tuple((key, answer) for key, answer in right if key is not _REST),
        left=tuple((key, answer) for key, answer in left if key is not _REST),
        right_rest=_rest(right),
        left_rest=_rest(left),
        has_right_rest=any(key is _REST for key, _ in right),
        has_left_rest=any(key is _REST for key, _ in left),
    )


_REST = object()
"""Stands for `_` among the keys of a direction."""


def _rest(rows: list[tuple[object, object]]) -> object:
    return next((answer for key, answer in rows if key is _REST), None)


def _direction(
    table: nodes.Table, rows: list[nodes.TableRow], direction: Direction, twice: set[Span], checker: Checker
) -> list[tuple[object, object]]:
    """Return the rows of one direction; a value that stands in two of them, or answers of two kinds, are reported.

    `twice` holds the rows that were reported, also in the other direction.
    """
    found: list[tuple[object, object]] = []
    seen: dict[object, nodes.TableRow] = {}
    families: set[str] = set()
    for row in rows:
        if row.arrow not in _ARROWS[direction]:
            continue
        source, answer = (row.left, row.right) if direction == "right" else (row.right, row.left)
        value = literal(answer)
        key = _REST if source is None else literal(source)
        form = _form(key)
        if form in seen:
            if row.span not in twice:
                twice.add(row.span)
                _report_twice(table, source, row, seen[form], checker)
            continue
        seen[form] = row
        family = family_of_value(value)
        if family is not None and families and family not in families and answer is not None:
            checker.report(
                BAD_MODIFIER,
                f"`{checker.text(answer.span)}` is {family}, while the rows before answer with {min(families)}",
                answer.span,
                help=f"let every row of `{table.name.text}` answer with one kind of value",
            )
            continue
        families |= {family} if family is not None else set()
        found.append((key if key is _REST else to_json(key), to_json(value)))  # type: ignore[arg-type]  # anything but the mark is a value
    return found


def _report_twice(
    table: nodes.Table, source: ast.Expression | None, row: nodes.TableRow, before: nodes.TableRow, checker: Checker
) -> None:
    text = checker.text(source.span) if source is not None else "_"
    both = row.arrow is nodes.Arrow.BOTH and before.arrow is nodes.Arrow.BOTH
    checker.report(
        NOT_INVERTIBLE if both else BAD_MODIFIER,
        f"`{text}` stands in two {'`<->` ' if both else ''}rows of `{table.name.text}`, so its answer would be chance",
        source.span if source is not None else row.span,
        help="let all but one of these rows go one way, with `->` or `<-`" if both else "leave one of these rows out",
    )


def _form(key: object) -> object:
    if isinstance(key, str):
        return canonical_text(key)
    return (isinstance(key, bool), key)


def literal(node: ast.Expression | None) -> Value:
    """Return the value of a row's side, which `_well_formed` has accepted."""
    match node:
        case ast.TextLiteral() | ast.BooleanLiteral() | ast.DateLiteral():
            return node.value
        case ast.NumberLiteral():
            return int(node.value) if node.whole else node.value
        case ast.Unary(operand=ast.NumberLiteral() as number):
            return -int(number.value) if number.whole else -number.value
        case _:
            return None


def _well_formed(row: nodes.TableRow, checker: Checker) -> bool:
    """Report what cannot stand in a row."""
    for side in (row.left, row.right):
        if isinstance(side, ast.BadExpression):
            return False
        if side is not None and not _is_literal(side):
            text = checker.text(side.span)
            checker.report(
                BAD_MODIFIER,
                f"`{text}` is no plain value, and the rows of a table hold nothing else",
                side.span,
                help=f'a text stands in quotes: `"{text}"`' if isinstance(side, ast.Path) else "write the value itself",
            )
            return False
    if (row.left is None and row.arrow is not nodes.Arrow.RIGHT) or (
        row.right is None and row.arrow is not nodes.Arrow.LEFT
    ):
        checker.report(
            BAD_MODIFIER,
            "`_` stands for every other value, so its row goes one way, away from it",
            row.span,
            help='write `_ -> "value"` or `"value" <- _`',
        )
        return False
    return True


def _is_literal(node: ast.Expression) -> bool:
    if isinstance(node, ast.Unary):
        return node.operator is ast.UnaryOperator.MINUS and isinstance(node.operand, ast.NumberLiteral)
    return isinstance(
        node, ast.TextLiteral | ast.NumberLiteral | ast.DateLiteral | ast.BooleanLiteral | ast.EmptyLiteral
    )


def check_rows_used(checker: Checker) -> None:
    """Report rows for choices that no field has which the table is called with, or written to; each place once."""
    reported: set[Span] = set()
    for (name, direction), kinds in checker.table_arguments.items():
        keys = _choices(checker.names.tables[name], direction, keys=True)
        _report_strange(keys, kinds, f"the field that `{name}` is called with", reported, checker)
    for (name, direction), kinds in checker.table_answers.items():
        answers = _choices(checker.names.tables[name], direction, keys=False)
        for kind in kinds:
            _report_strange(answers, [kind], f"the field that `{name}` is written to", reported, checker)


def _choices(table: nodes.Table, direction: Direction, *, keys: bool) -> list[ast.TextLiteral]:
    """Return the texts that stand on one side of the rows of a direction."""
    rows = [row for row in table.rows if row.arrow in _ARROWS[direction]]
    sides = [row.left if keys is (direction == "right") else row.right for row in rows]
    return [side for side in sides if isinstance(side, ast.TextLiteral) and side.value]


def _report_strange(
    texts: list[ast.TextLiteral], kinds: list[FieldType | None], where: str, reported: set[Span], checker: Checker
) -> None:
    """Report texts that none of some pick lists has."""
    choices = [kind for kind in kinds if isinstance(kind, ChoiceType)]
    if len(choices) < len(kinds):
        return
    options = tuple(dict.fromkeys(option for kind in choices for option in kind.options))
    for text in texts:
        if text.value in options or text.span in reported:
            continue
        reported.add(text.span)
        near = did_you_mean(text.value, options)
        shown = ", ".join(f"`{option}`" for option in options[:10]) + (" …" if len(options) > 10 else "")
        checker.report(
            UNKNOWN_CHOICE,
            f"`{text.value}` is no choice of {where}",
            text.span,
            help=f"did you mean `{near}`?" if near else f"there is {shown}",
        )


def table_rows(plan: TablePlan, direction: Direction) -> list[Value]:
    """Return the answers of a table in one direction, that for the rest included."""
    rows, rest = (plan.right, plan.right_rest) if direction == "right" else (plan.left, plan.left_rest)
    return [from_json(answer) for _, answer in rows] + ([from_json(rest)] if rest is not None else [])
