"""Evaluating one typical condition for many records: syncdsl against `common-expression-language` and `rule-engine`.

Each side compiles the condition once. The headline begins where a run does, with a record as a mapping of its fields,
and counts what a side needs to see it: a scope here, nothing for rule-engine, and for CEL a context, made from only the
fields that the condition reads. The second table leaves that out: everything is prepared. All must agree on every
record. Rounds alternate; a figure is the median of the processor's time.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import random
import statistics
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import cel
import rule_engine  # type: ignore[import-untyped]  # it ships no types

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.evaluation import compile_expression
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.schema.values import Value

RECORDS = 200
REPEATS = 20
READ = ("Account_Type", "Employees", "Rating")
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


class Record:
    """A record as conditions see it in a run."""

    __slots__ = ("fields", "row", "today")

    def __init__(self, fields: Mapping[str, Value], today: dt.date) -> None:
        self.fields = fields
        self.today = today
        self.row: Mapping[str, Value] = {}

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


Sides: TypeAlias = "dict[str, tuple[Callable[[Any], Any], list[Any]]]"
"""The function of each side, and its records."""


def from_records(plain: list[dict[str, Any]]) -> Sides:
    """Return the sides as they begin with the fields of a record."""
    today = dt.date(2026, 1, 31)
    own = compiled()
    execute = cel.compile(CEL).execute
    return {
        "syncdsl": (lambda fields: own(Record(fields, today)), decimals(plain)),
        "common-expression-language": (lambda item: execute({name: item[name] for name in READ}), plain),
        "rule-engine": (rule_engine.Rule(RULE_ENGINE).matches, plain),
    }


def prepared(plain: list[dict[str, Any]]) -> Sides:
    """Return the sides with everything that can be made beforehand."""
    today = dt.date(2026, 1, 31)
    return {
        "syncdsl": (compiled(), [Record(fields, today) for fields in decimals(plain)]),
        "common-expression-language": (cel.compile(CEL).execute, [cel.Context(variables=item) for item in plain]),
        "rule-engine": (rule_engine.Rule(RULE_ENGINE).matches, plain),
    }


def decimals(plain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records with numbers as adapters read them."""
    return [{**item, "Employees": Decimal(item["Employees"])} for item in plain]


def measured(sides: Sides) -> dict[str, float]:
    """Return the seconds of each side at the median."""
    answers = {name: [bool(test(item)) for item in items] for name, (test, items) in sides.items()}
    first = answers["syncdsl"]
    if any(answer != first for answer in answers.values()) or not 0 < sum(first) < RECORDS:
        sys.exit("the sides do not agree")
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, (test, items) in sides.items():
            begin = time.process_time()
            for _ in range(REPEATS):
                for item in items:
                    test(item)
            times[name].append((time.process_time() - begin) / REPEATS)
    return {name: statistics.median(values) for name, values in times.items()}


def table(times: dict[str, float]) -> list[str]:
    """Return the lines of a table."""
    own = times["syncdsl"]
    rows = [f"| {name} | {seconds / RECORDS * 1e9:,.0f} | {seconds / own:.1f} |" for name, seconds in times.items()]
    return ["| side | ns a record | times as long |", "|---|---:|---:|", *rows, ""]


def main() -> int:
    """Measure, print the tables and write the report."""
    plain = records()
    told = (
        f"`{CONDITION}`, for {RECORDS:,} records; written by `benchmarks/conditions.py` on Python"
        f" {platform.python_version()} with {os.cpu_count()} cores. Compiled once, median of {ROUNDS} alternating"
        " rounds; all sides agree on every record."
    )
    lines = ["# Evaluation of a condition", "", told, "", "## From the fields of a record", ""]
    lines += ["Goals: at least 10 times as long as syncdsl for CEL, 40 for rule-engine.", ""]
    lines += table(measured(from_records(plain)))
    lines += ["## With scopes and contexts made beforehand", "", *table(measured(prepared(plain)))]
    text = "\n".join(lines)
    print(text)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
