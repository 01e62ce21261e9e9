"""Evaluating one typical condition for many records: syncdsl against `common-expression-language` and `rule-engine`.

Each side compiles the condition once and is given records in the form that it takes fastest, prepared beforehand. All
must agree on every record. Rounds alternate; a figure is the median.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import random
import statistics
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cel
import rule_engine

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.evaluation import compile_expression
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.schema.values import Value

RECORDS = 5000
ROUNDS = 9
REPORT = Path(__file__).parent / "reports" / "conditions.md"
SCHEMAS = Path(__file__).parents[1] / "rules" / "zoho" / "schema"
CONDITION = 'Account_Type == "Customer" and Employees >= 50 and Rating in ("Active", "Acquired")'
CEL = 'Account_Type == "Customer" && Employees >= 50 && Rating in ["Active", "Acquired"]'
RULE_ENGINE = 'Account_Type == "Customer" and Employees >= 50 and Rating in ["Active", "Acquired"]'
RULES = f"""language 1
connection crm: zoho_crm
connection books: zoho_books
module customers: crm.Accounts -> books.customers
    where crm: {CONDITION}
    dedupe: Account_Name == contact_name
    on duplicate: skip
    map:
        Account_Name -> contact_name
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as conditions see it in a run."""

    fields: Mapping[str, Value]
    today: dt.date

    def follow(self, _reference: Value, _name: str) -> Value:
        """Return nothing: the condition reads this record alone."""
        return None


def compiled() -> Evaluator:
    """Return the condition as a run evaluates it."""
    source = SourceFile("benchmark.sync", RULES)
    schemas = {name: read_snapshot(SCHEMAS / f"{name}.json") for name in ("crm", "books")}
    analysis = analyse([(source, parse(source).program)], schemas)
    if analysis.plan is None:
        sys.exit("\n".join(item.message for item in analysis.diagnostics))
    pair = analysis.plan.pairs["customers"]
    where = next(side.where for side in (pair.left, pair.right) if side.where is not None)
    return compile_expression(where, analysis.plan.tables)


def records() -> list[dict[str, Any]]:
    """Return records of which the condition lets through some."""
    seeded = random.Random(3)
    return [
        {
            "Account_Name": f"Company {number}",
            "Account_Type": seeded.choice(["Customer", "Customer", "Prospect"]),
            "Employees": seeded.randrange(1, 200),
            "Rating": seeded.choice(["Active", "Acquired", "Shut Down"]),
            "Phone": "+49 30 1234",
            "Website": "https://example.com",
        }
        for number in range(RECORDS)
    ]


def sides(plain: list[dict[str, Any]]) -> dict[str, tuple[Callable[[Any], Any], list[Any]]]:
    """Return each side's function and its records."""
    today = dt.date(2026, 1, 31)
    own = [Record({**item, "Employees": Decimal(item["Employees"])}, today) for item in plain]
    return {
        "syncdsl": (compiled(), own),
        "common-expression-language": (cel.compile(CEL).execute, [cel.Context(variables=item) for item in plain]),
        "rule-engine": (rule_engine.Rule(RULE_ENGINE).matches, plain),
    }


def report(times: dict[str, float]) -> str:
    """Return the table."""
    own = times["syncdsl"]
    goals = {"common-expression-language": 10, "rule-engine": 40}
    rows = [
        f"| {name} | {seconds / RECORDS * 1e9:,.0f} | {seconds / own:.1f} | {goals.get(name, 1)} |"
        for name, seconds in times.items()
    ]
    told = (
        f"`{CONDITION}`, for {RECORDS:,} records; written by `benchmarks/conditions.py` on Python"
        f" {platform.python_version()} with {os.cpu_count()} cores. Compiled once, records prepared in the form of each"
        f" side, median of {ROUNDS} alternating rounds; all sides agree on every record."
    )
    lines = ["# Evaluation of a condition", "", told, "", "| side | ns a record | times as long | goal |"]
    return "\n".join([*lines, "|---|---:|---:|---:|", *rows, ""])


def main() -> int:
    """Measure, print the table and write the report."""
    competing = sides(records())
    answers = {name: [bool(test(item)) for item in items] for name, (test, items) in competing.items()}
    first = answers["syncdsl"]
    if any(answer != first for answer in answers.values()) or not 0 < sum(first) < RECORDS:
        sys.exit("the sides do not agree")
    times: dict[str, list[float]] = {name: [] for name in competing}
    for _ in range(ROUNDS):
        for name, (test, items) in competing.items():
            begin = time.perf_counter()
            for item in items:
                test(item)
            times[name].append(time.perf_counter() - begin)
    text = report({name: statistics.median(values) for name, values in times.items()})
    print(text)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
