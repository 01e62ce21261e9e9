"""The decision procedure agrees with z3, which is told what conditions mean by an encoder of its own."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import pytest
import z3  # type: ignore[import-untyped]  # the package has neither stubs nor a marker

from syncdsl.analysis.satisfiability import Conditions, RecordType, Satisfied, Unknown, Unsatisfiable
from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.plan import expressions as plan
from syncdsl.plan.evaluation import compile_expression
from syncdsl.schema.snapshot import ModuleSchema, StageClass
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    FieldType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.values import Value

SEEDS = range(6)
PROGRAMS = 150
"""For each seed; every program asks seven questions."""

KINDS: dict[tuple[str, ...], FieldType] = {
    ("kind",): ChoiceType(options=("A", "B", "C")),
    ("stage",): ChoiceType(options=("New", "Won", "Lost", "Lost too")),
    ("active",): BooleanType(),
    ("count",): IntegerType(digits=3),
    ("amount",): MoneyType(),
    ("rate",): DecimalType(),
    ("share",): DecimalType(digits=3, scale=1),
    ("due",): DateType(),
    ("seen",): DateTimeType(),
    ("name",): TextType(length=80),
    ("mail",): EmailType(),
    ("phone",): PhoneType(),
    ("site",): UrlType(),
    ("owner",): ReferenceType(modules=("users",)),
    ("owner", "role"): ChoiceType(options=("boss", "clerk")),
    ("owner", "city"): TextType(),
    ("owner", "age"): IntegerType(),
}
MODULES = {
    module: ModuleSchema(
        label=module,
        store=module,
        label_field="name",
        fields={
            path[-1]: FieldSchema(label=path[-1], value=kind) for path, kind in KINDS.items() if len(path) == depth
        },
    )
    for module, depth in (("deals", 1), ("users", 2))
}
RECORD = RecordType(module="deals", modules=MODULES)
STAGES = {StageClass.WON: ("Won",), StageClass.LOST: ("Lost", "Lost too"), StageClass.OPEN: ("New",)}
NUMBERS: tuple[Value, ...] = (0, 1, 2, 5, -3, 998, 999, Decimal("1.5"), Decimal("1.05"), Decimal("1.005"), Decimal(100))
DAYS: tuple[Value, ...] = (dt.date(1, 1, 1), dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(9999, 12, 31))
INSTANTS: tuple[Value, ...] = (
    dt.datetime(2026, 1, 31, 12, 0, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 31, 12, 0, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 31, 14, 0, 1, 500, tzinfo=dt.timezone(dt.timedelta(hours=2))),
)
TEXTS: dict[type, dict[str, str]] = {  # what is written, and the text that it stands for
    TextType: {"x": "x", "X": "X", " x ": "x", "a  b": "a b", "a b": "a b", "": ""},
    EmailType: {"a@b.c": "a@b.c", "a@B.C": "a@b.c", "A@b.c": "A@b.c", "": ""},
    PhoneType: {"+49 30 1234": "+49301234", "+49301234": "+49301234", "030 1234": "0301234", "": ""},
    UrlType: {"https://x.y": "https://x.y", " https://x.y": "https://x.y", "": ""},
}
CODES = {text: number for number, text in enumerate(sorted({form for own in TEXTS.values() for form in own.values()}))}
ORDERED = ("number", "date", "datetime")


def family(kind: FieldType) -> str:
    """Return which values a type has."""
    match kind:
        case IntegerType() | DecimalType() | MoneyType():
            return "number"
        case DateType() | DateTimeType() | BooleanType() | ReferenceType():
            return kind.type
        case _:
            return "text"


def seconds(moment: dt.datetime) -> int:
    """Return an instant in whole seconds since 1970."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)


FIRST = seconds(dt.datetime.min.replace(tzinfo=dt.UTC))
LAST = seconds(dt.datetime.max.replace(tzinfo=dt.UTC))


