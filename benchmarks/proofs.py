"""400 conditions compared pairwise: how long it takes to know which of them cannot hold together.

In three programs every rule excludes every other: by a pick list's value, by ranges of an amount, and by both with a
text and an alternative in each. In the fourth only rules next to each other meet. The figure is the best of five
rounds, normal forms included; the goal is below one second.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from syncdsl.analysis.satisfiability import Conditions, RecordType
from syncdsl.plan.expressions import Among, Comparison, Connective, Constant, FieldRead
from syncdsl.schema.snapshot import ModuleSchema
from syncdsl.schema.types import ChoiceType, FieldSchema, MoneyType, TextType

if TYPE_CHECKING:
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType

RULES = 400
ROUNDS = 5
GOAL = 1.0
OPTIONS = ChoiceType(options=tuple(f"option {number}" for number in range(RULES)))
KINDS: dict[str, FieldType] = {"Type": OPTIONS, "Amount": MoneyType(), "City": TextType(length=80)}
RECORD = RecordType(
    module="Accounts",
    modules={
        "Accounts": ModuleSchema(
            label="Accounts",
            store="Accounts",
            label_field="City",
            fields={name: FieldSchema(label=name, value=kind) for name, kind in KINDS.items()},
        )
    },
)


def compare(field: str, op: str, value: object) -> Comparison:
    """Return a comparison of a field with a constant."""
    return Comparison.model_validate(
        {"op": op, "left": FieldRead(path=(field,)), "right": Constant(value=value), "as_type": KINDS[field]}
    )


def join(op: str, left: PlanExpression, right: PlanExpression) -> Connective:
    """Return two conditions joined."""
    return Connective.model_validate({"op": op, "left": left, "right": right})


def by_choice(number: int) -> PlanExpression:
    """Return `Type == "option 7"`."""
    return compare("Type", "==", f"option {number}")


def by_range(number: int) -> PlanExpression:
    """Return `Amount >= 700 and Amount < 800`."""
    return join("and", compare("Amount", ">=", number * 100), compare("Amount", "<", number * 100 + 100))


def mixed(number: int) -> PlanExpression:
    """Return a condition with two alternatives, each of which excludes every other rule's."""
    cities = tuple(Constant(value=f"city {number} {part}") for part in range(3))
    one = join("and", by_choice(number), Among(operand=FieldRead(path=("City",)), options=cities, as_type=TextType()))
    other = join("and", by_range(number), compare("City", "==", f"town {number}"))
    return join("or", one, other)


def touching(number: int) -> PlanExpression:
    """Return a range that shares its bounds with those of its neighbours."""
    return join("and", compare("Amount", ">=", number * 100), compare("Amount", "<=", number * 100 + 100))


def seconds(conditions: list[PlanExpression]) -> tuple[float, int]:
    """Return the wall time of all comparisons, and how many pairs were proven to exclude each other."""
    begin = time.perf_counter()
    known = Conditions(conditions, RECORD, {})
    meeting = sum(1 for _ in known.meeting())
    return time.perf_counter() - begin, len(conditions) * (len(conditions) - 1) // 2 - meeting


def main() -> int:
    """Print the table; fail when a goal is missed."""
    pairs = RULES * (RULES - 1) // 2
    print(f"{RULES} rules, {pairs} pairs, best of {ROUNDS} rounds")
    missed = False
    for name, make, meeting in (
        ("one choice each", by_choice, 0),
        ("one range each", by_range, 0),
        ("alternatives", mixed, 0),
        ("ranges that touch", touching, RULES - 1),
    ):
        conditions = [make(number) for number in range(RULES)]
        rounds = [seconds(conditions) for _ in range(ROUNDS)]
        best, apart = min(rounds)
        missed = missed or best >= GOAL or apart != pairs - meeting
        print(f"  {name:<17} {best * 1000:7.1f} ms, {apart} pairs proven apart")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
