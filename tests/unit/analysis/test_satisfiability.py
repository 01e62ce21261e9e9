"""The decision procedure by its questions: what is proven, what is shown, and what is left open."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Literal

import pytest

from syncdsl.analysis.program import Checker, Declarations
from syncdsl.analysis.satisfiability import (
    Conditions,
    RecordType,
    Satisfied,
    Unknown,
    Unsatisfiable,
    always,
    disjoint,
    example_text,
    implies,
    never,
    witness,
)
from syncdsl.analysis.scope import Scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.expressions import Comparison, Connective, Constant, FieldRead, Negate
from syncdsl.schema.snapshot import ModuleSchema
from syncdsl.schema.types import BooleanType, FieldSchema
from syncdsl.schema.values import Ref
from syncdsl.syntax import nodes, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value


@pytest.fixture(scope="module")
def accounts(schemas: dict[str, SchemaSnapshot]) -> RecordType:
    """Return the type of accounts."""
    return RecordType(module="Accounts", modules=schemas["crm"].modules)


@pytest.fixture(scope="module")
def read(schemas: dict[str, SchemaSnapshot]) -> Callable[[str], PlanExpression]:
    """Return what reads a condition on an account."""

    def run(text: str) -> PlanExpression:
        source = SourceFile("rules.sync", f"language 1\n\nrecord a: crm.Accounts\n    where: {text}\n")
        parsed = parse(source)
        assert not parsed.diagnostics
        record = next(item for item in parsed.program.statements if isinstance(item, nodes.Record))
        (clause,) = record.clauses
        assert isinstance(clause, nodes.Where)
        checker = Checker(names=Declarations(), schemas=schemas)
        checker.names.sources[source.path] = source
        scope = Scope(connection="crm", module="Accounts", schema=schemas["crm"].modules["Accounts"])
        found = Lowering(checker, scope).condition(clause.condition)
        assert found is not None, [item.message for item in checker.findings]
        return found

    return run


def test_implies(read: Callable[[str], PlanExpression], accounts: RecordType) -> None:
    """A narrower condition implies a wider one, and not the other way round."""
    narrow, wide = read("Employees > 10 and Rating is empty"), read("Employees >= 11")
    assert implies([narrow], wide, accounts, {})
    assert not implies([wide], narrow, accounts, {})
    assert implies([wide, read("Rating is empty")], narrow, accounts, {})


def test_always_and_never(read: Callable[[str], PlanExpression], accounts: RecordType) -> None:
    """What is true or false of every record is told from what depends on it."""
    assert always(read("Phone is empty or Phone is not empty"), accounts, {})
    assert not always(read('Phone != "1"'), accounts, {})
    assert never([read("Employees > 1"), read("Employees < 2")], accounts, {})
    assert not never([read("Employees > 1"), read("Employees < 3")], accounts, {})


def test_disjoint(read: Callable[[str], PlanExpression], accounts: RecordType) -> None:
    """Two conditions are disjoint when no record meets both, also by what a reference leads to."""
    assert disjoint(read('Owner.email == "a@b.c"'), read("Owner is empty"), accounts, {})
    assert not disjoint(read("Owner.email is empty"), read("Owner is empty"), accounts, {})
    assert disjoint(read('Owner.email == "a@B.c"'), read('Owner.email == "a@b.d"'), accounts, {})
    assert not disjoint(read('Owner.email == "a@B.c"'), read('Owner.email == "a@b.C"'), accounts, {})


@pytest.mark.parametrize(
    ("condition", "example"),
    [
        ('Account_Type not in ("Analyst", "Competitor")', 'Account_Type = "Customer"'),
        ("Employees >= 3 and Rating is empty", "Employees = 3, Rating empty"),
        ("Annual_Revenue > 99.99 and Annual_Revenue < 100.01", "Annual_Revenue = 100"),
        ("Owner is not empty", "Owner filled"),
        ('Owner.email != "x@y.z" and Owner.email is not empty', 'Owner.email = "acme@example.com"'),
        ('Billing_City == "Köln \\"Süd\\"" and Fax == "a{{b"', 'Billing_City = "Köln \\"Süd\\"", Fax = "a{{b"'),
        ("1 < 2", "any record"),
    ],
)
def test_examples(condition: str, example: str, read: Callable[[str], PlanExpression], accounts: RecordType) -> None:
    """An example names the fields that matter, as rules write them."""
    answer = witness([read(condition)], accounts, {})
    assert isinstance(answer, Satisfied)
    assert example_text(answer.values).replace("globex", "acme") == example


def test_examples_of_a_record() -> None:
    """With a record's name every field stands behind it; names that rules cannot write plainly are quoted."""
    values: dict[tuple[str, ...], Value] = {
        ("Stage",): "Won",
        ("Owner",): Ref("users", "1"),
        ("in",): None,
        ("Active",): True,
    }
    assert example_text(values, "deal") == 'deal.Stage = "Won", deal.Owner filled, deal.`in` empty, deal.Active = true'


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        (["Annual_Revenue * 3 == 1.01"], Unknown),  # no amount has a third of a cent
        (["Annual_Revenue > Employees"], Satisfied),
        (["Annual_Revenue > Employees", "not Annual_Revenue > Employees"], Unsatisfiable),
        (['upper(Billing_City) == "BONN"', "Billing_City is not empty"], Satisfied),
        (['upper(Billing_City) == "bonn"'], Unknown),
        (['upper(Rating) == "active"'], Unsatisfiable),  # a pick list is tried value by value
        (['upper(Rating) == "ACTIVE"'], Satisfied),
        (["Created_Time is empty"], Satisfied),
    ],
)
def test_outside_the_fragment(
    conditions: list[str], answer: type, read: Callable[[str], PlanExpression], accounts: RecordType
) -> None:
    """What calculates or compares two fields may be left open, never answered wrongly; an example is evaluated."""
    assert isinstance(witness([read(item) for item in conditions], accounts, {}), answer)


