"""Writes trees as text without the formatter: plainly, or in any odd layout that the grammar takes.

A line is a row of tokens; every choice that a writer of rules has is one of `Layout`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from syncdsl.syntax import accords, expressions, nodes, trials

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from random import Random

    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.nodes import Program, Statement
    from syncdsl.syntax.parts import Identifier

RESERVED = frozenset({
    "and", "or", "not", "in", "is", "if", "then", "else", "empty", "true", "false", "won", "lost", "open",
})  # fmt: skip
COMMENTS = (
    "#",
    "# why",
    "#no space",
    '# "quoted',
    "# it's `odd",
    "# allow SD512: legacy names, until 2027-03-31",
    "## é (",
)
_LEVELS = {"or": 1, "and": 2, "??": 5, "+": 6, "-": 6, "*": 7, "/": 7}
_COMPARISON, _UNARY, _PRIMARY = 4, 8, 9


@dataclass(frozen=True)
class Layout:
    """How a text is laid out. Without `odd` every choice is the plain one.

    `comments` is the share of places that get a comment; `interleave` lets clauses of a `when` stand before actions.
    """

    random: Random
    odd: bool = False
    comments: float = 0.0
    interleave: bool = False
    indent: int = 4

    def chance(self, share: float = 0.3) -> bool:
        """Whether to make an odd choice here."""
        return self.odd and self.random.random() < share

    def comment(self) -> str | None:
        """Return a comment for a place, or none."""
        return self.random.choice(COMMENTS) if self.random.random() < self.comments else None


@dataclass
class _Line:
    depth: int
    tokens: list[str]
    statement: str = ""
    opens: bool = False
    inline: bool = False


@dataclass
class Writer:
    """Writes one program."""

    layout: Layout
    lines: list[_Line] = field(default_factory=list)

    def write(self, program: Program) -> str:
        """Return the text of a program."""
        for statement in program.statements:
            self._statement(statement)
        return _joined(self.lines, self.layout)

    def put(self, depth: int, *tokens: str, statement: str = "", opens: bool = False) -> None:
        """Add a line."""
        self.lines.append(_Line(depth, list(tokens), statement, opens))

    def block(self, rows: Sequence[Sequence[str]], depth: int, *, together: bool = False) -> None:
        """Put rows below the last line; oddly the first of them (of a list: any number) on it, with commas between."""
        rows = list(rows)
        if together:
            first = len(rows) if not self.layout.odd else self.layout.random.choice((0, 1, len(rows)))
            if first:
                self.lines[-1].tokens += _separated(rows[:first])
            rest = rows[first:]
            while rest:
                count = self.layout.random.randrange(1, len(rest) + 1)
                self.put(depth, *_separated(rest[:count]))
                rest = rest[count:]
            return
        if rows and self.layout.chance():
            self.lines[-1].tokens += rows.pop(0)
        for row in rows:
            self.put(depth, *row)

    # -------------------------------------------------------------------------------------------- statements

    def _statement(self, node: Statement) -> None:
        kind = type(node).__name__
        match node:
            case nodes.Language():
                self.put(0, "language", str(node.version), statement=kind)
            case nodes.Connection():
                self.put(0, "connection", self._id(node.name), ":", self._id(node.adapter), statement=kind)
            case nodes.Table():
                self.put(0, "table", self._id(node.name), ":", statement=kind, opens=True)
                self.block([self._row(row) for row in node.rows], 1)
            case nodes.Module():
                self._module(node, "module", 0)
            case nodes.Record():
                self.put(0, "record", self._id(node.name), ":", *self._entity(node.entity), statement=kind, opens=True)
                self._clauses(node.clauses, 1)
            case nodes.Document():
                made = (*self._entity(node.entity), "for", self._id(node.record))
                self.put(0, "document", self._id(node.name), ":", *made, statement=kind, opens=True)
                self._clauses(node.clauses, 1)
            case nodes.When():
                self._when(node)
            case nodes.Guard():
                self.put(0, "guard", ":", statement=kind, opens=True)
                self.block(
                    [self._limit(item) for item in node.limits if isinstance(item, nodes.Limit)], 1, together=True
                )
            case accords.Transactions():
                kinds = _separated([[self._id(item)] for item in node.kinds])
                self.put(0, "transactions", self._id(node.connection), ":", *kinds, statement=kind, opens=True)
                for item in node.clauses:
                    assert isinstance(item, accords.Associate)
                    self.put(1, "associate", ":", self._id(item.record))
            case accords.Access():
                self.put(0, "access", self._id(node.connection), _text(node.role), ":", statement=kind, opens=True)
                for clause in node.clauses:
                    self._access(clause)
            case trials.Test():
                self.put(0, "test", _text(node.name), ":", statement=kind, opens=True)
                for step in node.steps:
                    self._step(step)
            case accords.Moved():
                names = (self._id(node.old), "to", self._id(node.new))
                self.put(0, "moved", node.kind.value, *names, statement=kind)
            case accords.Use():
                what = node.what
                used = [_text(what)] if isinstance(what, expressions.TextLiteral) else self._path(what)
                self.put(0, "use", *used, statement=kind)
            case nodes.Bad():
                raise AssertionError(node)
            case _:
                assert_never(node)

    def _module(self, node: nodes.Module, word: str, depth: int) -> None:
        sides = (*self._entity(node.left), node.arrow.value, *self._entity(node.right))
        statement = "" if depth else "Module"
        self.put(depth, word, self._id(node.name), ":", *sides, statement=statement, opens=True)
        self._clauses(node.clauses, depth + 1)

    def _clauses(
        self, clauses: Sequence[nodes.ModuleClause | nodes.RecordClause | nodes.DocumentClause], depth: int
    ) -> None:
        for clause in clauses:
            match clause:
                case nodes.View():
                    self.put(depth, "view", ":", _text(clause.name))
                case nodes.Where():
                    name = [self._id(clause.connection)] if clause.connection else []
                    self.put(depth, "where", *name, ":", *self._expression(clause.condition))
                case nodes.Adopt():
                    self.put(depth, "adopt", ":", *self._key(clause.key))
                case nodes.Dedupe():
                    keys = [["then", *self._key(key)] if at else self._key(key) for at, key in enumerate(clause.keys)]
                    self.put(depth, "dedupe", ":", *_separated(keys))
                case nodes.OnDuplicate():
                    where = ["in", self._id(clause.connection)] if clause.connection else []
                    self.put(depth, "on", "duplicate", ":", clause.action.value, *where)
                case nodes.OnConflict():
                    self.put(depth, "on", "conflict", ":", self._id(clause.winner))
                case nodes.OnDelete():
                    self.put(depth, "on", "delete", "in", self._id(clause.connection), ":", clause.action.value)
                case nodes.Map():
                    self._map(clause, depth)
                case nodes.With():
                    self._module(clause.module, "with", depth)
                case nodes.Parent():
                    self.put(depth, "parent", ":", *self._path(clause.path))
                case nodes.Like():
                    self.put(depth, "like", ":", *self._path(clause.path))
                case nodes.Without():
                    self.put(depth, "without", ":", *_separated([self._path(path) for path in clause.paths]))
                case nodes.StageField():
                    self.put(depth, "stage", ":", *self._path(clause.path))
                case nodes.Per():
                    self.put(depth, "per", ":", *self._expression(clause.value))
                case nodes.Bad():
                    raise AssertionError(clause)
                case _:
                    assert_never(clause)

    def _key(self, key: nodes.Key) -> list[str]:
        out: list[str] = []
        for item in key.equalities:
            both = (*self._expression(item.left, 5), "==", *self._expression(item.right, 5))
            out += ("and", *both) if out else both
        return out

    def _map(self, node: nodes.Map, depth: int) -> None:
        self.put(depth, "map", ":", opens=True)
        items = list(node.items)
        if isinstance(items[0], nodes.MapLine) and self.layout.chance():
            self.lines[-1].tokens += self._map_line(items.pop(0))
        for item in items:
            match item:
                case nodes.MapLine():
                    self.put(depth + 1, *self._map_line(item))
                    continue
                case nodes.Group():
                    self.put(depth + 1, "group", self._id(item.name), ":", opens=True)
                case nodes.LineBlock():
                    rows = ["for", self._id(item.row), "in", *self._path(item.rows)] if item.row and item.rows else []
                    self.put(depth + 1, "line", *rows, ":", opens=True)
                case nodes.Bad():
                    raise AssertionError(item)
                case _:
                    assert_never(item)
            self.block([self._map_line(line) for line in item.lines], depth + 2)

    def _map_line(self, line: object) -> list[str]:
        assert isinstance(line, nodes.MapLine)
        out = [*self._expression(line.left), line.arrow.value, *self._expression(line.right)]
        for modifier in line.modifiers:
            match modifier:
                case nodes.WhenEmpty():
                    out += (",", "when", "empty")
                case nodes.Prefer():
                    out += (",", "prefer", self._id(modifier.winner))
                case nodes.Enforce():
                    out += (",", "enforce")
                case nodes.ElseSkip():
                    out += (",", "else", "skip")
                case _:
                    assert_never(modifier)
        return out

    def _row(self, row: nodes.TableRow) -> list[str]:
        left = self._expression(row.left) if row.left else ["_"]
        right = self._expression(row.right) if row.right else ["_"]
        return [*left, row.arrow.value, *right]

    def _when(self, node: nodes.When) -> None:
        self.put(0, "when", *self._expression(node.condition), ":", statement="When", opens=True)
        actions: list[list[str]] = []
        for action in node.actions:
            assert isinstance(action, nodes.Action)
            sent = [",", "even", "sent"] if action.even_sent else []
            actions.append([action.verb.value, self._id(action.document), *sent])
        clauses = [
            ["require", ":", *self._expression(clause.condition)]
            if isinstance(clause, nodes.Require)
            else ["backfill", ":", "since", f"{clause.since}"]
            for clause in node.clauses
        ]
        if self.layout.interleave and self.layout.chance():
            for row in (*clauses, *actions):
                self.put(1, *row)
        else:
            self.block(actions, 1)
            for row in clauses:
                self.put(1, *row)

    def _limit(self, limit: nodes.Limit) -> list[str]:
        unit = [limit.unit] if limit.unit else []
        return [self._id(limit.subject), "<=", self._number(limit.value), *unit, *(["per", "day"] * limit.per_day)]

    def _access(self, clause: accords.AccessClause) -> None:
        match clause:
            case accords.Users(profile=None):
                self.put(1, "users", ":", *_separated([[_text(address)] for address in clause.addresses]))
            case accords.Users(profile=profile):
                assert profile is not None
                self.put(1, "users", ":", "profile", _text(profile))
            case accords.May():
                self.put(
                    1, "may", self._id(clause.right), ":", *_separated([[self._id(kind)] for kind in clause.kinds])
                )
            case nodes.Bad():
                raise AssertionError(clause)

    def _step(self, step: trials.TestStep) -> None:
        match step:
            case trials.TestDate():
                self.put(1, "today", ":", f"{step.date}")
            case trials.Given() | trials.Change():
                word = "given" if isinstance(step, trials.Given) else "change"
                self.put(1, word, *self._path(step.subject), _text(step.label), ":", opens=True)
                rows = [
                    [*self._path(item.target), "=", *self._expression(item.value)]
                    for item in step.assignments
                    if isinstance(item, trials.Assignment)
                ]
                self.block(rows, 2, together=True)
            case trials.Expect():
                label = [_text(step.label)] if step.label else []
                conditions = _separated([self._expression(item) for item in step.conditions])
                tail = [":", *conditions] if conditions else []
                self.put(1, "expect", step.effect.value, *self._path(step.subject), *label, *tail)
            case trials.ExpectNothing():
                self.put(1, "expect", "nothing", "again" if step.again else "else")
            case trials.Cases():
                self.put(1, "cases", *_separated([[self._id(name)] for name in step.names]), ":", opens=True)
                for row in step.rows:
                    assert isinstance(row, trials.Case)
                    self.put(2, *_separated([self._expression(value) for value in row.values]))
            case nodes.Bad():
                raise AssertionError(step)
            case _:
                assert_never(step)

    # ------------------------------------------------------------------------------------------- expressions

    def _expression(self, node: Expression, level: int = 0) -> list[str]:
        """Return the tokens of an expression where the grammar takes one of a level or tighter."""
        own, tokens = self._bare(node)
        return ["(", *tokens, ")"] if own < level or self.layout.chance(0.1) else tokens

    def _bare(self, node: Expression) -> tuple[int, list[str]]:
        inner = self._expression
        match node:
            case expressions.TextLiteral():
                return _PRIMARY, [_text(node)]
            case expressions.NumberLiteral():
                return _PRIMARY, [self._number(node.value)]
            case expressions.DateLiteral():
                return _PRIMARY, [node.value.isoformat()]
            case expressions.BooleanLiteral():
                return _PRIMARY, ["true" if node.value else "false"]
            case expressions.EmptyLiteral():
                return _PRIMARY, ["empty"]
            case expressions.StageClass():
                return _PRIMARY, [node.value.value]
            case expressions.Path():
                return _PRIMARY, self._path(node)
            case expressions.InterpolatedText():
                return _PRIMARY, [self._interpolated(node)]
            case expressions.Call():
                return _PRIMARY, [self._name(node.function), *self._listed(node.arguments)]
            case expressions.Unary(operator=expressions.UnaryOperator.NOT):
                return 3, ["not", *inner(node.operand, 3)]
            case expressions.Unary():
                return _UNARY, ["-", *inner(node.operand, _UNARY)]
            case expressions.Binary():
                word = node.operator.value
                own = _LEVELS.get(word, _COMPARISON)
                left = 5 if own == _COMPARISON else own
                return own, [*inner(node.left, left), word, *inner(node.right, own + 1)]
            case expressions.Membership():
                test = ["not", "in"] if node.negated else ["in"]
                return _COMPARISON, [*inner(node.operand, 5), *test, *self._listed(node.options)]
            case expressions.EmptinessTest():
                test = ["is", "not", "empty"] if node.negated else ["is", "empty"]
                return _COMPARISON, [*inner(node.operand, 5), *test]
            case expressions.CreatedTest():
                return _COMPARISON, [*self._path(node.operand), "is", "created"]
            case expressions.Conditional():
                parts = ("if", *inner(node.condition), "then", *inner(node.then), "else", *inner(node.otherwise))
                return 0, list(parts)
            case expressions.BadExpression():
                raise AssertionError(node)
            case _:
                assert_never(node)

    def _listed(self, items: Sequence[Expression]) -> list[str]:
        comma = [","] if items and self.layout.chance() else []
        return ["(", *_separated([self._expression(item) for item in items]), *comma, ")"]

    def _interpolated(self, node: expressions.InterpolatedText) -> str:
        out = ""
        for part in node.parts:
            if isinstance(part, str):
                out += _escaped(part)
            else:
                tokens = _joined([_Line(0, self._expression(part))], Layout(self.layout.random)).strip("\n")
                space = " " if self.layout.chance() else ""
                out += "{" + space + tokens.replace("\\", "\\\\").replace('"', '\\"') + space + "}"
        return f'"{out}"'

    def _path(self, node: expressions.Path) -> list[str]:
        out: list[str] = []
        for part in node.parts:
            out += (".", self._name(part)) if out else (self._name(part),)
        return out

    def _entity(self, node: nodes.EntityName) -> list[str]:
        return [self._id(node.connection), ".", self._id(node.module)]

    def _id(self, node: Identifier) -> str:
        return self._name(node.text)

    def _name(self, text: str) -> str:
        plain = re.fullmatch(r"[A-Za-z]\w*|_\w+", text, re.ASCII) and text not in RESERVED
        return text if plain and not self.layout.chance(0.1) else f"`{text}`"

    def _number(self, value: Decimal) -> str:
        text = f"{value:f}"
        if not self.layout.chance():
            return text
        whole, point, rest = text.partition(".")
        whole = "_".join(whole) if self.layout.chance() else "0" + whole
        return whole + point + rest


def _separated(rows: Sequence[Sequence[str]]) -> list[str]:
    out: list[str] = []
    for row in rows:
        out += (",", *row) if out else row
    return out


def _text(node: expressions.TextLiteral) -> str:
    return f'"{_escaped(node.value)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("{", "{{")


# ------------------------------------------------------------------------------------------------------------ layout

_TIGHT_BEFORE = frozenset({",", ":", ")", "."})
_TIGHT_AFTER = frozenset({"(", "."})


def _joined(lines: Sequence[_Line], layout: Layout) -> str:
    out = statement = ""
    previous: _Line | None = None
    for line in lines:
        out += _between(previous, line, statement, layout)
        statement = line.statement or statement
        spaces = " " * (line.depth * layout.indent)
        out += spaces + _tokens(line, layout)
        comment = layout.comment()
        out += (" " * layout.random.randrange(4) + comment) if comment else ""
        out += " " * (layout.random.randrange(3) if layout.odd else 0) + "\n"
        previous = line
    return out + _comment_lines(layout)


def _between(previous: _Line | None, line: _Line, statement: str, layout: Layout) -> str:
    """Return blank lines and comments before a line: what the formatter drops, unless there are comments."""
    comments = _comment_lines(layout)
    if previous is None:
        return comments
    if line.statement:
        same = statement == line.statement and line.statement in {"Connection", "Guard", "Moved", "Use", "When"}
        least = 1 if same or not layout.odd else 0
        return comments + "\n" * (least + (layout.random.randrange(3) if layout.odd else 0))
    if line.depth > previous.depth and previous.tokens[-1] == ":" and layout.chance():
        return "  \n" + comments
    return comments


def _comment_lines(layout: Layout) -> str:
    out = ""
    while (comment := layout.comment()) is not None:
        out += " " * layout.random.randrange(14) + comment + layout.random.choice(("\n", "\n", " \n\n"))
    return out


def _tokens(line: _Line, layout: Layout) -> str:
    out = ""
    depth = 0
    column = line.depth * layout.indent
    for at, token in enumerate(line.tokens):
        if at:
            out += _space(line.tokens[at - 1], token, depth, column, layout)
        depth += (token == "(") - (token == ")")
        out += token
    return out


def _space(before: str, after: str, depth: int, column: int, layout: Layout) -> str:
    tight = (
        before in _TIGHT_AFTER or after in _TIGHT_BEFORE or (after == "(" and re.search(r"[\w`]$", before) is not None)
    )
    tight = tight and before not in RESERVED
    if depth and layout.chance(0.2):
        comment = layout.comment()
        end = f" {comment}" if comment else ""
        return f"{end}\n{' ' * (column + layout.random.randrange(1, 9))}"
    if layout.chance():
        return layout.random.choice((" ", "  ", "\t", " \t ") if not tight else ("", " ", "\t"))
    return "" if tight else " "