class Generator:
    """Random conditions of the language, typed as the checker would type them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.paths = list(KINDS)

    def program(self) -> list[PlanExpression]:
        """Return three conditions, mostly over the same few fields: else they hardly ever exclude each other."""
        self.paths = self.random.sample(list(KINDS), self.random.choice((1, 2, 3, 3, len(KINDS))))
        return [self.condition(self.random.choice((0, 1, 2, 3))) for _ in range(3)]

    def condition(self, depth: int) -> PlanExpression:
        """Return a condition."""
        roll = self.random.random()
        if depth and roll < 0.55:
            op: Literal["and", "or"] = "and" if self.random.random() < 0.55 else "or"
            return plan.Connective(op=op, left=self.condition(depth - 1), right=self.condition(depth - 1))
        if depth and roll < 0.68:
            return plan.Negate(operand=self.condition(depth - 1))
        if depth and roll < 0.71:
            parts = [self.condition(depth - 1) for _ in range(3)]
            return plan.Choose(condition=parts[0], then=parts[1], otherwise=parts[2])
        return self.test()

    def test(self) -> PlanExpression:
        """Return a condition without connectives."""
        choose = self.random.choice
        path = choose(self.paths)
        kind = KINDS[path]
        read = plan.FieldRead(path=path)
        if self.random.random() < 0.2:
            return plan.Emptiness(operand=self.term(path, kind), negated=self.random.random() < 0.5)
        if self.random.random() < 0.08:
            wanted = choose(list(StageClass))
            return plan.StageTest(path=("stage",), stage_class=wanted, stages=STAGES[wanted])
        if isinstance(kind, ReferenceType):
            return plan.Comparison(op=choose(("==", "!=")), left=read, right=plan.Constant(), as_type=kind)
        if isinstance(kind, BooleanType) and self.random.random() < 0.5:
            return read
        term = self.term(path, kind)
        if self.random.random() < 0.25:
            options = tuple(self.constant(kind) for _ in range(choose((1, 2, 3))))
            return plan.Among(operand=term, options=options, negated=self.random.random() < 0.4, as_type=kind)
        order = ("<", "<=", ">", ">=") if family(kind) in ORDERED else ()
        op = choose(("==", "!=", *order))
        other = self.constant(kind) if self.random.random() < 0.93 else self.term(*self.like(kind))
        left, right = (term, other) if self.random.random() < 0.8 else (other, term)
        return plan.Comparison(op=op, left=left, right=right, as_type=kind)

    def term(self, path: tuple[str, ...], kind: FieldType) -> PlanExpression:
        """Return something of a type: mostly a field."""
        read: PlanExpression = plan.FieldRead(path=path)
        roll = self.random.random()
        if roll < 0.08:
            other = plan.FieldRead(path=self.like(kind)[0]) if self.random.random() < 0.5 else self.constant(kind)
            return plan.Coalesce(left=read, right=other)
        if roll < 0.12:
            other = plan.FieldRead(path=self.like(kind)[0])
            return plan.Choose(condition=self.test_of_choice(), then=read, otherwise=other)
        if roll < 0.16 and family(kind) == "number":
            other = plan.FieldRead(path=self.like(kind)[0]) if self.random.random() < 0.5 else plan.Constant(value=2)
            signs: tuple[Literal["+", "-", "*"], ...] = (
                ("+", "-") if isinstance(other, plan.FieldRead) else ("+", "-", "*")
            )
            op = self.random.choice(signs)
            return plan.Arithmetic(op=op, left=read, right=other)
        if roll < 0.2 and family(kind) == "number":
            return plan.Minus(operand=read)
        if roll < 0.2 and family(kind) == "date":
            return plan.Arithmetic(op="+", left=read, right=plan.Constant(value=14), result="date")
        return read

    def test_of_choice(self) -> PlanExpression:
        """Return a small condition for an `if`."""
        kind = KINDS["kind",]
        return plan.Comparison(op="==", left=plan.FieldRead(path=("kind",)), right=self.constant(kind), as_type=kind)

    def like(self, kind: FieldType) -> tuple[tuple[str, ...], FieldType]:
        """Return a field that may stand beside one of this type."""
        same = [item for item in KINDS.items() if item[1] == kind or family(item[1]) == family(kind) in ORDERED]
        return self.random.choice(same)

    def constant(self, kind: FieldType) -> PlanExpression:
        """Return a value of a type, sometimes one that is calculated, or today."""
        choose = self.random.choice
        match kind:
            case ChoiceType():
                return plan.Constant(value=choose((*kind.options, None)))
            case BooleanType():
                return plan.Constant(value=choose((True, False)))
            case DateType():
                if self.random.random() < 0.15:
                    return plan.BuiltinCall(function="today", arguments=())
                return plan.Constant(value=to_json(choose(DAYS)))
            case DateTimeType():
                return plan.Constant(value=to_json(choose(INSTANTS)))
            case IntegerType() | DecimalType() | MoneyType():
                constant = plan.Constant(value=to_json(choose(NUMBERS)))
                return plan.Minus(operand=constant) if self.random.random() < 0.1 else constant
            case ReferenceType():
                return plan.Constant()
            case _:
                return plan.Constant(value=choose(list(TEXTS[type(kind)])))


@dataclass(frozen=True)
class Term:
    """A value in z3: whether it is empty, whether it is nothing but spaces, and what it is."""

    empty: Any
    value: Any
    blank: Any = False


class Encoder:
    """What conditions mean, written down for z3."""

    def __init__(self) -> None:
        self.rules: list[Any] = []
        self.today = z3.Int("today")
        self.rules += [self.today >= 1, self.today <= dt.date.max.toordinal()]
        self.fields = {path: self._field(path, kind) for path, kind in KINDS.items()}
        for path in KINDS:
            if len(path) > 1:
                self.rules.append(z3.Implies(self.fields[path[:1]].empty, self.fields[path].empty))

    def _field(self, path: tuple[str, ...], kind: FieldType) -> Term:
        name = ".".join(path)
        empty = z3.Bool(f"{name} is empty")
        match kind:
            case BooleanType():
                return Term(empty, z3.Bool(name))
            case DecimalType(scale=None):
                return Term(empty, z3.Real(name))
        whole = z3.Int(name)
        match kind:
            case IntegerType(digits=digits):
                self.rules += [whole < 10**digits, whole > -(10**digits)] if digits else []
                return Term(empty, z3.ToReal(whole))
            case DecimalType(digits=digits, scale=scale):
                assert digits is not None
                assert scale is not None
                self.rules += [whole < 10**digits, whole > -(10**digits)]
                return Term(empty, z3.ToReal(whole) / 10**scale)
            case MoneyType(scale=scale):
                return Term(empty, z3.ToReal(whole) / 10**scale)
            case DateType():
                self.rules += [whole >= 1, whole <= dt.date.max.toordinal()]
            case DateTimeType():
                self.rules += [whole >= FIRST, whole <= LAST]
            case ChoiceType(options=options):
                self.rules += [whole >= 0, whole < len(options)]
            case ReferenceType():
                pass
            case _:
                return Term(empty, whole, z3.And(z3.Bool(f"{name} is blank"), z3.Not(empty)))
        return Term(empty, whole)

    def term(self, node: PlanExpression, kind: FieldType) -> Term:
        """Return a value in z3."""
        match node:
            case plan.FieldRead():
                return self.fields[node.path]
            case plan.Constant():
                return constant(node.value, kind)
            case plan.BuiltinCall(function="today"):
                return Term(z3.BoolVal(False), self.today)
            case plan.Minus():
                inner = self.term(node.operand, kind)
                return Term(inner.empty, -inner.value)
            case plan.Arithmetic():
                left, right = self.term(node.left, kind), self.term(node.right, IntegerType())
                empty = z3.Or(left.empty, right.empty)
                if node.result == "date":
                    value = left.value + 14
                    return Term(z3.Or(empty, value > dt.date.max.toordinal()), value)
                operations = {"+": left.value + right.value, "-": left.value - right.value}
                return Term(empty, operations[node.op] if node.op != "*" else left.value * 2)
            case plan.Coalesce():
                return self._pick(z3.Not(self.term(node.left, kind).empty), node.left, node.right, kind)
            case plan.Choose():
                return self._pick(self.truth(node.condition), node.then, node.otherwise, kind)
        raise AssertionError(node)

    def _pick(self, test: Any, first: PlanExpression, second: PlanExpression, kind: FieldType) -> Term:
        one, other = self.term(first, kind), self.term(second, kind)
        return Term(
            z3.If(test, one.empty, other.empty),
            z3.If(test, one.value, other.value),
            z3.If(test, one.blank, other.blank),
        )

    def truth(self, node: PlanExpression) -> Any:
        """Return when a condition is true."""
        match node:
            case plan.FieldRead():
                return z3.And(z3.Not(self.fields[node.path].empty), self.fields[node.path].value)
            case plan.Negate():
                return z3.Not(self.truth(node.operand))
            case plan.Connective():
                join = z3.And if node.op == "and" else z3.Or
                return join(self.truth(node.left), self.truth(node.right))
            case plan.Choose():
                return z3.If(self.truth(node.condition), self.truth(node.then), self.truth(node.otherwise))
            case plan.StageTest():
                stage = self.fields[node.path]
                options = KINDS[node.path].options  # type: ignore[union-attr]  # the stage is a pick list
                same = z3.Or(*(stage.value == options.index(name) for name in node.stages))
                return z3.And(z3.Not(stage.empty), same)
            case plan.Emptiness():
                empty = self.term(node.operand, KINDS[plan_reads(node)[0]]).empty
                return z3.Not(empty) if node.negated else empty
            case plan.Among():
                operand = self.term(node.operand, node.as_type)
                found = z3.Or(*(same_value(operand, self.term(item, node.as_type)) for item in node.options))
                return z3.Not(found) if node.negated else found
            case plan.Comparison():
                left, right = self.term(node.left, node.as_type), self.term(node.right, node.as_type)
                if node.op in {"==", "!="}:
                    same = same_value(left, right)
                    return z3.Not(same) if node.op == "!=" else same
                orders = {
                    "<": left.value < right.value,
                    "<=": left.value <= right.value,
                    ">": left.value > right.value,
                    ">=": left.value >= right.value,
                }
                return z3.And(z3.Not(left.empty), z3.Not(right.empty), orders[node.op])
        raise AssertionError(node)


def plan_reads(node: plan.Emptiness) -> list[tuple[str, ...]]:
    """Return the paths in what is asked to be empty."""
    found: list[tuple[str, ...]] = []
    waiting: list[PlanExpression] = [node.operand]
    while waiting:
        match waiting.pop():
            case plan.FieldRead(path=path):
                found.append(path)
            case plan.Coalesce(left=left, right=right) | plan.Arithmetic(left=left, right=right):
                waiting += [right, left]
            case plan.Choose(then=then, otherwise=otherwise):
                waiting += [otherwise, then]
            case plan.Minus(operand=operand):
                waiting.append(operand)
    return found


def same_value(left: Term, right: Term) -> Any:
    """Return when two values are equal: nothing but spaces is as good as empty."""
    one, other = z3.Or(left.empty, left.blank), z3.Or(right.empty, right.blank)
    return z3.Or(z3.And(one, other), z3.And(z3.Not(one), z3.Not(other), left.value == right.value))


def constant(value: Any, kind: FieldType) -> Term:
    """Return a constant in z3."""
    empty = z3.BoolVal(value in {None, ""} if not isinstance(value, dict) else False)
    match kind:
        case BooleanType():
            return Term(empty, z3.BoolVal(value is True))
        case ChoiceType(options=options):
            return Term(empty, z3.IntVal(options.index(value) if value else 0))
        case IntegerType() | DecimalType() | MoneyType():
            number = Fraction(value["decimal"] if isinstance(value, dict) else value)
            return Term(empty, z3.RealVal(number))
        case DateType():
            return Term(empty, z3.IntVal(dt.date.fromisoformat(value["date"]).toordinal()))
        case DateTimeType():
            return Term(empty, z3.IntVal(seconds(dt.datetime.fromisoformat(value["datetime"]))))
        case ReferenceType():
            return Term(empty, z3.IntVal(0))
        case _:
            return Term(empty, z3.IntVal(CODES[TEXTS[type(kind)][value]]))


@dataclass
class Tally:
    """How often which answer was given."""

    satisfied: int = 0
    unsatisfiable: int = 0
    unknown: int = 0


def compare(conditions: Sequence[PlanExpression], tally: Tally) -> None:
    """Ask both about combinations of conditions, and whether each answer stands."""
    known = Conditions(conditions, RECORD, {})
    encoder = Encoder()
    truths = [encoder.truth(condition) for condition in conditions]
    solver = z3.Solver()
    solver.add(*encoder.rules)
    first, second, third = range(3)
    for true, false in (
        ((first,), ()),
        ((), (first,)),
        ((second,), (first,)),
        ((first,), (second,)),
        ((first, second), ()),
        ((second, third), (first,)),
        ((first, second, third), ()),
    ):
        answer = known.decide(true, false)
        solver.push()
        solver.add(*(truths[number] for number in true), *(z3.Not(truths[number]) for number in false))
        expected = solver.check()
        solver.pop()
        assert expected != z3.unknown
        shown = [item.model_dump_json() for item in conditions], true, false
        match answer:
            case Satisfied():
                tally.satisfied += 1
                assert expected == z3.sat, shown
                record = Realised(answer.values)
                for number in (*true, *false):
                    truth = record.evaluate(compile_expression(conditions[number], {})) is True
                    assert truth is (number in true), (shown, answer)
            case Unsatisfiable():
                tally.unsatisfiable += 1
                assert expected == z3.unsat, shown
            case Unknown():
                tally.unknown += 1
        if len(true) == 2 and not false and known.disjoint(*true):
            assert expected == z3.unsat, shown


@pytest.mark.parametrize("seed", SEEDS)
def test_agrees_with_z3(seed: int) -> None:
    """Whether conditions can hold together is answered as z3 answers it; at most one in 40 is left open."""
    generator = Generator(seed)
    tally = Tally()
    for _ in range(PROGRAMS):
        compare(generator.program(), tally)
    total = tally.satisfied + tally.unsatisfiable + tally.unknown
    print(f"{total} questions: {tally}")  # noqa: T201 - the figures are wanted in the log
    assert total == PROGRAMS * 7
    assert tally.unsatisfiable * 10 > total
    assert tally.unknown * 40 < total