def test_limit() -> None:
    """A condition made to be hard is given up within a second, not searched for ever."""
    chosen = random.Random(5)
    names = [f"f{number}" for number in range(60)]
    fields = {name: FieldSchema(label=name, value=BooleanType()) for name in names}
    record = RecordType(module="m", modules={"m": ModuleSchema(label="m", store="m", label_field="f0", fields=fields)})

    def literal() -> PlanExpression:
        one = FieldRead(path=(chosen.choice(names),))
        return Negate(operand=one) if chosen.random() < 0.5 else one

    hard: PlanExpression = Constant(value=True)
    for _ in range(258):
        clause = _join("or", _join("or", literal(), literal()), literal())
        hard = _join("and", hard, clause)
    begin = time.perf_counter()
    known = Conditions([hard, hard], record, {})
    answer = known.decide((0,))
    assert not known.disjoint(0, 1)
    assert isinstance(answer, Satisfied | Unknown)
    assert time.perf_counter() - begin < 20


def _join(op: Literal["and", "or"], left: PlanExpression, right: PlanExpression) -> Connective:
    return Connective(op=op, left=left, right=right)


def test_neighbours(read: Callable[[str], PlanExpression], accounts: RecordType) -> None:
    """The quick look leaves out no two conditions that can hold of one record."""
    texts = [f'Rating == "{rating}"' for rating in ("Acquired", "Active")]
    texts += [f"Employees > {low} and Employees < {low + 9}" for low in (0, 5, 20)]
    texts += ['Rating != "Active" or Employees > 30', "Rating is empty", "Employees == 7", "Fax is empty"]
    conditions = [read(text) for text in texts]
    known = Conditions(conditions, accounts, {})
    near = known.neighbours()
    for first in range(len(texts)):
        for second in range(len(texts)):
            together = isinstance(known.decide((first, second)), Satisfied)
            assert together is not known.disjoint(first, second)
            assert not together or near[first] >> second & 1
    apart = [(one, two) for two in range(len(texts)) for one in range(two) if known.disjoint(one, two)]
    every = {(one, two) for two in range(len(texts)) for one in range(two)}
    assert set(known.meeting()) == every - set(apart)
    assert not near[0] & 0b10
    assert not near[2] >> 4 & 1


def test_a_comparison_with_itself(accounts: RecordType) -> None:
    """A field equals itself, and is at most itself where it is filled."""
    employees, kind = FieldRead(path=("Employees",)), accounts.modules["Accounts"].fields["Employees"].value
    at_most = Comparison(op="<=", left=employees, right=employees, as_type=kind)
    assert always(at_most.model_copy(update={"op": "=="}), accounts, {})
    assert not always(at_most, accounts, {})
    answer = witness([], accounts, {}, unless=[at_most])
    assert isinstance(answer, Satisfied)
    assert example_text(answer.values) == "Employees empty"
