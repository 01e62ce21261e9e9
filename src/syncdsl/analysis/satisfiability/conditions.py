"""Several conditions on the records of one module, in a normal form that can be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from syncdsl.analysis.satisfiability.answers import Satisfied, Unknown, Unsatisfiable
from syncdsl.analysis.satisfiability.axes import axis_of
from syncdsl.analysis.satisfiability.formula import Within, both, either, within
from syncdsl.analysis.satisfiability.lifting import Every, Lifting, Not, Some, Test, asks_today
from syncdsl.analysis.satisfiability.products import contradict, neighbours, products_of
from syncdsl.analysis.satisfiability.realising import SOME_DAY, Realised
from syncdsl.analysis.satisfiability.search import Exhausted, Search
from syncdsl.analysis.satisfiability.witnesses import confirm
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Among, Comparison, Constant, Emptiness, FieldRead
from syncdsl.plan.reads import parts_of, reads_of
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from syncdsl.analysis.satisfiability.answers import Answer
    from syncdsl.analysis.satisfiability.axes import Axis, Operator
    from syncdsl.analysis.satisfiability.formula import Formula
    from syncdsl.analysis.satisfiability.lifting import Lifted
    from syncdsl.analysis.satisfiability.products import Product
    from syncdsl.analysis.satisfiability.record_type import RecordType
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value

Path: TypeAlias = tuple[str, ...]


class Conditions:
    """Decides combinations of conditions, which are named by their place in `expressions`.

    Every field becomes an axis whose cells the tests of all conditions tell apart. A test that no axis can decide (it
    compares two fields, calculates, calls a builtin, asks for today) becomes an axis of its own with the cells false
    and true: the same test has the same answer everywhere, and nothing else is known of it. So an `Unsatisfiable` holds
    whatever such tests answer, and a `Satisfied` is only said once a record has been evaluated.
    """

    def __init__(
        self, expressions: Sequence[PlanExpression], record: RecordType, tables: Mapping[str, TablePlan]
    ) -> None:
        self._expressions = expressions
        self._record = record
        self._tables = tables
        lifting = Lifting(tables)
        self._lifted = [lifting.lift(expression) for expression in expressions]
        self._axes: dict[Path, int] = {}
        self._opaque: dict[str, int] = {}
        self.axes: list[Axis | None] = []
        """The axes; None for that of a test which no field's axis can decide."""
        self.full: list[int] = []
        self.opaque_reads: dict[int, tuple[Path, ...]] = {}
        self._make_axes(tuple(test for lifted in self._lifted for test in _tests(lifted)))
        self.prefixes = self._prefixes()
        self._formulas: dict[tuple[int, bool], Formula] = {}
        self._products: dict[int, list[Product] | None] = {}
        self._evaluators: dict[int, Evaluator] = {}

    def decide(self, true: Iterable[int], false: Iterable[int] = ()) -> Answer:
        """Return a record that meets the conditions `true` and none of `false`, if there is one."""
        wanted = [*((number, True) for number in true), *((number, False) for number in false)]
        formula = both(self._formula(number, positive=positive) for number, positive in wanted)
        if formula is False:
            return Unsatisfiable()
        checks = [(self._evaluator(number), positive) for number, positive in wanted]
        search = Search(self)
        try:
            for product in search.run(formula):
                values = confirm(product, checks, self)
                if values is not None:
                    return Satisfied(values=values)
        except Exhausted:
            return Unknown()
        return Unknown() if search.found else Unsatisfiable()

    def impossible(self, true: Iterable[int], false: Iterable[int] = ()) -> bool:
        """Return whether it is proven that no record meets the conditions `true` and none of `false`.

        The same question as that of `decide`, without looking for an example.
        """
        parts = [
            *(self._formula(number, positive=True) for number in true),
            *(self._formula(number, positive=False) for number in false),
        ]
        formula = both(parts)
        if isinstance(formula, bool | Within):
            return formula is False
        try:
            return next(Search(self).run(formula), None) is None
        except Exhausted:
            return False

    def disjoint(self, first: int, second: int) -> bool:
        """Return whether two conditions are proven never to hold of one record."""
        one, other = self._product_list(first), self._product_list(second)
        if one is not None and other is not None:
            return contradict(one, other, self)
        return self.impossible((first, second))

    def meeting(self) -> Iterator[tuple[int, int]]:
        """Return the pairs of conditions, the first before the second, that are not proven disjoint."""
        for first, near in enumerate(self.neighbours()):
            later = near >> first + 1
            while later:
                lowest = later & -later
                second = first + lowest.bit_length()
                if not self.disjoint(first, second):
                    yield first, second
                later ^= lowest

    def neighbours(self) -> list[int]:
        """Return for each condition, as bits, the conditions that may hold of one record with it; a quick look."""
        return neighbours([self._product_list(number) for number in range(len(self._expressions))])

    def narrowed(self, product: Product, axis: int, cells: int) -> Product | None:
        """Return a product with one axis cut down; None when nothing is left of it.

        A field behind an empty reference is empty.
        """
        left = product.get(axis, self.full[axis]) & cells
        if not left:
            return None
        found = {**product, axis: left}
        return found if axis not in self.prefixes else self._follow(found, axis)

    def _follow(self, product: Product, changed: int) -> Product | None:
        for shorter, longer in self.prefixes[changed]:
            reference, behind = self.axes[shorter], self.axes[longer]
            assert reference is not None  # noqa: S101 - prefixes name fields only; this tells the type checker
            assert behind is not None  # noqa: S101 - the same
            before = product.get(shorter, self.full[shorter])
            after = product.get(longer, self.full[longer])
            if not before & ~reference.empty:
                product[longer] = after = after & behind.empty
            if not after & behind.empty:
                product[shorter] = before = before & ~reference.empty
            if not before or not after:
                return None
        return product

    def _make_axes(self, tests: Sequence[Test]) -> None:
        constants: dict[Path, dict[Value, None]] = {}
        for test in tests:
            named = [from_json(part.value) for part in parts_of(test.expression) if isinstance(part, Constant)]
            reads = reads_of(test.expression)
            if asks_today(test.expression):
                named.append(SOME_DAY)
            if len(reads) > 1:  # more cells change no answer, and give such a test examples to choose from
                named += [0, 100, SOME_DAY]
            for path in reads:
                constants.setdefault(path, {}).update(dict.fromkeys(named))
        for path, values in constants.items():
            for count in range(1, len(path) + 1):
                self._make_axis(path[:count], list(constants.get(path[:count], values if count == len(path) else ())))

    def _make_axis(self, path: Path, constants: Sequence[Value]) -> None:
        field = self._record.field(path)
        if field is None or path in self._axes:
            return
        filled = self._record.always_filled(path)
        self._axes[path] = self._add(axis_of(path, field.value, constants, len(self._axes), filled=filled))

    def _add(self, axis: Axis | None) -> int:
        self.axes.append(axis)
        self.full.append(axis.full if axis is not None else 0b11)
        return len(self.axes) - 1

    def _prefixes(self) -> dict[int, list[tuple[int, int]]]:
        """Return, by axis, the pairs (reference, field behind it) that it is part of."""
        found: dict[int, list[tuple[int, int]]] = {}
        for path, longer in self._axes.items():
            for count in range(1, len(path)):
                shorter = self._axes.get(path[:count])
                if shorter is not None:
                    pair = (shorter, longer)
                    found.setdefault(shorter, []).append(pair)
                    found.setdefault(longer, []).append(pair)
        return found

    def _formula(self, number: int, *, positive: bool) -> Formula:
        known = self._formulas.get((number, positive))
        if known is None:
            known = self._formulas[number, positive] = self._normal(self._lifted[number], positive=positive)
        return known

    def _normal(self, lifted: Lifted, *, positive: bool) -> Formula:
        match lifted:
            case bool():
                return lifted is positive
            case Test():
                axis, cells = self._cells(lifted)
                return within(axis, cells if positive else self.full[axis] & ~cells, self.full[axis])
            case Not():
                return self._normal(lifted.operand, positive=not positive)
            case Every() | Some():
                parts = (self._normal(part, positive=positive) for part in lifted.operands)
                return both(parts) if isinstance(lifted, Every) is positive else either(parts, self.full)
            case _:
                assert_never(lifted)

    def _cells(self, test: Test) -> tuple[int, int]:
        """Return the axis that a test is about, and the cells in which it is true."""
        expression = test.expression
        reads = reads_of(expression)
        if len(reads) == 1 and not asks_today(expression) and reads[0] in self._axes:
            number = self._axes[reads[0]]
            axis = self.axes[number]
            cells = self._true_cells(expression, axis) if axis is not None else None
            if cells is not None:
                return number, cells
        key = expression.model_dump_json()
        if key not in self._opaque:
            self._opaque[key] = self._add(None)
            self.opaque_reads[self._opaque[key]] = reads
        return self._opaque[key], 0b10

    def _true_cells(self, expression: PlanExpression, axis: Axis) -> int | None:
        cells: int | None = None
        match expression:
            case Emptiness(operand=FieldRead()):
                cells = axis.full & ~axis.empty if expression.negated else axis.empty
            case Comparison(left=FieldRead(), right=Constant() as constant):
                cells = axis.compare(expression.op, from_json(constant.value), expression.as_type)
            case Comparison(left=Constant() as constant, right=FieldRead()):
                cells = axis.compare(_MIRRORED[expression.op], from_json(constant.value), expression.as_type)
            case Among(operand=FieldRead(), negated=False):
                options = [from_json(item.value) for item in expression.options if isinstance(item, Constant)]
                if len(options) == len(expression.options):
                    cells = axis.among(options, expression.as_type)
            case FieldRead() if not axis.exhaustive:
                cells = 0  # no value of this type is `true`
            case _:
                pass
        if cells is not None or not axis.exhaustive:
            return cells
        test = compile_expression(expression, self._tables)
        answers = (Realised({axis.path: value}).evaluate(test) is True for value in axis.values)
        return sum(1 << bit for bit, answer in enumerate(answers) if answer)

    def _evaluator(self, number: int) -> Evaluator:
        if number not in self._evaluators:
            self._evaluators[number] = compile_expression(self._expressions[number], self._tables)
        return self._evaluators[number]

    def _product_list(self, number: int) -> list[Product] | None:
        if number not in self._products:
            self._products[number] = products_of(self._formula(number, positive=True), self)
        return self._products[number]

    def number_at(self, path: Path) -> int | None:
        """Return the number of a field's axis."""
        return self._axes.get(path)


_MIRRORED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _tests(lifted: Lifted) -> Iterable[Test]:
    match lifted:
        case bool():
            return
        case Test():
            yield lifted
        case Not():
            yield from _tests(lifted.operand)
        case Every() | Some():
            for part in lifted.operands:
                yield from _tests(part)
        case _:
            assert_never(lifted)
