"""Random programs: trees of every statement and expression, which `writing` turns into text.

The same seed gives the same program. Names and types mean nothing: the programs are for whatever reads text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from syncdsl.diagnostics import NO_SPAN
from syncdsl.syntax import accords, expressions, nodes, trials
from syncdsl.syntax.parts import Identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.nodes import DocumentClause, MapItem, MapLine, Modifier, ModuleClause, Program, Statement

T = TypeVar("T")

PLAIN_NAMES = (
    "Account_Name", "contact_name", "id", "Email", "deal", "crm", "books", "invoice", "x", "_tail", "A1",
    "a_rather_long_name_of_a_field", "another_rather_long_name_of_a_field_of_the_other_system",
)  # fmt: skip
STATEMENT_WORDS = (
    "module", "group", "line", "map", "when", "create", "on", "to", "for", "per", "day", "since", "profile", "nothing",
    "enforce", "prefer", "language", "with", "sent", "again", "delete", "newest", "review", "test", "use",
)  # fmt: skip
QUOTED_NAMES = (
    "and", "in", "empty", "won", "true", "is", "Größe", "two words", "1st", "x-y", "_", "a.b", "# no comment", "it's",
    "(", "a:b", "->", "日本", "\\", "tab\there",
)  # fmt: skip
ODD_NAMES = ('"', "}", 'a "b" {c}', "{")
"""Names that cannot stand in a placeholder."""
TEXTS = (
    "", "Goods", "All Accounts", "a 'b'", 'say "hi"', "C:\\temp", "two\nlines", "{braces}", "}", "# no comment",
    "é日本😀", "`", "->", "\\n", '"', "\\", "a long text that says nothing but takes its place on the line", "  ",
    "tab\there",
)  # fmt: skip
NUMBERS = (
    "0",
    "1",
    "12",
    "1200.00",
    "0.5",
    "100000",
    "12345.678900",
    "9999",
    "10000",
    "123456789012345678901234567890",
)


@dataclass(frozen=True)
class Programs:
    """Draws programs from a source of chance; `depth` bounds how deep expressions nest."""

    random: Random
    depth: int = 3

    def program(self, statements: int = 12) -> Program:
        """Return a program that begins with `language 1`."""
        first = nodes.Language(span=NO_SPAN, version=1)
        rest = [self.statement() for _ in range(statements)]
        return nodes.Program(span=NO_SPAN, statements=(first, *rest))

    def statement(self) -> Statement:
        """Return one statement other than `language`."""
        choices: tuple[Callable[[], Statement], ...] = (
            self._connection, self._table, self._module, self._record, self._document, self._when, self._guard,
            self._transactions, self._access, self._test, self._moved, self._use,
        )  # fmt: skip
        return self._one(choices)()

    # ------------------------------------------------------------------------------------------- expressions

    def expression(self, depth: int | None = None, *, in_text: bool = False) -> Expression:
        """Return an expression of any kind but `is created`; `in_text` where it stands between braces."""
        depth = self.depth if depth is None else depth
        if depth <= 0 or self._chance(0.25):
            return self._atom(in_text=in_text)

        def inner() -> Expression:
            return self.expression(depth - 1, in_text=in_text)

        match self.random.randrange(8):
            case 0:
                arguments = tuple(inner() for _ in range(self.random.randrange(4)))
                name = self._name_text(in_text=in_text)
                return expressions.Call(span=NO_SPAN, function=name, function_span=NO_SPAN, arguments=arguments)
            case 1:
                sign = self._one(tuple(expressions.UnaryOperator))
                return expressions.Unary(span=NO_SPAN, operator=sign, operand=inner())
            case 2:
                options = tuple(inner() for _ in range(self.random.randrange(1, 4)))
                return expressions.Membership(span=NO_SPAN, operand=inner(), options=options, negated=self._chance(0.5))
            case 3:
                return expressions.EmptinessTest(span=NO_SPAN, operand=inner(), negated=self._chance(0.5))
            case 4:
                return expressions.Conditional(span=NO_SPAN, condition=inner(), then=inner(), otherwise=inner())
            case 5:
                return self._interpolated(depth, in_text=in_text)
            case _:
                operator = self._one(tuple(expressions.BinaryOperator))
                return expressions.Binary(span=NO_SPAN, operator=operator, left=inner(), right=inner())

    def _atom(self, *, in_text: bool) -> Expression:
        match self.random.randrange(9):
            case 0:
                return self._text()
            case 1:
                written = self._one(NUMBERS)
                return expressions.NumberLiteral(span=NO_SPAN, value=Decimal(written), whole="." not in written)
            case 2:
                return expressions.DateLiteral(span=NO_SPAN, value=self._date())
            case 3:
                return expressions.BooleanLiteral(span=NO_SPAN, value=self._chance(0.5))
            case 4:
                return expressions.EmptyLiteral(span=NO_SPAN)
            case 5:
                return expressions.StageClass(span=NO_SPAN, value=self._one(tuple(expressions.StageClassName)))
            case _:
                return self.path(in_text=in_text)

    def path(self, *, in_text: bool = False) -> expressions.Path:
        """Return a path of one to three names."""
        parts = tuple(self._name_text(in_text=in_text) for _ in range(self.random.choice((1, 1, 1, 2, 3))))
        return expressions.Path(span=NO_SPAN, parts=parts, part_spans=(NO_SPAN,) * len(parts))

    def _interpolated(self, depth: int, *, in_text: bool) -> Expression:
        if in_text:  # one level of texts in texts is enough to need every escape
            return self._text()
        parts: list[str | Expression] = []
        for _ in range(self.random.randrange(1, 4)):
            piece = self._one(TEXTS)
            if piece:
                parts.append(piece)
            parts.append(self.expression(depth - 1, in_text=True))
        return expressions.InterpolatedText(span=NO_SPAN, parts=tuple(parts))

    # -------------------------------------------------------------------------------------------- statements

    def _connection(self) -> Statement:
        return nodes.Connection(span=NO_SPAN, name=self._name(), adapter=self._name())

    def _table(self) -> Statement:
        return nodes.Table(span=NO_SPAN, name=self._name(), rows=self._some(self._row))

    def _row(self) -> nodes.TableRow:
        left = None if self._chance(0.1) else self.expression(1)
        right = None if self._chance(0.1) else self.expression(1)
        return nodes.TableRow(span=NO_SPAN, left=left, arrow=self._arrow(), right=right)

    def _module(self, level: int = 0) -> nodes.Module:
        count = self.random.randrange(6)
        return nodes.Module(
            span=NO_SPAN,
            name=self._name(),
            left=self._entity(),
            arrow=self._arrow(),
            right=self._entity(),
            clauses=tuple(self._module_clause(level) for _ in range(count)),
            header=NO_SPAN,
        )

    def _module_clause(self, level: int) -> ModuleClause:
        match self.random.randrange(14):
            case 0:
                return nodes.View(span=NO_SPAN, name=self._text())
            case 1 | 2:
                return nodes.Where(span=NO_SPAN, connection=self._maybe(self._name), condition=self.expression())
            case 3:
                return nodes.Adopt(span=NO_SPAN, key=self._key())
            case 4:
                return nodes.Dedupe(span=NO_SPAN, keys=self._some(self._key))
            case 5:
                action = self._one(tuple(nodes.DuplicateAction))
                return nodes.OnDuplicate(span=NO_SPAN, action=action, connection=self._maybe(self._name))
            case 6:
                return nodes.OnConflict(span=NO_SPAN, winner=self._name())
            case 7:
                done = self._one(tuple(nodes.DeleteAction))
                return nodes.OnDelete(span=NO_SPAN, connection=self._name(), action=done)
            case 8 if level < 2:
                return nodes.With(span=NO_SPAN, module=self._module(level + 1))
            case 9:
                return nodes.Parent(span=NO_SPAN, path=self.path())
            case 10:
                return nodes.Like(span=NO_SPAN, path=self.path())
            case 11:
                return nodes.Without(span=NO_SPAN, paths=self._some(self.path))
            case _:
                return self._map()

    def _key(self) -> nodes.Key:
        return nodes.Key(span=NO_SPAN, equalities=self._some(self._equality, 2))

    def _equality(self) -> nodes.KeyEquality:
        return nodes.KeyEquality(span=NO_SPAN, left=self.expression(1), right=self.expression(1))

    def _map(self) -> nodes.Map:
        return nodes.Map(span=NO_SPAN, items=self._some(self._map_item, 5))

    def _map_item(self) -> MapItem:
        match self.random.randrange(8):
            case 0:
                return nodes.Group(span=NO_SPAN, name=self._name(), lines=self._some(self._map_line))
            case 1:
                return nodes.LineBlock(span=NO_SPAN, row=None, rows=None, lines=self._some(self._map_line))
            case 2:
                lines = self._some(self._map_line)
                return nodes.LineBlock(span=NO_SPAN, row=self._name(), rows=self.path(), lines=lines)
            case _:
                return self._map_line()

    def _map_line(self) -> MapLine:
        modifiers = tuple(self._modifier() for _ in range(self.random.choice((0, 0, 1, 2))))
        return nodes.MapLine(
            span=NO_SPAN, left=self._side(), arrow=self._arrow(), right=self._side(), modifiers=modifiers
        )

    def _side(self) -> Expression:
        side = self.expression(2)
        return self.path() if isinstance(side, expressions.StageClass) else side

    def _modifier(self) -> Modifier:
        match self.random.randrange(4):
            case 0:
                return nodes.WhenEmpty(span=NO_SPAN)
            case 1:
                return nodes.Prefer(span=NO_SPAN, winner=self._name())
            case 2:
                return nodes.Enforce(span=NO_SPAN)
            case _:
                return nodes.ElseSkip(span=NO_SPAN)

    def _record(self) -> Statement:
        count = self.random.randrange(4)
        return nodes.Record(
            span=NO_SPAN,
            name=self._name(),
            entity=self._entity(),
            clauses=tuple(self._record_clause() for _ in range(count)),
            header=NO_SPAN,
        )

    def _record_clause(self) -> nodes.RecordClause:
        match self.random.randrange(3):
            case 0:
                return nodes.StageField(span=NO_SPAN, path=self.path())
            case 1:
                return nodes.View(span=NO_SPAN, name=self._text())
            case _:
                return nodes.Where(span=NO_SPAN, connection=self._maybe(self._name), condition=self.expression())

    def _document(self) -> Statement:
        count = self.random.randrange(4)
        return nodes.Document(
            span=NO_SPAN,
            name=self._name(),
            entity=self._entity(),
            record=self._name(),
            clauses=tuple(self._document_clause() for _ in range(count)),
            header=NO_SPAN,
        )

    def _document_clause(self) -> DocumentClause:
        match self.random.randrange(5):
            case 0:
                return nodes.Like(span=NO_SPAN, path=self.path())
            case 1:
                return nodes.Without(span=NO_SPAN, paths=self._some(self.path))
            case 2:
                return nodes.Per(span=NO_SPAN, value=self.expression())
            case _:
                return self._map()

    def _when(self) -> Statement:
        condition = self.expression()
        if self._chance(0.2):
            name = self._name_text()
            operand = expressions.Path(span=NO_SPAN, parts=(name,), part_spans=(NO_SPAN,))
            condition = expressions.CreatedTest(span=NO_SPAN, operand=operand)
        count = self.random.choice((0, 0, 1, 2))
        clauses: list[nodes.Require | nodes.Backfill] = [
            nodes.Require(span=NO_SPAN, condition=self.expression())
            if self._chance(0.5)
            else nodes.Backfill(span=NO_SPAN, since=self._date())
            for _ in range(count)
        ]
        actions = self._some(self._action, 2)
        return nodes.When(span=NO_SPAN, condition=condition, actions=actions, clauses=tuple(clauses), header=NO_SPAN)

    def _action(self) -> nodes.Action:
        verb = self._one(tuple(nodes.ActionVerb))
        return nodes.Action(span=NO_SPAN, verb=verb, document=self._name(), even_sent=self._chance(0.3))

    def _guard(self) -> Statement:
        return nodes.Guard(span=NO_SPAN, limits=self._some(self._limit, 6))

    def _limit(self) -> nodes.Limit:
        return nodes.Limit(
            span=NO_SPAN,
            subject=self._name(),
            value=Decimal(self._one(NUMBERS[:-1])),
            unit=self._one((None, "%", "EUR", "day", "x1")),
            per_day=self._chance(0.4),
        )

    def _transactions(self) -> Statement:
        count = self.random.randrange(3)
        clauses = tuple(accords.Associate(span=NO_SPAN, record=self._name()) for _ in range(count))
        return accords.Transactions(
            span=NO_SPAN, connection=self._name(), kinds=self._some(self._name), clauses=clauses, header=NO_SPAN
        )

    def _access(self) -> Statement:
        return accords.Access(
            span=NO_SPAN,
            connection=self._name(),
            role=self._text(),
            clauses=self._some(self._access_clause),
            header=NO_SPAN,
        )

    def _access_clause(self) -> accords.AccessClause:
        match self.random.randrange(3):
            case 0:
                return accords.Users(span=NO_SPAN, addresses=(), profile=self._text())
            case 1:
                return accords.Users(span=NO_SPAN, addresses=self._some(self._text), profile=None)
            case _:
                return accords.May(span=NO_SPAN, right=self._name(), kinds=self._some(self._name))

    def _moved(self) -> Statement:
        kind = self._one(tuple(accords.MovedKind))
        return accords.Moved(span=NO_SPAN, kind=kind, old=self._name(), new=self._name())

    def _use(self) -> Statement:
        return accords.Use(span=NO_SPAN, what=self._text() if self._chance(0.5) else self.path())

    def _test(self) -> Statement:
        return trials.Test(span=NO_SPAN, name=self._text(), steps=self._some(self._step, 6), header=NO_SPAN)

    def _step(self) -> trials.TestStep:
        match self.random.randrange(7):
            case 0:
                return trials.TestDate(span=NO_SPAN, date=self._date())
            case 1:
                assignments = tuple(self._assignment() for _ in range(self.random.randrange(5)))
                return trials.Given(span=NO_SPAN, subject=self.path(), label=self._text(), assignments=assignments)
            case 2:
                assignments = self._some(self._assignment, 5)
                return trials.Change(span=NO_SPAN, subject=self.path(), label=self._text(), assignments=assignments)
            case 3:
                return trials.ExpectNothing(span=NO_SPAN, again=self._chance(0.5))
            case 4:
                names = self._some(self._name)
                rows = self._some(lambda: trials.Case(span=NO_SPAN, values=tuple(self.expression(1) for _ in names)))
                return trials.Cases(span=NO_SPAN, names=names, rows=rows)
            case _:
                return trials.Expect(
                    span=NO_SPAN,
                    effect=self._one(tuple(trials.EffectName)),
                    subject=self.path(),
                    label=self._maybe(self._text),
                    conditions=tuple(self.expression(2) for _ in range(self.random.randrange(3))),
                )

    def _assignment(self) -> trials.Assignment:
        return trials.Assignment(span=NO_SPAN, target=self.path(), value=self.expression(2))

    # ------------------------------------------------------------------------------------------------- parts

    def _entity(self) -> nodes.EntityName:
        return nodes.EntityName(span=NO_SPAN, connection=self._name(), module=self._name())

    def _name(self) -> Identifier:
        return Identifier(span=NO_SPAN, text=self._name_text())

    def _name_text(self, *, in_text: bool = False) -> str:
        pools: tuple[Sequence[str], ...] = (PLAIN_NAMES, PLAIN_NAMES, STATEMENT_WORDS, QUOTED_NAMES)
        if not in_text and self._chance(0.05):
            return self._one(ODD_NAMES)
        return self._one(self._one(pools))

    def _text(self) -> expressions.TextLiteral:
        return expressions.TextLiteral(span=NO_SPAN, value=self._one(TEXTS))

    def _arrow(self) -> nodes.Arrow:
        return self._one(tuple(nodes.Arrow))

    def _date(self) -> dt.date:
        return dt.date(2026, 1, 1) + dt.timedelta(days=self.random.randrange(1000))

    def _some(self, make: Callable[[], T], most: int = 3) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.random.randrange(1, most + 1)))

    def _maybe(self, make: Callable[[], T]) -> T | None:
        return make() if self._chance(0.5) else None

    def _one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share
